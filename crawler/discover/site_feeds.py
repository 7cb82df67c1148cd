"""The feeds of one site: takes where the front page says that they are, gives the items of the articles' feed, page after page, and
those of the comments feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discover.discovered import DiscoveredUrls, remember_feed
from crawler.discover.feed import FeedItem, feed_links, read_feed
from crawler.discover.limits import FILES_AT_MOST, NOTHING_NEW, Reading
from crawler.discover.xml import absolute_link

if TYPE_CHECKING:
    from crawler.discover.list_files import ListFiles

FEEDS = {"feed": "feed/", "comments feed": "comments/feed/"}


class SiteFeeds:
    """Reads the feeds of one site. ``files`` asks for them; ``found`` keeps what they name."""

    def __init__(self, files: ListFiles, found: DiscoveredUrls) -> None:
        self.files, self.found, self.run = files, found, files.run
        self.discussed_read = False
        self.fresh: list[str] = []  # addresses that no other list had named
        self.named: set[str] = set()  # feeds that the front page names, or that were read before

    async def read_first(self) -> None:
        """The first page of the articles' feed: what is newest, its times to the second, its authors. And the comments feed."""
        await self._find()
        for item in await self.files.get(self._url("feed"), "feed", read_feed) or []:
            self._keep(item)
        remember_feed(self.run, self.found)
        await self.read_discussed()

    async def read_discussed(self) -> None:
        """The comments feed alone, once in a run."""
        if self.discussed_read:
            return
        await self._find()
        self.discussed_read = True
        self.found.discussed = await self.files.get(self._url("comments feed"), "feed", read_feed) or []

    async def read_pages(self) -> Reading:
        """To the feed's end, which is a 404 beyond the last page; a page that fails is no end."""
        try:
            return await self._follow()
        finally:
            remember_feed(self.run, self.found)

    async def page(self, number: int) -> list[FeedItem]:
        """One further page of the articles' feed; empty beyond its end."""
        return await self.files.get(self._page(number), "feed", read_feed) or []

    async def _follow(self) -> Reading:
        """Beside another list it is followed while it names something new, however much of it is held."""
        items, idle = list(self.found.items.values()), 0
        for number in range(2, FILES_AT_MOST):
            if not items:
                at_its_end = number > 3 and self._page(number - 1) in self.files.ended
                return "whole" if at_its_end and "feed" not in self.files.broken.values() else ""
            if idle >= NOTHING_NEW if self.found.beside else self.files.enough([item.url for item in items]):
                return "news"
            items, fresh = await self.page(number), len(self.fresh)
            if items and not sum(self._keep(item) for item in items):
                return ""  # the same page again: this feed has no paging
            idle = 0 if len(self.fresh) > fresh else idle + 1
        return ""

    def _keep(self, item: FeedItem) -> bool:
        """Keep an item of the articles' feed; False when it was known."""
        address = self.run.addresses.canonical(item.url)
        if not self.run.addresses.belongs(address) or address in self.found.items:
            return False
        self.found.items[address] = item
        self.fresh += [address] if self.found.add(address, "feed", item.updated_at or "") else []
        return True

    async def _find(self) -> None:
        """Remember the feeds that the front page names, else WordPress's usual places."""
        if all(self.run.remembered(name)["url"] for name in FEEDS):
            return
        home = await self.run.front_page()
        named = feed_links(home.text if hasattr(home, "text") else "", home.url)
        ours = [address for address in named if self.run.addresses.reaches(address)]
        for name, usual in FEEDS.items():
            fits = [address for address in ours if ("comments" in address) == (name == "comments feed")]
            url = self.run.addresses.canonical(fits[0] if fits else absolute_link(self.run.site.home, usual))
            self.run.store.save_list(self.run.site_id, name, door="feed", url=url)
            self.named |= {url} if fits else set()

    def failed(self) -> list[str]:
        """What went wrong with the articles' feed, where the site names one."""
        url = self.run.remembered("feed")["url"]
        is_named = url in self.named or self.run.remembered("feed")["total"]
        return [why for address, why in self.files.failures.items() if is_named and url and address.startswith(url)]

    def _url(self, name: str) -> str:
        return str(self.run.remembered(name)["url"])

    def _page(self, number: int) -> str:
        url = self._url("feed")
        return f"{url}{'&' if '?' in url else '?'}paged={number}"
