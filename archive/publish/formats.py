"""Times, numbers and links as a page shows them: takes stored values, gives text or markup for the templates.

A clock time without ``Z`` is a wall clock whose zone is not known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from archive.queries.addresses import dated_path, digits, reading_path
from archive.queries.numbers import NUMBERS
from archive.text.event_words import EVENTS, absence_words
from archive.text.markup import marked, paragraphs, plain

DEFINITIONS = {name: escape(meaning) for name, meaning in NUMBERS.items()}
REMEMBERED = 4_000  # times and searches that stand on many pages: 2 MB
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def readable_day(instant: str | None) -> str:
    """``2024-03-07...`` -> ``7 March 2024``; as much of it as is there."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", instant or "")
    if not match:
        return plain(instant)
    year, month, number = match.groups()
    name = MONTHS[int(month) - 1] if month and 1 <= int(month) <= 12 else ""
    return " ".join(filter(None, [str(int(number)) if number else "", name, year]))


def readable_moment(instant: str | None) -> str:
    """``2024-03-07T12:30:05Z`` -> ``7 March 2024, 12:30 UTC``."""
    clock = re.search(r"T(\d\d:\d\d)", instant or "")
    zone = " UTC" if (instant or "").endswith("Z") else ""
    return f"{readable_day(instant)}, {clock[1]}{zone}" if clock else readable_day(instant)


@lru_cache(maxsize=REMEMBERED)
def time_tag(instant: str | None, fine: bool = True) -> Markup:
    """A time as ``<time>``, to the minute or to the day."""
    if not instant:
        return Markup("")
    shown = readable_moment(instant) if fine else readable_day(instant)
    return Markup(f'<time datetime="{escape(instant)}">{escape(shown)}</time>')


def between(first: str | None, last: str | None) -> Markup:
    """``between A and B``; with the seconds where the minutes are the same."""
    return Markup("between " + " and ".join(time_tags(first, last)))


def time_tags(*instants: str | None) -> list[Markup]:
    """Times as ``<time>``, to the minute; two with the seconds where their minutes are the same."""
    first, last = instants[0], instants[-1]
    if len(instants) == 1 or not (first and last and readable_moment(first) == readable_moment(last)):
        return [time_tag(instant) for instant in instants]
    return [Markup(f'<time datetime="{escape(at)}">{escape(readable_day(at))}, {escape(at[11:19])} UTC</time>') for at in (first, last)]


def absence(row: Mapping[str, Any], joint: str = " · ") -> Markup:
    """When something went, and whether that was confirmed or it came back. ``row``: since, missing_since, gone_at, back_at."""
    return Markup(joint).join(Markup(words).format(*time_tags(*times) if times else ()) for words, times in absence_words(row))


def days(first: str | None, last: str | None) -> Markup:
    """``A to B``, or only ``A`` where it is the same day."""
    if (first or "")[:10] == (last or "")[:10]:
        return time_tag(first, fine=False)
    return Markup("{} to {}").format(time_tag(first, fine=False), time_tag(last, fine=False))


def with_times(text: str | None) -> str:
    """A text in which every ISO time is written as ``readable_moment`` writes it."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z?", lambda match: readable_moment(match[0]), plain(text))


def excerpt(text: str | None, length: int = 240) -> str:
    """The start of a text up to a word's end, with an ellipsis where there is more."""
    line = " ".join(plain(text).split())
    return line if len(line) <= length else line[: length + 1].rpartition(" ")[0].rstrip(" ,;:.–—") + " …"


def number(count: int | None) -> str:
    """``1,234``; a dash where the number is not known."""
    return "—" if count is None else f"{count:,}"


def plural(count: int | None, noun: str) -> str:
    """``1 article``, ``1,234 articles``."""
    several = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{count or 0:,} {noun if count == 1 else several}"


