"""Where the time goes: takes a profile of cProfile, gives its busiest functions by their own time."""

from __future__ import annotations

import cProfile
import pstats
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench.processes import ROOT, run

SHOWN = 10
Function = tuple[str, int, str]  # file, line, name
Timed = dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]


def busiest(stats: pstats.Stats, units: int = 1, shown: int = SHOWN) -> list[str]:
    """``18 %   3.20 ms   12.0 calls  archive/store/articles.py:add_blocks``; times and calls for each of ``units``."""
    timed: Timed = stats.stats  # type: ignore[attr-defined]  # function -> calls without recursion, calls, own time, whole time, callers
    whole = sum(own for _, _, own, _, _ in timed.values()) or 1
    top = sorted(timed.items(), key=lambda item: -item[1][2])[:shown]
    parts = "  ".join(f"{share:.0%} {part}" for part, share in by_part(timed).most_common(8) if share >= 0.02)
    return [
        f"in all: {parts}",
        *(
            f"{own / whole:4.0%} {own / units * 1000:8.2f} ms {calls / units:9.1f} calls  {named(*function)}"
            for function, (_, calls, own, _, _) in top
        ),
    ]


def by_part(timed: Timed) -> Counter[str]:
    """The share of each folder or package; what runs in C counts for who called it."""
    shares = Counter[str]()
    for function, (_, _, own, _, callers) in timed.items():
        if function[0] != "~":
            shares[part_of(function)] += own
        for caller, (_, _, spent, _) in callers.items() if function[0] == "~" else ():
            shares[part_of(caller)] += spent
    whole = sum(shares.values()) or 1
    return Counter({part: spent / whole for part, spent in shares.items()})


def part_of(function: Function) -> str:
    """``archive/store``, ``crawler/extract/dom``, ``lxml``, ``json``."""
    file = named(*function).partition(":")[0]
    folder, _, name = file.rpartition("/")
    return folder if file.startswith(("archive/", "crawler/", "tests/")) else (folder or name).partition("/")[0]


def named(file: str, line: int, name: str) -> str:
    """``archive/store/store.py:save_answer``; of others' code the path within its package; of C code its name."""
    if file == "~":
        return re.sub(r" at 0x\w+", "", name.strip("<>"))
    for before in ("/site-packages/", f"{ROOT}/", "/python3."):
        if before in file:
            path = file.partition(before)[2]
            return f"{path}:{name}" if before != "/python3." else f"{path.partition('/')[2]}:{name}"
    return f"{Path(file).name}:{name}"


def profiled(work: Callable[[], object], units: int = 1) -> list[str]:
    """The busiest functions of a call in this process."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return busiest(pstats.Stats(profile), units)


def profiled_command(words: Iterable[str], into: Path, units: int = 1, allowed: Iterable[int] = (0,)) -> list[str]:
    """The busiest functions of the first thread of ``python -m MODULE ...``, as ``words`` name it; waiting counts as time."""
    interpreter, flag, *rest = words
    assert (interpreter, flag) == (sys.executable, "-m")
    run([sys.executable, "-m", "cProfile", "-o", str(into), "-m", *rest], allowed=allowed)
    return busiest(pstats.Stats(str(into)), units)
