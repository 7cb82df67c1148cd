"""Lines that a page writes anew at each visit, such as today's date, the time, "3 minutes ago" or how often it was read: takes two states
of a text with the moments at which they were seen, and gives the lines in which alone they differ, where each of them may be such a line.

What a line says is held against the clock of both visits; a counter has to count on. That is no proof yet: an author may correct a date
too. Whoever asks wants a second sign, see ``archive/store/folding.py``. Pure.
"""

from __future__ import annotations

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.clock import moment
from archive.text.content_key import normalised

LONGEST = 90  # characters of such a line
MOST = 6  # such lines in a text
WORDS = 10  # and numbers, of a line of which nobody knows what it counts
NEAR = 2  # words between the number of a day and its names
SLACK = 3  # minutes between a visit and what the page's own clock says
TOKEN = re.compile(r"\d+|[^\W\d_]+")
TIME = re.compile(r"(?<![\d:.])(\d{1,2})[:h](\d\d)(?:[:.](\d\d))?(?:\s?([AaPp])\.?[Mm]\b\.?)?(?![\d:])")
NUMBER = re.compile(r"\d+(?:[ .,’'\u00a0\u202f]\d{3})+(?!\d)|\d+")
AGO = re.compile(
    r"\b(?:ago|vor|il y a|hace|fa|há|geleden|zuvor|назад|тому|temu|siden|sedan|önce|sitten|před|pred|πριν|lalu|trước)\b"
    "|前|전|قبل|منذ|پیش",
    re.I,
)
COUNTED = re.compile(
    r"\b(?:views?|reads?|readers?|hits?|visits?|visitors?|viewed|seen|visited|shares?|shared|likes?|downloads?|downloaded|comments?|clicks?"
    r"|times|aufrufe|zugriffe|gelesen|leser|besucher|besucht|votes?|online|vues?|lectures?|affichages|lecteurs|visitas?|visto|vistas|veces|lecturas|leído|visite"
    r"|letture|visualizza\w+|volte|acessos|visualiza\w+|leituras|vezes|bekeken|keer|просмотр\w*|прочитан\w*|раз|переглядів|odsłon\w*"
    r"|wyświetl\w+|zobrazen\w+|přečteno|okun\w+|görüntülen\w+|visninger|visningar|lukukert\w*|pregleda|прегледа|εμφανίσεις|προβολές)\b"
    r"|مشاهد|زيار|بازدید|閲覧|浏览|阅读|瀏覽|閱讀|조회",
    re.I,
)
_WEEKDAYS = """
    montag dienstag mittwoch donnerstag freitag samstag sonntag|lundi mardi mercredi jeudi vendredi samedi dimanche
    lunes martes miércoles jueves viernes sábado domingo|lunedì martedì mercoledì giovedì venerdì sabato domenica
    segunda terça quarta quinta sexta sábado domingo|maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    понедельник вторник среда четверг пятница суббота воскресенье|понеділок вівторок середа четвер п’ятниця субота неділя
    poniedziałek wtorek środa czwartek piątek sobota niedziela|pondělí úterý středa čtvrtek pátek sobota neděle
    mandag tirsdag onsdag torsdag fredag lørdag søndag|måndag tisdag onsdag torsdag fredag lördag söndag
    maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai|pazartesi salı çarşamba perşembe cuma cumartesi pazar
    luni marți miercuri joi vineri sâmbătă duminică|hétfő kedd szerda csütörtök péntek szombat vasárnap
    ponedjeljak utorak srijeda četvrtak petak subota nedjelja|δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή
    senin selasa rabu kamis jumat sabtu minggu|دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه
    الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد
    """
WEEKDAYS: dict[str, set[int]] = {}
for _names in (list(day_name), list(day_abbr), *(line.split() for line in re.split(r"[|\n]", _WEEKDAYS) if line.strip())):
    for _number, _name in enumerate(_names):
        WEEKDAYS.setdefault(_name.casefold(), set()).add(_number)
