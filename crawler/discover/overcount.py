"""What a site counts in its totals but does not give, found on the way of a walk, at no request of its own. Pure.

Each answer of a walk by date tells how many items lie beyond its edge. Between two edges the totals fall by as much as the
site counts there; the rows that came are what it gives.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from archive.clock import stamp
from crawler.discover.rest import Cursor, Listing, Order


class Overcounts:
    """Collects the answers of one walk; ``found`` gives the spans where the site counted more than it gave."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._rows: dict[int, str] = {}  # id -> date of what was given since the last edge
        self._total: int | None = None
        self._spans: list[tuple[str, str, int]] = []  # (earliest, latest date on the wall clock, how many too many)

    def add(self, listing: Listing, following: Cursor | None) -> None:
        """One answer, and the cursor of the next one (None at the end of the walk)."""
        if self._total is not None and self._moved:
            self._close(self._total - listing.total)
        if self._total is None or self._moved:
            self._total = listing.total
        self._rows |= {row["id"]: row["date"] for row in listing.rows if _given(row)}
        self._edge = following.edge if following else ""
        self._moved = following is None or following.page == 1
        if following is None:
            self._close(self._total)

    _moved = False
    _edge = ""

    def _close(self, counted: int) -> None:
        """The span up to the edge is complete: compare what was counted in it with what was given."""
        inside = {i: date for i, date in self._rows.items() if not self._edge or not self._beyond(date)}
        if counted > len(inside) and inside:
            self._spans.append((min(inside.values()), max(inside.values()), counted - len(inside)))
        self._rows = {i: date for i, date in self._rows.items() if i not in inside}

    def _beyond(self, date: str) -> bool:
        """Whether a row lies beyond the edge, and so is counted in the next answer's total too."""
        return date < self._edge if self._order == "desc" else date > self._edge

    def found(self, timezone: str | None) -> list[tuple[str, str, int]]:
        """(earliest, latest, how many) in UTC; nothing where the site's zone is not known."""
        if timezone is None:
            return []
        return [(_utc(first, timezone), _utc(last, timezone), count) for first, last, count in self._spans]


def _given(row: dict[str, Any]) -> bool:
    """Articles behind a password are listed without their text: counted, not given."""
    content = row.get("content")
    return not (isinstance(content, dict) and content.get("protected"))


def _utc(date: str, timezone: str) -> str:
    return stamp(datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC))
