"""Pictures for the reading page: takes a capture's id, gives the picture's bytes out of the WARC files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archive.errors import ArchiveError
from archive.queries.rows import Row, fetch_row

SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
"""No image/svg+xml: it may hold a script."""


def find_picture(db: sqlite3.Connection, capture_id: int) -> Row | None:
    """The record of a captured picture that a browser may be shown; None when it is none."""
    sql = "select * from captures where id = ? and door = 'image' and status = 200"
    row = fetch_row(db, sql, [capture_id])
    mime = (row["mime"] or "").partition(";")[0].strip().lower() if row else ""
    return row | {"mime": mime} if row and mime in SHOWN else None


def picture_bytes(folder: Path, row: Row) -> bytes | None:
    """A picture's bytes; None when the record is unreadable, altered, outside the archive's folder, or shows no picture."""
    from archive.store import images

    if not (folder / row["filename"]).resolve().is_relative_to(folder.resolve()):
        return None
    try:
        return images.read_picture(folder, row)
    except ArchiveError:
        return None
