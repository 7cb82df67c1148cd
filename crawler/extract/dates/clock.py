"""Takes what stands beside a date and gives the time of day and its zone: in 12 or 24 hours, with offsets (RFC 2822, ISO 8601), names
of the IANA zones, and abbreviations as far as they mean one zone in the region of the page."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crawler.extract.dates.months import primary

Clock = tuple[int, int, int | None]  # hour, minute, second where it is shown; 24:00 is the end of the day

_CLOCK = re.compile(
    r"(?<![\d.])(\d{1,2})\s?[:.h]\s?(\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?(?!\d)|"
    r"(?<!\d)(\d{1,2})\s?[時时点點시]\s?(?:(\d{1,2})\s?[分분](?:\s?(\d{1,2})\s?[秒초])?)|"
    r"(?<!\d)(\d{1,2})\s*(?=[ap]\.?m)",
    re.I,
)
_AFTER_NOON = r"p\.?\s?m\b|μ\.?\s?μ|下午|午後|晚上|오후|م(?!\w)|ب\.\s?ظ|بعدازظهر|ch\b|ös\b|du\.|अपराह्न|หลังเที่ยง"
_BEFORE_NOON = r"a\.?\s?m\b|π\.?\s?μ|上午|午前|早上|凌晨|오전|ص(?!\w)|ق\.\s?ظ|قبل\s?ازظهر|sa\b|öö\b|de\.|पूर्वाह्न|ก่อนเที่ยง"
_HALF_AFTER = re.compile(rf"\s*(?:({_AFTER_NOON})|({_BEFORE_NOON}))\.?", re.I)
_HALF_BEFORE = re.compile(r"(?:(下午|午後|晚上|오후|μ\.μ\.|du\.|ös)|(上午|午前|早上|凌晨|오전|π\.μ\.|de\.|öö))\s*$", re.I)
_OFFSET = re.compile(r"\s*\(?([+-])(\d\d?)(?::?(\d\d))?(?![\d:])")
_NAMED = re.compile(
    r"(?<![^\W\d_])(Z|[A-Z]{2,5})(?![^\W\d_])(?:\s?([+-])(\d\d?)(?::?(\d\d))?(?!\d))?|\b([A-Z][a-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)\b"
)
_ZONE_WITHIN = 24  # characters after the clock

# Hours from UTC. What has another meaning elsewhere stands below.
_HOURS: dict[str, float] = {
    **{"Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3},
    **{"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3},
    **{"JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "PKT": 5, "WIB": 7, "WITA": 8, "WIT": 9, "IRST": 3.5, "IDT": 3, "TRT": 3, "SAST": 2},
    **{"AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "AWST": 8, "NZST": 12, "NZDT": 13, "EAT": 3, "WAT": 1, "CAT": 2, "NST": -3.5},
}
_HOURS_IN: dict[str, dict[str, float]] = {
    "IST": {"IN": 5.5, "IL": 2, "IE": 1},
    "CST": {"US": -6, "CA": -6, "MX": -6, "CN": 8, "TW": 8},
    "BST": {"GB": 1, "US": 1, "BD": 6},
    "AST": {"CA": -4, "US": -4, "SA": 3},
}
_AMERICAN = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_REGIONS = {
    "en": "US",
    "hi": "IN",
    "ta": "IN",
    "te": "IN",
    "mr": "IN",
    "gu": "IN",
    "kn": "IN",
    "ml": "IN",
    "pa": "IN",
    "he": "IL",
    "ga": "IE",
}
_REGIONS |= {"zh": "CN", "bn": "BD", "ar": "SA"}


def clock_in(rest: str, language: str | None = None) -> tuple[Clock | None, tzinfo | None]:
    """(clock, zone) of the text around a date; a zone alone is none."""
    match = _CLOCK.search(rest)
    if match is None:
        return None, None
    hour = int(match[1] or match[4] or match[7])
    minute = int(match[2] or match[5] or "0")
    shown = match[3] or match[6]
    after = _HALF_AFTER.match(rest, match.end())
    if hour <= 12 and (half := after or _HALF_BEFORE.search(rest, 0, match.start())) is not None:
        hour = hour % 12 + (12 if half.group(1) else 0)
    zone = zone_in(rest[match.end() if after is None else after.end() :], language)
    return (hour, minute, None if shown is None else min(int(shown), 59)), zone


def zone_in(text: str, language: str | None = None) -> tzinfo | None:
    """The zone with which a text begins, or that it names soon."""
    if not text:
        return None
    offset = _OFFSET.match(text)
    if offset is not None:
        return _fixed(*offset.groups())
    for named in _NAMED.finditer(text[:_ZONE_WITHIN]):
        letters, sign, hours, minutes, place = named.groups()
        if place:
            return _place(place)
        if letters in ("UTC", "GMT") and sign:
            return _fixed(sign, hours, minutes)
        if (zone := _by_letters(letters, language)) is not None:
            return zone
    return None


def _by_letters(letters: str, language: str | None) -> tzinfo | None:
    if letters in _AMERICAN:
        return _place(_AMERICAN[letters]) if primary(language) in ("", "en") else None
    meanings = _HOURS_IN.get(letters)
    hours = _HOURS.get(letters) if meanings is None else meanings.get(region(language))
    return None if hours is None else UTC if hours == 0 else timezone(timedelta(hours=hours))


def region(language: str | None) -> str:
    """``IN`` of ``en-IN`` and of ``hi``; empty where the language is at home in several."""
    parts = (language or "en").replace("_", "-").split("-")
    named = next((part.upper() for part in parts[1:] if len(part) == 2 and part.isalpha()), None)
    return named or _REGIONS.get(parts[0].lower(), "")


def _fixed(sign: str, hours: str, minutes: str | None) -> tzinfo | None:
    """RFC 2822 and RFC 3339 give ``-0000`` for a time in UTC whose place is not known."""
    total = int(hours) * 60 + int(minutes or 0)
    if not total:
        return UTC
    return timezone(timedelta(minutes=-total if sign == "-" else total)) if total <= 15 * 60 else None


def _place(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
