"""Takes articles as they are known and gives those to look at again though no list says that they changed: silent edits, moved
comments. Edits and comments come soon after an article or the last comment, and rarely later. So an article in which something has
happened lately is looked at again once the time since the last look is a quarter of the time since it happened: daily in the
first days, every ten days after forty. All others have their turn within SWEEP_DAYS, the longest unread first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

PART = 4  # of the time for which an article has been quiet; 15 looks in its first four months, where a sweep of 30 days takes 4
LEAST = timedelta(hours=20)  # between two looks: a daily run is sometimes early
NEVER = "1970-01-01T00:00:00Z"  # before any look
WHOLE_REQUEST = 100  # items that one request may bring: a smaller share waits until a day has passed


@dataclass(frozen=True, slots=True)
class Look:
    """An article as it is known, and when. Times are ISO 8601; without zone they count as UTC, which is near enough here."""

    id: int
    source_id: str | None
    url: str
    looked_at: str  # when its text, or its thread, was last read
    stirred_at: str  # when something last happened: it appeared, was commented, was edited


def interval(look: Look, now: str, sweep_days: float) -> timedelta:
    """How long after one look the next one is due: a day at least, SWEEP_DAYS at most."""
    quiet = _moment(now) - _moment(look.stirred_at)
    return min(max(quiet / PART, LEAST), timedelta(days=sweep_days))


def sweep_share(quiet: int, since: str, now: str, sweep_days: float) -> int | None:
    """How many of the ``quiet`` articles the sweep takes now, ``since`` the last one; None while it is not worth a request."""
    elapsed = _moment(now) - _moment(since)
    count = math.ceil(quiet * (elapsed / timedelta(days=sweep_days)))
    return min(count, quiet) if elapsed >= LEAST or count >= min(quiet, WHOLE_REQUEST) > 0 else None


def due(looks: Iterable[Look], since: str, now: str, sweep_days: float) -> tuple[list[Look], bool]:
    """(articles to look at now, whether the sweep took its share): the lively ones that are due, the most overdue first, then its share.

    A look that a clock dated into the future is none: the article is due, and so is the sweep.
    """
    looks = [replace(look, looked_at=NEVER) if look.looked_at > now else look for look in looks]
    since = since if since <= now else (_moment(now) - timedelta(days=sweep_days)).isoformat()
    waits = {look: interval(look, now, sweep_days) for look in looks}
    lively = {look for look, wait in waits.items() if wait < timedelta(days=sweep_days)}
    overdue = {look: (_moment(now) - _moment(look.looked_at)) / waits[look] for look in lively}
    taken = sweep_share(len(waits) - len(lively), since, now, sweep_days)
    oldest = sorted(waits, key=lambda look: (look.looked_at, look.id))[: taken or 0]
    soon = sorted((look for look in lively if overdue[look] >= 1), key=lambda look: (-overdue[look], look.id))
    return list(dict.fromkeys([*soon, *oldest])), taken is not None


def _moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
