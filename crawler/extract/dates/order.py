"""Takes the dates in digits of a page, and its language, and says whether the day or the month stands first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from crawler.extract.dates.plain import plain
from crawler.extract.dom.tree import word_set

DateOrder = Literal["dmy", "mdy"]

DIGITS = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})(?:\s?\2\s?|,\s*)(\d{4}|\d\d)(?!\d)")
# Where the CLDR's short date has the month first: https://cldr.unicode.org/; and where the year stands before it, so that of two
# numbers the first is the month.
_MONTH_FIRST = word_set("en en-us en-ph en-pr en-gu en-as en-um en-vi en-mh en-mp fil tl es-pr es-pa chr haw ja zh ko")
YEAR_FIRST = word_set("ja zh ko hu lt mn")


def page_order(texts: Iterable[str], language: str | None = None) -> DateOrder:
    """Day or month first, decided over all the dates of a page: one date that can be read only one way decides; else the
    order in which the page's dates rise or fall most steadily, or lie closest together; else the page's language."""
    pairs = [
        (int(m.group(1)), int(m.group(3)), int(m.group(4))) for text in texts if may_hold_digits(text) for m in DIGITS.finditer(plain(text))
    ]
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
    return order_of(language)


def may_hold_digits(text: str) -> bool:
    """May a date in digits alone be in it: is there a sign that stands between them?"""
    return "/" in text or "." in text or "-" in text or not text.isascii()


def order_of(language: str | None) -> DateOrder:
    """The order that the language, or the language in that region, writes a date of digits in."""
    code = (language or "").replace("_", "-").lower()
    parts = code.split("-")
    known = code in _MONTH_FIRST or f"{parts[0]}-{parts[-1]}" in _MONTH_FIRST or (parts[0] in _MONTH_FIRST and _no_region(parts))
    return "mdy" if known or parts[0] in ("ja", "zh", "ko") else "dmy"


def _no_region(parts: list[str]) -> bool:
    return not any(len(part) == 2 for part in parts[1:])


def _steadiness(days: list[tuple[int, int, int]]) -> int:
    steps = [(a < b) - (a > b) for a, b in pairwise(days)]
    return abs(sum(steps))


def _span(days: list[tuple[int, int, int]]) -> int:
    ordinals = [year * 372 + month * 31 + day for year, month, day in days]
    return max(ordinals) - min(ordinals) if ordinals else 0
