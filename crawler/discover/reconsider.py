"""Addresses that were found to be no articles: takes what was found and the time, gives those to ask for again. Pure.

They are asked for again when the list names another time of change, when another extractor reads, and after 1, 2, 4, ... days,
SWEEP_DAYS at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from archive.store.verdicts import Finding

EARLY = timedelta(hours=4)  # a daily run is sometimes early
AT_MOST = 100  # in a run: a new extractor may doubt them all


def again(found: Iterable[Finding], now: str, sweep_days: float, extractor: str) -> list[str]:
    """Addresses that are due by time, or by the extractor, the longest unread first."""
    due = [one for one in found if one.extractor != extractor or is_due(one, now, sweep_days)]
    return [one.url for one in sorted(due, key=lambda one: (one.checked_at, one.url))[:AT_MOST]]


def is_due(verdict: Finding, now: str, sweep_days: float) -> bool:
    """Whether it is time to look again; never where nothing is swept."""
    if not sweep_days:
        return False
    wait = timedelta(days=min(2.0 ** min(max(verdict.readings - 1, 0), 30), sweep_days))
    return datetime.fromisoformat(now) - datetime.fromisoformat(verdict.checked_at) >= wait - EARLY
