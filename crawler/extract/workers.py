"""Extraction in worker processes: a page that hangs or eats memory is cut off, and takes nothing else along.

Takes an importable function with its arguments, gives its result. All sites of one process share one pool of workers, for each new
worker imports the extractor, a second or two of CPU. Spawned, not forked: a fork would inherit the archive's lock and keep it
after a kill. Workers start with the first page, so a run that finds nothing new never pays for them, and end with the last run
that uses them, or with their parent.

Each site's pages wait in a queue of their own. The pool is handed one page of each site in turn, and only as many as keep it busy.
Where more wait than that, two go together: that costs less than one after the other. A page that was lost through
no fault of its own is done again, alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as PoolTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from archive.errors import ArchiveError
from archive.spawned import blocked, cores, end_with_parent
from crawler.extract.allowance import MEMORY, Failed, Raised, run_each

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")
READY = 2  # tasks a process of the pool is given at most: the one that it does, and the next one
TOGETHER = 2  # pages in one task at most; what was read of the first waits for the last
TRIES = 3  # of a page whose worker or whose pool was lost
NICE = 10  # how much sooner the system lets the parent run than a worker
CHECKED = 5.0  # seconds between two looks at whether the pool still works


class ExtractionCut(ArchiveError):
    """A page took more than its allowance of time or memory; its raw bytes are kept."""

    exit_code = 4


class ExtractionFailed(ArchiveError):
    """A bug in extraction, met on one page; its raw bytes are kept."""


@dataclass(frozen=True, slots=True)
class InWorker(Generic[T]):
    """A function by its module and name, imported where it is called: whoever hands it to a worker need not import it."""

    module: str
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> T:
        result: T = getattr(importlib.import_module(self.module), self.name)(*args, **kwargs)
        return result


class Workers:
    """``await workers.run(function, ...)`` runs an importable function in another process and gives its result.

    Those of one process that ask for the same number of ``processes`` share them; 0 asks for as many as there are cores for this
    process. ``cpu_seconds`` is what one page may take.
    """

    def __init__(self, processes: int, cpu_seconds: float) -> None:
        self._pool, self._seconds = _pool_of(processes or cores()), cpu_seconds
        self._pages: set[_Page] = set()
        self._closed = False
        self._pool.users += 1

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises ExtractionCut when the work was cut off, ExtractionFailed when ``function`` raised."""
        page = _Page(self, self._seconds, (self._seconds, function, args, kwargs), asyncio.get_running_loop().create_future())
        self._pages.add(page)
        self._pool.add(page)
        try:
            while not page.result.done():
                await asyncio.wait([page.result], timeout=CHECKED)
                self._pool.check()
            result: T = await page.result
        except (_Lost, PoolTimeoutError, MemoryError) as error:
            raise ExtractionCut(f"extraction was cut off after {self._seconds:g} s of CPU or {MEMORY >> 30} GB") from error
        except Raised as error:
            raise ExtractionFailed(f"extraction failed with {error}") from error
        except Exception as error:
            raise ExtractionFailed(f"extraction failed with {type(error).__name__}: {error}") from error
        finally:
            self._pages.discard(page)
            self._pool.withdraw(page)
        return result

    def close(self) -> None:
        """Give up what is under way. The processes end when nobody else uses them."""
        if self._closed:
            return
        self._closed = True
        for page in list(self._pages):
            self._pool.withdraw(page)
        self._pool.users -= 1
        if not self._pool.users:
            self._pool.stop()


class _Lost(Exception):
    """A page's worker died."""


@dataclass(eq=False, slots=True)
class _Page:
    """One call, until its result is there."""

    owner: Workers
    seconds: float
    call: tuple[Any, ...]
    result: asyncio.Future[Any]
    tries: int = 0
    alone: bool = False  # it was lost together with others: one of them may have been the cause
    task: _Task | None = None  # while the pool has it


@dataclass(eq=False, slots=True)
class _Task:
    """What the pool does in one go."""

    pages: list[_Page]
    work: Future[Any]


