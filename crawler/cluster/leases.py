"""The lease of one slice: takes a claim in a depot, says whether the site may be asked, keeps the claim alive, notes its loss."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from time import monotonic
from typing import Any, TypeVar

from archive.depot.claim import Claim
from archive.depot.sessions import EVERY
from archive.errors import ArchiveError
from crawler.cluster.hosts import HostClaim
from crawler.errors import Stopped
from crawler.http.lease import LeaseLost

logger = logging.getLogger(__name__)
AGAIN = 1.0  # seconds between two tries to reach a store that does not answer
T = TypeVar("T")


class SliceLease:
    """What a crawl finds under LEASE. ``lost``: another worker reads the site, nothing of this slice counts."""

    def __init__(
        self,
        claim: Claim,
        threads: Executor,
        on_loss: Callable[[], object],
        away: Callable[[ArchiveError], object],
        quiet: float = 0.0,
        host: HostClaim | None = None,
    ) -> None:
        """``on_loss`` is called once, ``away`` each time that the depot does not answer. ``quiet``: seconds in which nothing is asked
        yet: an earlier worker may have asked just now. ``host``: where several sites lie on one host, the claim on that."""
        self.claim, self._threads, self._on_loss, self._away = claim, threads, on_loss, away
        self._claims: list[Claim | HostClaim] = [claim, host] if host else [claim]
        self.lost = False
        self.is_committing = False  # or over: the commit finds out whether the claim is lost, and gives it back itself
        self._may_begin = monotonic() + quiet
        self._next = 0.0  # when the site may be asked next by whoever holds it then
        self._cut = asyncio.Event()
        self._answers = set[asyncio.Task[Any]]()  # that are waited for
        self._turn = asyncio.Lock()

    def held(self) -> bool:
        return not self.lost and all(claim.held() for claim in self._claims)

    def left(self, delay: float) -> None:
        self._next = monotonic() + delay

    async def gap_passed(self) -> None:
        """Returns when another worker may ask the site."""
        await asyncio.sleep(max(0.0, self._next - monotonic()))

    def check(self) -> None:
        if self.lost:
            raise LeaseLost(f"{self.claim.name} is read by another worker: nothing of this slice counts")

    async def confirmed(self) -> None:
        if (early := self._may_begin - monotonic()) > 0:
            await asyncio.sleep(early)
        while not self.held():
            self._go_on()
            async with self._turn:
                if not self.held():
                    await self._renew()
            if not self.held():
                await self._pause(AGAIN)
        self._go_on()

    def _go_on(self) -> None:
        self.check()
        if self._cut.is_set():
            raise Stopped(f"{self.claim.name}: the slice has to end")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._cut.wait(), seconds)

    async def while_wanted(self, answer: Coroutine[Any, Any, T]) -> T:
        if self._cut.is_set():
            answer.close()
            raise Stopped(f"{self.claim.name}: the slice has to end")
        task = asyncio.ensure_future(answer)
        self._answers.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._cut.is_set():
                raise Stopped(f"{self.claim.name}: the slice has to end") from None
            raise
        finally:
            self._answers.discard(task)

    def end(self) -> None:
        """The slice is over, and so are requests that still wait for their turn."""
        self.is_committing = True
        self.cut()

    def cut(self) -> None:
        """Requests under way are given up."""
        self._cut.set()
        for task in list(self._answers):
            task.cancel()

    async def keep(self) -> None:
        """Renew the claim until this is cancelled, or it is lost."""
        while not self.lost:
            await asyncio.sleep(EVERY)
            async with self._turn:
                await self._renew()

    def _renew_each(self) -> bool:
        return all(claim.renew() for claim in self._claims)

    async def _renew(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._renew_each)
        except ArchiveError as error:  # the store is away: nothing is asked, nothing is lost
            self._away(error)
            return
        if any(claim.lost for claim in self._claims) and not (self.lost or self.is_committing):
            self.lost = True
            self.cut()
            logger.warning("%s is read by another worker: nothing of this slice counts", self.claim.name)
            self._on_loss()


@contextlib.contextmanager
def kept_alive(lease: SliceLease) -> Iterator[None]:
    """The claim is renewed meanwhile."""
    task = asyncio.get_running_loop().create_task(lease.keep())
    try:
        yield
    finally:
        task.cancel()
        lease.end()
