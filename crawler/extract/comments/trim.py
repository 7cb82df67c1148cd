"""Takes the text of a comment whose parts no class tells apart, and gives it without the lines of name, date and buttons above and
below it. Only whole lines go, and only such in which nothing else is said: a smiley or a number is an answer."""

from __future__ import annotations

import re

from crawler.extract.comments.signature import LAST_LINE, POSTED_BY, SAYS, signed_name
from crawler.extract.dates.months import MONTH_NUMBERS
from crawler.extract.dates.parse import parse_written

_MONTH_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, MONTH_NUMBERS), key=len, reverse=True))})\b", re.I)
_LONGEST_BYLINE = 160
_BUTTONS = (
    r"reply(?: to (?:this )?comment)?|repl(?:y|ies)|zum antworten anmelden|antwort(?:en)?|répondre|responder|responde|rispondi|odpowiedz|"
    r"beantwoorden|reageren|svara?|ответить|yanıtla|report|melden|flag|quote|zitieren|share|permalink|link|edit|bearbeiten|profile?"
)
_SAID = (
    r"comment|kommentar|commentaire|comentario|posted|by|von|par|por|at|on|am|um|le|el|às|as|a las|las|de|del|"
    r"says?|said|sagt|schreibt|dit|dijo|dice|disse|wrote|uhr|pm|st|nd|rd|th|log in to"
)
_AGO = r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|ago"
_RATED = (
    r"load(?:ing|en)|lädt|wird geladen|cargando|liken|like[ds]?(?: by \d+ (?:person|people|bloggers?))?|"
    r"gefällt(?: \d+ person(?:en)?| mir)?|j.aime|me gusta"
)
_AROUND = re.compile(rf"\b(?:{_BUTTONS}|{_SAID})\b", re.I)
_AROUND_A_NAME = re.compile(rf"\b(?:{_BUTTONS}|{_SAID}|{_AGO})\b", re.I)
_BUTTON = re.compile(rf"{_RATED}|{_BUTTONS}", re.I)
_STROKES = re.compile(r"[\s|,/•·@#–—:.»-]*(?:\d{1,4}\.?)?[\s|,/•·@#–—:.»-]*")  # no smiley, no question mark: these are answers
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\s*\d+\W*")
_LONG_AGO = re.compile(rf"\d+ (?:{_AGO}) ago\b", re.I)


def without_byline(text: str, name: str) -> str:
    """What is left of a line of name and date once these are gone: ``Comment by — @``. A number alone is an answer: ``52.``"""
    lines = text.split("\n")
    while not _is_answer(lines) and (_is_button(lines[-1]) or _is_signature(lines[-1], name)):
        lines.pop()
    while not _is_answer(lines) and (_says_nothing(lines[0], name) or _is_date_line(lines[0]) or _is_name_line(lines[0], name)):
        lines.pop(0)
    return "\n".join(lines).strip()


def _is_answer(lines: list[str]) -> bool:
    """Is nothing left, or nothing but a number?"""
    return not lines or _NUMBER.fullmatch("\n".join(lines)) is not None


def _says_nothing(line: str, name: str) -> bool:
    """The line of a byline above a text: name, date and buttons, and no word more. ``Comment by — @``, ``NAME 4 years ago``"""
    if len(line) > _LONGEST_BYLINE:
        return False
    if name in line and _LETTER.search(name):
        return not _LETTER.search(_AROUND_A_NAME.sub("", _MONTH_WORDS.sub("", line.replace(name, " ", 2))))
    if parse_written(line) or _LONG_AGO.search(line):
        return not _LETTER.search(_AROUND_A_NAME.sub("", _MONTH_WORDS.sub("", line)))
    return _begins_with(_AROUND, line) and _STROKES.fullmatch(_AROUND.sub("", line)) is not None


def _begins_with(words: re.Pattern[str], line: str) -> bool:
    """Are the line's first letters such a word, if it has any? Where they are not, no line of such words can be left."""
    letter = _LETTER.search(line)
    return letter is None or words.match(line, letter.start()) is not None


def _is_button(line: str) -> bool:
    """A line below a text that only asks to do something: ``Reply``, ``LikeLiked by 1 person``, with or without the date."""
    if len(line) > _LONGEST_BYLINE or not (_begins_with(_BUTTON, line) or any(map(str.isdigit, line))):
        return False
    bare, found = _BUTTON.subn("", line)
    if _STROKES.fullmatch(bare):
        return found > 0 or not any(map(str.isdigit, bare))
    return found > 0 and parse_written(line) is not None and not _LETTER.search(_AROUND.sub("", _MONTH_WORDS.sub("", bare)))


def _is_name_line(line: str, name: str) -> bool:
    """``NAME says:``; the bare name could be an answer."""
    return bool(name) and line.startswith(name) and len(line) > len(name) and SAYS.fullmatch(line, len(name)) is not None


def _is_signature(line: str, name: str) -> bool:
    """``Posted by: NAME at August 1, 2005``"""
    said = (POSTED_BY.match(line) or LAST_LINE.match(line)) if len(line) < 120 else None
    return said is not None and bool(name) and signed_name(said.group(1)) == name


def _is_date_line(line: str) -> bool:
    """Nothing but a date, as themes without a class for it put it above the text."""
    bare = line.strip(" |•·,–—-@:()")
    return (
        0 < len(bare) < 45
        and parse_written(bare) is not None
        and not re.sub(
            r"[\W\d_]|\b(?:at|on|um|am|uhr|pm|a las|à|om|the|st|nd|rd|th|de|del)\b", "", _MONTH_WORDS.sub("", bare), flags=re.I
        ).strip()
    )
