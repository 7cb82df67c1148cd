"""The feeds of one site: takes where the front page says that they are, gives the items of the articles' feed, page after page, and
those of the comments feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.queries import held_addresses
from crawler.discover.discovered import DiscoveredUrls, remember_feed
from crawler.discover.feed import Feed, FeedItem, feed_links, read_feed
from crawler.discover.limits import FILES_AT_MOST, NOTHING_NEW, Reading
from crawler.discover.xml import absolute_link
from crawler.errors import BadStatus

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
        self.linked: set[str] = set()  # pages that a feed links as its next
        self.further = ""  # where the articles' feed says that its older items are

    async def read_first(self) -> None:
        """The first page of the articles' feed: what is newest, its times to the second, its authors. And the comments feed, which says
        under which held articles something is new: where none is held, all pages are read."""
        await self._find()
        feed = await self._first_page("feed")
        for item in feed or ():
            self._keep(item)
        self._note(self._url("feed"), feed)
        remember_feed(self.run, self.found)
        if self._is_held():
            await self.read_discussed()

    async def read_discussed(self, *, guessed: bool = True) -> None:
        """The comments feed alone, once in a run; without ``guessed`` only where the front page of this run names it."""
        if self.discussed_read:
            return
        await self._find()
        if not guessed and self._url("comments feed") not in self.named:
            return
        self.discussed_read = True
        self.found.discussed = await self._first_page("comments feed") or []

    async def _first_page(self, name: str) -> Feed | None:
        """The first page of a feed; None where it gives nothing. One that never named an article, and was not there, waits for its time."""
        run, url = self.run, self._url(name)
        if run.options.mode == "update" and not run.remembered(name)["total"] and not run.closed_doors.is_due(name):
            return None
        feed = await self.files.get(url, "feed", read_feed)
        if feed is not None:
            run.closed_doors.note_open(name)
        elif url not in self.files.failures:
            run.closed_doors.note_closed(name)
        return feed

    def _is_held(self) -> bool:
        """Whether any article of the site is."""
        return next(iter(self.run.store.ask(held_addresses.known_addresses, self.run.site_id)), None) is not None

    async def read_pages(self) -> Reading:
        """To the feed's end, which is a 404 beyond the last page; a page that fails is no end."""
        try:
            return await self._follow()
        finally:
            remember_feed(self.run, self.found)

    async def page(self, number: int) -> list[FeedItem]:
        """One further page of the articles' feed; empty beyond its end."""
        return await self.files.get(self._page(number), "feed", read_feed) or []

    def ends_before(self, number: int) -> bool:
        """Whether this run found the articles' feed to have no page of a number below this one."""
        pages = (self._page(before) for before in range(2, min(number, FILES_AT_MOST)))
        return any(isinstance(self.files.ended.get(page), BadStatus) for page in pages)

    async def _follow(self) -> Reading:
        """Beside another list it is followed while it names something new, however much of it is held."""
        if self.further:
            return await self._follow_links()
        items, idle = list(self.found.items.values()), 0
        for number in range(2, FILES_AT_MOST):
            if not items:
                at_its_end = number > 3 and self._page(number - 1) in self.files.ended
                return "whole" if at_its_end and "feed" not in self.files.broken.values() else ""
            if self._is_enough(items, idle):
                return "news"
            items, fresh = await self.page(number), len(self.fresh)
            if items and not sum(self._keep(item) for item in items):
                return ""  # the same page again: this feed has no paging
            idle = 0 if len(self.fresh) > fresh else idle + 1
        return ""

    async def _follow_links(self) -> Reading:
        """The same where each page of the feed links the next (RFC 5005, JSON Feed's next_url): the last one links none."""
        items, idle, seen = list(self.found.items.values()), 0, {self._url("feed")}
        while self.further not in seen and len(seen) < FILES_AT_MOST:
            if not self.further:
                whole = "feed" not in self.files.broken.values()
                self.found.read_whole |= {self._url("feed")} if whole else set()
                return "whole" if whole else ""
            if self._is_enough(items, idle):
                return "news"
            seen.add(address := self.further)
            self.linked.add(address)
            feed, fresh = await self.files.get(address, "feed", read_feed), len(self.fresh)
            if feed is None:
                return "news"
            items, known = list(feed), sum(self._keep(item) for item in feed)
            self._note(address, feed)
            if items and not known:
                self.files.failures[address] = f"{address}, which the feed links as its next page, shows the same items again"
                return ""
            idle = 0 if len(self.fresh) > fresh else idle + 1
        return ""

    def _is_enough(self, items: list[FeedItem], idle: int) -> bool:
        return idle >= NOTHING_NEW if self.found.beside else self.files.enough([item.url for item in items])

    def _note(self, address: str, feed: Feed | None) -> None:
        """Where the feed goes on, and how many items it says that it has."""
        further = feed.next_page if feed is not None else ""
        self.further = further if self.run.addresses.reaches(further) else ""
        if feed is not None and feed.total is not None:
            self.found.totals[self._url("feed")] = feed.total

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
        cut = {address: f"{address} is cut off" for address, door in self.files.cut.items() if door == "feed"}
        failures = cut | self.files.failures
        first = [why for address, why in failures.items() if is_named and url and address.startswith(url) and address not in self.linked]
        return first + [str(why) for address, why in (*failures.items(), *self.files.ended.items()) if address in self.linked]

    def _url(self, name: str) -> str:
        return str(self.run.remembered(name)["url"])

    def _page(self, number: int) -> str:
        url = self._url("feed")
        return f"{url}{'&' if '?' in url else '?'}paged={number}"
