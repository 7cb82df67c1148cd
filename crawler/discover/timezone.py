"""Takes wall clocks of pages and the same moments in UTC from feeds, and gives the site's time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
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
    """The IANA zone that explains the pairs, but for one in eight (a time typed by hand, an hour lost in a night of the switch).

    None unless they lie in both halves of the year, so that daylight saving shows.
    """
    offsets = {}
    for wall, utc in pairs:
        moment = datetime.fromisoformat(utc.replace("Z", "+00:00"))
        if (difference := offset(wall, moment)) is not None:
            offsets[moment] = difference
    if not {"winter", "summer"} <= {half_of_year(moment) for moment in offsets}:
        return None
    best = min(_zones(), key=lambda name: len(_misfits(name, offsets)))  # the first of equals
    misfits = _misfits(best, offsets)
    explained = {half_of_year(moment) for moment in offsets if moment not in misfits}
    return best if len(misfits) * 8 <= len(offsets) and {"winter", "summer"} <= explained else None


def _misfits(name: str, offsets: dict[datetime, timedelta]) -> set[datetime]:
    zone = ZoneInfo(name)
    return {moment for moment, difference in offsets.items() if moment.astimezone(zone).utcoffset() != difference}


def half_of_year(moment: datetime) -> Literal["winter", "summer"] | None:
    """By the north's names. The weeks in which any country switches (spring of both hemispheres, autumn) are in neither."""
    day = (moment.month, moment.day)
    return "winter" if day >= (11, 8) or day <= (2, 14) else "summer" if (4, 8) <= day <= (9, 20) else None


def offset(wall: str, moment: datetime) -> timedelta | None:
    """Wall clock minus UTC in whole quarters of an hour; None where they are not the same moment at all."""
    seen = datetime.fromisoformat(wall).replace(tzinfo=UTC)
    difference = seen - (moment if seen.second else moment.replace(second=0))  # most pages show minutes only
    return difference if abs(difference) <= timedelta(hours=14) and difference % timedelta(minutes=15) == timedelta(0) else None


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    others = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/")))
    return (*USUAL, *(name for name in others if name not in USUAL), *(f"Etc/GMT{n:+d}" for n in range(-14, 13)))
