"""Takes a page, its head and the part above its text, and gives the article's authors: the names that are people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crawler.extract.article.headline import site_name
from crawler.extract.article.labels import LABEL_SIGNS, LABEL_WORDS
from crawler.extract.article.names import split_names, two_names
from crawler.extract.article.person import IMPERSONAL, PERSON, fold_name, is_name, is_person, name_key, tidy_name
from crawler.extract.dom.document import Document
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import people
from crawler.extract.dom.tree import BLOCK, Element, absolute, all_text, text_of, tokens, word_set
from crawler.items import Author

_BY = re.compile(
    r"(?:^|[\n|•·])\s*(?:(?:written|posted|published|authored|story|words|text|article|guest post|"
    rf"report) )?(?:(?:by|von|par|por|di|door|av|af|oleh|بقلم)\s*:?\s+|(?:{LABEL_WORDS})\s*[:：]\s*)(?P<names>[^\n|•·]{{2,160}})|"
    rf"(?:^|\n)(?:{LABEL_SIGNS})\s*[:：]\s*(?P<cjk>[^\n|•·\s]{{2,20}}(?: [^\n|•·\s\d]{{1,4}}(?=$|\n))?)",
    re.I,
)
_AUTHOR_LINK = re.compile(
    r"/(?:author|authors|autor|autoren|auteur|contributor|contributors|writer|writers|staff|people|profile|"
    r"team|by|journalist|user|redaktion)s?/[^/?#]+|/author/?$|[?&]_?author(?:_name)?=",
    re.I,
)
_NAME_CLASS = re.compile(
    r"(?:[\w-]*[-_])?(?:author|byline)(?:[-_]*(?:name|link|title))?|fn|n|author-url|vcard|posted-by|by-author|"
    r"coauthor|written-by|entry-author-name|post-author-name|writer"
)
_BOX_NAME = re.compile(r"[\w-]*author[-_]box[-_]{1,2}name")  # below the text: a reviewer may stand there as well
_READING_TIME = re.compile(r"\d+ min(?:ute)?s?\b", re.I)
_DIGIT = re.compile(r"\d")
_TRIVIAL = word_set("admin administrator editor guest staff webmaster root user author unknown anonymous team editorial redaktion")
_ELSEWHERE = re.compile(
    r".*(?:related|sidebar|widget|comment|recommend|popular|footer|author-?(?:box|bio|info|desc)|more-posts|"
    r"latest|newsletter).*"
)


def written_authors(page: Document, head: Head, header: list[Element], url: str, skip: frozenset[Element]) -> tuple[Author, ...]:
    """The authors, in the order of the byline. The page's byline wins where it agrees with the head or says more. Where they
    name different people, WordPress' head names the account that wrote it, other systems' heads the author."""
    shown = _shown(page, header, url)
    stated = _stated(head, url)
    if not shown and not stated:
        return _beside_reading_time(page, header) or anywhere(page, url, skip)
    if not shown or not stated:
        return shown or stated
    agreed = {name_key(a.name) for a in shown} & {name_key(a.name) for a in stated}
    if agreed:
        return shown if len(shown) >= len(stated) else stated
    if glued := _within(stated, shown):
        return glued
    if all(_names_no_person(a.name, head) for a in stated):
        return shown
    if not page.wordpress and any(is_person(a.name) for a in stated):
        return stated
    return shown if any(" " in a.name for a in shown) else stated


def _names_no_person(name: str, head: Head) -> bool:
    """An account's name, the site's own name, a single word, an office."""
    folded = fold_name(name)
    return folded in _TRIVIAL or folded == fold_name(site_name(head)) or " " not in name or bool(IMPERSONAL.search(name))


def _within(stated: tuple[Author, ...], shown: tuple[Author, ...]) -> tuple[Author, ...]:
    """The head's names where the byline's hold them and more: ``Ann LeeStaff Writer``, from two boxes without a blank between."""
    line = "".join(fold_name(author.name) for author in shown)
    return stated if any(len(key := fold_name(author.name)) > 5 and key in line for author in stated) else ()


# ---- the head ----------------------------------------------------------------------------------------------------------
def _stated(head: Head, url: str) -> tuple[Author, ...]:
    found: list[Author] = []
    article = head.article or {}
    for name, link in people(article.get("author") or article.get("creator"), head.nodes):
        names = two_names(tidy_name(name, whole=True))
        found += [Author(single, absolute(url, link) if len(names) == 1 else "") for single in names]
    if not found or all(fold_name(a.name) in _TRIVIAL for a in found):
        for key in (
            "author",
            "article:author",
            "parsely-author",
            "sailthru.author",
            "dc.creator",
            "dcterms.creator",
            "byl",
            "citation_author",
            "twitter:data1",
        ):
            if key == "twitter:data1" and head.first("twitter:label1").lower() not in (
                "written by",
                "verfasst von",
                "écrit par",
                "escrito por",
                "geschrieben von",
                "by",
            ):
                continue
            names = [name for value in head.all(key) if not value.startswith("http") for name in split_names(value)]
            if names:
                found = [Author(name) for name in names]
                break
    return _distinct([a for a in found if is_name(a.name)])


# ---- the page's own byline ----------------------------------------------------------------------------------------------
def _shown(page: Document, header: list[Element], url: str) -> tuple[Author, ...]:
    """Linked names first, then the words after ``By``, then elements whose class says author."""
    for part in header:
        linked = _linked(page, part, url)
        if linked:
            written = _written(page.text(part))
            authors = [author for author, _ in linked]
            return _distinct(authors + _besides(written, authors))
        if written := _written(page.text(part)):
            return _distinct(written)
    for part in header:
        marked = _marked(page, part)
        if marked:
            return _distinct(marked)
    return ()


def _besides(written: list[Author], linked: list[Author]) -> list[Author]:
    """Those of the line without a link of their own. A linked name with more behind it is followed by that person's office."""
    keys = [fold_name(author.name) for author in linked]
    if len(written) <= len(linked) or any(key in (said := fold_name(author.name)) and key != said for author in written for key in keys):
        return []
    known = "".join(keys)
    return [author for author in written if fold_name(author.name) not in known]


