"""Time as the archive writes it: UTC, whole seconds, ISO 8601 with Z."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """This moment, as ``2026-03-01T12:00:00Z``."""
    return stamp(datetime.now(UTC))


def precise_now() -> tuple[str, int]:
    """(this moment as ``now`` gives it, its millisecond)."""
    moment = datetime.now(UTC)
    return stamp(moment), moment.microsecond // 1000


def stamp(moment: datetime) -> str:
    """An aware moment as text; whole seconds, because that is what HTTP dates and WARC dates carry."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The aware moment that ``stamp`` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def later(text: str, **delta: float) -> str:
    """``text`` moved by ``timedelta(**delta)``."""
    return stamp(moment(text) + timedelta(**delta))
