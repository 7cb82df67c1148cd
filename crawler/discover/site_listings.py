"""The listing pages of one site: takes its front page, the sections that its menus lead to, and its indexes by month or year; gives the
entries, page after page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discover.index_pages import latest_first
from crawler.discover.limits import (
    BESIDE_REST_AT_MOST,
    FILES_AT_MOST,
    INDEXES_IN_VAIN,
    LANGUAGES_AT_MOST,
    NAMED_ELSEWHERE,
    NOTHING_NEW,
    SECTIONS_AT_MOST,
    Reading,
)
from crawler.discover.list_files import listing_page_of
from crawler.discover.listing import ListingPage
from crawler.errors import Forbidden

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.discover.discovered import DiscoveredUrls
    from crawler.discover.list_files import ListFiles


SCRIPTED = "it goes on behind a button that does nothing without a script"


class SiteListings:
    """Reads the listings of one site. ``files`` asks for them; ``found`` keeps what they name."""

    def __init__(self, files: ListFiles, found: DiscoveredUrls) -> None:
        self.files, self.found, self.run = files, found, files.run
        self.followed: set[str] = set()  # further pages of listings
        self.named: set[str] = set()  # addresses that a listing names as its next page, or that proved to be listings before
        self.barred: set[str] = set()  # next pages that robots.txt forbids, or that are not there: the listing leads no further
        self.scripted: dict[str, str] = {}  # the address of a listing that a script alone leads on -> why it is not read further
        self.was_read = False
        self.kept: dict[str, Response] = {}  # sections, by their address: what proves to be no listing is not asked for twice

    async def read(self) -> Reading:
        """The front page's listing to its last page; where the front page has none, those that its menus lead to.

        Beside another list both are read: where REST gives the articles, each while it names something new; where it does not, the
        front page's listing to its end, or as far as ``NAMED_ELSEWHERE`` lets it, and the sections so where it has none.
        """
        home, first = await self.files.front()
        self.was_read = True
        self._note_total(home, first)
        most = BESIDE_REST_AT_MOST if self.found.by_rest else NAMED_ELSEWHERE
        reading = await self._follow(home, first, most)
        others = [await self._section(address, most) for address in self._languages(first)]
        reading = "news" if reading == "whole" and "news" in others else reading or ("news" if "news" in others else "")
        barred = self.run.addresses.canonical(first.next_page or "") in self.barred
        if (reading or first.next_page) and not (self.found.beside or barred):
            return reading
        patience = 1 if self.found.by_rest or first.next_page else NAMED_ELSEWHERE
        readings = [await self._section(address, patience) for address in self._sections(first)]
        if (barred or not first.next_page) and not self.found.by_rest:  # a pager leads to all; REST counts what it holds
            readings.append(await self._indexes(first))
        if not self.found.beside:
            self.found.followed = "news" not in readings
        return "news" if self.found.addresses else ""  # what stands in no section is not seen: never the whole

    def failed(self) -> list[str]:
        """What went wrong with pages that a listing names as its next one: what they hold is not known."""
        return [why for address, why in self.files.failures.items() if address in self.named]

    def forbidden(self) -> list[str]:
        """Next pages that robots.txt keeps us from."""
        return [address for address in self.named if isinstance(self.files.ended.get(address), Forbidden)]

    def _languages(self, first: ListingPage) -> list[str]:
        """The site's front pages in other languages."""
        ours = [address for address in first.languages if self.run.addresses.belongs(address)][:LANGUAGES_AT_MOST]
        return [address for address in ours if self.run.addresses.canonical(address) != self.run.site.home]

    def _sections(self, first: ListingPage) -> tuple[str, ...]:
        """The menus' addresses; once it is known which of them are listings, these."""
        found = self.run.checkpoints.refs("sections") if self.run.options.mode == "update" and not self.found.beside else None
        return tuple(found or [section for section in first.sections if self.run.addresses.belongs(section)][:SECTIONS_AT_MOST])

    async def _section(self, address: str, patience: int) -> Reading:
        if self.run.addresses.canonical(address) in self.followed:
            return ""
        response = await self.files.fetch(address, "listing")
        if response is None:
            return "" if address in self.files.ended else "news"
        self.kept[self.run.addresses.canonical(address)] = response
        page = self._page(response)
        self.found.sections += [address] if page.boxed or page.next_page else []
        return await self._follow(response, page if page.boxed else ListingPage((), page.next_page, False), patience)

    async def _indexes(self, first: ListingPage) -> Reading:
        """The index pages that the front page names, and those that these name. Only what the front page does not link counts as an
        entry where an index has no boxes: the rest is the frame of every page."""
        waiting, seen, idle = latest_first(first.indexes), set[str](), 0
        while waiting and len(seen) < FILES_AT_MOST:
            address = waiting.pop(0)
            if self.run.addresses.canonical(address) in seen or not self.run.addresses.belongs(address):
                continue
            seen.add(self.run.addresses.canonical(address))
            self.named.add(address)
            before = len(self.found.addresses)
            response = await self.files.fetch(address, "listing")
            if response is None:
                idle += address in self.files.ended  # a calendar may lead to months that the site does not have
                enough = False
            else:
                self.kept[self.run.addresses.canonical(address)] = response
                page = self._page(response)
                entries = [address for address in page.articles if page.boxed or address not in first.links]
                reading = await self._follow(response, page, 1, frame=first.links)
                idle = 0 if len(self.found.addresses) > before else idle + 1
                enough = reading == "news" or self.files.enough(entries)
                waiting = latest_first({*waiting, *page.indexes})
            if idle >= INDEXES_IN_VAIN if self.found.beside else enough:
                return "news"
        return "news" if waiting else ""

    def _page(self, response: Response) -> ListingPage:
        page = listing_page_of(response)
        self._note_total(response, page)
        return page

    def _note_total(self, response: Response, page: ListingPage) -> None:
        if page.total is not None and self.run.addresses.canonical(response.url) == self.run.site.home:
            self.found.totals[response.url] = page.total  # a section's number is that of its own, and may count what is for sale

    async def _follow(self, response: Response, page: ListingPage, patience: int, frame: frozenset[str] | None = None) -> Reading:
        """Keep what a listing names, from this page to its last. Links outside of headlines and boxes count on the first page of a
        site's only list, and on an index page where its ``frame``, the links of every page, does not have them.

        ``patience``: beside another list, after how many pages in a row without anything new it is given up.
        """
        seen, named, circling, idle = {response.url}, set[str](), 0, 0
        for number in range(1, FILES_AT_MOST):
            entries = page.articles if page.boxed or (number == 1 and not self.found.beside and frame is None) else ()
            if frame is not None and not page.boxed:
                entries = tuple(address for address in page.articles if address not in frame)
            new = [self.found.add(address, "listing") for address in entries]
            idle = 0 if any(new) else idle + 1
            circling = 0 if named.union(entries) > named else circling + 1
            named.update(entries)
            if page.next_page is None and page.scripted and page.boxed:
                self.scripted[response.url] = SCRIPTED
                return "news"
            if page.next_page is None:
                self.found.read_whole |= {response.url} if number > 1 else set()
                return "whole" if number > 1 else ""
            if circling >= NOTHING_NEW or page.next_page in seen:
                return "news"
            if idle >= patience if self.found.beside else self.files.enough(list(page.articles)):
                return "news"  # lists that are compared are read however much of them is known
            seen.add(page.next_page)
            self.named.add(page.next_page)
            self.followed.add(self.run.addresses.canonical(page.next_page))
            following = await self.files.fetch(page.next_page, "listing")
            if following is None:
                ended = page.next_page in self.files.ended
                self.barred |= {self.run.addresses.canonical(page.next_page)} if ended else set()
                return "" if ended else "news"
            page = self._page(following)
        return "news"
