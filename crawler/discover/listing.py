"""Takes a listing page (front page, archive of an author or category) and gives its entries and the next page. The last resort."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lxml.etree import ParserError
from lxml.html import HtmlElement, document_fromstring

from archive.text.urls import normal_url
from crawler.discover.index_pages import is_index, parts_of
from crawler.discover.listing_pager import Anchor, host_of, next_page_of, same_host
from crawler.discover.load_more import as_listing, load_more
from crawler.discover.xml import absolute_link

ENTRY_CLASS = re.compile(r"(?:^|[\s_-])(?:headline|title|teaser|hentry|post|entry|story|item)(?:$|[\s_-])", re.I)
MENU = re.compile(r"(?:^|[\s_-])(?:nav|menu|navigation|navbar|sections?)(?:$|[\s_-])", re.I)
FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp3|mp4|zip|css|js|xml|rss|atom|ics|txt)$", re.I)
NO_ARTICLE = re.compile(
    r"/(?:page|author|authors|category|categories|tag|tags|topic|topics|feed|comments|wp-admin|wp-login\.php|wp-content|wp-json|search)(?:/|$)"
    r"|/(?:user|account)/(?:login|register)|^/?$",
    re.I,
)
NO_SECTION = re.compile(r"/(?:feed|comments|wp-admin|wp-login\.php|wp-content|wp-json|search|user|login|account)(?:/|$)|^/?$", re.I)
QUERY_NO_ARTICLE = re.compile(
    r"(?:^|&)(?:s|feed|page|paged|cat|tag|author|m|replytocom|rest_route|share|format|start|limitstart|offset|updated-max)=", re.I
)
RANGE = re.compile(
    r"(?<![\d.,-])(\d{1,2})\s?(?:[-–—]|to|bis|à|al?|до|t/m)\s?(\d{1,3})\s(?:of|von|de|sur|di|van|z|ze|из|av|af|su)\s"
    r"(\d{1,3}(?:[.,\u202f\xa0]\d{3})*|\d{4,7})(?![\d.,]\d)",
    re.I,
)
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # of XHTML; lxml refuses a text that says in which bytes it is written


@dataclass(frozen=True, slots=True)
class ListingPage:
    articles: tuple[str, ...]  # addresses that look like entries, in reading order
    next_page: str | None
    boxed: bool  # the entries stand in headlines or boxes of their own; else they are just all links of the page
    sections: tuple[str, ...] = ()  # addresses in the page's menus: other listings, or pages about the site
    indexes: tuple[str, ...] = ()  # addresses of index pages, wherever they stand
    links: frozenset[str] = frozenset()  # all addresses of the page's host
    languages: tuple[str, ...] = ()  # front pages in other languages, as the head and the links name them
    scripted: bool = False  # it goes on behind a button that does nothing without a script
    sitemaps: tuple[str, ...] = ()  # those that the head names
    total: int | None = None  # how many entries the listing says that it has, where it shows its first ones: "1-10 of 48"


def read_listing_page(html: str, url: str, link_header: str = "") -> ListingPage:
    """The entries of a page of a listing, the address of the next one, and the sections that its menus name. ``link_header``: the
    answer's Link header."""
    try:
        root = document_fromstring(XML_DECLARATION.sub("", as_listing(html)) or "<html/>")
    except (ValueError, AssertionError, ParserError):  # ParserError: nothing but blanks
        return ListingPage((), None, False)
    url, base = normal_url(url) or url, base_of(root, url)
    inside, boxes = list(_inside(root, url, base)), _Boxes()
    entries = [
        link
        for anchor, link in inside
        if _is_address(link) and _is_entry(anchor, boxes) and not (is_index(link) and not _is_headline(anchor))
    ]
    boxed = bool(entries)
    indexes = [link for link in [*(link for _, link in inside), *_chosen(root, url, base)] if is_index(link) and link not in entries]
    entries = entries or [link for _, link in inside if _is_address(link) and not is_index(link)]
    more, nowhere = load_more(root, base)
    next_page = next_page_of(root, inside, url, base, link_header) or (more if more and more != url and same_host(more, url) else None)
    in_menus = [link for anchor, link in inside if boxes.around(anchor.getparent()).menu]
    sections = [link for link in in_menus if not (NO_SECTION.search(parts_of(link).path) or FILE.search(link))]
    return ListingPage(
        articles=tuple(dict.fromkeys(entries)),
        next_page=next_page,
        boxed=boxed,
        sections=tuple(dict.fromkeys(section for section in sections if not is_index(section))),
        indexes=tuple(dict.fromkeys([*indexes, *_frames(root, url, base)])),
        links=frozenset(link for _, link in inside),
        languages=tuple(dict.fromkeys(_languages(root, inside, url, base, boxes))),
        scripted=nowhere and next_page is None,
        sitemaps=tuple(_sitemaps(root, url, base)),
        total=_total(root, len(dict.fromkeys(entries))) if boxed else None,
    )


