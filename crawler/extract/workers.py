"""Extraction in worker processes: a page that hangs or eats memory is cut off, and takes nothing else along.

Spawned, not forked: a fork would inherit the archive's lock and keep it after a kill. Workers start with the first page, so
a run that finds nothing new never pays for them, and end with their parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as PoolTimeoutError
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
    """``await workers.run(function, ...)`` runs an importable function in another process and gives its result."""

    def __init__(self, processes: int, cpu_seconds: float) -> None:
        self._processes, self._seconds = processes, cpu_seconds
        self._pool: ProcessPool | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises ExtractionCut when the work was cut off, ExtractionFailed when ``function`` raised."""
        work = [self._seconds, function, args, kwargs]
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(max_workers=self._processes, context=context, initializer=_begin, initargs=[os.getpid()])
            with _without(signal.SIGINT):  # Ctrl-C is the parent's business: workers are born with it blocked, later ones too
                future = self._pool.schedule(_limited, args=work, timeout=self._seconds * 10)
        else:
            future = self._pool.schedule(_limited, args=work, timeout=self._seconds * 10)
        try:
            result: T = await asyncio.wrap_future(future)
        except (ProcessExpired, PoolTimeoutError, MemoryError) as error:
            raise ExtractionCut(f"extraction was cut off after {self._seconds:g} s of CPU or {MEMORY >> 30} GB") from error
        except Exception as error:
            raise ExtractionFailed(f"extraction failed with {type(error).__name__}: {error}") from error
        return result

    def close(self) -> None:
        if self._pool:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None


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
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _limited(seconds: float, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run with a fresh allowance: RLIMIT_CPU counts from the start of the process, so it is moved on for each page."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return function(*args, **kwargs)
