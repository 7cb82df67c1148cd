"""What a site lists, all its lists together: feeds, sitemaps, listing pages. Takes a run, gives the addresses that they name.

No list is taken for the whole site. Every list says whether it was read to its end; now and then all are read and held against each
other, and against what REST gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.clock import later
from archive.errors import ConfigurationError
from archive.queries import beside_rest, held_addresses, holdings
from archive.text.urls import page_key
from crawler.discover.discovered import DiscoveredUrls, remember
from crawler.discover.known_lacks import LIST, compare_totals, name_unread_lists, unread_lists
from crawler.discover.list_files import ListFiles
from crawler.discover.site_feeds import SiteFeeds
from crawler.discover.site_listings import SCRIPTED, SiteListings
from crawler.discover.site_sitemaps import SiteSitemaps
from crawler.errors import DoorClosed, Unreachable
from crawler.session.outcome import UNREACHABLE

if TYPE_CHECKING:
    from crawler.session.session import Run

BESIDE_REST = 6.2  # days between two comparisons where a list has named what REST lacked: a nightly run that is early still comes within 7


class SiteLists:
    """Reads the lists of one site. ``run`` is the present run."""

    def __init__(self, run: Run) -> None:
        self.run, self.began = run, run.store.now()
        self.found, self.files = DiscoveredUrls(run), ListFiles(run)
        self.feeds = SiteFeeds(self.files, self.found)
        self.sitemaps = SiteSitemaps(self.files, self.found)
        self.listings = SiteListings(self.files, self.found)
        self.looked = False  # whether the lists that the site names were asked for

    async def read(self) -> DiscoveredUrls:
        """The lists of a site without REST. The first feed page always (times, authors, what is newest), and the cheapest list that is
        whole; the others too where it is time to compare them.

        Raises Unreachable when nothing could be read because the site fails.
        """
        await self.feeds.read_first()
        await self._read_further(every=self._is_time_to_compare(self.run.sweep_days or 30))
        if not (self.found.addresses or self.files.failures) and (reading := await self.sitemaps.read_rare()):
            self.found.whole, self.found.by = reading == "whole", "sitemap"
        if self.files.failures and not self.found.addresses:
            raise Unreachable(f"{self.run.site.home}: no list could be read ({next(iter(self.files.failures.values()))}); try again later")
        return self.found

    async def read_beside_rest(self) -> DiscoveredUrls:
        """The lists of a site with REST: all of them where it is time to compare them with what REST gives. Where one has ever named
        what REST lacks, the feed in every run."""
        found, beside = self.found, self.run.store.ask(beside_rest.count_beside, self.run.site_id)
        rows = self.run.store.ask(held_addresses.addresses, self.run.site_id)
        found.by_rest = found.beside = True
        found.given = {page_key(row.address) for row in rows if row.by_rest}
        if self._is_time_to_compare(BESIDE_REST if beside else self.run.sweep_days or 30):
            await self.feeds.read_first()
            await self._read_further(every=True)
        else:
            if beside:
                await self.feeds.read_first()
            await self.sitemaps.read_again(unread_lists(self.run))
            self.looked = True
        return found

    def _is_time_to_compare(self, days: float) -> bool:
        last = self.run.checkpoints.compared()
        return self.run.options.mode == "full" or not last or later(last, days=days) <= self.run.store.now()

    async def _read_further(self, *, every: bool) -> None:
        found = self.found
        self.looked = True
        for name, read in (("sitemap", self.sitemaps.read), ("feed", self.feeds.read_pages), ("listing", self.listings.read)):
            if found.by and not every:
                return
            reading = await read()
            if reading and not found.by:
                found.whole, found.by = reading == "whole", name
                found.followed = found.followed or reading == "whole"
            found.beside = found.beside or bool(reading)
        failed = [*self.feeds.failed(), *self.sitemaps.failed(), *self.listings.failed()]
        found.compared = every and not failed
        found.followed = found.followed and not failed  # the next run goes as far as it can, however much of it is known
        if failed and (found.addresses or found.by_rest):
            self.run.outcome.add(UNREACHABLE, f"a list that the site names could not be read: {failed[0]} ({len(failed):,} in all)")

    def remember(self) -> None:
        """What this reading of the lists came to, for status and for the next run."""
        remember(self.run, self.found, self.began)
        compare_totals(self.run, self.found)
        if self.looked:
            forbidden = [] if self.found.whole or self.found.by_rest else self.listings.forbidden()
            scripted = {} if self.found.whole or self.found.by_rest else self._scripted()
            name_unread_lists(self.run, self.sitemaps.unread() | scripted, forbidden)

    def _scripted(self) -> dict[str, str]:
        """Listings that a script alone leads on; of a run that read none, those that earlier runs found."""
        if self.listings.was_read:
            return self.listings.scripted
        known = {address: self.run.store.ask(holdings.gap, self.run.site_id, f"{LIST}{address}") for address in unread_lists(self.run)}
        return {address: SCRIPTED for address, row in known.items() if row is not None and row["reason"] == SCRIPTED}


def no_list(home: str, held: int) -> Exception:
    """What it means that no list names an article: a wrong address at first, an alarm for a site that is held."""
    if held:
        return DoorClosed(f"{home}: neither REST nor sitemap, feed or listing could be read; the {held:,} articles held are untouched")
    return ConfigurationError(f"{home} lists no articles: no REST, sitemap, feed or listing found; is this the site's front page?")
