"""Listing pages: the front page, archives of authors and categories, with /page/N. The last resort of discovery. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement, document_fromstring

ENTRY = re.compile(r"(?:^|[\s_-])(?:headline|title|teaser|hentry|post|entry|story|item)(?:$|[\s_-])", re.I)
NO_ARTICLE = re.compile(
    r"/(?:page|author|authors|category|categories|tag|tags|topic|topics|feed|comments|wp-admin|wp-login\.php|wp-content|wp-json|search)(?:/|$)"
    r"|\.(?:jpe?g|png|gif|webp|svg|pdf|mp3|mp4|zip|css|js|xml|rss|ics)$|^/?$",
    re.I,
)
QUERY_NO_ARTICLE = re.compile(r"(?:^|&)(?:s|feed|paged|cat|tag|author|m|replytocom|rest_route|share|format)=", re.I)


@dataclass(frozen=True, slots=True)
class ListingPage:
    articles: tuple[str, ...]  # addresses that look like entries, in reading order
    next_page: str | None


def read_listing_page(html: str, url: str, number: int) -> ListingPage:
    """The entries of the ``number``-th page of a listing, and the address of the next one."""
    try:
        root = document_fromstring(html or "<html/>")
    except (ValueError, AssertionError):
        return ListingPage((), None)
    links = [(anchor, urljoin(url, anchor.get("href").strip())) for anchor in root.iter("a") if _usable(anchor.get("href"))]
    inside = [(anchor, link.split("#")[0]) for anchor, link in links if urlsplit(link).netloc == urlsplit(url).netloc]
    entries = [link for anchor, link in inside if _is_address(link) and _is_entry(anchor)]
    entries = entries or [link for _, link in inside if _is_address(link)]
    return ListingPage(tuple(dict.fromkeys(entries)), _next(inside, url, number))


def _usable(href: str | None) -> bool:
    return bool(href) and not re.match(r"\s*(?:#|javascript:|mailto:|tel:|data:)", href or "", re.I)


def _is_address(link: str) -> bool:
    parts = urlsplit(link)
    if parts.query:
        return not QUERY_NO_ARTICLE.search(parts.query)
    return not NO_ARTICLE.search(parts.path)


def _is_entry(anchor: HtmlElement) -> bool:
    """A headline's link, or one inside an entry's own box; not navigation, not a sidebar."""
    if "bookmark" in (anchor.get("rel") or "").split():
        return True
    for element in (anchor, *anchor.iterancestors()):
        if element.tag in ("nav", "aside", "footer"):
            return False
        if element.tag in ("h1", "h2", "h3", "h4", "article") or (ENTRY.search(element.get("class") or "") and element.tag != "body"):
            return True
    return False


def _next(inside: list[tuple[HtmlElement, str]], url: str, number: int) -> str | None:
    wanted = re.compile(rf"/page/?{number + 1}/?$|[?&](?:paged?|page)={number + 1}(?:&|$)|/page{number + 1}(?:\.html)?/?$")
    return next(
        (link for anchor, link in inside if wanted.search(link)),
        next((link for anchor, link in inside if "next" in (anchor.get("rel") or "").split() and link != url), None),
    )
