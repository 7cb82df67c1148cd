"""Takes a page and its head and gives the headline: the heading that says what the head says, never the site's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.extract.dom.document import Document
from crawler.extract.dom.head import Head
from crawler.extract.dom.intended import escaped_once_more
from crawler.extract.dom.jsonld import string
from crawler.extract.dom.tree import Element, word_set

_SEPARATOR = re.compile(r"\s+[|–—·•»«:›~-]+\s+|\s*[|»›]\s*")
_WORDS = re.compile(r"\w+")
_HEADING_NAMES = word_set(
    "entry-title post-title article-title wp-block-post-title single-title story-title headline post__title "
    "entry__title article__title page-title posttitle td-post-title title-post"
)
_ELSEWHERE = frozenset(("aside", "nav", "footer"))
_NAMED_TAGS = frozenset(("div", "span", "p"))
_ENOUGH = 0.5  # score of a heading that is the article's
_SAME = 0.9  # likeness of two titles that are one
_LIKE_SITE = 0.16  # more than the level of an h1 is worth beside a heading of the theme's title class
_LEVELS = frozenset(("h1", "h2", "h3"))
_MAIN_HEADINGS = frozenset(("h1",))
_MICRODATA_TAGS = _LEVELS | _NAMED_TAGS | {"header", "td"}


@dataclass(frozen=True, slots=True)
class Candidate:
    score: float
    text: str
    element: Element


def headline(page: Document, head: Head, skip: frozenset[Element]) -> tuple[str, Element | None]:
    """(title, its heading element). The heading wins over the head's wording, which is often cut or made for search engines."""
    site = site_name(head)
    found = _candidates(page, head, site, skip)
    best = max(found, key=lambda candidate: candidate.score, default=None)
    titles = _full_titles(head, site)
    alone = _only_h1(found, head, site, titles)
    if best is None or best.score < _ENOUGH or (alone is not None and not _is_full_title(best.text, titles)):
        best = alone
    text, element = (best.text, best.element) if best is not None else (_from_head(head, site), None)
    return escaped_once_more(text), element


def _candidates(page: Document, head: Head, site: str, skip: frozenset[Element]) -> list[Candidate]:
    said, last = [_words(title) for title in _said(head)], _last_piece(head)
    found: list[Candidate] = []
    for place, element in enumerate(_headings(page, skip)):
        text = _without_lines_below(page.text(element), said)
        if not 1 < len(text) < 400 or text.casefold() == site.casefold() or _leads_home(page, element, text):
            continue
        standing = _standing(page, element) - (_LIKE_SITE if text == last else 0.0)
        found.append(Candidate(_likeness_to(text, said) + standing - min(place, 20) * 0.004, text, element))
    return found


def _likeness_to(text: str, said: list[frozenset[str]]) -> float:
    own = _words(text)
    return max((_likeness(own, title) for title in said), default=0.3)


def _without_lines_below(text: str, said: list[frozenset[str]]) -> str:
    """One line; without a date or a byline that the theme puts into the heading: then the first line alone is what the head says."""
    first, *more = text.split("\n")
    whole = " ".join([first, *more]).strip()
    return first.strip() if more and _likeness_to(first, said) > max(0.8, _likeness_to(whole, said)) else whole


def _only_h1(found: list[Candidate], head: Head, site: str, titles: list[str]) -> Candidate | None:
    """The page's one ``h1``, where it speaks of what the head says, though in other words: titles in heads are made for search
    engines, and a section may be called more like them than the article is."""
    of_page = [candidate for candidate in found if candidate.element.tag == "h1"]
    if len(of_page) != 1 or len(_words(of_page[0].text)) < 3:
        return None
    own = _words(of_page[0].text) - _words(_last_piece(head)) - _words(site)
    shared = max((len(own & _words(title)) for title in titles), default=0)
    return of_page[0] if shared >= 2 else None


def _is_full_title(text: str, titles: list[str]) -> bool:
    """Is it all that the head calls the article, not just a part of that?"""
    own = _words(text)
    return any(_likeness(own, _words(title)) >= _SAME for title in titles)


