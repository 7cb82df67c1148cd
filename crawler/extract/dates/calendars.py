"""Takes year, month and day of another calendar and gives the Gregorian date: Jalali (Iran, Afghanistan), Hijri (Umm al-Qura), Hebrew,
and the Buddhist years of Thailand. The libraries are those that dateparser names for the same."""

from __future__ import annotations

from datetime import date

from crawler.extract.dates.months import Calendar, primary

_BUDDHA = 543  # years before the common era; https://cldr.unicode.org/ calls the calendar "buddhist"
_BUDDHIST = frozenset(("th", "lo", "km"))
_JALALI = frozenset(("fa", "prs", "ps", "tg", "ckb", "mzn", "glk", "azb"))


def in_gregorian(year: int, month: int, day: int, calendar: Calendar, language: str | None) -> tuple[int, int, int] | None:
    """(year, month, day); None where that calendar has no such day, or the year cannot be one of it."""
    if calendar == "gregorian":
        if year < 100:
            year = full_year(year, language)
        if 2400 < year < 2700:
            year -= _BUDDHA
        return (year, month, day) if 1900 < year < 2200 else None
    found = _converted(year, month, day, calendar)
    return None if found is None else (found.year, found.month, found.day)


def _converted(year: int, month: int, day: int, calendar: Calendar) -> date | None:
    try:
        if calendar == "hijri":
            from hijridate import Hijri  # the calendars load only where they are met

            return date.fromisoformat(Hijri(year, month, day).to_gregorian().isoformat())
        if calendar == "jalali":
            from convertdate import persian

            return (
                date(*persian.to_gregorian(year, month, day)) if 1200 < year < 1600 and day <= persian.month_length(year, month) else None
            )
        from convertdate import hebrew

        return date(*hebrew.to_gregorian(year, month, day)) if 5600 < year < 5900 and day <= hebrew.month_length(year, month) else None
    except (ValueError, OverflowError, IndexError):
        return None


def full_year(short: int, language: str | None) -> int:
    """The year that two digits mean; in Thailand they are of the Buddhist year."""
    if primary(language) in _BUDDHIST and short > 30:
        return 2500 + short
    return short + (2000 if short < 70 else 1900)


def calendar_of_digits(year: int, language: str | None) -> Calendar:
    """The calendar of a date in digits alone: 1402/05/12 on a Persian page is Jalali, 1445/03/27 on an Arabic one Hijri."""
    if not 1300 <= year < 1500:
        return "gregorian"
    return "jalali" if primary(language) in _JALALI else "hijri"
