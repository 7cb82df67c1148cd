"""Takes a page of any system and gives the addresses of the article's other pages: ``rel=next``, numbered pagers, "next page", and
one that shows all. They are what the page leads to; whether they belong to the article is decided when they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from archive.text.urls import same_page
from crawler.extract.dom.document import Document
from crawler.extract.dom.pagers import PagerLink, in_pager, numbered_pages, page_number, same_host
from crawler.extract.dom.tree import Element, absolute, all_text, without_fragment
from crawler.extract.dom.zones import ThreadZone

MOST = 101  # one more than is read, so that what is beyond can be named
_HAS_NUMBER = re.compile(r"\d/?(?:\.\w{2,5})?$|=\d+(?:&|$)")
_ONE = re.compile(r"\W{0,3}(?:[^\W\d]{1,9}\W{1,2})?0?1\W{0,3}")
_LONGEST_ONE = 19  # characters that the pattern finds at most
_OF_HEADER = re.compile(r"<([^>]*)>([^<]*)")
_COMMENTS = re.compile(r"omment|coment|réponse|replies", re.I)
_NEXT_DATA = ("data-next-page", "data-next-url", "data-nextpage", "data-next", "data-next-href")


@dataclass(frozen=True, slots=True)
class FurtherPages:
    """``first``: the address of the first page; ``others``: those of the others, lowest first; ``whole``: one with everything, or ''."""

    first: str
    others: tuple[str, ...] = ()
    whole: str = ""


def further_pages(page: Document, url: str, own: str, zone: ThreadZone, link_header: str = "") -> FurtherPages:
    """``own``: the article's address as far as it is known; ``link_header``: the value of the answer's Link header."""
    first = _first_page(page, url, own, zone)
    links = [link for link in zone.links(url, first) if link.element is None or not zone.holds(link.element, _href(link))]
    links += _head_links(page, url, first, link_header)
    links += _options(page, url, first)
    links += _data_links(page, url, first, zone)
    others = numbered_pages((link for link in links if link.kind != "all"), first, MOST)
    if not others and not page.wordpress:  # there, rel=next is the next article
        others = tuple(dict.fromkeys(link.url for link in links if link.kind == "next" and link.number is None))[:1]
    others = tuple(other for other in others if not same_page(other, url))
    if not others and first == own:
        return FurtherPages(own)
    whole = next((link.url for link in links if link.kind == "all" and link.element is not None and not _of_comments(link.element)), "")
    return FurtherPages(first, others, whole)


def _first_page(page: Document, url: str, own: str, zone: ThreadZone) -> str:
    """The article's address, where the page is a further one: what its pager calls 1, or what it names as the page before its second."""
    if _HAS_NUMBER.search(own) is None:
        return own
    prevs = {anchor for anchor, rel in page.related.items() if "prev" in rel}
    places = [place for place, said in enumerate(page.said) if "1" in said and len(said) <= _LONGEST_ONE and _is_one(said)]
    if prevs:
        places = sorted({*places, *(place for place, (anchor, _) in enumerate(page.anchors) if anchor in prevs)})
    for place in places:
        anchor, href = page.anchors[place]
        prev = anchor in prevs
        if not href or href[0] == "#" or not (prev or (len(href) < 500 and _ONE.fullmatch(all_text(anchor).strip()[:20]))):
            continue
        target = without_fragment(absolute(url, href))
        number = page_number(own, target) if target else None
        if number is None or same_page(target, own) or not (number in (1, 2) if prev else number >= 1 and in_pager(anchor)):
            continue
        if not zone.holds(anchor, href):
            return target
    return own


@lru_cache(maxsize=20_000)
def _is_one(said: str) -> bool:
    """Does a link say 1? Sites say the same on all their pages."""
    return _ONE.fullmatch(said) is not None


def _head_links(page: Document, url: str, first: str, link_header: str) -> list[PagerLink]:
    """``<link rel="next">`` and ``Link: <...>; rel="next"``."""
    said = [link.get("href") or "" for link in page.of({"link"}) if "next" in (link.get("rel") or "").lower().split()]
    said += [found.group(1) for found in _OF_HEADER.finditer(link_header) if re.search(r"rel=\"?(?:[^\";]* )?next\b", found.group(2), re.I)]
    return [found for href in said if (found := _plain(url, first, href))]


def _plain(url: str, first: str, href: str) -> PagerLink | None:
    target = without_fragment(absolute(url, href)) if href else ""
    if not target.startswith("http") or not same_host(target, first) or same_page(target, first):
        return None
    return PagerLink("next", target, None, page_number(target, first), None)


def _options(page: Document, url: str, first: str) -> list[PagerLink]:
    """``<select>`` with an address for each page."""
    found = []
    for option in page.of({"option"}):
        value = option.get("value") or ""
        if value[:1] in ("/", "?") or value.startswith("http"):
            target = without_fragment(absolute(url, value))
            if target and (number := page_number(target, first)) is not None and number < MOST:
                found.append(PagerLink("named", target, None, number, option))
    return found


def _data_links(page: Document, url: str, first: str, zone: ThreadZone) -> list[PagerLink]:
    """The address of the next page in an attribute, for scripts."""
    found: list[PagerLink] = []
    for element in page.matching(_is_of_pages):
        href = next((value for key in _NEXT_DATA if (value := element.get(key) or "")[:1] in ("/", "?") or value.startswith("http")), "")
        if href and not zone.holds(element, href) and (link := _plain(url, first, href)):
            found.append(link)
    return found


@lru_cache(maxsize=20_000)
def _is_of_pages(name: str) -> bool:
    return "page" in name or "pagi" in name or "next" in name


def _href(link: PagerLink) -> str:
    return (link.element.get("href") or "") if link.element is not None else ""


def _of_comments(element: Element) -> bool:
    return _COMMENTS.search(all_text(element)) is not None