def _languages(root: HtmlElement, inside: list[Anchor], url: str, base: str, boxes: _Boxes) -> Iterator[str]:
    """What ``hreflang`` marks as this page in other languages; some systems write it on each link, with the page's own language."""
    own = (root.get("lang") or "").lower().partition("-")[0]
    for element in root.iter("link"):
        if element.get("hreflang") and "alternate" in (element.get("rel") or "").lower().split() and not element.get("type"):
            link = absolute_link(base, element.get("href") or "").split("#")[0]
            if link and same_host(link, url) and link != url:
                yield link
    for anchor, link in inside if own else ():
        other = (anchor.get("hreflang") or "").lower().partition("-")[0]
        if other not in ("", "x", own) and link != url and not _is_entry(anchor, boxes):
            yield link


def _sitemaps(root: HtmlElement, url: str, base: str) -> Iterator[str]:
    for element in root.iter("link"):
        link = absolute_link(base, element.get("href") or "") if "sitemap" in (element.get("rel") or "").lower().split() else ""
        if link and same_host(link, url):
            yield link


def _total(root: HtmlElement, shown: int) -> int | None:
    """The number behind "1-10 of 48", where as many entries are shown as it says."""
    text = " ".join(root.text_content().split())
    for first, last, total in RANGE.findall(text) if f"{shown} " in text else ():
        number = int(re.sub(r"\D", "", total))
        if int(first) == 1 and int(last) == shown < number:
            return number
    return None


def base_of(root: HtmlElement, url: str) -> str:
    """What the page's links are relative to: the first ``base`` that says so, else its own address."""
    named = next((base.get("href") for base in root.iter("base") if base.get("href")), "")
    return (absolute_link(url, named) if named else "") or url


def _inside(root: HtmlElement, url: str, base: str) -> Iterator[Anchor]:
    """The links of the page that stay on its host, without fragments."""
    here = host_of(url)
    for anchor in root.iter("a", "area"):
        href = (anchor.get("href") or "").strip()
        link = absolute_link(base, href).split("#")[0] if href and not href.startswith("#") else ""
        if link and host_of(link) == here:
            yield anchor, link


def _frames(root: HtmlElement, url: str, base: str) -> Iterator[str]:
    """The pages that a page of frames is made of."""
    for frame in root.iter("frame"):
        link = absolute_link(base, frame.get("src") or "").split("#")[0]
        if link and same_host(link, url):
            yield link


def _chosen(root: HtmlElement, url: str, base: str) -> Iterator[str]:
    """The addresses behind the choices of a drop-down list: WordPress offers its months so."""
    for option in root.iter("option"):
        value = (option.get("value") or "").strip()
        link = absolute_link(base, value).split("#")[0] if "/" in value or "?" in value else ""
        if link and same_host(link, url):
            yield link


def _is_address(link: str) -> bool:
    parts = parts_of(link)
    if FILE.search(parts.path):
        return False
    if parts.query and parts.path in ("", "/", "/index.php"):
        return not QUERY_NO_ARTICLE.search(parts.query)
    return not NO_ARTICLE.search(parts.path) and not QUERY_NO_ARTICLE.search(parts.query)


class _Around(NamedTuple):
    """What an element, or one around it, is."""

    frame: bool = False  # navigation, a sidebar, a footer
    entry: bool = False  # a headline, or an entry's own box
    menu: bool = False


class _Boxes:
    """The elements around the links of a page: each is looked at once, for all that stands in it."""

    def __init__(self) -> None:
        self._known: dict[HtmlElement | None, _Around] = {None: NOTHING}

    def around(self, element: HtmlElement | None) -> _Around:
        new = []
        while element not in self._known:
            assert element is not None
            new.append(element)
            element = element.getparent()
        known = self._known[element]
        for inner in reversed(new):
            own = _itself(inner)
            if own is not NOTHING:
                known = _Around(known.frame or own.frame, known.entry or own.entry, known.menu or own.menu)
            self._known[inner] = known
        return known


NOTHING = _Around()
PLAIN = frozenset(
    ("ul", "ol", "li", "div", "p", "span", "a", "section", "main", "table", "tr", "td")
)  # tags that say nothing by themselves


def _itself(element: HtmlElement) -> _Around:
    tag, said = element.tag, element.get("class") or ""
    if not said and tag in PLAIN and not element.get("id"):
        return NOTHING
    return _Around(
        frame=tag in ("nav", "aside", "footer"),
        entry=tag in ("h1", "h2", "h3", "h4", "article") or (tag != "body" and bool(ENTRY_CLASS.search(said))),
        menu=tag not in ("body", "html") and (tag in ("nav", "header") or bool(MENU.search(f"{said} {element.get('id') or ''}"))),
    )


def _is_entry(anchor: HtmlElement, boxes: _Boxes) -> bool:
    """A headline's link, or one inside an entry's own box; not navigation, not a sidebar."""
    if "bookmark" in (anchor.get("rel") or "").split():
        return True
    around = boxes.around(anchor)
    return around.entry and not around.frame


def _is_headline(anchor: HtmlElement) -> bool:
    """Some sites name their daily letters as others do their months; a list of months has no headlines."""
    return any(element.tag in ("h1", "h2", "h3", "h4") for element in (anchor, *anchor.iterancestors(), *anchor))
