"""What workers are given in tests: functions that spin, eat memory, die, raise, or do as they should. The module imports next to
nothing, for each new worker imports it."""

from __future__ import annotations

import mmap
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawler.extract.allowance import MEMORY


def spin() -> None:
    while True:
        pass


def eat() -> int:
    return len(bytearray(3 * 2**30))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def vanish() -> None:
    os._exit(7)


def together() -> int:
    """How many calls the worker was given with this one, itself included."""
    frame = sys._getframe()
    while frame is not None and "calls" not in frame.f_locals:
        frame = frame.f_back  # type: ignore[assignment]
    return len(frame.f_locals["calls"])


def double(number: int) -> int:
    return 2 * number


kept: list[mmap.mmap] = []


def hoard() -> int:
    """Map three quarters of an allowance and never let go of it."""
    kept.append(mmap.mmap(-1, MEMORY // 4 * 3))
    return len(kept)


def fail() -> None:
    raise ValueError("a bug in the extractor")


class OddError(Exception):
    """It cannot be brought from one process into another: what it is made of is not what it is called with."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} at {where}")


def fail_oddly() -> None:
    raise OddError("a bug", "line 7")


def leave() -> None:
    sys.exit(7)


def begin_and_burn(mark: str, seconds: float) -> str:
    Path(mark).touch()
    burn(seconds)
    return mark


def burn(seconds: float) -> float:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds


def doubled(rows: Sequence[int], *, bad: str) -> list[int]:
    """Twice each number; at 3 it spins, or ends its process."""
    if 3 in rows and bad:
        {"spins": spin, "dies": die}[bad]()
    return [2 * row for row in rows]


def broken(rows: Sequence[int]) -> list[Any]:
    raise RuntimeError(f"{len(rows)} rows")
