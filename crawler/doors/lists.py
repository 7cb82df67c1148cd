"""What a site without REST lists: sitemaps, feeds, listing pages. Each list says whether it was read whole."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from archive.errors import ConfigurationError
from crawler.discover.feed import FeedItem, read_feed
from crawler.discover.listing import read_listing_page
from crawler.discover.sitemap import PLACES, Sitemap, read_sitemap
from crawler.errors import BadStatus, DoorClosed, Forbidden, OutsideSite

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.spiders.site import SiteSpider

logger = logging.getLogger(__name__)
T = TypeVar("T")
FEEDS = {"feed": "feed/", "comments feed": "comments/feed/"}
FILES_AT_MOST = 2_000  # sitemap files, feed pages, listing pages: a calendar without end must not become a crawl without end


@dataclass(slots=True)
class Found:
    """What the lists name: addresses with their lastmod, newest first where the list has an order."""

    addresses: dict[str, str] = field(default_factory=dict)
    items: dict[str, FeedItem] = field(default_factory=dict)  # article address -> what its feed item says
    discussed: list[FeedItem] = field(default_factory=list)  # items of the comments feed
    whole: bool = False  # one list was read from its first to its last entry
    by: str = ""  # which one: sitemap, feed, listing


class SiteLists:
    """Reads the lists of one site. ``run`` is the spider."""

    def __init__(self, run: SiteSpider) -> None:
        self.run = run
        self.found = Found()

    async def read(self) -> Found:
        """The first feed page always (times, authors, what is newest); then the cheapest list that is whole."""
        for name in FEEDS:
            if not self.run.remembered(name)["url"]:
                await self._find_feeds()
        await self._feeds()
        for name, read in (("sitemap", self._sitemaps), ("feed", self._feed_pages), ("listing", self._listing)):
            if await read():
                self.found.whole, self.found.by = True, name
                break
        return self.found

    async def _get(self, url: str, door: str, read: Callable[[bytes, str], T]) -> T | None:
        """One list's file, read; None where there is none, or none that can be relied on."""
        response = await self._fetch(url, door)
        if response is None:
            return None
        try:
            return read(response.body, response.url)
        except DoorClosed as error:
            self.run.store.save_list(self.run.site_id, url, door=door, url=url, closed=str(error), checked_at=self.run.store.now())
            return None

    async def _fetch(self, url: str, door: str) -> Response | None:
        try:
            return await self.run.web.get(self.run.addresses.canonical(url), door=door)
        except (BadStatus, Forbidden, OutsideSite) as error:
            logger.info("%s", error)
            return None

    # sitemaps

    async def _sitemaps(self) -> bool:
        """True when a sitemap and all its files were read; what a broken file still tells is used, but is not the whole list."""
        places = [*self.run.sitemaps] or [urljoin(self.run.site.home, place) for place in PLACES]
        whole = False
        for place in places:
            whole = await self._sitemap_tree(place) or whole
            if whole and not self.run.sitemaps:
                break
        return whole and bool(self.found.addresses)

    async def _sitemap_tree(self, place: str) -> bool:
        waiting, seen, whole = [place], {place}, True
        while waiting and len(seen) < FILES_AT_MOST:
            sitemap: Sitemap | None = await self._get(waiting.pop(), "sitemap", read_sitemap)
            if sitemap is None:
                whole = False
                continue
            for address, lastmod in reversed(sitemap.addresses.items()):  # WordPress lists the oldest first
                self._add(address, lastmod)
            news = [file for file in sitemap.files if file not in seen and self.run.addresses.belongs(file)]
            seen.update(news)
            waiting += news
        return whole

    def _add(self, address: str, lastmod: str = "") -> None:
        if self.run.addresses.belongs(address):
            here = self.run.addresses.canonical(address)
            if here != self.run.site.home:
                self.found.addresses.setdefault(here, lastmod)

    # feeds

    async def _feeds(self) -> None:
        for item in await self._get(self._feed("feed"), "feed", read_feed) or []:
            self._keep(item)
        self.found.discussed = await self._get(self._feed("comments feed"), "feed", read_feed) or []

    def _keep(self, item: FeedItem) -> bool:
        """Keep an item of the articles' feed; False when it was known."""
        address = self.run.addresses.canonical(item.url)
        if not self.run.addresses.belongs(address) or address in self.found.items:
            return False
        self.found.items[address] = item
        self._add(address)
        return True

    async def _find_feeds(self) -> None:
        """Remember the feeds that the front page names, else WordPress's usual places."""
        home = await self.run.front_page()
        named = feed_links(home.text if hasattr(home, "text") else "", home.url)
        ours = [address for address in named if self.run.addresses.belongs(address)]
        for name, usual in FEEDS.items():
            fits = [address for address in ours if ("comments" in address) == (name == "comments feed")]
            url = self.run.addresses.canonical(fits[0] if fits else urljoin(self.run.site.home, usual))
            self.run.store.save_list(self.run.site_id, name, door="feed", url=url)

    def _feed(self, name: str) -> str:
        return str(self.run.remembered(name)["url"])

    async def feed_page(self, number: int) -> list[FeedItem]:
        """One further page of the articles' feed; empty beyond its end."""
        url = self._feed("feed")
        return await self._get(f"{url}{'&' if '?' in url else '?'}paged={number}", "feed", read_feed) or []

    async def _feed_pages(self) -> bool:
        """True when the feed was read to its end, which is a 404 beyond the last page."""
        if not self.found.items:
            return False
        for number in range(2, FILES_AT_MOST):
            items = await self.feed_page(number)
            if not any([self._keep(item) for item in items]):
                return number > 2 and not items  # page 2 empty or the same: this feed has no paging
        return False

    # listing pages

    async def _listing(self) -> bool:
        """True when the front page's listing was followed to its last page."""
        home = await self.run.front_page()
        url: str | None = home.url
        html, number = home.text if hasattr(home, "text") else "", 1
        while url and number < FILES_AT_MOST:
            page = read_listing_page(html, url, number)
            before = len(self.found.addresses)
            for address in page.articles:
                self._add(address)
            url, number = page.next_page, number + 1
            if not url or (number > 2 and len(self.found.addresses) == before):
                break
            response = await self._fetch(url, "listing")
            if response is None:
                return False
            html, url = response.text if hasattr(response, "text") else "", response.url
        return number > 2 and url is None

    def remember(self) -> None:
        """What this reading of the lists came to, for status and for the next run."""
        now = self.run.store.now()
        marks = json.dumps({"by": self.found.by, "listed": len(self.found.addresses)})
        self.run.store.save_list(
            self.run.site_id,
            "pages",
            door=self.found.by or "listing",
            url=self.run.site.home,
            total=len(self.found.addresses),
            watermark=marks,
            checked_at=now,
            walked_at=now if self.found.whole else None,
        )


def feed_links(html: str, base: str) -> list[str]:
    """Addresses of the feeds that a page's head names."""
    found = []
    for tag in re.findall(r"<link\b[^>]*>", html):
        href = re.search(r"""href=["']([^"']+)["']""", tag)
        if href and re.search(r"application/(?:rss|atom)\+xml", tag):
            found.append(urljoin(base, unescape(href[1])))
    return found


def no_list(home: str, held: int) -> Exception:
    """What it means that no list names an article: a wrong address at first, an alarm for a site that is held."""
    if held:
        return DoorClosed(f"{home}: neither REST nor sitemap, feed or listing could be read; the {held:,} articles held are untouched")
    return ConfigurationError(f"{home} lists no articles: no REST, sitemap, feed or listing found; is this the site's front page?")
