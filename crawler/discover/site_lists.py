"""What a site without REST lists: sitemaps, feeds, listing pages. Each list says whether it was read whole."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar

from archive.clock import later
from archive.errors import ConfigurationError
from archive.queries import holdings
from archive.text.urls import resolve
from crawler.discover.discovered import DiscoveredUrls, remember, remember_feed
from crawler.discover.feed import FeedItem, feed_links, read_feed
from crawler.discover.listing import ListingPage, read_listing_page
from crawler.discover.sitemap import SITEMAP_PLACES, Sitemap, read_sitemap
from crawler.discover.xml import ListFile, absolute_link
from crawler.errors import BadStatus, DoorClosed, FetchError, Forbidden, Limited, OutsideSite, Unreachable

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.session.session import Run

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=ListFile)
FEEDS = {"feed": "feed/", "comments feed": "comments/feed/"}
FILES_AT_MOST = 2_000  # sitemap files, feed pages, listing pages: a calendar without end must not become a crawl without end
FILES_IN_VAIN = 50  # sitemap files in a row that name nothing but further files, or nothing at all
SECTIONS_AT_MOST = 30  # menus of a front page that is no listing itself
NOTHING_NEW = 3  # pages of a listing in a row that name nothing new: it goes in a circle
NOT_THERE = (400, 401, 403, 404, 410)  # there is no such list; other failures pass
Reading = Literal["whole", "news", ""]  # to the last entry; as far as there was something new; there is no such list


class SiteLists:
    """Reads the lists of one site. ``run`` is the present run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.found, self.began = DiscoveredUrls(), run.store.now()
        self.ended: set[str] = set()  # addresses that answered that there is no such list, or no such page of it
        self.failures: list[str] = []  # what else went wrong; it may pass
        self.broken: dict[str, str] = {}  # files that could not be read whole -> their door
        self.known = run.store.ask(holdings.addresses, run.site_id).keys() | run.store.ask(holdings.gaps, run.site_id)

    async def read(self) -> DiscoveredUrls:
        """The first feed page always (times, authors, what is newest); then the cheapest list that is whole.

        Raises Unreachable when nothing could be read because the site fails.
        """
        await self._feeds()
        for name, read in (("sitemap", self._sitemaps), ("feed", self._feed_pages), ("listing", self._listing)):
            if reading := await read():
                self.found.whole, self.found.by = reading == "whole", name
                self.found.followed = self.found.followed or reading == "whole"
                break
        if self.failures and not self.found.addresses:
            raise Unreachable(f"{self.run.site.home}: no list could be read ({self.failures[0]}); try again later")
        return self.found

    async def _get(self, url: str, door: str, read: Callable[[bytes, str], T]) -> T | None:
        """One list's file, read; None where there is none, or none that can be relied on."""
        response = await self._fetch(url, door)
        if response is None:
            return None
        closed = self.run.remembered(url)["closed"]
        try:
            found = read(response.body, response.url)
        except DoorClosed as error:
            self.failures += [str(error)] if response.meta["capture"].truncated else []
            self.run.store.save_list(self.run.site_id, url, door=door, url=url, closed=str(error), checked_at=self.run.store.now())
            return None
        if closed:
            self.run.store.save_list(self.run.site_id, url, closed=None, checked_at=self.run.store.now())
        if broken := found.broken or ("it is cut off" if response.meta["capture"].truncated else ""):
            self.broken[url] = door
            self.run.outcome.note(f"{url} is broken ({broken}): it was read as far as it can be read, and is not the whole list")
        return found

    async def _fetch(self, url: str, door: str) -> Response | None:
        """A list's answer; None where there is none, with the reason in ``ended`` or ``failures``."""
        try:
            return await self.run.web.get(self.run.addresses.canonical(url), door=door)
        except Limited:
            raise
        except (FetchError, OutsideSite) as error:
            logger.info("%s", error)
            if isinstance(error, (Forbidden, OutsideSite)) or (isinstance(error, BadStatus) and error.status in NOT_THERE):
                self.ended.add(url)
            else:
                self.failures.append(str(error))
            return None

    def _add(self, address: str, lastmod: str = "") -> bool:
        """Keep an address of the site; False when it was known to this run, or is no address of an article."""
        if not self.run.addresses.belongs(address):
            return False
        here = self.run.addresses.canonical(address)
        if here == self.run.site.home or here in self.found.addresses:
            return False
        self.found.addresses[here] = lastmod
        return True

    def _enough(self, addresses: list[str]) -> bool:
        """True when a list that runs from the newest to the oldest need not be followed: all that it names here is known,
        and the last time that a list was followed as far as it leads is younger than the sweep allows."""
        last = self.run.checkpoints.followed()
        if self.run.options.mode == "full" or not addresses or not last:
            return False
        recent = later(last, days=self.run.sweep_days or 30) > self.run.store.now()
        return recent and all(self.run.addresses.canonical(address) in self.known for address in addresses)

    # sitemaps

    async def _sitemaps(self) -> Reading:
        """What a broken file still tells is used, but is not the whole list. A site that has none is asked again after a month."""
        named, last = [*self.run.sitemaps], self.run.remembered("sitemap")
        due = self.run.options.mode == "full" or not last["checked_at"] or later(last["checked_at"], days=30) <= self.run.store.now()
        places = [last["url"]] if last["url"] and not last["closed"] else []
        places += [absolute_link(base, place) for base in self._roots() for place in SITEMAP_PLACES] if due or places else []
        found: list[tuple[str, bool]] = []  # (place, whether it was read whole) of those that name articles
        failures = len(self.failures)
        for place in dict.fromkeys([*named, *places]):
            if (found and place not in named) or (last["url"] and len(self.failures) > failures):
                break  # found; or the one that was found before fails today, which makes no other one more likely
            names, whole = await self._sitemap_tree(place)
            found += [(place, whole)] if names else []
        whole = bool(found) and all(whole for _, whole in found)
        place = found[0][0] if found else ""
        if place != last["url"] if found else due and len(self.failures) == failures:
            self._remember_sitemap(place)
        return "whole" if whole else ""

    def _roots(self) -> list[str]:
        """The home, and the root of its host: there the sitemap of a home in a folder may lie."""
        return list(dict.fromkeys((self.run.site.home, resolve(self.run.site.home, "/"))))

    def _remember_sitemap(self, place: str) -> None:
        closed = None if place else "no sitemap with articles was found"
        self.run.store.save_list(self.run.site_id, "sitemap", door="sitemap", url=place, closed=closed, checked_at=self.run.store.now())

    async def _sitemap_tree(self, place: str) -> tuple[int, bool]:
        """(how many addresses of the site it names, whether it was read whole)."""
        waiting, seen, names, asked, idle, whole = [place], {place}, 0, 0, 0, True
        while waiting and asked < FILES_AT_MOST and idle < FILES_IN_VAIN:
            place = waiting.pop()
            sitemap: Sitemap | None = await self._get(place, "sitemap", read_sitemap)
            asked, idle = asked + 1, 0 if sitemap and sitemap.addresses else idle + 1
            if sitemap is None:
                whole = False
                continue
            for address, lastmod in reversed(sitemap.addresses.items()):  # WordPress lists the oldest first
                names += self.run.addresses.belongs(address)
                if not self._add(address, lastmod) and lastmod and (here := self.run.addresses.canonical(address)) in self.found.addresses:
                    self.found.addresses[here] = lastmod  # the feed named it before
            files = [file for file in sitemap.files if file not in seen]
            ours = [file for file in files if self.run.addresses.reaches(file)]
            whole = whole and len(ours) == len(files) and sitemap.whole and place not in self.broken
            seen.update(files)
            waiting += ours
        return names, whole and not waiting

    # feeds

    async def read_discussed(self) -> None:
        """The comments feed alone."""
        if not self.run.remembered("comments feed")["url"]:
            await self._find_feeds()
        self.found.discussed = await self._get(self._feed("comments feed"), "feed", read_feed) or []

    async def _feeds(self) -> None:
        if not all(self.run.remembered(name)["url"] for name in FEEDS):
            await self._find_feeds()
        for item in await self._get(self._feed("feed"), "feed", read_feed) or []:
            self._keep(item)
        remember_feed(self.run, self.found)
        await self.read_discussed()

    def _keep(self, item: FeedItem) -> bool:
        """Keep an item of the articles' feed; False when it was known."""
        address = self.run.addresses.canonical(item.url)
        if not self.run.addresses.belongs(address) or address in self.found.items:
            return False
        self.found.items[address] = item
        self._add(address, item.updated_at or "")
        return True

    async def _find_feeds(self) -> None:
        """Remember the feeds that the front page names, else WordPress's usual places."""
        home = await self.run.front_page()
        named = feed_links(home.text if hasattr(home, "text") else "", home.url)
        ours = [address for address in named if self.run.addresses.reaches(address)]
        for name, usual in FEEDS.items():
            fits = [address for address in ours if ("comments" in address) == (name == "comments feed")]
            url = self.run.addresses.canonical(fits[0] if fits else absolute_link(self.run.site.home, usual))
            self.run.store.save_list(self.run.site_id, name, door="feed", url=url)

    def _feed(self, name: str) -> str:
        return str(self.run.remembered(name)["url"])

    def _feed_page(self, number: int) -> str:
        url = self._feed("feed")
        return f"{url}{'&' if '?' in url else '?'}paged={number}"

    async def feed_page(self, number: int) -> list[FeedItem]:
        """One further page of the articles' feed; empty beyond its end."""
        return await self._get(self._feed_page(number), "feed", read_feed) or []

    async def _feed_pages(self) -> Reading:
        """To the feed's end, which is a 404 beyond the last page; a page that fails is no end."""
        try:
            return await self._follow_feed()
        finally:
            remember_feed(self.run, self.found)

    async def _follow_feed(self) -> Reading:
        items = list(self.found.items.values())
        for number in range(2, FILES_AT_MOST):
            if not items:
                at_its_end = number > 3 and self._feed_page(number - 1) in self.ended
                return "whole" if at_its_end and "feed" not in self.broken.values() else ""
            if self._enough([item.url for item in items]):
                return "news"
            items = await self.feed_page(number)
            if items and not sum(self._keep(item) for item in items):
                return ""  # the same page again: this feed has no paging
        return ""

    # listing pages

    async def _listing(self) -> Reading:
        """The front page's listing to its last page; where the front page has none, those that its menus lead to."""
        home = await self.run.front_page()
        first = self._page(home)
        reading = await self._follow(home, first)
        if reading or first.next_page:
            return reading
        readings = [await self._section(address) for address in self._sections(first)]
        self.found.followed = "news" not in readings
        return "news" if self.found.addresses else ""  # what stands in no section is not seen: never the whole

    def _sections(self, first: ListingPage) -> tuple[str, ...]:
        """The menus' addresses; once it is known which of them are listings, these."""
        found = self.run.checkpoints.refs("sections") if self.run.options.mode == "update" else None
        return tuple(found or [section for section in first.sections if self.run.addresses.belongs(section)][:SECTIONS_AT_MOST])

    async def _section(self, address: str) -> Reading:
        response = await self._fetch(address, "listing")
        if response is None:
            return "" if address in self.ended else "news"
        page = self._page(response)
        self.found.sections += [address] if page.boxed or page.next_page else []
        return await self._follow(response, page if page.boxed else ListingPage((), page.next_page, False))

    def _page(self, response: Response) -> ListingPage:
        return read_listing_page(response.text if hasattr(response, "text") else "", response.url)

    async def _follow(self, response: Response, page: ListingPage) -> Reading:
        """Keep what a listing names, from this page to its last. Links outside of headlines and boxes count on the first page only."""
        seen, idle = {response.url}, 0
        for number in range(1, FILES_AT_MOST):
            new = [self._add(address) for address in page.articles if page.boxed or number == 1]
            idle = 0 if any(new) else idle + 1
            if page.next_page is None:
                return "whole" if number > 1 else ""
            if self._enough(list(page.articles)):
                return "news"
            if idle >= NOTHING_NEW or page.next_page in seen:
                return "news"
            seen.add(page.next_page)
            following = await self._fetch(page.next_page, "listing")
            if following is None:
                return "news"
            page = self._page(following)
        return "news"

    def remember(self) -> None:
        """What this reading of the lists came to, for status and for the next run."""
        remember(self.run, self.found, self.began)


def no_list(home: str, held: int) -> Exception:
    """What it means that no list names an article: a wrong address at first, an alarm for a site that is held."""
    if held:
        return DoorClosed(f"{home}: neither REST nor sitemap, feed or listing could be read; the {held:,} articles held are untouched")
    return ConfigurationError(f"{home} lists no articles: no REST, sitemap, feed or listing found; is this the site's front page?")