@dataclass(eq=False, slots=True)
class _Pool:
    """The processes, and the pages that wait for one. It is used by the thread of the event loop alone."""

    processes: int
    users: int = 0
    waiting: dict[Workers, deque[_Page]] = field(default_factory=dict)  # whose turn it is stands first
    running: set[_Task] = field(default_factory=set)
    pool: ProcessPool | None = None

    def add(self, page: _Page, *, first: bool = False) -> None:
        pages = self.waiting.setdefault(page.owner, deque())
        if first:
            pages.appendleft(page)
        else:
            pages.append(page)
        self.feed()

    def withdraw(self, page: _Page) -> None:
        """Give up a page, if it is not done. A task is given up with the last of its pages."""
        if (pages := self.waiting.get(page.owner)) is not None:
            if page in pages:  # to remove what is not there writes the whole page into an error
                pages.remove(page)
            if not pages:
                del self.waiting[page.owner]
        page.result.cancel()
        task, page.task = page.task, None
        if task is not None and all(other.task is not task for other in task.pages):
            task.work.cancel()
            self.running.discard(task)
            self.feed()

    def feed(self) -> None:
        """Hand the pool as much as keeps it busy: one page of each owner in turn."""
        while self.waiting and (free := self.processes * READY - len(self.running)) > 0:
            waiting = sum(map(len, self.waiting.values()))
            first = self._next()
            pages = [first]
            while len(pages) < min(TOGETHER, -(-waiting // free)) and not first.alone and self._goes_with(first):
                pages.append(self._next())
            self._begin(pages)

    def _goes_with(self, first: _Page) -> bool:
        """Whether the page whose turn it is may be handed over in one task with another one."""
        page = next(iter(self.waiting.values()))[0]
        return not page.alone and page.result.get_loop() is first.result.get_loop()

    def _next(self) -> _Page:
        """Take the page whose turn it is."""
        owner, pages = next(iter(self.waiting.items()))
        del self.waiting[owner]
        page = pages.popleft()
        if pages:
            self.waiting[owner] = pages
        return page

    def _begin(self, pages: list[_Page]) -> None:
        loop = pages[0].result.get_loop()

        def done(work: Future[Any]) -> None:  # in a thread of the pool's
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._settle, task, work)

        try:
            work = self._schedule(pages)
        except RuntimeError as error:  # the pool has broken, or cannot begin
            work = Future()
            work.set_exception(BrokenProcessPool(str(error)))
        task = _Task(pages, work)
        self.running.add(task)
        for page in pages:
            page.tries += 1
            page.task = task
        work.add_done_callback(done)

    def _settle(self, task: _Task, work: Future[Any]) -> None:
        """Hand the results of a task over, or have its pages done again."""
        if task not in self.running:
            return
        self.running.discard(task)
        pages = [page for page in task.pages if page.task is task]
        try:
            outcomes = [outcome for page, outcome in zip(task.pages, work.result(), strict=True) if page.task is task]
        except Exception as error:
            self._fail(task, pages, error)
        else:
            for page in pages:
                page.task = None
            if pages:
                _tell(deque(zip(pages, outcomes, strict=True)))
        self.feed()

    def _fail(self, task: _Task, pages: list[_Page], error: BaseException) -> None:
        code = getattr(error, "exitcode", None)  # of ProcessExpired: the worker died
        lost = isinstance(error, (BrokenProcessPool, CancelledError)) or code == -signal.SIGKILL  # a machine short of memory kills any
        for page in pages:
            page.task = None
        if len(task.pages) > 1:
            for page in reversed(pages):
                page.alone, page.tries = True, page.tries - 1
                self.add(page, first=True)
        elif lost and pages and pages[0].tries < TRIES:
            self.add(pages[0], first=True)
        elif pages:
            pages[0].result.set_exception(_Lost(str(error)) if lost or code is not None else error)

    def check(self) -> None:
        """Replace a pool that has broken; what it had is done again."""
        if self.pool is not None and not self.pool.active:
            self.stop()
            for task in list(self.running):
                task.work.cancel()

    def stop(self) -> None:
        """End the processes. The next page starts new ones."""
        pool, self.pool = self.pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _schedule(self, pages: list[_Page]) -> Future[Any]:
        work: dict[str, Any] = {"args": [[page.call for page in pages]], "timeout": sum(page.seconds for page in pages) * 10}
        self.check()
        if self.pool is not None:
            future: Future[Any] = self.pool.schedule(run_each, **work)
            return future
        self.pool = _new_pool(self.processes)
        try:
            with blocked(signal.SIGINT):  # Ctrl-C is the parent's business: workers are born with it blocked, later ones too
                return self.pool.schedule(run_each, **work)
        except RuntimeError:
            self.stop()
            raise


def _tell(outcomes: deque[tuple[_Page, Any]]) -> None:
    """One result a turn of the event loop: what is done with each of them at once takes milliseconds, and others want their turn."""
    page, outcome = outcomes.popleft()
    if not page.result.done():  # given up meanwhile
        if isinstance(outcome, Failed):
            page.result.set_exception(outcome.error)
        else:
            page.result.set_result(outcome)
    if outcomes:
        page.result.get_loop().call_soon(_tell, outcomes)


_pools: dict[int, _Pool] = {}  # by their number of processes


def _pool_of(processes: int) -> _Pool:
    return _pools.setdefault(processes, _Pool(processes))


def _new_pool(processes: int) -> ProcessPool:
    from pebble import ProcessPool  # with multiprocessing: a run that finds nothing new does without

    context = multiprocessing.get_context("spawn")
    return ProcessPool(max_workers=processes, context=context, initializer=_begin_worker, initargs=[os.getpid()])


def _begin_worker(parent: int) -> None:
    """The parent goes first where there are fewer cores than processes: what it has to do, all pages wait for."""
    end_with_parent(parent)
    os.nice(NICE)
