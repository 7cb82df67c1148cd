"""Takes a date as a page writes it (machine-readable, in words, as digits, relative to the capture) and gives a Moment. A clock
without a zone stays without one unless the site's zone is known; a date without a clock stays a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.extract.dates.clock import Clock, clock_in
from crawler.extract.dates.months import LANGUAGES, UNITS, primary
from crawler.extract.dates.order import DateOrder
from crawler.extract.dates.plain import plain
from crawler.extract.dates.written import find_date
from crawler.items import Precision

_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?", re.I)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?", re.I)
_UNIX = re.compile(r"(?:/Date\()?(\d{9,10}|\d{12,13})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?")
_LONGEST = 200  # characters of a text that may hold a date
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
    if clock.tzinfo is UTC:
        return clock
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
        return moment_of(int(year), int(month), int(day))
    rest = (text or "")[match.end() :].strip()
    if rest and offset is None:  # 2014-07-23 02:14 PM, 2014-07-23 02:14:05 UTC
        return moment_of(int(year), int(month), int(day), *clock_in(plain((text or "")[match.start(4) :])))
    return moment_of(int(year), int(month), int(day), (int(hour), int(minute), None if second is None else int(second)), _offset(offset))


@lru_cache(maxsize=1024)
def parse_stated(text: str, order: DateOrder | None = None, language: str | None = None) -> Moment | None:
    """A date of a meta element, JSON-LD or an attribute: ISO 8601, its basic form, seconds or milliseconds since 1970, RFC 2822, or
    as it is written in the page's language."""
    text = plain(text.strip())
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        return _compact(compact)
    since = _UNIX.fullmatch(text)
    if since is not None:
        return _since_1970(since.group(1))
    return parse_iso(text) or parse_written(text, order, language)


def _compact(match: re.Match[str]) -> Moment | None:
    year, month, day, hour, minute, second, offset = match.groups()
    clock = None if hour is None else (int(hour), int(minute), None if second is None else int(second))
    return moment_of(int(year), int(month), int(day), clock, _offset(offset))


def _since_1970(digits: str) -> Moment | None:
    seconds = int(digits) / (1000 if len(digits) > 10 else 1)
    at = datetime.fromtimestamp(int(seconds), UTC)
    return Moment(at.date(), at, "second")


@lru_cache(maxsize=256)
def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:4])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes)) if minutes < 1440 else None


def moment_of(year: int, month: int, day: int, clock: Clock | None = None, zone: tzinfo | None = None) -> Moment | None:
    """None where there is no such day or time. 24:00 is 0:00 of the next day, as ISO 8601 had it until 2019."""
    if not 1900 < year < 2200:
        return None
    try:
        on = date(year, month, day)
        if clock is None:
            return Moment(on)
        hour, minute, second = clock
        if hour == 24 and not minute and not second:
            on, hour = on + timedelta(days=1), 0
        at = datetime(on.year, on.month, on.day, hour, minute, min(second or 0, 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return Moment(on, at, "minute" if second is None else "second")


@lru_cache(maxsize=4096)
def parse_written(text: str, order: DateOrder | None = None, language: str | None = None) -> Moment | None:
    """A date in words or digits, with its clock if one stands beside it. ``order`` decides 3/4/2012; None: day first
    unless it cannot be. ``language`` (``hr``, ``en-GB``) decides what a month's name and a zone's letters mean, and the calendar."""
    if len(text) > _LONGEST or not text:
        return None
    found = find_date(plain(text), order, language)
    if found is None:
        return None
    year, month, day, rest = found
    clock, zone = clock_in(rest, language)
    return moment_of(year, month, day, clock, zone) or moment_of(year, month, day)


def parse_relative(text: str, captured_at: str | None) -> Moment | None:
    """``2 weeks ago`` against the time of the capture; None without it. Never finer than a day: what it says is rounded."""
    captured = parse_iso(captured_at)
    if captured is None or len(text) > 80:
        return None
    low = plain(text).lower()
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
    """Dates in languages that months.txt does not know, by dateparser, told which: left to guess, it takes seconds."""
    code = primary(language)
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
    return moment_of(found.year, found.month, found.day, (found.hour, found.minute, None) if clock_in(plain(text))[0] else None)