def _linked(page: Document, part: Element, url: str) -> list[tuple[Author, Element]]:
    """The first link to an author's page and those beside it: further away stand the authors of other articles."""
    found: list[tuple[Author, Element]] = []
    for anchor in part.iter("a"):
        if "author" not in (anchor.get("rel") or "").split() and not _AUTHOR_LINK.search(anchor.get("href") or ""):
            continue
        if not found and part is not anchor and any(_is_elsewhere(name) for up in _up_to(anchor, part) for name in tokens(up)[:6]):
            continue
        text = page.text(anchor)
        names = two_names(tidy_name(text, whole=not _DIGIT.search(text)))
        if all(is_name(single) for single in names) and (not found or _beside(anchor, found)):
            link = absolute(url, anchor.get("href"))
            found += [(Author(single, link if len(names) == 1 else ""), anchor) for single in names]
    return found


@lru_cache(maxsize=20_000)
def _is_elsewhere(name: str) -> bool:
    return _ELSEWHERE.fullmatch(name) is not None


def _up_to(element: Element, outer: Element) -> Iterator[Element]:
    """The element and what holds it, within ``outer``: a layout "with sidebar" says nothing about the byline."""
    yield element
    for up in element.iterancestors():
        yield up
        if up is outer:
            return


def _beside(anchor: Element, found: list[tuple[Author, Element]]) -> bool:
    """Is there little but names between this link and the last one?"""
    last = found[-1][1]
    shared = set(last.iterancestors())
    around = next((up for up in anchor.iterancestors() if up in shared), None)
    if around is None:
        return False
    text = text_of(around)
    names = sum(len(author.name) for author, _ in found) + len(text_of(anchor))
    return len(text) - names < 60 and not re.search(r"review|fact.?check|edit", text, re.I)


@lru_cache(maxsize=20_000)
def _is_name_class(marks: tuple[str, ...]) -> bool:
    return any(_NAME_CLASS.fullmatch(name) for name in marks)


@lru_cache(maxsize=20_000)
def _is_author_class(name: str) -> bool:
    """Does it say author? Not ``fn`` and ``n``, which any hCard has."""
    return name not in ("n", "fn", "vcard") and (_NAME_CLASS.fullmatch(name) or _BOX_NAME.fullmatch(name)) is not None


def _marked(page: Document, part: Element) -> list[Author]:
    for element in part.iter():
        if _is_name_class(page.tokens.get(element, ())) or "author" in (element.get("itemprop") or ""):
            text = page.text(element)
            names = [Author(name) for name in split_names(text)] if len(text) < 120 else []
            if names:
                return names
    return []


def _beside_reading_time(page: Document, header: list[Element]) -> tuple[Author, ...]:
    """``March 5, 2019 · 2 min · Ann Lee``: generators of static pages mark none of the three."""
    for part in header:
        for line in page.text(part).split("\n"):
            pieces = [piece.strip() for piece in re.split(r"\s[·•|]\s", line)]
            if 1 < len(pieces) < 6 and any(_READING_TIME.match(piece) for piece in pieces):
                found = [piece for piece in pieces if PERSON.fullmatch(piece) and not IMPERSONAL.search(piece)]
                if found:
                    return (Author(found[0]),)
    return ()


def anywhere(page: Document, url: str, skip: frozenset[Element]) -> tuple[Author, ...]:
    """The last place to look: the first name that is marked as an author's, wherever it stands outside of the thread."""
    out = page.inside((*page.elsewhere, *skip, *page.of(_NO_PLACE))).marks
    said = {*page.matching(_is_author_class), *(element for element in page.microdata if "author" in element.get("itemprop", ""))}
    for place in page.places_of(_NAME_TAGS):
        element = page.elements[place]
        if out[place] or not (element in said or "author" in (element.get("rel") or "").split()):
            continue
        text = page.text(element)
        names = split_names(text) if len(text) < 80 else []
        if names:
            link = absolute(url, element.get("href")) if element.tag == "a" else ""
            return _distinct([Author(name, link) for name in names])
    for element in page.of(_LINE_TAGS):
        if len(element) >= 6 or not _WRITTEN.match(line := all_text(element)):
            continue
        if any(child.tag in BLOCK for child in element):
            line = page.text(element)  # a date below the name is no part of it
        if written := _WRITTEN_BY.match(line[:120].strip()):
            return tuple(Author(name) for name in split_names(written.group(1)))
    return ()


_NO_PLACE = word_set("footer nav")
_NAME_TAGS = word_set("a span div p b strong address li h4 h5")
_LINE_TAGS = word_set("p div span li h2 h3 h4 h5 h6")
_WRITTEN = re.compile(r"\s*(?:written|authored|posted|article|words|story|text) by\b", re.I)
_WRITTEN_BY = re.compile(rf"{_WRITTEN.pattern}\s*:?\s+([^\n|]{{3,60}})$", re.I)


def _written(text: str) -> list[Author]:
    match = _BY.search(text)
    return [Author(name) for name in split_names(match.group("names") or match.group("cjk")) if is_name(name)] if match is not None else []


def _distinct(authors: list[Author]) -> tuple[Author, ...]:
    found: dict[str, Author] = {}
    for author in authors:
        key = name_key(author.name)
        if key not in found or (author.url and not found[key].url):
            found[key] = author
    return tuple(found.values())
