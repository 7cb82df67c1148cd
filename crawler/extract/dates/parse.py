"""Takes a date as a page writes it (machine-readable, in words, as digits, relative to the capture) and gives a Moment. A clock
without a zone stays without one unless the site's zone is known; a date without a clock stays a date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.extract.dates.months import LANGUAGES, MONTH_NUMBERS, UNITS
from crawler.items import Precision

DateOrder = Literal["dmy", "mdy"]

_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_YMD = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})(?:\s?\2\s?|,\s*)(\d{4}|\d\d)(?!\d)")
_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})\s?[:.h]\s?(\d\d)(?::(\d\d))?(?!\d)\s*([ap]\.?\s?m\b)?|(?<!\d)(\d{1,2})\s*([ap]\.?m)\b", re.I)
_ZONE = re.compile(r"\b(UTC|GMT|EST|EDT|PST|PDT|CET|CEST)\b(?:\s*([+-]\d{1,2}))?|(?<=\d)\s*(Z)\b")
_ZONES = {"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2}
# Blanks and marks that mean nothing here, the Arabic comma, and the digits of Arabic and Persian.
_PLAIN = {0x202F: " ", 0xA0: " ", 0x200E: "", 0x200F: "", 0x060C: ","} | {
    start + digit: str(digit) for start in (0x0660, 0x06F0) for digit in range(10)
}
_BEFORE_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|[.º°ª])?(?:\s+(?:de|del|of|di))?[\s,/.-]*$", re.I)
_AFTER_MONTH = re.compile(r"[\s.,/-]*(\d{1,2})(?:st|nd|rd|th|[.º°])?(?![\d:])(?:[\s,./-]|de|del|of)*((?:19|20)\d\d)(?!\d)", re.I)
_YEAR_AFTER = re.compile(r"[\s.,/'’-]*(?:de |del |of |di )?[\s,]*((?:19|20)\d\d)(?!\d)", re.I)
_YEAR_BEFORE = re.compile(r"((?:19|20)\d\d)[\s.,/年-]*$")
_RELATIVE = re.compile(r"(\d{1,3}|an?|one|eine?[mnr]?|une?|uma?)\s+([^\W\d_]+)", re.I)
_AGO = re.compile(r"\b(?:ago|her|vor|il y a|hace|fa|há|geleden|atrás|zuvor)\b", re.I)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as observed. ``clock`` is None for a bare date; ``clock.tzinfo`` is None when no zone was shown."""

    day: date
    clock: datetime | None = None
    precision: Precision = "day"

    def instant(self, zone: str | None = None) -> str:
        """ISO 8601: with ``Z`` when the instant is known, without a zone when only the wall clock is, else the date."""
        if self.clock is None:
            return self.day.isoformat()
        clock = self.clock
        if clock.tzinfo is None and zone is not None:
            clock = clock.replace(tzinfo=_zone(zone))
        if clock.tzinfo is None:
            return clock.isoformat(timespec="seconds")
        return _to_utc(clock).isoformat(timespec="seconds").replace("+00:00", "Z")

    def local_day(self, zone: str | None = None) -> str:
        """The date on the site's wall clock."""
        if self.clock is not None and self.clock.tzinfo is not None and zone is not None:
            return self.clock.astimezone(_zone(zone)).date().isoformat()
        return self.day.isoformat()


