"""Processes that another process starts, in the package and in the crawler alike: how many there may be, and when they end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections.abc import Iterator

PR_SET_PDEATHSIG = 1  # prctl(2)


def cores() -> int:
    """On how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def blocked(number: signal.Signals) -> Iterator[None]:
    """A signal blocked in this thread, and in the threads and processes that are started meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent(parent: int) -> None:
    """In a new process: the end of ``parent``, a process id, is its end, on Linux by the kernel."""
    with contextlib.suppress(OSError, AttributeError):  # other systems: it ends when its pipe to the parent closes
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
