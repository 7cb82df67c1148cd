"""The site's time zone, inferred: its pages show a wall clock, its feeds the same moments in UTC. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

Pair = tuple[str, str]  # (wall clock without zone, the same moment in UTC with Z)

# Of zones that fit equally, the one most sites mean. Everything else stands behind these, by name.
USUAL = """
America/New_York America/Chicago America/Denver America/Los_Angeles America/Phoenix America/Halifax America/Sao_Paulo
America/Bogota America/Argentina/Buenos_Aires Europe/London Europe/Berlin Europe/Helsinki Europe/Moscow Europe/Istanbul
Asia/Jerusalem Asia/Beirut Asia/Tehran Asia/Dubai Asia/Kabul Asia/Karachi Asia/Kolkata Asia/Dhaka Asia/Bangkok Asia/Shanghai
Asia/Tokyo Australia/Sydney Australia/Brisbane Australia/Perth Pacific/Auckland Africa/Cairo Africa/Lagos Africa/Nairobi
Africa/Johannesburg Asia/Singapore Asia/Kathmandu Etc/UTC
""".split()  # noqa: SIM905 - a list of 36 strings would hide the names


def infer_zone(pairs: Iterable[Pair]) -> str | None:
    """The IANA zone that explains all pairs; None unless they lie in both halves of the year, so that daylight saving shows."""
    offsets = {}
    for wall, utc in pairs:
        moment = datetime.fromisoformat(utc.replace("Z", "+00:00"))
        offset = _offset(wall, moment)
        if offset is not None:
            offsets[moment] = offset
    if not any(is_winter(moment) for moment in offsets) or all(is_winter(moment) for moment in offsets):
        return None
    return next((name for name in _zones() if all(m.astimezone(ZoneInfo(name)).utcoffset() == o for m, o in offsets.items())), None)


def is_winter(moment: datetime) -> bool:
    """Between the switches of both hemispheres' usual rules; the weeks around them count for neither."""
    return moment.month in (12, 1, 2) or (moment.month == 11 and moment.day > 7) or (moment.month == 3 and moment.day < 8)


def _offset(wall: str, moment: datetime) -> timedelta | None:
    """Wall clock minus UTC in whole quarters of an hour; None where they are not the same moment at all."""
    seen = datetime.fromisoformat(wall).replace(tzinfo=UTC)
    offset = seen - (moment if seen.second else moment.replace(second=0))  # most pages show minutes only
    return offset if abs(offset) <= timedelta(hours=14) and offset % timedelta(minutes=15) == timedelta(0) else None


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    others = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/")))
    return (*USUAL, *(name for name in others if name not in USUAL), *(f"Etc/GMT{n:+d}" for n in range(-14, 13)))
