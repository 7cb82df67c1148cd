"""A slice: takes what is due at one site of a depot, reads it for a while under a claim, commits it, and says what is left to do.

The site's archive lies in a folder of its own meanwhile. It is the same whether a queue hands the site out or this process goes
through a list of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from archive import clock
from archive.db.connection import open_for_reading
from archive.depot.claim import Busy, Claim, NotInDepot, Stale, former_claim
from archive.depot.heads import DamagedHead, SiteHead, SliceOutcome
from archive.depot.manifest import DamagedPack
from archive.depot.objects import DepotAway, DepotFull
from archive.depot.sessions import LEASE as LEASE_SECONDS
from archive.errors import ArchiveError, NewerSchema
from archive.queries.liveliness import FAILED, last_visit, liveliness
from archive.queries.named import site_named
from crawler.cluster.hosts import HostClaim, claim_host
from crawler.cluster.kept_folders import UNDER_WAY, KeptFolders
from crawler.cluster.leases import SliceLease, kept_alive
from crawler.cluster.visits import Visited, Visits, close
from crawler.http.lease import LEASE
from crawler.session.outcome import BUG, COMPLETE, INTERRUPTED, STORAGE

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archive.depot.depot import Depot

logger = logging.getLogger(__name__)
OURS = (BUG, STORAGE)  # exit codes that say more of this machine than of the site
GRACE = 12.0  # seconds after a signal in which answers under way may still come
TRIES = 3  # of a site that ends with one of them; then that is its outcome
AWAY = 5.0  # seconds after which a depot that did not answer is asked again
BUSY = LEASE_SECONDS / 2  # seconds after which a site that another worker reads is looked at again
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Due:
    """A site to be read. ``after``: the epoch of its outcome when it was found to be due: one with a later outcome has been read since.

    ``host``: where several sites lie on one host, that host: one of them is read at a time. ``since``: when it was due. ``tries``: how
    often it failed for reasons of a worker's own. ``doubled``: how often the slice's time was doubled: a site whose lists alone take
    longer than a slice would begin them anew for ever.
    """

    site: str
    after: int = 0
    since: str = ""
    host: str = ""
    tries: int = 0
    doubled: int = 0


class Ending(Enum):
    """What became of a slice."""

    READ = "read"
    REST = "the rest is to be read"
    BUSY = "another worker reads it"
    LOST = "another worker has taken it over"
    FAILED = "this worker failed"
    REFUSED = "a newer release wrote it"
    AWAY = "the depot does not answer"
    DROPPED = "there is nothing to do"


@dataclass(frozen=True, slots=True)
class SliceEnd:
    """``again``: what is to be read, ``wait`` seconds from now at the earliest; None where nothing is left."""

    verdict: Ending
    visit: Visited
    again: Due | None = None
    wait: float = 0.0


class Slices:
    """The slices of one process. It is used by the thread of the event loop alone."""

    def __init__(self, depot: Depot, visits: Visits, kept: KeptFolders, seconds: float, delay: float, jobs: int) -> None:
        """``kept``: the folders of the sites; ``delay``: DOWNLOAD_DELAY."""
        self.depot, self.visits, self.kept, self.folder = depot, visits, kept, kept.folder
        self.seconds, self.delay = seconds, delay
        self.stopping = self._is_away = False
        self.under_way: dict[str, SliceLease | None] = {}
        self._threads = ThreadPoolExecutor(2 * jobs + 2, "depot")

    async def in_thread(self, call: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What a call of the depot gives, which may take its time."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: call(*args, **named))

    async def unfinished(self) -> list[Due]:
        """What an earlier process left in this folder and nobody has taken over."""
        await self.in_thread(self.kept.measure)
        found = []
        for mark in sorted(self.folder.glob(f"*/{UNDER_WAY}")):
            left = former_claim(mark.parent)
            with contextlib.suppress(ArchiveError):
                head = await self.in_thread(self.depot.head, mark.parent.name)
                if head.claim is not None and head.claim.nonce == left.get("nonce"):
                    found.append(Due(head.name, read_epoch(head), host=mark.read_text(encoding="utf-8")))
        return found

    async def read(self, due: Due) -> SliceEnd:
        """One slice. Never raises."""
        if due.site in self.under_way:
            return SliceEnd(Ending.BUSY, Visited(0), due, BUSY)
        self.under_way[due.site] = None
        try:
            end = await self._ended(due)
            with contextlib.suppress(OSError):  # what could not be removed is tried again
                await self.kept.bound(due.site, self.under_way, self.in_thread)
            return end
        finally:
            del self.under_way[due.site]

    async def _ended(self, due: Due) -> SliceEnd:
        try:
            return await self._claimed(due)
        except Busy as error:
            return SliceEnd(Ending.BUSY, Visited(error.exit_code), due, min(max(error.seconds, 1.0), BUSY))
        except Stale as error:
            self._told(due, error)
            return SliceEnd(Ending.LOST, Visited(INTERRUPTED), due, BUSY)
        except (DepotAway, DepotFull) as error:
            self._tell_away(error)
            return SliceEnd(Ending.AWAY, Visited(error.exit_code), due, AWAY)
        except NewerSchema as error:
            return SliceEnd(Ending.REFUSED, self._told(due, error), due, BUSY)
        except (NotInDepot, DamagedHead, DamagedPack) as error:
            return SliceEnd(Ending.DROPPED, self._told(due, error))
        except ArchiveError as error:
            return self._failed(due, self._told(due, error))
        except Exception as error:
            logger.error("a bug in this program", exc_info=error)
            return self._failed(due, Visited(BUG))

    def _told(self, due: Due, error: ArchiveError) -> Visited:
        print(f"{due.site}: {error}", file=sys.stderr, flush=True)
        return Visited(error.exit_code, said=str(error))

    def _failed(self, due: Due, visit: Visited) -> SliceEnd:
        again = None if due.tries + 1 >= TRIES else replace(due, tries=due.tries + 1)
        return SliceEnd(Ending.FAILED, visit, again, BUSY)

    async def _claimed(self, due: Due) -> SliceEnd:
        """Raises Busy, NotInDepot, Stale, and what the depot raises."""
        host = await self.in_thread(claim_host, self.depot, due.host) if due.host else None
        try:
            folder = self.folder / due.site
            former = former_claim(folder).get("nonce", "") if (folder / UNDER_WAY).exists() else ""
            claim = await self.in_thread(self.depot.claim, due.site, former=former)
            try:
                if self.stopping:
                    return SliceEnd(Ending.REST, Visited(INTERRUPTED), due)
                if not claim.head.is_visited or is_answered(claim.head, due):
                    return SliceEnd(Ending.DROPPED, Visited(COMPLETE))
                return await self._under(claim, host, due, folder)
            finally:
                await self._give_back(claim)
        finally:
            if host:
                await self._give_back(host)

    async def _give_back(self, claim: Claim | HostClaim) -> None:
        with contextlib.suppress(ArchiveError):  # one that is not given back ends by itself
            await self.in_thread(claim.release)

    async def _under(self, claim: Claim, host: HostClaim | None, due: Due, folder: Path) -> SliceEnd:
        begun: list[Crawler] = []

        def lost() -> None:
            for crawler in begun:
                close(crawler, "lease")

        lease = SliceLease(claim, self._threads, lost, self._tell_away, self.delay, host)
        self.under_way[due.site] = lease
        settings = {
            "ARCHIVE_DIR": str(folder),
            "CLOSESPIDER_TIMEOUT": self.seconds * 2**due.doubled,
            "GO_ON_WITHIN": self.seconds * 2**due.doubled,
            "EPOCH": claim.epoch,
            LEASE: lease,
        }
        with kept_alive(lease):
            folder.mkdir(parents=True, exist_ok=True)
            await self.in_thread(claim.bring, folder)
            (folder / UNDER_WAY).write_text(due.host, encoding="utf-8")
            began_at = clock.now()
            visit = await self.visits.read(due.site, claim.head.home, settings, begun.append)
            begun.clear()
            if lease.lost:
                return SliceEnd(Ending.LOST, visit, due, BUSY)
            if visit.code in OURS and due.tries + 1 < TRIES:
                return self._failed(due, visit)
            outcome = await self.in_thread(outcome_of, folder, claim.head, visit, began_at)
            if not self.stopping:  # whoever comes next keeps DOWNLOAD_DELAY in any case
                await lease.gap_passed()
            lease.is_committing = True
            await self._commit(claim, folder, outcome)
            (folder / UNDER_WAY).unlink(missing_ok=True)
        if outcome.unfinished:
            stuck = visit.reason == "closespider_timeout" and not visit.counts["new"] + visit.counts["revised"]
            return SliceEnd(Ending.REST, visit, replace(due, doubled=due.doubled + stuck))
        return SliceEnd(Ending.FAILED if visit.code in OURS else Ending.READ, visit)

    async def _commit(self, claim: Claim, folder: Path, outcome: SliceOutcome) -> None:
        """As often as it takes where the store is away; when this process has to end, what is in the folder waits for its next one.

        Raises Stale, DepotAway, StorageError.
        """
        while True:
            try:
                await self.in_thread(claim.commit, folder, outcome)
                self._is_away = False
                return
            except (DepotAway, DepotFull) as error:
                if self.stopping:
                    raise
                self._tell_away(error)
            await asyncio.sleep(AWAY)

    def _tell_away(self, error: ArchiveError) -> None:
        """Once, until something is committed again."""
        if not self._is_away:
            print(f"{error}; what was read is kept, no site is asked meanwhile", file=sys.stderr, flush=True)
        self._is_away = True

    def stop(self) -> None:
        """No further slice begins; those under way are about to end."""
        self.stopping = True
        asyncio.get_running_loop().call_later(GRACE, self.cut)

    def cut(self) -> None:
        """Requests under way are given up."""
        for lease in self.under_way.values():
            if lease is not None:
                lease.cut()

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def read_epoch(head: SiteHead) -> int:
    """The epoch of the last outcome; 0 before the first."""
    return head.committed.epoch if head.committed else 0


def is_answered(head: SiteHead, due: Due) -> bool:
    """Whether the site was read to its end since it was found to be due."""
    return head.committed is not None and head.committed.epoch > due.after and not head.committed.outcome.unfinished


def outcome_of(folder: Path, head: SiteHead, visit: Visited, began_at: str) -> SliceOutcome:
    """What the head tells of a slice that has ended."""
    with closing(open_for_reading(folder)) as db:
        now = clock.now()
        site = site_named(db, head.name)
        began, failures = last_visit(db, site["id"])
        lively = liveliness(db, site["id"], now)
    unfinished = visit.code == INTERRUPTED
    if visit.code in FAILED and not failures:  # the run's row may be missing
        failures = 1
    return SliceOutcome(
        exit_code=visit.code,
        counts=dict(visit.counts),
        unfinished=unfinished,
        ended_at=now,
        note=visit.said[:500],
        began_at=began or began_at,
        failures=failures,
        lively=asdict(lively),
    )