def _full_titles(head: Head, site: str) -> list[str]:
    stated = string((head.article or {}).get("headline"))
    titles = [title for title in (stated, head.first("og:title"), head.first("twitter:title"), head.title) if title]
    return [*titles, *(_without_site(title, site, cut=title == head.title) for title in titles)]


def _leads_home(page: Document, element: Element, text: str) -> bool:
    """A heading that is nothing but a link to the front page is the site's name, longer than a short title though it may be."""
    anchor = next(element.iter("a"), None)
    if anchor is None or page.text(anchor).replace("\n", " ").strip() != text:
        return False
    try:
        parts = urlsplit((anchor.get("href") or "x").strip())
    except ValueError:
        return False
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def _headings(page: Document, skip: frozenset[Element]) -> list[Element]:
    elsewhere = (e for e in page.of(_ELSEWHERE) if not page.holds(e, _MAIN_HEADINGS))  # one that was never closed holds all the page
    out = page.inside((*skip, *elsewhere))
    said = {element for element in page.named(_HEADING_NAMES) if element.tag in _NAMED_TAGS}
    said.update(element for element in page.microdata if "headline" in element.get("itemprop", ""))
    named = [element for element in said if element.tag in _MICRODATA_TAGS and element.tag not in _LEVELS]
    levels = page.of(_LEVELS)
    found = sorted((*levels, *named), key=page.places.__getitem__) if named else levels
    return [element for element in found if element not in out][:60]


def _said(head: Head) -> list[str]:
    """What the head calls the article; the title also without the site's name at either end."""
    headlines = [head.first("og:title"), string((head.article or {}).get("headline")), head.first("twitter:title"), head.title]
    parts: list[str] = []
    for title in headlines:
        if title:
            parts.append(title)
            pieces = _pieces(title)
            if len(pieces) > 1:
                parts += [max(pieces, key=len), pieces[0]]
    return list(dict.fromkeys(parts))


def _last_piece(head: Head) -> str:
    """What stands last in the page's title, most often the site's name; empty where the article itself is called so."""
    pieces = _pieces(head.title)
    return pieces[-1].strip() if len(pieces) > 1 and pieces[-1].strip() != head.first("og:title", "twitter:title") else ""


@lru_cache(maxsize=256)  # a page says its title several times
def _pieces(title: str) -> tuple[str, ...]:
    return tuple(_SEPARATOR.split(title))


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(text.casefold()))


def _likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Jaccard of the words of two titles."""
    return len(first & second) / len(first | second) if first and second else 0.0


def _standing(page: Document, element: Element) -> float:
    """Weight of the markup: the theme's own title class, microdata, then the level of the heading."""
    bonus = {"h1": 0.2, "h2": 0.05}.get(element.tag, 0.0)
    named = page.has(element, _HEADING_NAMES) or "headline" in (element.get("itemprop") or "")
    return bonus + 0.15 if named else bonus


def site_name(head: Head) -> str:
    name = head.first("og:site_name", "application-name")
    if name:
        return name
    for node in head.nodes:
        if "WebSite" in str(node.get("@type")):
            return string(node.get("name"))
    return ""


def _from_head(head: Head, site: str) -> str:
    stated = string((head.article or {}).get("headline"))
    for title in (stated, head.first("og:title", "twitter:title"), head.title):
        if title and title.casefold() != site.casefold():
            return _without_site(title, site, cut=title != stated)
    return ""


def _without_site(title: str, site: str, *, cut: bool) -> str:
    """Without the site's name behind the title; ``cut``: what stands last is taken for it where the site does not say its name."""
    pieces = _pieces(title)
    if len(pieces) > 1 and (_is_of(pieces[-1], site) if site else cut):
        last = title.rfind(pieces[-1])
        return re.sub(r"[\s|–—·•»«:›~-]+$", "", title[:last]) or title
    return title


def _is_of(piece: str, site: str) -> bool:
    """Is the one a part of the other: "The Paper" of "The Paper Online"?"""
    return piece.casefold() in site.casefold() or site.casefold() in piece.casefold()
