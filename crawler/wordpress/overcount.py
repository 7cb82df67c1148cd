"""What a site counts in its totals but does not give, found while a list is walked through by date. Pure.

Each answer of the walk says how many items lie beyond its last one. From one answer to the next this number falls by what the site
counts in between; the rows of the answer are what it gives. The difference costs no request. A span of several months is divided
at the turns of the months, with one request for each, so that every month has a number of its own.
"""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from archive.clock import stamp
from crawler.wordpress.api import Cursor, Listing, Order, is_time, protected


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which the site counted ``count`` items more than it gave. All times are on its own wall clock."""

    first: str  # the earliest that an over-counted item can be, as far as it is known
    last: str
    count: int
    after: str = ""  # the stretch in which it was counted, both bounds exclusive, '' = open
    before: str = ""
    dates: tuple[str, ...] = ()  # of what was given in it

    def middle(self) -> str:
        """The turn of the month that halves it; '' where it lies within one."""
        begin, end = (int(at[:4]) * 12 + int(at[5:7]) - 1 for at in (self.first, self.last))
        month = (begin + end + 1) // 2
        return f"{month // 12:04}-{month % 12 + 1:02}-01T00:00:00" if end > begin else ""

    def halves(self, middle: str, counted: int) -> list[Span]:
        """Its parts with an over-count, given how many items the site counts before ``middle``; none where that makes no sense."""
        early = tuple(date for date in self.dates if date < middle)
        late, turn, over = tuple(date for date in self.dates if date >= middle), _beside(middle, -1), counted - len(early)
        if not 0 <= over <= self.count:
            return []
        lower = Span(self.first, turn, over, self.after, middle, early)
        upper = Span(middle, self.last, self.count - over, turn, self.before, late)
        return [half for half in (lower, upper) if half.count]


class Overcounts:
    """Collects the answers of one walk, from ``cursor`` on; ``spans`` are those in which the site counted more than it gave.

    ``kept``: the ``state`` of a walk that was cut off at this cursor.
    """

    def __init__(self, order: Order, cursor: Cursor, kept: str = "") -> None:
        self.spans: list[Span] = []
        self._order = order
        self._rows: dict[int, tuple[str, bool]] = {}  # id -> (date, given with its text) of what was listed since the last edge
        self._total: int | None = None
        self._begin, self._edge = cursor.edge, ""  # of the span under way
        self._seen_whole = cursor.page == 1  # a walk that goes on within a span has not seen all of it
        self._moved = False
        self._undated, self._placed = set[int](), set[int]()  # ids of rows whose date is lost: counted in this span, in earlier ones
        if kept:
            self._total, self._begin, self._seen_whole, self._moved, rows, undated, placed = json.loads(kept)
            self._rows, self._edge = {number: (date, given) for number, date, given in rows}, cursor.edge
            self._undated, self._placed = set(undated), set(placed)

    def state(self) -> str:
        """All that is known of the span under way."""
        rows = [(number, *row) for number, row in self._rows.items()]
        known = (self._total, self._begin, self._seen_whole, self._moved, rows, sorted(self._undated), sorted(self._placed))
        return json.dumps(known, separators=(",", ":"))

    def take(self) -> list[Span]:
        """The spans that were found since this was asked last."""
        spans, self.spans = self.spans, []
        return spans

    def add(self, listing: Listing, following: Cursor | None, elsewhere: Set[int] = frozenset()) -> None:
        """One answer, and the cursor of the next one (None at the end of the walk). ``elsewhere``: ids that another list counts too."""
        if listing.total is None:  # nothing is counted
            self._total, self._rows = None, {}
            return
        if self._total is not None and self._moved:
            self._close(self._total - listing.total)
        if self._total is None or self._moved:
            self._total = listing.total
        rows = [row for row in listing.rows if is_time(row.get("date"))]
        self._rows |= {row["id"]: (row["date"], not protected(row) and row["id"] not in elsewhere) for row in rows}
        self._undated |= {row["id"] for row in listing.rows if not is_time(row.get("date"))} - self._placed
        self._edge = following.edge if following else ""
        self._moved = following is None or following.page == 1
        if following is None:
            self._close(self._total)

    def _close(self, counted: int) -> None:
        """The span up to the edge is complete: compare what was counted in it with what was listed, and that with what was given."""
        inside = {i: row for i, row in self._rows.items() if not self._edge or not self._beyond(row[0])}
        dates = sorted(date for date, _ in inside.values())
        self.spans += [Span(date, date, 1) for date, given in inside.values() if not given]
        counted -= len(self._undated)
        self._placed, self._undated = self._placed | self._undated, set()
        if counted > len(inside) and inside and self._seen_whole:
            after, before = self._bounds()
            first, last = dates[0], dates[-1]  # where a limit cut the walk, more lies between the begin and what was given
            if self._begin and self._order == "desc":
                last = max(last, _beside(before, -1))
            elif self._begin:
                first = min(first, _beside(after, 1))
            self.spans.append(Span(first, last, counted - len(inside), after, before, tuple(dates)))
        self._rows = {i: row for i, row in self._rows.items() if i not in inside}
        self._begin, self._seen_whole = self._edge, True

    def _bounds(self) -> tuple[str, str]:
        """(after, before) of the span under way. Its edge belongs to it, its begin does not."""
        if self._order == "desc":
            return _beside(self._edge, -1), self._begin
        return self._begin, _beside(self._edge, 1)

    def _beyond(self, date: str) -> bool:
        """Whether a row lies beyond the edge, and so is counted in the next answer's total too."""
        return date < self._edge if self._order == "desc" else date > self._edge


def in_utc(spans: list[Span], timezone: str | None) -> list[tuple[str, str, int]]:
    """(earliest, latest, how many) in UTC, one for each earliest time; nothing where the site's zone is not known."""
    found: dict[str, tuple[str, str, int]] = {}
    for span in spans if timezone else ():
        first, last = _utc(span.first, str(timezone)), _utc(span.last, str(timezone))
        _, reach, count = found.get(first, ("", "", 0))
        found[first] = (first, max(last, reach), count + span.count)
    return list(found.values())


def _beside(date: str, seconds: int) -> str:
    return (datetime.fromisoformat(date) + timedelta(seconds=seconds)).isoformat(timespec="seconds") if date else ""


def _utc(date: str, timezone: str) -> str:
    return stamp(datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC))
