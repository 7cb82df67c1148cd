"""Captures by the addresses that were asked: takes a connection and an address, gives captures of it, of all below it, of a host, or of
a domain, in order.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
from urllib.parse import quote, urlsplit

from archive.queries.addresses import SAFE_QUERY, digits
from archive.queries.rows import Row, as_json, fetch_row, fetch_rows, fetch_value
from archive.text.urlkey import host_key, url_key
from archive.text.urls import bare_host, url_spellings, without_parameters

Parts = tuple[str, str, str]  # host, path, query
Match = Literal["exact", "prefix", "host", "domain"]
Position = tuple[str, str, str, int]  # key of the host, the rest of the address, time, id: the order of a list
BEYOND = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class AddressSpan:
    """Addresses from ``low`` to below ``high`` at one origin."""

    host: str  # its key
    origin: str
    low: str
    high: str


def spellings_asked(parts: Parts) -> list[str]:
    """The spellings of an address under which it may have been captured. Another query string is another answer."""
    host, path, query = parts
    allowed = {query, without_parameters(query)}
    return [url for url in dict.fromkeys(url_spellings(host, path, query)) if urlsplit(url).query in allowed]


def times_captured(db: sqlite3.Connection, parts: Parts) -> list[tuple[str, int]]:
    """(time, id) of the captures of an address, the earliest first."""
    sql = "select captured_at, id from captures where url in (select value from json_each(?)) order by captured_at, id"
    return [(row[0], row[1]) for row in db.execute(sql, [as_json(spellings_asked(parts))])]


def capture_row(db: sqlite3.Connection, capture_id: int) -> Row | None:
    """A row of ``captures`` by our id."""
    return fetch_row(db, "select * from captures where id = ?", [capture_id])


def captures_of_address(db: sqlite3.Connection, parts: Parts) -> list[tuple[Position, Row]]:
    """The captures of one address in all its spellings, each with its position, the earliest first."""
    sql = "select * from captures where url in (select value from json_each(?)) order by captured_at, id"
    rows = fetch_rows(db, sql, [as_json(spellings_asked(parts))])
    return [((url_key(row["url"]), "", row["captured_at"], row["id"]), row) for row in rows]


def spans(db: sqlite3.Connection, parts: Parts, match: Match) -> list[AddressSpan]:
    """Where the captures of everything below an address (``prefix``), of its host, or of its domain lie in the index."""
    host, path, query = parts
    bare = bare_host(host)
    if match == "domain":
        found = [one for one in origins(db) if (bare_host(urlsplit(one).netloc) + ".").endswith(f".{bare}.") or host_at(one) == bare]
        return [span_at(origin, "/") for origin in found]
    start = path + (f"?{query}" if query else "") if match == "prefix" else "/"
    return [span_at(f"{scheme}://{www}{bare}", start) for scheme in ("http", "https") for www in ("", "www.")]


def host_at(origin: str) -> str:
    """The bare host of an origin, without any port."""
    return bare_host(urlsplit(origin).netloc).partition(":")[0]


def span_at(origin: str, start: str) -> AddressSpan:
    return AddressSpan(host_key(urlsplit(origin).netloc), origin, origin + start, origin + start + BEYOND)


def origins(db: sqlite3.Connection) -> list[str]:
    """``scheme://host`` of everything that was captured: one look into the index for each."""
    found: list[str] = []
    after = ""
    while url := fetch_value(db, "select url from captures where url > ? order by url limit 1", [after]):
        scheme, _, rest = url.partition("://")
        found.append(f"{scheme}://{rest.partition('/')[0]}")
        after = f"{found[-1]}/{BEYOND}"
    return found


def listed(
    db: sqlite3.Connection, wanted: Sequence[AddressSpan], since: str, until: str, after: Position | None = None, backwards: bool = False
) -> Iterator[tuple[Position, Row]]:
    """The captures of these spans, host by host, then by address and time; those behind a position. Nothing is held in memory."""
    ordered = sorted(wanted, key=lambda span: span.host, reverse=backwards)
    for host, of_host in groupby(ordered, key=lambda span: span.host):
        if after and (host > after[0] if backwards else host < after[0]):
            continue
        rows = [_in_span(db, span, since, until, after if after and after[0] == host else None, backwards) for span in of_host]
        yield from heapq.merge(*rows, key=lambda pair: pair[0], reverse=backwards)


def _in_span(
    db: sqlite3.Connection, span: AddressSpan, since: str, until: str, after: Position | None, backwards: bool
) -> Iterator[tuple[Position, Row]]:
    low, high = span.low, span.high
    if after and backwards:
        high = min(high, f"{span.origin}{after[1]}\0")
    elif after:
        low = max(low, span.origin + after[1])
    order = "desc" if backwards else "asc"
    sql = f"""
        select *
        from captures
        where url >= ? and url < ? and captured_at >= ? and captured_at <= ?
        order by url {order}, captured_at {order}, id {order}
    """
    cursor = db.execute(sql, [low, high, since, until])
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, tuple(values), strict=True))
        position = (span.host, row["url"][len(span.origin) :], row["captured_at"], row["id"])
        if after is None or (position < after if backwards else position > after):
            yield position, row


def count_captures(db: sqlite3.Connection, wanted: Sequence[AddressSpan]) -> int:
    """How many captures these spans have."""
    sql = "select count(*) from captures where url >= ? and url < ?"
    return sum(fetch_value(db, sql, [span.low, span.high]) for span in wanted)


def web_path(url: str, captured_at: str, form: str = "") -> str:
    """``/web/20240307123005/https://HOST/PATH``: where a capture is replayed. ``form``: ``id_`` as captured, ``if_`` rendered."""
    return f"/web/{digits(captured_at)}{form}/{quote(url, safe=SAFE_QUERY)}"
