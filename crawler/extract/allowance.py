"""What one page may take: takes a function and its arguments in a worker process, runs it with a fresh allowance of time and memory."""

from __future__ import annotations

import functools
import gc
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY = 2 * 2**30  # bytes of address space a worker may map; trees of 16 MB pages need a fifth of it


class Raised(Exception):
    """What a function raised, in words: some exceptions cannot be brought from one process into another."""


@dataclass(frozen=True, slots=True)
class Failed:
    """In the place of a result: why there is none."""

    error: Exception


def run_each(calls: Sequence[tuple[float, Callable[..., Any], tuple[Any, ...], dict[str, Any]]]) -> list[Any]:
    """``run_limited`` of each call: its result, or ``Failed``."""
    done: list[Any] = []
    for call in calls:
        try:
            done.append(run_limited(*call))
        except (Raised, MemoryError) as error:
            done.append(Failed(error))
    return done


def run_limited(seconds: float, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run with a fresh allowance: both limits count from the start of the process, so they are moved on for each page."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime + seconds) + 1)
    _limit(resource.RLIMIT_AS, MEMORY + _left_behind())
    try:
        return function(*args, **kwargs)
    except MemoryError:
        raise
    except BaseException as error:  # SystemExit too would end more than this page
        raise Raised(f"{type(error).__name__}: {error}") from error
    finally:
        _leave_modules_alone()


@functools.cache
def _leave_modules_alone() -> None:
    """Once: to look through the extractor's modules for garbage took a fifth of the time of every page."""
    gc.collect()
    gc.freeze()


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
