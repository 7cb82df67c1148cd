"""Extraction in worker processes: a page that hangs or eats memory is cut off, and takes nothing else along.

Takes an importable function with its arguments, gives its result. The runs of one process share their workers, for each new
one imports the extractor, a second or two of CPU. Spawned, not forked: a fork would inherit the archive's lock and keep it
after a kill. Workers start with the first page, so a run that finds nothing new never pays for them, and end with the last run
that uses them, or with their parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import multiprocessing
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as PoolTimeoutError
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from archive.errors import ArchiveError

P = ParamSpec("P")
T = TypeVar("T")
MEMORY = 2 * 2**30  # bytes of address space a worker may map; trees of 16 MB pages need a fifth of it
PR_SET_PDEATHSIG = 1  # prctl(2)


class ExtractionCut(ArchiveError):
    """A page took more than its allowance of time or memory; its raw bytes are kept."""

    exit_code = 4


class ExtractionFailed(ArchiveError):
    """A bug in extraction, met on one page; its raw bytes are kept."""


class Workers:
    """``await workers.run(function, ...)`` runs an importable function in another process and gives its result.

    Those of one process that ask for the same number of ``processes`` share them. ``cpu_seconds`` is what one page may take.
    """

    def __init__(self, processes: int, cpu_seconds: float) -> None:
        self._processes, self._seconds = processes, cpu_seconds
        self._under_way: set[Future[Any]] = set()
        self._closed = False
        _users[processes] += 1

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises ExtractionCut when the work was cut off, ExtractionFailed when ``function`` raised."""
        future = _schedule(self._processes, self._seconds, function, args, kwargs)
        self._under_way.add(future)
        try:
            result: T = await asyncio.wrap_future(future)
        except (ProcessExpired, PoolTimeoutError, MemoryError) as error:
            raise ExtractionCut(f"extraction was cut off after {self._seconds:g} s of CPU or {MEMORY >> 30} GB") from error
        except Exception as error:
            raise ExtractionFailed(f"extraction failed with {type(error).__name__}: {error}") from error
        finally:
            self._under_way.discard(future)
        return result

    def close(self) -> None:
        """Give up what is under way. The processes end when nobody else uses them."""
        if self._closed:
            return
        self._closed = True
        for future in self._under_way:
            future.cancel()
        _users[self._processes] -= 1
        if not _users[self._processes] and (pool := _pools.pop(self._processes, None)):
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


_pools: dict[int, ProcessPool] = {}  # by their number of processes
_users = Counter[int]()  # how many Workers are open on each


def _schedule(processes: int, seconds: float, function: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
    """Hand the work to the shared pool; the first page starts its processes."""
    work: dict[str, Any] = {"args": [seconds, function, args, kwargs], "timeout": seconds * 10}
    pool = _pools.get(processes)
    if pool is not None and pool.active:
        future: Future[Any] = pool.schedule(_limited, **work)
        return future
    context = multiprocessing.get_context("spawn")
    pool = _pools[processes] = ProcessPool(max_workers=processes, context=context, initializer=_begin, initargs=[os.getpid()])
    with _without(signal.SIGINT):  # Ctrl-C is the parent's business: workers are born with it blocked, later ones too
        future = pool.schedule(_limited, **work)
    return future


@contextlib.contextmanager
def _without(blocked: signal.Signals) -> Iterator[None]:
    """A signal blocked in this thread, and in the threads and processes that are started meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {blocked})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int) -> None:
    """In a new worker: the parent's end is the worker's end, on Linux by the kernel."""
    with contextlib.suppress(OSError, AttributeError):  # other systems: the worker ends when its pipe to the parent closes
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limited(seconds: float, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run with a fresh allowance: both limits count from the start of the process, so they are moved on for each page."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime + seconds) + 1)
    _limit(resource.RLIMIT_AS, MEMORY + _left_behind())
    return function(*args, **kwargs)


def _limit(kind: int, soft: int) -> None:
    """Set a soft limit, as far as the machine's own hard one lets it."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


@functools.cache
def _size_at_start() -> int:
    return _size()


def _left_behind() -> int:
    """Bytes of address space that earlier pages have left mapped. The next page's allowance is not smaller for them, unless they
    come to a whole allowance: something leaks then, and the machine is not to run out of memory for it."""
    before = _size_at_start()
    return min(MEMORY, max(0, _size() - before))


def _size() -> int:
    """Bytes of address space this process maps; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
