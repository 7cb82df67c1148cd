"""Takes a text in plain digits and finds the date in it: with the month in words, the year first, or in digits alone; and gives it
in the Gregorian calendar together with what stands around it."""

from __future__ import annotations

import re

from crawler.extract.dates.calendars import calendar_of_digits, full_year, in_gregorian
from crawler.extract.dates.months import DATE_WORD, LONGEST_NAME, Calendar, may_begin_a_month, month_of, primary
from crawler.extract.dates.order import DIGITS, YEAR_FIRST, DateOrder
from crawler.extract.dom.tree import word_list

FoundDate = tuple[int, int, int, str]  # year, month, day, and the text around them

_YEAR = r"(1[345]\d\d|19\d\d|20\d\d|2[56]\d\d|57\d\d)(?!\d)"  # Gregorian, or of a calendar of calendars.py
_ORDINAL = r"(?:st|nd|rd|th|er|ème|e|è|-?a|:e|:a|η|ης|-?го|-?е|[یي]|\.?[º°ª]|\.)?"
_OF = r"(?:de|del|of|di|do|năm|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|г\.?)"
_BEFORE_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}}){_ORDINAL}(?:\s+(?:de|del|of|di|do|του|day of|ta['’]))?[\s,/.-]*$", re.I)
_AFTER_MONTH = re.compile(rf"[\s.,/-]*(?:the\s)?(\d{{1,2}})(?:st|nd|rd|th|[.º°])?(?![\d:])(?:[\s,./-]|{_OF})*{_YEAR}", re.I)
_YEAR_AFTER = re.compile(rf"[\s.,/'’-]*(?:{_OF}\s*)?[\s,]*{_YEAR}", re.I)
_SHORT_AFTER = re.compile(r"[.,]?\s?['’‘´`](\d\d)(?!\d)|(?:[-/.]\s?|,?\s)(\d\d)(?=\s*(?:$|[,|)]|\d{1,2}[:.h]\d\d))")
_DAY_AND_SHORT_YEAR = re.compile(r"[\s.,/-]*(?:the\s)?(\d{1,2})(?:st|nd|rd|th|[.º°])?,?\s?['’‘´`](\d\d)(?!\d)", re.I)
_OF_YEAR = r"[\s.,/'’-]*(?:年|m\.|gada|e?ko|yil|йил|жылғы|ж\.|елның|يىلى)?[\s,.-]*"
_YEAR_BEFORE = re.compile(rf"(?<!\d){_YEAR}{_OF_YEAR}$", re.I)
_DAY_AFTER = re.compile(r"[\s.,/-]*(\d{1,2})(?!\d|[:.h]\d\d)")
_UNIX_DATE = re.compile(
    rf"\s+(\d{{1,2}})\s+(\d\d?:\d\d(?::\d\d)?(?:\s+(?:[A-Z]{{2,5}}|[+-]\d{{4}}))?)\s+{_YEAR}"
)  # Oct 12 10:00:00 EDT 2023
_YMD = re.compile(r"(?<!\d)(1[345]\d\d|19\d\d|20\d\d|25\d\d)\s*(?:[-/.]|年|년|оны)\s*(\d{1,2})\s*(?:[-/.]|月|월|сарын)\s*(\d{1,2})(?!\d)")
_VIETNAMESE = re.compile(r"\bth(?:áng|g\.?)\s*(1[0-2]|0?[1-9])(?!\d)", re.I)
_ENGLISH = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_STROKE = re.compile(r"\s*[/(]\s*")
_ROMAN = {name: place for place, name in enumerate(word_list("I II III IV V VI VII VIII IX X XI XII"))}
_MONTH_IN_ROMAN = re.compile(r"(?<![\w.])(\d{1,2}|\d{4})([./\s-]\s?)(XI{0,2}|I[VX]|VI{0,3}|I{1,3})([./\s-]\s?)(\d{4}|\d{1,2})(?!\d)")
_JOINTS = re.compile(r"[\s.'’_-]*")


def find_date(text: str, order: DateOrder | None = None, language: str | None = None) -> FoundDate | None:
    """The first date of the text in the first of these forms that it has. ``order``: of 3/4/2012."""
    if "th" in text or "Th" in text:
        text = _VIETNAMESE.sub(lambda match: _ENGLISH[int(match.group(1)) - 1], text)
    if "I" in text or "V" in text or "X" in text:  # 5.III.2019
        text = _MONTH_IN_ROMAN.sub(lambda match: f"{match[1]} {_ENGLISH[_ROMAN[match[3]]]} {match[5]}", text)
    return _in_words(text, language) or _year_first(text, language) or _as_digits(text, order, language)


def _in_words(text: str, language: str | None) -> FoundDate | None:
    for start, end, month, calendar in _months_in(text, language):
        found = _around_month(text[:start], text[end:], _language_of_word(text[start:end], language))
        if found is not None:
            year, day, rest = found
            on = in_gregorian(year, month, day, calendar, language)
            if on is not None:
                return *on, rest
    return None


def _months_in(text: str, language: str | None) -> list[tuple[int, int, int, Calendar]]:
    """(start, end, number, calendar) of each name of a month; the Gregorian ones first, for a page may write both."""
    found: list[tuple[int, int, int, Calendar]] = []
    words = list(DATE_WORD.finditer(text))
    for place, word in enumerate(words):
        if not may_begin_a_month(word.group()):
            continue
        named = _longest_name(text, words[place : place + LONGEST_NAME], language)
        if named is not None:
            end, number, calendar = named
            found.append((word.start(), _twin_end(text, end, number, language), number, calendar))
    return sorted(found, key=lambda month: month[3] != "gregorian")


def _longest_name(text: str, words: list[re.Match[str]], language: str | None) -> tuple[int, int, Calendar] | None:
    joined = 1
    while joined < len(words) and _JOINTS.fullmatch(text, words[joined - 1].end(), words[joined].start()):
        joined += 1
    start = words[0].start()
    for word in reversed(words[:joined]):
        known = month_of(text[start : word.end()], language)
        if known is not None:
            return word.end(), *known
    return None


def _twin_end(text: str, end: int, number: int, language: str | None) -> int:
    """Arab newspapers write a month twice, ``مارس/آذار``: where the second name ends."""
    stroke = _STROKE.match(text, end)
    if stroke is None:
        return end
    named = _longest_name(text, list(DATE_WORD.finditer(text, stroke.end()))[:LONGEST_NAME], language)
    return named[0] if named is not None and named[1] == number else end


def _language_of_word(name: str, language: str | None) -> str | None:
    return "th" if "\u0e00" <= name[0] <= "\u0e7f" else language


def _around_month(before: str, after: str, language: str | None) -> tuple[int, int, str] | None:
    """(year, day, what is left)"""
    day_before = _BEFORE_MONTH.search(before)
    if day_before is not None:
        rest = before[: day_before.start()]
        year = _YEAR_AFTER.match(after)
        if year is not None:
            return int(year.group(1)), int(day_before.group(1)), f"{rest} | {after[year.end() :]}"
        short = _SHORT_AFTER.match(after)
        if short is not None:
            return full_year(int(short[short.lastindex or 0]), language), int(day_before.group(1)), f"{rest} | {after[short.end() :]}"
        year = _YEAR_BEFORE.search(rest)
        if year is not None:
            return int(year.group(1)), int(day_before.group(1)), f"{rest[: year.start()]} | {after}"
    return _day_after(before, after, language)


def _day_after(before: str, after: str, language: str | None) -> tuple[int, int, str] | None:
    short = _DAY_AND_SHORT_YEAR.match(after)
    if short is not None:  # Mar. 5th '19
        return full_year(int(short.group(2)), language), int(short.group(1)), f"{before} | {after[short.end() :]}"
    day_after = _AFTER_MONTH.match(after)
    if day_after is not None:
        return int(day_after.group(2)), int(day_after.group(1)), f"{before} | {after[day_after.end() :]}"
    unix = _UNIX_DATE.match(after)
    if unix is not None:
        return int(unix.group(3)), int(unix.group(1)), f"{before} | {unix.group(2)} {after[unix.end() :]}"
    year = _YEAR_BEFORE.search(before)
    day = _DAY_AFTER.match(after)
    if year is not None and day is not None:
        return int(year.group(1)), int(day.group(1)), f"{before[: year.start()]} | {after[day.end() :]}"
    return None


def _year_first(text: str, language: str | None) -> FoundDate | None:
    match = _YMD.search(text)
    if match is None:
        return None
    year, month, day = map(int, match.groups())
    if month > 12 >= day:
        month, day = day, month
    on = in_gregorian(year, month, day, calendar_of_digits(year, language), language)
    return None if on is None else (*on, f"{text[: match.start()]} | {text[match.end() :]}")


def _as_digits(text: str, order: DateOrder | None, language: str | None) -> FoundDate | None:
    match = DIGITS.search(text)
    if match is None:
        return None
    first, second, written = int(match.group(1)), int(match.group(3)), match.group(4)
    last = int(written)
    rest = f"{text[: match.start()]} | {text[match.end() :]}"
    if len(written) == 2 and primary(language) in YEAR_FIRST and second <= 12 and last <= 31:
        return full_year(first, language), second, last, rest
    year = full_year(last, language) if len(written) == 2 else last
    month_first = first <= 12 and (second > 12 or order == "mdy")
    day, month = (second, first) if month_first else (first, second)
    on = in_gregorian(year, month, day, calendar_of_digits(year, language), language)
    return None if on is None else (*on, rest)
