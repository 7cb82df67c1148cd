"""A round: takes remembered sites, has so many of them read at once, gives the worst site's exit code."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from crawler.cluster.visits import COUNTED, Visited
from crawler.session.outcome import COMPLETE, ORDER, WORDS

STOPS_ALL = {"shutdown": "stopped by a signal", "memusage_exceeded": "stopped by MEMUSAGE_LIMIT_MB"}  # why Scrapy closed a spider
T = TypeVar("T")


class Round:
    """Sites that wait, and what became of the others."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.codes, self.counts = Counter[int](), Counter[str]()
        self.sites = 0
        self.stopped = ""  # why no further site begins

    async def work_off(
        self, sites: Iterable[T], jobs: int, name: Callable[[T], str], read: Callable[[T], Awaitable[Visited | None]]
    ) -> int:
        """Read the sites, ``jobs`` at once; where one ends, the next begins; one of which ``read`` gives None waits behind the others
        for its rest. Prints what happened to all of them."""
        waiting = deque(sites)

        async def one_after_the_other() -> None:
            while waiting and not self.stopped:
                site = waiting.popleft()
                visit = await read(site)
                if visit is None:
                    waiting.append(site)
                else:
                    self.sites += 1
                    self.note(visit)

        await asyncio.gather(*(one_after_the_other() for _ in range(min(jobs, len(waiting)))))
        self.say_all([name(site) for site in waiting])
        return next((code for code in ORDER if self.codes[code]), COMPLETE)

    def note(self, visit: Visited) -> None:
        self.codes[visit.code] += 1
        self.counts.update(visit.counts)
        self.stopped = self.stopped or STOPS_ALL.get(visit.reason, "")

    def stop(self) -> None:
        """A signal came: no further site begins."""
        self.stopped = self.stopped or STOPS_ALL["shutdown"]

    def say_all(self, left: list[str]) -> None:
        """One line for all sites, and one for those that were kept from beginning."""
        if left:
            print(f"{self.stopped}; not begun, left to the next run: {', '.join(left)}", file=sys.stderr)
        if self.sites > 1 and not self.quiet:
            words = ", ".join(f"{self.codes[code]:,} {WORDS[code]}" for code in (COMPLETE, *ORDER) if self.codes[code])
            counts = ", ".join(f"{self.counts[name]:,} {name}" for name in COUNTED if self.counts[name]) or "nothing new"
            print(f"{self.sites:,} sites: {words}; {counts}", file=sys.stderr if set(self.codes) - {COMPLETE} else sys.stdout)
