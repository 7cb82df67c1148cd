"""The fields of a query: takes a field's name and value as they were typed, gives a filter, or says why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from archive.queries.search_nodes import Filter
from archive.text.languages import LANGUAGES

PLACES = ("everything", "articles", "comments", "documents", "history")
STATES = ("silent", "declared", "edited", "missing", "gone", "link", "picture")
WORD_FIELDS = ("title", "text", "signed")
EXAMPLES = {
    "title": "bridge",
    "text": '"drone strike"',
    "signed": "Weigher",
    "name": "Shabaab",
    "author": "Name",
    "tag": "Syria",
    "cites": "example.org",
    "is": "edited",
    "kind": "link",
    "site": "name",
    "lang": "ru",
    "published": "2014-03..2015",
    "seen": "2026-10..",
    "year": "2014",
    "month": "2014-03",
    "before": "2014",
    "after": "2014-03-07",
    "comments": ">20",
    "words": ">1000",
    "in": "comments",
}
FIELDS = tuple(EXAMPLES)
ALSO = {  # what other search boxes call it
    **dict.fromkeys(("by", "from", "writer", "byline"), "author"),
    **dict.fromkeys(("commenter", "signature", "signedby", "user"), "signed"),
    **dict.fromkeys(("topic", "category", "label", "subject"), "tag"),
    **dict.fromkeys(("headline", "intitle", "allintitle"), "title"),
    **dict.fromkeys(("body", "intext", "inbody", "content"), "text"),
    **dict.fromkeys(("date", "pubdate", "posted", "created"), "published"),
    **dict.fromkeys(("since", "newer"), "after"),
    **dict.fromkeys(("until", "older"), "before"),
    **dict.fromkeys(("language", "locale"), "lang"),
    **dict.fromkeys(("domain", "source", "inurl"), "site"),
    **dict.fromkeys(("has", "state", "status"), "is"),
    **dict.fromkeys(("links", "linksto", "link"), "cites"),
    **dict.fromkeys(("length", "size"), "words"),
    **dict.fromkeys(("replies", "num"), "comments"),
    **dict.fromkeys(("type", "filetype"), "kind"),
    **dict.fromkeys(("observed", "captured", "archived"), "seen"),
}
DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$")
LOOSE_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?$")  # 2014/3/7
DAY_FIRST = re.compile(r"([0-9]{1,2})([./])([0-9]{1,2})\2([0-9]{4})$")  # 7.3.2014; with slashes only where it cannot be a month
JOINT = re.compile(r"\.\.|[\u2013\u2014]|(?<=[0-9]{4})-(?=[0-9]{4}$)")  # of two dates
COMPARED = re.compile(r"(>=|<=|>|<)\s*(.+)$")
DATES = "2014, 2014-03 or 2014-03-07"
EVER = ""
"""An end of a span that is open."""


@dataclass(frozen=True, slots=True)
class DateSpan:
    """From ``low`` on, and before ``high``; an empty end is open."""

    low: str = EVER
    high: str = EVER


def guessed_field(name: str) -> str:
    """The field that was probably meant; '' when none is near."""
    lower = name.lower()
    near = get_close_matches(lower, [*FIELDS, *ALSO], n=1, cutoff=0.7)
    return ALSO.get(lower) or (ALSO.get(near[0], near[0]) if near else "")


def near_value(value: str, known: Iterable[str]) -> str:
    """The known value that is most like this one; '' when none is."""
    return next(iter(get_close_matches(value.lower(), list(known), n=1, cutoff=0.6)), "")


def field_problem(field: str, value: str) -> tuple[str, str]:
    """(why a field cannot be used, what was probably meant); empty where it can."""
    if not value:
        return f"{field}: needs a value, as in {field}:{EXAMPLES[field]}", ""
    if field in ("is", "in", "lang"):
        return named_problem(field, value.lower())
    if field == "year" and not re.fullmatch(r"[0-9]{4}", value):
        return f"year:{value} is not a year; write year:2014", ""
    if field == "month" and not (re.fullmatch(r"[0-9]{4}-[0-9]{2}", value) and days_of(value)):
        guess = guessed_span(value)
        return f"month:{value} is not a month; write month:2014-03", f"month:{guess}" if len(guess) == len("2014-03") else ""
    if field in ("before", "after") and days_of(value) is None:
        guess = guessed_span(value)
        said = f"{field}:{value} is not a date; write {field}:2014, {field}:2014-03 or {field}:2014-03-07"
        return said, f"{field}:{guess}" if days_of(guess) else ""
    if field in ("published", "seen"):
        return span_problem(field, value)
    if field in ("comments", "words") and numbers_of(value) is None:
        return f"{field}:{value} is not a number; write {field}:>20, {field}:<20, {field}:20 or {field}:20..50", ""
    return "", ""


def named_problem(field: str, value: str) -> tuple[str, str]:
    """The same for a field that knows its values."""
    if field == "lang":
        if language_of_name(value):
            return "", ""
        names = {name.lower(): code for code, name in LANGUAGES.items()}
        guess = names.get(near_value(value, names), "")
        return f"lang:{value} is not known; write lang:ru or lang:russian", f"lang:{guess}" if guess else ""
    known = STATES if field == "is" else PLACES
    if value in known:
        return "", ""
    shown = [f"{field}:{name}" for name in known if name != "everything"]
    guess = near_value(value, known)
    return f"{field}:{value} is not known; write {', '.join(shown[:-1])} or {shown[-1]}", f"{field}:{guess}" if guess else ""


def span_problem(field: str, value: str) -> tuple[str, str]:
    """The same for a span of dates."""
    span = span_of(value)
    if span is None:
        guess = guessed_span(value)
        said = f"{field}:{value} is not a date or a span; write {field}:2014-03..2015, {field}:2014.. or {field}:2014-03-07"
        return said, f"{field}:{guess}" if guess else ""
    if span.low and span.high and span.low >= span.high:
        low, _, high = value.partition("..")
        return f"{field}:{value} ends before it begins", f"{field}:{high}..{low}"
    return "", ""


def language_of_name(value: str) -> str:
    """The code of a language that is named by its code or its English name; '' for an unknown one."""
    lower = value.lower()
    return lower if lower in LANGUAGES else next((code for code, name in LANGUAGES.items() if name.lower() == lower), "")


def span_of(value: str) -> DateSpan | None:
    """``2014-03..2015``, ``2014..``, ``..2014-03``, ``2014``, ``>2014`` or ``<=2014-03`` as the days it means, both ends included where
    they are named; None for anything else."""
    if compared := COMPARED.match(value):
        return _compared_span(compared[1], compared[2])
    low, dots, high = value.partition("..")
    first, last = days_of(low), days_of(high if dots else low)
    if (low and not first) or (high and not last) or not (low or high):
        return None
    return DateSpan(first.low if first and low else EVER, last.high if last and (high or not dots) else EVER)


def guessed_span(value: str) -> str:
    """A date or a span that is written in another way, as it is written here: ``2014/3`` is ``2014-03``; '' where it is none."""
    dates = [_guessed_date(part.strip()) for part in JOINT.split(value)]
    guess = "..".join(dates)
    return guess if len(dates) <= 2 and all(dates) and span_of(guess) else ""


def _guessed_date(value: str) -> str:
    if loose := LOOSE_DATE.match(value):
        value = "-".join(part.zfill(2) for part in loose.groups() if part)
    elif (found := DAY_FIRST.match(value)) and (found[2] == "." or int(found[1]) > 12):
        value = f"{found[4]}-{found[3].zfill(2)}-{found[1].zfill(2)}"
    return value if days_of(value) else ""


def _compared_span(sign: str, value: str) -> DateSpan | None:
    days = days_of(value)
    if days is None:
        return None
    return {">": DateSpan(days.high), ">=": DateSpan(days.low), "<": DateSpan(EVER, days.low), "<=": DateSpan(EVER, days.high)}[sign]


def days_of(value: str) -> DateSpan | None:
    """A year, a month or a day as (its first moment, the first after it), in the longest form that both share; None for no date."""
    match = DATE.match(value)
    if not match or match[1] == "0000" or match[1] == "9999":
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 1, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return DateSpan(value, (first + timedelta(days=1)).isoformat())
    after = f"{first.year + first.month // 12:04}-{first.month % 12 + 1:02}" if month else f"{first.year + 1:04}"
    return DateSpan(value, after)


def numbers_of(value: str) -> tuple[int | None, int | None] | None:
    """``>20``, ``<=20``, ``20`` or ``20..50`` as (least, most); an open end is None. None for anything else."""
    if compared := COMPARED.match(value):
        if not re.fullmatch(r"[0-9]{1,9}", compared[2]):
            return None
        number = int(compared[2])
        return {">": (number + 1, None), ">=": (number, None), "<": (None, number - 1), "<=": (None, number)}[compared[1]]
    found = re.fullmatch(r"([0-9]{1,9})?(\.\.)?([0-9]{1,9})?", value)
    if not found or not (found[1] or found[3]):
        return None
    if not found[2]:
        return int(value), int(value)
    return int(found[1]) if found[1] else None, int(found[3]) if found[3] else None


def date_span(one: Filter) -> DateSpan | None:
    """The span of dates that a filter asks for; None for a filter that asks for none."""
    if one.field in ("published", "seen"):
        return span_of(one.value)
    if one.field in ("year", "month"):
        return days_of(one.value)
    if one.field in ("after", "before"):
        return DateSpan(one.value) if one.field == "after" else DateSpan(EVER, one.value)
    return None
