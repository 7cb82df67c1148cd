"""The whole text behind each row of a file: takes rows with the ids of what was found, gives them with text, words and time.

A file is read by programs: every day is ``YYYY-MM-DD``, every time ISO 8601 with Z, or empty where the site's own time has no known zone.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from archive.queries.rows import Row, as_json, fetch_rows
from archive.text.markup import plain

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SOURCES = {
    "revision_id": "select id, text, published_at as at from revisions where id in (select value from json_each(?))",
    "comment_id": "select id, text, posted_at as at from comments where id in (select value from json_each(?))",
    "state_id": "select id, text, null as at from document_states where id in (select value from json_each(?))",
}
"""Which id a row has -> where its text lies."""


def with_texts(db: sqlite3.Connection, rows: Sequence[Row]) -> list[Row]:
    """The same rows with ``text`` whole, ``words`` in it, and ``published_at``."""
    held = {
        name: {row["id"]: row for row in fetch_rows(db, sql, [as_json([row[name] for row in rows if name in row])])}
        for name, sql in SOURCES.items()
    }
    full = []
    for row in rows:
        name = next((name for name in SOURCES if name in row), "")
        found = held[name].get(row[name]) if name else None
        text = plain(found["text"]) if found else ""
        at = str(found["at"] or "") if found else ""
        full.append(row | {"text": text, "words": len(text.split()), "published_at": at if INSTANT.fullmatch(at) else ""})
    return full
