"""Removed articles whose addresses answer neither 404 nor 410: they redirect to the front page or a listing, or show an error page
with status 200.

One such answer proves nothing: a redesign, a broken redirect or a wall looks the same. The article is called missing only if the
site's whole list, which named it before, does not name it now, if other articles are there as ever in the same run, and if the
answer was the same more than GONE_AFTER hours before. When many articles answer so at once, none is marked (``Run.may_mark``). On
sites with REST, REST says what is gone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit, urlunsplit

from archive.clock import later
from archive.queries import backlog, holdings
from archive.text.urls import same_page
from crawler.admission.judge import ANOTHER, letters, no_article
from crawler.errors import FetchError, Limited, NotBelieved, OutsideSite
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.pages.reader import Shown
from crawler.session.outcome import ALARM

if TYPE_CHECKING:
    from archive.store.absences import Table
    from crawler.discover.discovered import DiscoveredUrls
    from crawler.session.session import Run

WITNESSES = 3  # held articles that have to be there as ever


class Door(Protocol):
    """What the judge needs of the door that reads the pages."""

    run: Run
    as_ever: set[str]  # addresses of articles that were held and that this run has read again
    absent: list[tuple[Table, int, int, str]]  # (table, our id, capture id, when)
    unsaid: dict[int, str]  # our ids of absent articles whose addresses do not say so -> how it shows

    async def read_or_name(self, address: str) -> None: ...

    async def release(self) -> None: ...


class Elsewhere:
    """Judges the pages that were not believed in one run. ``found`` is what the site's lists name; without it nothing is judged."""

    def __init__(self, door: Door, found: DiscoveredUrls | None) -> None:
        self.door, self.found, self.run = door, found, door.run
        self._well: bool | None = None  # whether other articles are there as ever
        self._nothing: dict[str, Shown | None] = {}  # folder of an address -> what the site shows there for what cannot exist
        self._first = self.run.checkpoints.elsewhere()  # our id -> first seen to be so
        self._still: dict[str, str] = {}

    async def explains(self, address: str, why: Exception, shown: Shown | None) -> bool:
        """Whether a page was not believed because its article is no longer there; then it is on the way to be called missing."""
        held = self.run.context.held(address)
        gone = self.found is not None and address in self.found.unlisted
        if not gone or shown is None or held is None or not isinstance(why, NotBelieved):
            return False
        reason = ANOTHER if why.reason == ANOTHER else await self._reason(address, shown)
        if reason is None or not await self._others_are_there():
            return False
        now, number = self.run.store.now(), str(held["id"])
        first = self._first.get(number, "")
        first = first if first > held["last_seen_at"] else now
        self._still[number] = first
        if held["missing_since"] or later(first, hours=self.run.gone_after) <= now:
            capture, at = self.run.store.ask(holdings.last_capture, self.run.crawl_id, address)
            self.door.absent.append(("articles", held["id"], capture, at))
            self.door.unsaid[held["id"]] = reason
        else:
            self.run.outcome.add(ALARM, f"{address} is no longer listed, and {reason}: it is called missing if that is so in a later run")
        return True

    def remember(self) -> None:
        """What was so in this run, for the next; what was asked for and was not so is forgotten."""
        if self.found and self.found.whole and self._still != self._first:
            self.run.checkpoints.save_elsewhere(self._still)

    async def _reason(self, address: str, shown: Shown) -> str | None:
        """How the address shows that its article is not there; None when it does not."""
        arrived = self.run.addresses.canonical(shown.arrived)
        if arrived == self.run.site.home:
            return "its address leads to the front page"
        if not same_page(arrived, address) and (no_article(shown.article) or "").startswith("a listing"):
            return "its address leads to a listing"
        if same_showing(shown, await self._where_nothing_is(address), address):
            return "its address shows what the site shows where there is nothing"
        return None

    async def _where_nothing_is(self, address: str) -> Shown | None:
        """What the site shows beside an address, where nothing can be; None where it says honestly that nothing is there."""
        nowhere = beside(address)
        if nowhere not in self._nothing:
            try:
                response = await self.run.context.source.get(nowhere, door="page")
                self._nothing[nowhere] = Shown(response.url, await self.run.context.parser.page(response))
            except Limited:
                raise
            except (FetchError, OutsideSite, ExtractionCut, ExtractionFailed):
                self._nothing[nowhere] = None
        return self._nothing[nowhere]

    async def _others_are_there(self) -> bool:
        """Held articles that the list still names are read, unless enough were read in this run, and all of them are as ever."""
        if self._well is None:
            assert self.found is not None
            listed = [url for url in self.run.store.ask(backlog.longest_unread_pages, self.run.site_id) if url in self.found.addresses]
            others = [url for url in listed if url in self.door.as_ever]
            for url in listed[: WITNESSES - len(others)] if len(others) < WITNESSES else ():
                await self.door.read_or_name(url)
            await self.door.release()
            others = [url for url in listed if url in self.door.as_ever]
            self._well = len(others) >= min(WITNESSES, len(listed)) > 0
        return self._well


def beside(address: str) -> str:
    """An address in the same folder, of the same kind, at which nothing can be."""
    parts = urlsplit(address)
    folder, _, name = parts.path.rstrip("/").rpartition("/")
    stem, dot, ending = name.rpartition(".")
    nothing = f"nothing-is-here-{hashlib.sha256(folder.encode()).hexdigest()[:12]}"
    path = f"{folder}/{nothing}{dot + ending if stem else ''}{'/' if parts.path.endswith('/') and name else ''}"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def same_showing(one: Shown, other: Shown | None, asked: str) -> bool:
    """Whether two addresses show the same: where they lead, the headline and the text."""
    if other is None:
        return False
    stayed = [same_page(shown.arrived, url) for shown, url in ((one, asked), (other, beside(asked)))]
    if stayed[0] != stayed[1] or not (stayed[0] or same_page(one.arrived, other.arrived)):
        return False
    return letters(one.article.title) == letters(other.article.title) and one.article.text == other.article.text
