"""Reads months.txt and calendars.txt beside it and gives the month that a word means in a language, in which calendar, and the words
of relative dates with their seconds."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from crawler.extract.dates.plain import folded

Calendar = Literal["gregorian", "jalali", "hijri", "hebrew"]

# A word of a date, also in scripts whose vowels are marks: everything between blanks, digits and punctuation.
DATE_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~‐-‟«»·•॰׳״،。、]+")
LONGEST_NAME = 3  # words: tháng mười hai


def _lines(content: str) -> Iterator[tuple[list[str], int, str]]:
    """(codes of the line, number of the month, form of its name)."""
    for line in content.splitlines():
        if line and not line.startswith("#"):
            codes, _, months = line.partition(":")
            for number, forms in enumerate(months.split(), 1):
                for form in forms.split("/") if forms != "-" else ():
                    yield codes.split(), number, form.replace("_", " ")


def _read(name: str) -> str:
    return (pkgutil.get_data(__package__ or "", name) or b"").decode("utf-8")


def _key(name: str) -> str:
    return folded(" ".join(DATE_WORD.findall(name)))


MONTH_NUMBERS: dict[str, int] = {}  # lower-case name or abbreviation -> number of the month
_OF_LANGUAGE: dict[str, dict[str, int]] = {}
_OF_ALL: dict[str, tuple[int, Calendar]] = {}
for _codes, _number, _form in _lines(_read("months.txt")):
    MONTH_NUMBERS.setdefault(_form, _number)
    _OF_ALL.setdefault(_key(_form), (_number, "gregorian"))
    for _code in _codes:
        _OF_LANGUAGE.setdefault(_code, {}).setdefault(_key(_form), _number)
_CALENDARS: dict[str, Calendar] = {"jalali": "jalali", "hijri": "hijri", "hebrew": "hebrew"}
for _codes, _number, _form in _lines(_read("calendars.txt")):
    _OF_ALL.setdefault(_key(_form), (_number, _CALENDARS[_codes[0]]))
LANGUAGES = frozenset(_OF_LANGUAGE)
_FIRST_WORDS = frozenset(key.split()[0] for key in _OF_ALL if key)


@lru_cache(maxsize=8192)
def month_of(name: str, language: str | None = None) -> tuple[int, Calendar] | None:
    """(number, calendar) of the month with this name or abbreviation. The ``language`` (``hr``, ``en-GB``) counts before the others."""
    key = _key(name)
    own = _OF_LANGUAGE.get(primary(language), {}).get(key)
    return (own, "gregorian") if own is not None else _OF_ALL.get(key)


def may_begin_a_month(word: str) -> bool:
    return folded(word) in _FIRST_WORDS


def primary(language: str | None) -> str:
    """``en`` of ``en-GB``."""
    return (language or "").replace("_", "-").split("-", 1)[0].lower()


# Units of time in seconds; the longest forms first where one begins another.
UNITS: dict[str, int] = {}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
for _names, _seconds in (
    ("second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondi", 1),
    ("minute minutes min mins minuten minuto minutos minuti minuut", _MINUTE),
    ("hour hours hr hrs stunde stunden std heure heures hora horas ora ore uur", _HOUR),
    ("day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen", _DAY),
    ("week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane weken", 7 * _DAY),
    ("month months monat monate monaten mois mes meses mese mesi maand maanden mês", 2_629_800),
    ("year years yr yrs jahr jahre jahren an ans année années año años anno anni ano anos jaar", 31_557_600),
):
    for _name in _names.split():
        UNITS[_name] = _seconds