def _to_utc(clock: datetime) -> datetime:
    try:
        return clock.astimezone(UTC)
    except OverflowError:
        return clock.replace(tzinfo=UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    """Raises ValueError for a name that is no IANA time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time zone {name!r} is not known; use an IANA name such as 'America/New_York'") from error


def parse_iso(text: str | None) -> Moment | None:
    """A machine-readable date: ``2014-07-23``, ``2014-07-23T02:14:05+00:00`` and what sites make of that."""
    match = _ISO.match(text or "")
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    if hour is None:
        return _moment(int(year), int(month), int(day))
    return _moment(int(year), int(month), int(day), (int(hour), int(minute), None if second is None else int(second)), _offset(offset))


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:4])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes)) if minutes < 1440 else None


def _moment(
    year: int, month: int, day: int, clock: tuple[int, int, int | None] | None = None, zone: timezone | None = None
) -> Moment | None:
    try:
        on = date(year, month, day)
        if clock is None:
            return Moment(on) if 1900 < year < 2200 else None
        hour, minute, second = clock
        at = datetime(year, month, day, hour, minute, second or 0, tzinfo=zone)
    except ValueError:
        return None
    return Moment(on, at, "minute" if second is None else "second") if 1900 < year < 2200 else None


@lru_cache(maxsize=4096)
def parse_written(text: str, order: DateOrder | None = None) -> Moment | None:
    """A date in words or digits, with its clock if one stands beside it. ``order`` decides 3/4/2012; None: day first
    unless it cannot be."""
    text = text.translate(_PLAIN)
    if len(text) > 200:
        return None
    for find in (_in_words, _year_first, _as_digits):
        found = find(text, order)
        if found is not None:
            year, month, day, rest = found
            clock, zone = _clock(rest)
            return _moment(year, month, day, clock, zone) or _moment(year, month, day)
    return None


def _in_words(text: str, _order: DateOrder | None) -> tuple[int, int, int, str] | None:
    for word in _WORD.finditer(text):
        month = MONTH_NUMBERS.get(word.group().lower())
        if month is None:
            continue
        before, after = text[: word.start()], text[word.end() :]
        day_after = _AFTER_MONTH.match(after)
        day_before = _BEFORE_MONTH.search(before)
        if day_before is not None:
            year = _YEAR_AFTER.match(after)
            if year is not None:
                return int(year.group(1)), month, int(day_before.group(1)), before[: day_before.start()] + " | " + after[year.end() :]
        if day_after is not None:
            return int(day_after.group(2)), month, int(day_after.group(1)), before + " | " + after[day_after.end() :]
        year = _YEAR_BEFORE.search(before)
        day = re.match(r"[\s.,/-]*(\d{1,2})", after)
        if year is not None and day is not None:
            return int(year.group(1)), month, int(day.group(1)), before[: year.start()] + " | " + after[day.end() :]
    return None


def _year_first(text: str, _order: DateOrder | None) -> tuple[int, int, int, str] | None:
    match = _YMD.search(text)
    if match is None:
        return None
    return int(match.group(1)), int(match.group(2)), int(match.group(3)), text[: match.start()] + " | " + text[match.end() :]


def _as_digits(text: str, order: DateOrder | None) -> tuple[int, int, int, str] | None:
    match = _NUMERIC.search(text)
    if match is None:
        return None
    first, second = int(match.group(1)), int(match.group(3))
    year = int(match.group(4))
    if len(match.group(4)) == 2:
        year += 2000 if year < 70 else 1900
    month_first = first <= 12 and (second > 12 or order == "mdy")
    day, month = (second, first) if month_first else (first, second)
    return year, month, day, text[: match.start()] + " | " + text[match.end() :]


def _clock(rest: str) -> tuple[tuple[int, int, int | None] | None, timezone | None]:
    match = _CLOCK.search(rest)
    if match is None:
        return None, None
    hour = int(match.group(1) or match.group(5))
    minute = int(match.group(2) or 0)
    half = (match.group(4) or match.group(6) or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    zone = _ZONE.search(rest[match.end() : match.end() + 12])
    offset = None
    if zone is not None:
        hours = _ZONES.get(zone.group(1) or "UTC", 0) + int(zone.group(2) or 0)
        offset = timezone(timedelta(hours=hours)) if -24 < hours < 24 else None
    return (hour, minute, None if match.group(3) is None else int(match.group(3))), offset


def page_order(texts: Iterable[str], language: str | None = None) -> DateOrder:
    """Day or month first, decided over all the dates of a page: one date that can be read only one way decides; else the
    order in which the page's dates rise or fall most steadily, or lie closest together; else the page's language."""
    pairs = [(int(m.group(1)), int(m.group(3)), int(m.group(4))) for text in texts for m in _NUMERIC.finditer(text)]
    day_first = sum(1 for a, b, _ in pairs if a > 12 >= b)
    month_first = sum(1 for a, b, _ in pairs if b > 12 >= a)
    if day_first != month_first:
        return "dmy" if day_first > month_first else "mdy"
    as_days = _steadiness([(year, b, a) for a, b, year in pairs])
    as_months = _steadiness([(year, a, b) for a, b, year in pairs])
    if as_days != as_months:
        return "dmy" if as_days > as_months else "mdy"
    spans = [_span(days) for days in ([(y, b, a) for a, b, y in pairs], [(y, a, b) for a, b, y in pairs])]
    if len(set(pairs)) > 2 and 3 * min(spans) < max(spans):  # a discussion is short: 1/4, 2/4, 3/4 are days of April
        return "dmy" if spans[0] < spans[1] else "mdy"
    return "mdy" if (language or "").lower() in ("en", "en-us") else "dmy"


def _steadiness(days: list[tuple[int, int, int]]) -> int:
    steps = [(a < b) - (a > b) for a, b in pairwise(days)]
    return abs(sum(steps))


def _span(days: list[tuple[int, int, int]]) -> int:
    ordinals = [year * 372 + month * 31 + day for year, month, day in days]
    return max(ordinals) - min(ordinals) if ordinals else 0


def parse_relative(text: str, captured_at: str | None) -> Moment | None:
    """``2 weeks ago`` against the time of the capture; None without it. Never finer than a day: what it says is rounded."""
    captured = parse_iso(captured_at)
    if captured is None or len(text) > 80:
        return None
    low = text.lower()
    if not _AGO.search(low):
        return Moment(captured.day - timedelta(days=1)) if re.search(r"\b(?:yesterday|gestern|hier|ayer|ieri)\b", low) else None
    seconds = 0
    for amount, unit in _RELATIVE.findall(low):
        if unit in UNITS:
            seconds += (int(amount) if amount.isdigit() else 1) * UNITS[unit]
    if not seconds:
        return None
    try:
        then = (captured.clock or datetime.combine(captured.day, datetime.min.time())) - timedelta(seconds=seconds)
    except OverflowError:
        return None
    return Moment(then.date())


@lru_cache(maxsize=1024)
def parse_any_language(text: str, language: str | None) -> Moment | None:
    """Dates in languages that :mod:`months` does not know, by dateparser, told which: left to guess, it takes seconds."""
    code = (language or "").split("-")[0].lower()
    if not code or code in LANGUAGES or not 6 <= len(text) <= 60 or not re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text):
        return None
    import dateparser  # a third of a second to load, and hardly ever needed

    try:
        found = dateparser.parse(
            text, languages=[code], settings={"REQUIRE_PARTS": ["day", "month", "year"], "RETURN_AS_TIMEZONE_AWARE": False}
        )
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None
    if found is None:
        return None
    return _moment(found.year, found.month, found.day, (found.hour, found.minute, None) if _CLOCK.search(text) else None)