def count(value: int | None, name: str, of: object = "archive", noun: str = "") -> Markup:
    """A number as ``<data>`` with its name, what it is about, and its definition: ``count(3, "articles.held", "site/x", "article")``.

    ``of``: ``archive``, ``site/NAME``, ``article/ID`` or the address of what is asked. Raises KeyError for a name without definition.
    """
    shown = plural(value, noun) if noun else number(value)
    told = f'value="{"" if value is None else value}" data-count="{name}" data-of="{escape(of)}" title="{DEFINITIONS[name]}"'
    return Markup(f'<data class="count" {told}>{escape(shown)}</data>')  # a thread has hundreds: Markup.format is slow


def share(part: int | None, whole: int | None) -> str:
    """``99.9 %`` of a whole, rounded down, so that 100 % is shown only when nothing lacks; '' where there is no whole."""
    if part is None or not whole:
        return ""
    return f"{min(100.0, int(1000 * part / whole) / 10):g} %"


def percent(part: float | None) -> str:
    """A share of 0 to 1 as ``12.3 %``; a dash where there is none."""
    return "—" if part is None else f"{part * 100:.3g} %"


@lru_cache(maxsize=REMEMBERED)
def search_path(query: str, form: str = "") -> str:
    """The address of a search. ``form`` is an ending such as ``.csv``."""
    return f"/search{form}?q={quote(query, safe='')}"


def field_query(field: str, value: object) -> str:
    """``tag:"Al Qaeda"``: a filter for exactly this value."""
    return f'{field}:"{str(value).replace(chr(34), "")}"'


def record_address(record_id: str) -> str:
    """``<urn:uuid:X>`` -> ``/record/urn:uuid:X``: where a record is looked at. It outlives our own ids."""
    return f"/record/{quote(record_id.strip('<>'), safe=':')}"


def size(count: int | None) -> str:
    """Bytes as a person reads them: ``12 kB``, ``3.4 MB``."""
    if count is None:
        return "—"
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


CHANGES = {  # the weightiest change of an edit, as a sentence's start
    "correction": "corrected, and said so",
    "number": "a number changed",
    "name": "a name changed",
    "headline": "another headline",
    "byline": "another byline",
    "date": "another date",
    "tags": "other topics",
    "link": "a link leads elsewhere",
    "wording": "reworded",
    "typo": "a slip of the pen corrected",
}


def kind_of_edit(edit: Mapping[str, Any]) -> str:
    """``reworded, not declared by the article``. A correction says by its name that it is declared. ``edit``: change, declared."""
    declared = {1: ", declared by the article", 0: ", not declared by the article"}.get(edit.get("declared", -1), "")
    return CHANGES.get(edit["change"], plain(edit["change"])) + (declared if edit["change"] != "correction" else "")


MARKS = "marks"  # in the query of a reading page's address: the search whose words are marked there
STATIC = Path(__file__).with_name("static")
VERSIONS = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in STATIC.iterdir()}


def asset(name: str) -> str:
    """The address of a static file. It contains the file's digest, so a browser may keep the answer for ever."""
    return f"/static/{name}?v={VERSIONS[name]}"


def with_marks_asked(path: str, query: str) -> str:
    """The address of a reading page on which the words of a search are marked."""
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{MARKS}={quote(query, safe='')}"


def weblink(url: object) -> str:
    """An address that a link may lead to; '' for anything else, such as ``javascript:``."""
    text = str(url or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""


FILTERS = {
    "day": readable_day,
    "moment": readable_moment,
    "time": time_tag,
    "date": lambda instant: time_tag(instant, fine=False),
    "with_times": with_times,
    "event": lambda event: EVENTS.get(event, plain(event)),
    "change": lambda kind: CHANGES.get(kind, plain(kind)),
    "excerpt": excerpt,
    "number": number,
    "plural": plural,
    "percent": percent,
    "size": size,
    "reading": reading_path,
    "marking": with_marks_asked,
    "dated": dated_path,
    "digits": digits,
    "record": record_address,
    "search": search_path,
    "marked": marked,
    "paragraphs": paragraphs,
    "plain": plain,
    "weblink": weblink,
}
GLOBALS = {
    "absence": absence,
    "asset": asset,
    "count": count,
    "share": share,
    "between": between,
    "days": days,
    "kind_of_edit": kind_of_edit,
    "field_query": field_query,
}
