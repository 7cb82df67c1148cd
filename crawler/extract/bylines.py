"""Who wrote it: the names in the byline, in the head, and what of these is a person."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.extract.head import Head
from crawler.extract.headline import site_name
from crawler.extract.jsonld import people
from crawler.extract.months import MONTHS
from crawler.extract.tree import absolute, text_of, tokens
from crawler.items import Author

_BY = re.compile(r"(?:^|[\n|•·])\s*(?:(?:written|posted|published|reviewed|story|words|text|article|guest post|report) )?(?:by|von|par|por|di|door|av|af|autor(?:in)?:|author:|автор:)\s*:?\s+(?P<names>[^\n|•·]{2,160})", re.I)
_AUTHOR_LINK = re.compile(r"/(?:author|authors|autor|autoren|auteur|contributor|contributors|writer|writers|staff|people|profile|team|by|journalist|user|redaktion)s?/[^/?#]+|[?&]author(?:_name)?=", re.I)
_NAME_CLASS = re.compile(r"(?:[\w-]*[-_])?(?:author|byline)(?:[-_]*(?:name|link|title))?|fn|n|author-url|vcard|posted-by|by-author|coauthor|written-by|entry-author-name|post-author-name|writer")
_SPLIT = re.compile(r"\s*(?:,|;|/|\s&\s|\s(?:and|und|et|y|e|en|with|mit)\s)\s*(?:and\s+|und\s+|&\s*)?", re.I)
_TAIL = re.compile(r"\s+(?:(?:on|in|at|for|am|um|le|el|published|updated|posted|last|leave|comments?|\d+ (?:min|comments?)|–|—|-)\b.*|[–—-]\s.*|\(?@.*)$", re.I)
_NOT_A_NAME = re.compile(r"https?:|www\.|@\w+\.\w|\d{3,}|^\W*$|\b(?:comments?|minutes?|read|share|posts?|follow|view all|more|archive|author|photo|image|credit|courtesy|updated|published|ago)\b", re.I)
_TRIVIAL = frozenset("admin administrator editor guest staff webmaster root user author unknown anonymous team editorial redaktion".split())
_ELSEWHERE = re.compile(r".*(?:related|sidebar|widget|comment|recommend|popular|footer|author-?(?:box|bio|info|desc)|more-posts|latest|newsletter).*")


def authors_of(head: Head, header: list[HtmlElement], url: str) -> tuple[Author, ...]:
    """The authors, in the order of the byline. The page's byline wins where it agrees with the head or says more; the
    head's person wins over a byline that names someone else."""
    shown = _shown(header, url)
    stated = _stated(head, url)
    if not shown:
        return stated or ()
    if not stated:
        return shown
    agreed = {_fold(a.name) for a in shown} & {_fold(a.name) for a in stated}
    if agreed:
        return shown if len(shown) >= len(stated) else stated
    if all(_fold(a.name) in _TRIVIAL or _fold(a.name) == _fold(site_name(head)) or " " not in a.name for a in stated):
        return shown
    return shown if any(" " in a.name for a in shown) else stated


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


# ---- the head ----------------------------------------------------------------------------------------------------------
def _stated(head: Head, url: str) -> tuple[Author, ...]:
    found: list[Author] = []
    for name, link in people((head.article or {}).get("author"), head.nodes):
        found.append(Author(name, absolute(url, link)))
    if not found or all(_fold(a.name) in _TRIVIAL for a in found):
        for key in ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "citation_author", "twitter:data1"):
            if key == "twitter:data1" and head.first("twitter:label1").lower() not in ("written by", "verfasst von", "écrit par", "escrito por", "geschrieben von", "by"):
                continue
            names = [name for value in head.all(key) if not value.startswith("http") for name in split_names(value)]
            if names:
                found = [Author(name) for name in names]
                break
    return _distinct([a for a in found if is_name(a.name)])


# ---- the page's own byline ----------------------------------------------------------------------------------------------
def _shown(header: list[HtmlElement], url: str) -> tuple[Author, ...]:
    """Linked or marked names first, then the words after ``By``."""
    linked: list[Author] = []
    marked: list[Author] = []
    for part in header:
        for element in part.iter():
            if not isinstance(element.tag, str) or any(_ELSEWHERE.fullmatch(name) for name in tokens(element)):
                continue
            if element.tag == "a" and ("author" in (element.get("rel") or "").split() or _AUTHOR_LINK.search(element.get("href") or "")):
                name = tidy_name(text_of(element))
                if is_name(name):
                    linked.append(Author(name, absolute(url, element.get("href"))))
            elif "author" in (element.get("itemprop") or "") or any(_NAME_CLASS.fullmatch(name) for name in tokens(element)):
                marked += [Author(name) for name in split_names(text_of(element)) if len(text_of(element)) < 120]
    written = _written(header)
    if linked:
        rest = [a for a in written if _fold(a.name) not in {_fold(b.name) for b in linked}]
        joined = {_fold(a.name) for a in linked}
        return _distinct(linked + [a for a in rest if len(written) > len(linked) and _fold(a.name) not in "".join(joined)])
    return _distinct(written or [a for a in marked if is_name(a.name)])


def _written(header: list[HtmlElement]) -> list[Author]:
    for part in header:
        match = _BY.search(text_of(part))
        if match is not None:
            names = [name for name in split_names(match.group("names")) if is_name(name)]
            if names:
                return [Author(name) for name in names]
    return []


def split_names(text: str) -> list[str]:
    """``By A, B and C on May 3`` to the three names."""
    line = tidy_name(text)
    return [name for part in _SPLIT.split(line) if (name := tidy_name(part)) and is_name(name)] if line else []


def tidy_name(text: str) -> str:
    line = " ".join(text.split())
    line = re.sub(r"^\W*(?:(?:written|posted|published|guest post|article|words) )?(?:by|von|par|por|autor(?:in)?|author)\b\s*:?\s*", "", line, flags=re.I)
    line = re.split(r"\s[|•·]\s|\s*[|•·]\s*", line)[0]
    line = _TAIL.sub("", line).strip(" ,;:–—-|/")
    words = line.split()
    for i, word in enumerate(words):  # "Caleb Weiss July 9"
        if i and (word.strip(".,").lower() in MONTHS and any(c.isdigit() for w in words[i + 1 : i + 2] for c in w)):
            return " ".join(words[:i]).strip(" ,;")
    return line


def is_name(name: str) -> bool:
    """Could it be a person's (or desk's) name? Dates, addresses and labels are none."""
    return 1 < len(name) <= 70 and len(name.split()) <= 7 and not _NOT_A_NAME.search(name) and any(c.isalpha() for c in name)


def _distinct(authors: list[Author]) -> tuple[Author, ...]:
    found: dict[str, Author] = {}
    for author in authors:
        key = _fold(author.name)
        if key not in found or (author.url and not found[key].url):
            found[key] = author
    return tuple(found.values())
