"""Keeping archive.db small: takes an open database, gives free room back to the disk, and makes its indexes of words one piece."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

logger = logging.getLogger(__name__)
SMALLEST = 4_000_000  # bytes that lie free; less is not worth the work
LONG = 100_000_000  # bytes that take seconds to write
SEARCH_INDEXES = ("revisions_fts", "comments_fts", "documents_fts", "revision_words_fts", "comment_words_fts", "document_words_fts")
SPACIOUS = {"temp_store": 1, "secure_delete": 0, "cache_size": -64_000}
COPYING = -8000  # KB of pages of each of the two files: one is read and one is written from its beginning to its end


def shrink(connection: sqlite3.Connection, path: Path, share: float) -> None:
    """Write the file anew where this share of it or more lies free. It stays as it is until that is done.

    Without room on the disk it stays as it is too, with a warning, and shrinks when it is opened for writing the next time.
    """
    size, pages, free = (int(connection.execute(f"pragma {name}").fetchone()[0]) for name in ("page_size", "page_count", "freelist_count"))
    if size * free < SMALLEST or free < share * pages:
        return
    needed = size * (pages - free)
    reason = lacking(path.parent, needed)
    if reason is None:
        try:
            if needed > LONG and sys.stderr.isatty():
                print(f"{path.name}: writing it anew, {needed / 1e6:,.0f} MB", file=sys.stderr)
            _write_anew(connection)
            return
        except sqlite3.OperationalError as error:
            reason = str(error)
    freed = f"{size * free / 1e6:,.0f} MB"
    logger.warning("%s: %s of the file lie free, and it could not be made smaller (%s); it will be when there is room", path, freed, reason)


def lacking(folder: Path, needed: int) -> str | None:
    """Why there is no room for a second copy: SQLite writes it to its temporary folder first, then to the journal. None: there is."""
    temporary = temporary_folder()
    places = {folder: needed}
    if os.stat(temporary).st_dev == os.stat(folder).st_dev:
        places[folder] += needed
    else:
        places[temporary] = needed
    for place, bytes_needed in places.items():
        if shutil.disk_usage(place).free < bytes_needed * 1.1:
            return f"{place} has less than {bytes_needed * 1.1 / 1e6:,.0f} MB free"
    return None


def temporary_folder() -> Path:
    """Where SQLite puts temporary files. https://sqlite.org/tempfiles.html#temporary_file_storage_locations"""
    named = [os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp"]
    return next((Path(name) for name in named if name and os.path.isdir(name) and os.access(name, os.W_OK | os.X_OK)), Path())


@contextmanager
def spacious(connection: sqlite3.Connection, **further: int) -> Iterator[None]:
    """For work on the whole archive: what SQLite sorts and copies lies in files meanwhile, not in memory, more of its pages
    are kept, and those that it frees are not overwritten with zeros, which would write each of them to the journal. ``further``: other
    pragmas meanwhile."""
    wanted = SPACIOUS | further
    held = {name: connection.execute(f"pragma {name}").fetchone()[0] for name in wanted}
    for name, value in wanted.items():
        connection.execute(f"pragma {name} = {value}")
    try:
        yield
    finally:
        for name, value in held.items():
            connection.execute(f"pragma {name} = {value}")


def merge_search(db: Database) -> bool:
    """Make each index of words one piece where a quarter of it or more lies in others: it is smaller then, and faster to ask.

    What a run adds to a large archive is less than that: the work is in proportion to what was added. Returns whether there was any.
    """
    merged = False
    for index in SEARCH_INDEXES:
        pieces = sorted(count for (count,) in db.execute(f"select count(*) from {index}_idx group by segid"))
        if sum(pieces[:-1]) * 4 > sum(pieces):
            db.execute(f"insert into {index}({index}) values ('optimize')")
            merged = True
    return merged


def _write_anew(connection: sqlite3.Connection) -> None:
    with spacious(connection, cache_size=COPYING):
        connection.execute("vacuum")
        connection.execute("pragma wal_checkpoint(truncate)")
