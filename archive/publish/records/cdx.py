"""Answers to clients of web archives: takes a connection and a question, gives lines, or the same as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from archive.publish.records.cdx_query import FIELDS, MOST, PAGE_LINES, CdxQuery, resume_key
from archive.publish.records.replay import by_nearness
from archive.queries.captured_addresses import Position, captures_of_address, count_captures, listed, spans, times_captured
from archive.queries.rows import Row

Found = tuple[Position, Row]


@dataclass(frozen=True, slots=True)
class CdxAnswer:
    """Lines, and from where the next answer goes on; '' where there is no more. ``beyond``: a page behind the last one was asked for."""

    lines: list[list[str]]
    resume: str = ""
    beyond: bool = False


def cdx_pages(db: sqlite3.Connection, query: CdxQuery) -> int:
    """How many pages the captures make, before filters."""
    exact = query.match == "exact"
    count = len(times_captured(db, query.parts)) if exact else count_captures(db, spans(db, query.parts, query.match))
    return max(1, -(-count // (PAGE_LINES * query.page_size)))


def cdx_answer(db: sqlite3.Connection, query: CdxQuery, shows: Callable[[Row], bool]) -> CdxAnswer:
    """At most ``MOST`` lines. ``shows`` says whether a capture may be shown. Raises BadQuestion for a filter that takes too long."""
    found = captures(db, query)
    if query.page is not None:
        size = PAGE_LINES * query.page_size
        found = islice(found, query.page * size, (query.page + 1) * size)
        first = next(found, None)
        if first is None and query.page:
            return CdxAnswer([], beyond=True)
        found = iter([first, *found] if first else [])
    kept = islice((one for one in collapsed(filtered(found, query), query) if shows(one[1])), query.offset, None)
    wanted = min(abs(query.limit), MOST)
    if query.limit < 0:
        return CdxAnswer([line(row, query) for _, row in last_ones(kept, query, wanted)])
    chosen = list(islice(kept, wanted + 1))
    resume = resume_key(chosen[wanted - 1][0]) if len(chosen) > wanted and not query.closest else ""
    return CdxAnswer([line(row, query) for _, row in chosen[:wanted]], resume)


def captures(db: sqlite3.Connection, query: CdxQuery) -> Iterator[Found]:
    """The captures asked for in their order, before filters."""
    backwards = query.backwards or runs_backwards(query)
    if query.match != "exact":
        yield from listed(db, spans(db, query.parts, query.match), query.since, query.until, query.after, backwards)
        return
    rows = [one for one in captures_of_address(db, query.parts) if query.since <= one[1]["captured_at"] <= query.until]
    if query.closest:
        times = [(row["captured_at"], row["id"]) for _, row in rows]
        yield from (rows[place] for place in by_nearness(times, query.closest))
        return
    rows.sort(key=lambda one: one[0], reverse=backwards)
    after = query.after
    yield from (one for one in rows if after is None or (one[0] < after if backwards else one[0] > after))


def runs_backwards(query: CdxQuery) -> bool:
    """Whether the last lines are found from the end. What is collapsed depends on what stands before."""
    return query.limit < 0 and not query.collapses and not query.backwards and query.page is None


def last_ones(kept: Iterator[Found], query: CdxQuery, wanted: int) -> list[Found]:
    """The last lines, in the order of the list."""
    return list(islice(kept, wanted))[::-1] if runs_backwards(query) else list(deque(kept, wanted))


def filtered(found: Iterable[Found], query: CdxQuery) -> Iterator[Found]:
    """Those that every filter keeps."""
    return (one for one in found if all(each.keeps(str(FIELDS[each.field](one[1]))) for each in query.filters))


def collapsed(found: Iterator[Found], query: CdxQuery) -> Iterator[Found]:
    """Of neighbours with the same value, the first."""
    for field, length in query.collapses:
        found = first_of_same(found, field, length)
    return found


def first_of_same(found: Iterator[Found], field: str, length: int | None) -> Iterator[Found]:
    before: str | None = None
    for one in found:
        value = str(FIELDS[field](one[1]))[:length]
        if value != before:
            yield one
        before = value


def line(row: Row, query: CdxQuery) -> list[str]:
    """The fields of one line. None has a blank in it: readers split at blanks."""
    values = [str(FIELDS[field](row)) for field in query.fields]
    return [value if value.isprintable() and " " not in value else "%20".join(value.split()) for value in values]


def as_lines(answer: CdxAnswer, query: CdxQuery) -> str:
    """One capture a line, fields apart by a blank; behind an empty line the resume key."""
    text = "".join(" ".join(fields) + "\n" for fields in answer.lines)
    return text + (f"\n{answer.resume}\n" if answer.resume and query.shows_resume_key else "")


def as_lists(answer: CdxAnswer, query: CdxQuery) -> str:
    """A list of lists, the names of the fields first; nothing at all behind the last page, as clients wait for it."""
    if answer.beyond:
        return ""
    rows: list[list[str]] = [list(query.fields), *answer.lines] if answer.lines else []
    rows += [[], [answer.resume]] if answer.resume and query.shows_resume_key else []
    return "[" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]\n"