MONTHS = {name.casefold(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name}

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A line as it was and as it is, and the paragraphs that hold it. ``explained``: by a clock or a counter; else only its numbers
    differ, whatever they are."""

    pair: Pair
    paragraphs: Pair
    explained: bool


def visit_lines(old: Sequence[str], old_at: str, new: Sequence[str], new_at: str) -> list[VisitLine] | None:
    """The lines in which two texts differ; None where they differ in anything that another visit would not bring about. ``old`` and
    ``new`` are paragraphs."""
    if len(old) != len(new):
        return None
    found: list[VisitLine] = []
    visits = (moment(old_at), moment(new_at))
    for paragraphs in zip(old, new, strict=True):
        lines, others = (paragraph.split("\n") for paragraph in paragraphs)
        if len(lines) != len(others):
            return None
        for pair in zip(lines, others, strict=True):
            if normalised(pair[0]) == normalised(pair[1]):
                continue
            explained = is_of_visit(pair, *visits)
            if len(found) == MOST or not (explained or differs_in_numbers(pair)):
                return None
            found.append(VisitLine(pair, paragraphs, explained))
    return found


def is_of_visit(pair: Pair, before: datetime, after: datetime) -> bool:
    """Whether a clock or a counter explains how a line differs."""
    if max(map(len, pair)) > LONGEST:
        return False
    return has_counted(pair) or _is_relative(pair) or _is_clock(pair, before, after)


def differs_in_numbers(pair: Pair) -> bool:
    """Nothing but numbers, in a short line."""
    return max(map(len, pair)) <= LONGEST and len(TOKEN.findall(pair[1])) <= WORDS and _bare(NUMBER, pair[0]) == _bare(NUMBER, pair[1])


def has_counted(pair: Pair) -> bool:
    """One number more than before, in a line that says what is counted."""
    old, new = (NUMBER.findall(line) for line in pair)
    if len(old) != len(new) or _bare(NUMBER, pair[0]) != _bare(NUMBER, pair[1]) or not COUNTED.search(pair[1]):
        return False
    differ = [(_amount(a), _amount(b)) for a, b in zip(old, new, strict=True) if a != b]
    return len(TOKEN.findall(_bare(NUMBER, pair[1]))) <= 9 and all(a < b for a, b in differ)


def _amount(written: str) -> int:
    return int(re.sub(r"\D", "", written)[:18])


def _bare(token: re.Pattern[str], line: str) -> str:
    return " ".join(token.sub("#", line).split())


def _is_relative(pair: Pair) -> bool:
    """``Updated 3 minutes ago``: the number and its unit alone differ."""
    old, new = (TOKEN.findall(line) for line in pair)
    if len(old) != len(new) or len(new) > 6 or not all(AGO.search(line) for line in pair):
        return False
    differ = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    return sum(not (a + b).isdigit() for a, b in differ) <= 1 and any(a.isdigit() for a in old) and any(b.isdigit() for b in new)


def _is_clock(pair: Pair, before: datetime, after: datetime) -> bool:
    """Today's date, the weekday, the time: each part that differs is that of the visit, in the zone of the site."""
    times = [TIME.findall(line) for line in pair]
    rest = [TIME.sub("@", line) for line in pair]
    old, new = (TOKEN.findall(line) for line in rest)
    if len(times[0]) != len(times[1]) or len(old) != len(new) or _bare(TOKEN, rest[0]) != _bare(TOKEN, rest[1]):
        return False
    differ = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    if not differ:
        passed = round((after - before).total_seconds() / 60)
        return all(a == b or _minutes_apart(a, b, passed) <= SLACK for a, b in zip(*times, strict=True))
    day = timedelta(days=1)
    return any(_is_date(old, new, differ, before + shift * day, after + shift * day) for shift in (0, -1, 1))


def _minutes_apart(old: tuple[str, ...], new: tuple[str, ...], passed: int) -> int:
    apart = (_minute(new) - _minute(old) - passed) % 1440
    return min(apart, 1440 - apart)


def _minute(time: tuple[str, ...]) -> int:
    hour = int(time[0]) % 12 + (12 if time[3] in "Pp" else 0) if time[3] else int(time[0])
    return hour * 60 + int(time[1])


def _is_date(old: list[str], new: list[str], differ: list[Pair], before: datetime, after: datetime) -> bool:
    """Something has to say that the numbers are a date: the year, a weekday or the name of a month."""
    numbers = [pair for pair in differ if pair[0].isdigit() or pair[1].isdigit()]
    named = [pair for pair in differ if _is_named(pair, before, after)]
    if not (_anchored(old, before) and _anchored(new, after)) or not all(_is_part(pair, before, after) for pair in numbers):
        return False
    days = [i for i, pair in enumerate(zip(old, new, strict=True)) if pair in numbers and _is_day(pair, before, after)]
    words = [i for i, pair in enumerate(zip(old, new, strict=True)) if pair in differ and pair not in numbers and pair not in named]
    unknown = int(before.month != after.month) + 1 - len(named)  # names of a weekday and a month in a language that is not known here
    return len(words) <= unknown and all(any(abs(word - day) <= NEAR for day in days) for word in words)


def _is_day(pair: Pair, before: datetime, after: datetime) -> bool:
    return all(said.isdigit() and int(said) == at.day for said, at in zip(pair, (before, after), strict=True))


def _anchored(tokens: list[str], at: datetime) -> bool:
    names = [token.casefold() for token in tokens]
    return str(at.year) in tokens or any(at.weekday() in WEEKDAYS.get(name, ()) or MONTHS.get(name) == at.month for name in names)


def _is_named(pair: Pair, before: datetime, after: datetime) -> bool:
    a, b = pair[0].casefold(), pair[1].casefold()
    weekdays = before.weekday() in WEEKDAYS.get(a, ()) and after.weekday() in WEEKDAYS.get(b, ())
    return weekdays or (MONTHS.get(a) == before.month and MONTHS.get(b) == after.month)


def _is_part(pair: Pair, before: datetime, after: datetime) -> bool:
    parts = [{at.day, at.month, at.year, at.year % 100} for at in (before, after)]
    return all(said.isdigit() and int(said) in part for said, part in zip(pair, parts, strict=True))
