"""Addresses like one that is not held: takes a connection and an address, gives articles of the same host whose paths are nearly it."""

from __future__ import annotations

import sqlite3
from difflib import SequenceMatcher
from urllib.parse import unquote, urlsplit

from archive.queries.counts import COMMENTS_SHOWN
from archive.queries.rows import Row, fetch_column, fetch_rows
from archive.text.urls import bare_host

MOST_COMPARED = 60  # addresses; each costs some hundredths of a millisecond
ALIKE = 0.8  # as difflib measures it; below that two addresses share no more than their section
SHOWN = 5
SHORTEST = 5  # characters of a path that say anything
SQL = f"""
    select id, url, title, byline, published_on, {COMMENTS_SHOWN} as comment_count, missing_since, gone_at, kind
    from articles
    where url >= ? and url < ?
    order by url
    limit ?
"""


def nearest_addresses(db: sqlite3.Connection, host: str, path: str) -> list[Row]:
    """Articles at addresses that begin like this one and are nearly the same, the most alike first; none where nothing is."""
    wanted = unquote(path).rstrip("/").casefold()
    if len(wanted) < SHORTEST:
        return []
    origins = [home for home in _homes(db) if bare_host(urlsplit(home).netloc) == bare_host(host)]
    found: dict[str, Row] = {}
    for length in _lengths(path):
        for origin in origins:
            start = origin + path[:length]
            found |= {row["url"]: row for row in fetch_rows(db, SQL, [start, start + "\U0010ffff", MOST_COMPARED])}
        if len(found) >= MOST_COMPARED:
            break
    alike = [(_likeness(wanted, row["url"]), row) for row in found.values()]
    ranked = sorted(((share, row) for share, row in alike if share >= ALIKE), key=lambda pair: (-pair[0], pair[1]["url"]))
    return [row for _, row in ranked[:SHOWN]]


def _homes(db: sqlite3.Connection) -> list[str]:
    homes = [urlsplit(home) for home in fetch_column(db, "select home from sites")]
    return [f"{home.scheme}://{home.netloc}" for home in homes]


def _lengths(path: str) -> list[int]:
    """How much of the path is asked for: nearly all of it, then less and less, and never less than a third."""
    least = max(len(path) // 3, 2)
    lengths = {max(len(path) - 2**step, least) for step in range(1, 9)}
    return sorted(lengths, reverse=True)


def _likeness(wanted: str, url: str) -> float:
    own = unquote(urlsplit(url).path).rstrip("/").casefold()
    matcher = SequenceMatcher(None, wanted, own, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE else 0.0
