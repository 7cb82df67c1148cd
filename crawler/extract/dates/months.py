"""Reads months.txt beside it and gives the month names of the languages that sites write their dates in, and the words of relative
dates with their seconds."""

from __future__ import annotations

import pkgutil


def _read(content: str) -> tuple[frozenset[str], dict[str, int]]:
    """(codes of the languages, lower-case name or abbreviation -> number of the month) of months.txt."""
    codes: set[str] = set()
    numbers: dict[str, int] = {}
    for line in content.splitlines():
        if line and not line.startswith("#"):
            languages, _, months = line.partition(":")
            codes.update(languages.split())
            for number, forms in enumerate(months.split(), 1):
                for form in forms.split("/") if forms != "-" else ():
                    numbers.setdefault(form, number)
    return frozenset(codes), numbers


LANGUAGES, MONTH_NUMBERS = _read((pkgutil.get_data(__package__ or "", "months.txt") or b"").decode("utf-8"))

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
