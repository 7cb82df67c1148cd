"""Asks for the files of a site's lists: takes an address, gives the response or what a reader makes of it, and keeps which lists there
are none of and which failed though something names them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from archive.clock import later
from archive.queries import held_addresses, holdings
from crawler.discover.listing import ListingPage, read_listing_page
from crawler.discover.xml import CUT, ListFile
from crawler.errors import BadStatus, DoorClosed, FetchError, Forbidden, Limited, OutsideSite

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.session.session import Run

logger = logging.getLogger(__name__)
T = TypeVar("T", bound=ListFile)
NOT_THERE = (400, 401, 403, 404, 410)  # there is no such list; other failures pass


def listing_page_of(response: Response) -> ListingPage:
    """What an answer is as a page of a listing."""
    link_header = b", ".join(response.headers.getlist("Link")).decode("latin-1")
    return read_listing_page(response.text if hasattr(response, "text") else "", response.url, link_header)


class ListFiles:
    """The files of the lists of one site, in one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.ended: dict[
            str, FetchError | OutsideSite
        ] = {}  # address at which there is no such list, or no such page of it -> how it says so
        self.failures: dict[str, str] = {}  # address -> what else went wrong; it may pass
        self.broken: dict[str, str] = {}  # files that could not be read whole -> their door
        self._front: ListingPage | None = None
        self.cut: dict[str, str] = {}  # those of them that end too early -> their door: what the rest names is not known

    async def get(self, url: str, door: str, read: Callable[[bytes, str], T]) -> T | None:
        """One list's file, read; None where there is none, or none that can be relied on."""
        response = await self.fetch(url, door)
        if response is None:
            return None
        run = self.run
        closed = run.remembered(url)["closed"]
        try:
            found = read(response.body, response.url)
        except DoorClosed as error:
            if response.meta["capture"].truncated or CUT in str(error):
                self.failures[url] = str(error)
            run.store.save_list(run.site_id, url, door=door, url=url, closed=str(error), checked_at=run.store.now())
            return None
        if closed:
            run.store.save_list(run.site_id, url, closed=None, checked_at=run.store.now())
        if broken := found.broken or (CUT if response.meta["capture"].truncated else ""):
            self.broken[url] = door
            self.cut |= {url: door} if CUT in broken else {}
            run.outcome.note(f"{url} is broken ({broken}): it was read as far as it can be read, and is not the whole list")
        return found

    async def fetch(self, url: str, door: str) -> Response | None:
        """A list's answer; None where there is none, with the reason in ``ended`` or ``failures``."""
        try:
            return await self.run.web.get(self.run.addresses.canonical(url), door=door)
        except Limited:
            raise
        except (FetchError, OutsideSite) as error:
            logger.info("%s", error)
            if isinstance(error, (Forbidden, OutsideSite)) or (isinstance(error, BadStatus) and error.status in NOT_THERE):
                self.ended[url] = error
            else:
                self.failures[url] = str(error)
            return None

    async def front(self) -> tuple[Response, ListingPage]:
        """The site's front page, and what it names as a listing: it is taken apart once in a run. Raises as ``Run.front_page`` does."""
        home = await self.run.front_page()
        if self._front is None:
            self._front = listing_page_of(home)
        return home, self._front

    def lacks(self, url: str) -> bool:
        """Whether an address gave nothing, rather than something that is no list."""
        return url in self.ended or url in self.failures

    @cached_property
    def _known(self) -> set[str]:
        """What was held or named as a gap when it was first asked for: before this run read any page of what its lists name."""
        return {*self.run.store.ask(held_addresses.known_addresses, self.run.site_id)} | self.run.store.ask(holdings.gaps, self.run.site_id)

    def all_known(self, addresses: Iterable[str]) -> bool:
        """Whether each of these addresses is held, or named as a gap."""
        return all(self.run.addresses.canonical(address) in self._known for address in addresses)

    def enough(self, addresses: list[str]) -> bool:
        """True when a list that runs from the newest to the oldest need not be followed: all that it names here is known,
        and the last time that a list was followed as far as it leads is younger than the sweep allows."""
        run, last = self.run, self.run.checkpoints.followed()
        if run.options.mode == "full" or not addresses or not last:
            return False
        return later(last, days=run.sweep_days or 30) > run.store.now() and self.all_known(addresses)
