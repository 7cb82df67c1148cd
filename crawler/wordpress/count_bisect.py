"""Finds by counting: in which span of time does a list hold more or fewer items than the archive?

A site tells how many items lie in any span of time. Where the count differs, the span is halved again and again until the item is
found: 20 removals among 20,000 articles take about 120 requests, a full list of ids would take 200.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive.clock import later
from archive.queries import holdings
from crawler.errors import DoorClosed
from crawler.wordpress import api as api
from crawler.wordpress.question import list_name

if TYPE_CHECKING:
    from crawler.wordpress.crawl import Main, RestDoor

LEAF = 100  # items: so many ids come in one answer, which settles a span


@dataclass(slots=True)
class Located:
    listed: set[int] = field(default_factory=set)  # the site's ids seen in the spans that were read
    absent: list[tuple[int, str]] = field(default_factory=list)  # (our id, the site's) held for these spans and not listed


class Search:
    """One search through one list. Spans are [start, end) in UTC; '' is open."""

    def __init__(self, door: RestDoor, collection: Main) -> None:
        self.door, self.collection = door, collection
        self.url = door.row(collection)["url"]
        self.held = door.store.ask(holdings.dated, door.run.site_id, collection)  # (time, our id, the site's id), by time
        self.over = door.store.ask(holdings.overcounts, door.run.site_id, collection)  # (start, end, how many)
        self.found, self.asked = Located(), 0

    async def run(self, total: int | None) -> Located:
        """``total`` is what the site says of the whole list; None where it says nothing."""
        if total is None or len(self.held) <= 10 * LEAF or self.door.questions.refuses(list_name(self.url), "after", "before"):
            await self._read("", "", self.held)  # the list of ids costs no more than the search
        else:
            await self._span("", "", total)
        return self.found

    async def _span(self, start: str, end: str, reported: int) -> None:
        held = self._between(start, end)
        if reported == len(held) + self._over(start, end):
            return
        middle = self._middle(held) if len(held) > LEAF else ""
        if not middle or self.asked * LEAF > len(self.held):
            await self._read(start, end, held)
            return
        first_half = await self._count(start, middle)
        await self._span(start, middle, first_half)
        await self._span(middle, end, reported - first_half)

    def _middle(self, held: list[tuple[str, int, str]]) -> str:
        """A time that halves what is held, beside every over-counted piece: one that is cut could hide a removal. '' = none."""
        first, wanted = held[0][0], held[len(held) // 2][0]
        for piece_first, piece_last, _ in self.over:
            if piece_first < wanted <= piece_last:
                after = bisect_left(held, (piece_last + "~",))
                wanted = piece_first if piece_first > first else held[after][0] if after < len(held) else ""
        return wanted if wanted > first else ""

    def _between(self, start: str, end: str) -> list[tuple[str, int, str]]:
        low = bisect_left(self.held, (start,)) if start else 0
        high = bisect_left(self.held, (end,)) if end else len(self.held)
        return self.held[low:high]

    def _over(self, start: str, end: str) -> int:
        """What the site counts and does not give in a span."""
        return sum(count for first, last, count in self.over if first >= start and (not end or last < end))

    async def _count(self, start: str, end: str) -> int:
        self.asked += 1
        url = api.span_url(self.url, *_bounds(start, end), per_page=1)
        total = (await self.door.list_rows(url, self.collection, asked=1)).total
        if total is None:
            raise DoorClosed("REST no longer says how many there are")
        return total

    async def _read(self, start: str, end: str, held: list[tuple[str, int, str]]) -> None:
        """All ids of a span, against what is held for it."""
        listed, paging = set[int](), api.Paging()
        while paging.more:
            self.asked += 1
            listing = await self.door.list_rows(api.span_url(self.url, *_bounds(start, end), page=paging.page), self.collection)
            paging.turn(listing)
            listed |= listing.ids
        self.found.listed |= listed
        self.found.absent += [(row_id, number) for _, row_id, number in held if int(number) not in listed]


def _bounds(start: str, end: str) -> tuple[str, str]:
    """A span as REST's exclusive ``after`` and ``before``."""
    return (later(start, seconds=-1) if start else "", end)
