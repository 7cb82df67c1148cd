"""Rows of HTTP exchanges that lie in WARC files. Functions that write run inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any

from sqlite_utils import Database

from archive.warc.place import Place


def insert_capture(
    db: Database,
    crawl_id: int | None,
    door: str,
    url: str,
    at: str,
    status: int,
    mime: str | None,
    place: Place,
    imported_from: str | None = None,
    article_id: int | None = None,
) -> int:
    """The id of the new row. ``crawl_id`` None: adopted, no run is known to have fetched it. ``imported_from``: another tool's file.
    ``article_id``: the article's whose it is, where that is known."""
    cursor = db.execute(
        """
        insert into captures(crawl_id, door, url, captured_at, status, mime,
                             payload_digest, record_id, record_digest, filename, offset, length, imported_from, article_id)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            *[crawl_id, door, url, at, status, mime, place.payload_digest, place.record_id, place.record_digest],
            *[place.filename, place.offset, place.length, imported_from, article_id],
        ],
    )
    return int(cursor.lastrowid or 0)


class UncommittedCaptures:
    """Rows of records that lie on disk, until they are committed. Where their transaction is lost, as on a full disk, they stand first
    in the next one, under the same ids: whoever read such a record in between has its id, and no record without a row ever lies before
    one that has it, where the next run would not look for it."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple[Any, ...]] = {}

    def note(self, db: Database, capture_id: int) -> None:
        self._rows[capture_id] = db.execute("select * from captures where id = ?", [capture_id]).fetchone()

    def put_back(self, db: Database) -> None:
        """Write those again that were lost, within a transaction that has just begun. One whose run or article was lost too is left to
        the next run, which takes it in from the file."""
        for row in self._rows.values():
            with suppress(sqlite3.IntegrityError):
                db.execute(f"insert or ignore into captures values ({', '.join('?' * len(row))})", row)

    def clear(self) -> None:
        """They are committed."""
        self._rows.clear()


def tie_to_run(db: Database, capture_id: int, crawl_id: int, door: str, article_id: int | None) -> None:
    """The capture is this run's, which asked for it through this door; ``article_id``: where it is known before it is read."""
    sql = "update captures set crawl_id = ?, door = ?, article_id = coalesce(?, article_id) where id = ?"
    db.execute(sql, [crawl_id, door, article_id, capture_id])


def tie_to_article(db: Database, capture_id: int, article_id: int) -> None:
    """The captured page or picture belongs to this article."""
    db.execute("update captures set article_id = ? where id = ?", [article_id, capture_id])


def end_of_records(db: Database, filename: str) -> int:
    """The byte behind the last record that is known of a WARC file; 0 where none is."""
    found = db.execute("select offset + length from captures where filename = ? order by offset desc limit 1", [filename]).fetchone()
    return int(found[0]) if found else 0
