"""An article's original URL and its addresses here: /HOST/PATH?QUERY, and /YYYYMMDDhhmmss/HOST/PATH?QUERY as it was then. Takes
one, gives the other.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from archive.queries.rows import Row, as_json, fetch_column, fetch_row
from archive.text.urls import ascii_host, url_spellings

DATED = re.compile(r"/(?P<moment>\d{4,14})(?:[a-z]{2}_)?/(?P<rest>.+)$", re.S)
SAFE = "/:@!$&'()*+,;=~-._%[]"  # left as they stand: what a browser sends as it is, and "%" of what is encoded already
SAFE_QUERY = SAFE + "?"


@dataclass(frozen=True, slots=True)
class Address:
    """What a path of this server asks for: an original address, and the moment it is wanted at."""

    host: str  # with its port, lower case
    path: str  # percent-encoded, starts with /
    query: str
    moment: str | None = None  # YYYYMMDDhhmmss, or its first digits


def parse_address(path: str, query: str) -> Address | None:
    """A raw request path as an address; None when its first part cannot be a host."""
    dated = DATED.match(path)
    moment, rest = (dated["moment"], dated["rest"]) if dated else (None, path.lstrip("/"))
    rest = re.sub(r"^https?:/{1,2}", "", rest, flags=re.I)
    host, slash, tail = rest.partition("/")
    host = unquote(host).lower()
    if not re.fullmatch(r"[\w.-]+(:\d{1,5})?|\[[0-9a-f:]+\](:\d{1,5})?", host):
        return None
    return Address(ascii_host(host), slash + tail or "/", query, moment)


def reading_path(url: str) -> str:
    """``https://HOST/PATH?QUERY`` -> ``/HOST/PATH?QUERY``: where the article is read here."""
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe=SAFE)
    return f"/{parts.netloc.lower()}{path}" + (f"?{quote(parts.query, safe=SAFE_QUERY)}" if parts.query else "")


def dated_path(url: str, seen_at: str) -> str:
    """The address of the state first seen at ``seen_at`` (UTC, ISO 8601)."""
    return f"/{digits(seen_at)}{reading_path(url)}"


def digits(instant: str) -> str:
    """``2024-03-07T12:30:05Z`` -> ``20240307123005``."""
    return re.sub(r"\D", "", instant)[:14].ljust(14, "0")


def latest_instant(moment: str) -> str:
    """``20240307123005`` -> ``2024-03-07T12:30:05Z``. Of a shorter moment the latest instant is taken: a day means its end."""
    full = moment + "99991231235959"[len(moment) :]
    return f"{full[:4]}-{full[4:6]}-{full[6:8]}T{full[8:10]}:{full[10:12]}:{full[12:14]}Z"


def known_hosts(db: sqlite3.Connection) -> frozenset[str]:
    """Hosts of the archived sites, with their ports, with and without ``www.``."""
    homes = [ascii_host(urlsplit(home).netloc) for home in fetch_column(db, "select home from sites")]
    bare = [host.removeprefix("www.") for host in homes]
    return frozenset([*homes, *bare, *(f"www.{host}" for host in bare)])


def article_at(db: sqlite3.Connection, host: str, path: str, query: str) -> Row | None:
    """The article that has, or had, this address in any of its spellings: its id and current url; None when there is none."""
    candidates = list(dict.fromkeys(url_spellings(host, path, query)))
    sql = """
        with candidates as materialized (
          select key as place, value as url
          from json_each(?)
        ),
        known as (
          select candidates.place, urls.article_id
          from candidates
          join urls on urls.url = candidates.url
        )
        select
          articles.id,
          articles.url
        from known
        join articles on articles.id = known.article_id
        order by known.place
        limit 1
    """
    return fetch_row(db, sql, [as_json(candidates)])
