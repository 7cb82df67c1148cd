"""A capture as Wayback machines show it: takes a moment and captures' times, gives the nearest, and the headers that its clients read.

https://www.rfc-editor.org/rfc/rfc7089
"""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from archive.publish.cite.memento import header_safe, http_date
from archive.publish.records.examined import Headers
from archive.queries.addresses import digits, latest_instant
from archive.queries.captured_addresses import capture_row, web_path
from archive.queries.rows import Row
from archive.text.urls import resolve, split_url

ASKED = re.compile(r"(?:(?P<moment>\d{1,14}|\*)(?P<form>[a-z]{2}_)?/)?(?P<url>.+)$", re.S)
NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
PARTS = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
Times = Sequence[tuple[str, int]]  # (time, id) of the captures of one address, the earliest first


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a path behind ``/web/`` asks for. ``moment``: digits of a time, ``*`` for all, '' for the latest."""

    moment: str
    form: str
    url: str
    parts: tuple[str, str, str]


def wanted_capture(rest: str, query: str) -> Wanted | None:
    """``20240307123005id_/https://HOST/PATH``; None where no address can be read in it."""
    found = ASKED.match(rest)
    if found is None:
        return None
    url = found["url"] + (f"?{query}" if query else "")
    url = unquote(url) if re.match("https?%3A", url, re.I) else url  # some clients escape the whole address
    url = re.sub(r"^(https?):/{1,2}", r"\1://", url, flags=re.I)  # servers between fold // into /
    parts = split_url(url)
    return Wanted(found["moment"] or "", found["form"] or "", url, parts) if parts else None


def seconds_of(moment: str) -> float:
    """A moment of 14 digits as seconds; a day that a month has not counts as its last."""
    year, month, last, hour, minute, second = (int(moment[start:end]) for start, end in PARTS)
    for day in range(last, 0, -1):
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return 0.0 if moment < "1970" else float("inf")


def distance(moment: str, captured_at: str) -> float:
    """Seconds between a moment and a capture."""
    return abs(seconds_of(moment) - seconds_of(digits(captured_at)))


def by_nearness(times: Times, moment: str) -> Iterator[int]:
    """The places of captures, the nearest first; of those at the moment itself the latest. ``moment``: digits of a time, '' for the
    latest capture."""
    target = digits(latest_instant(moment)) if moment else "99999999999999"
    later = bisect_right(times, target, key=lambda one: digits(one[0]))
    earlier = later - 1
    while earlier >= 0 or later < len(times):
        if later == len(times) or (earlier >= 0 and distance(target, times[earlier][0]) <= distance(target, times[later][0])):
            yield earlier
            earlier -= 1
        else:
            yield later
            later += 1


def nearest_shown(db: sqlite3.Connection, times: Times, moment: str, shows: Callable[[Row], bool]) -> Row | None:
    """The nearest capture that may be shown."""
    rows = (capture_row(db, times[place][1]) for place in by_nearness(times, moment))
    return next((row for row in rows if row and shows(row)), None)


def capture_links(url: str, times: Sequence[str], origin: str, at: str = "") -> list[str]:
    """The links of an address with captures at these times: original, timegate, timemap; the first, the last, and those beside ``at``."""
    relations: dict[str, list[str]] = {}
    if times:
        relations.setdefault(times[0], []).append("first")
        relations.setdefault(times[-1], []).append("last")
    if at:
        earlier, later = [one for one in times if one < at], [one for one in times if one > at]
        for relation, found in (("prev", earlier[-1:]), ("next", later[:1])):
            for one in found:
                relations.setdefault(one, []).append(relation)
        relations.setdefault(at, [])
    return [*heads(url, origin), *(memento_link(url, one, origin, relations[one]) for one in sorted(relations))]


def heads(url: str, origin: str, own: str = "") -> list[str]:
    """The links to the original, to the timegate and to the timemap; ``own`` are the attributes of a timemap's link to itself."""
    safe = header_safe(url)
    relation = f'rel="self"; type="application/link-format"{own}' if own else 'rel="timemap"; type="application/link-format"'
    return [f'<{safe}>; rel="original"', f'<{origin}/web/{safe}>; rel="timegate"', f"<{origin}/timemap/link/{safe}>; {relation}"]


def memento_link(url: str, at: str, origin: str, relations: Sequence[str] = ()) -> str:
    relation = " ".join([*relations, "memento"])
    return f'<{origin}{header_safe(web_path(url, at))}>; rel="{relation}"; datetime="{http_date(at)}"'


def capture_timemap(url: str, times: Sequence[str], origin: str) -> str:
    """Every capture of an address (RFC 7089, 5)."""
    own = f'; from="{http_date(times[0])}"; until="{http_date(times[-1])}"'
    ends = {times[0]: ["first"]}
    ends.setdefault(times[-1], []).append("last")
    lines = [*heads(url, origin, own), *(memento_link(url, one, origin, ends.get(one, ())) for one in times)]
    return ",\n".join(lines) + "\n"


def original_headers(headers: Headers) -> dict[str, str]:
    """The headers of the captured answer, each with ``x-archive-orig-`` before its name; repeated ones joined."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = f"x-archive-orig-{name.strip().lower()}"
        clean = one_header(value)
        if name.strip() and NAME.fullmatch(key):
            found[key] = f"{found[key]}, {clean}" if key in found else clean
    return found


def one_header(value: str) -> str:
    """A header's value without what would end it."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", value).strip()


def replayed_location(url: str, headers: Headers, captured_at: str, form: str) -> str:
    """Where a captured redirect leads, in this archive; '' where it names no address."""
    said = next((value for name, value in headers if name.lower() == "location"), "")
    target = resolve(url, said.strip()) if said.strip() else ""
    return web_path(target, captured_at, form) if target.startswith(("http://", "https://")) else ""
