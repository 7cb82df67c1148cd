"""The archive for programs that hand it over: takes its folder, gives a read-only connection on which withheld rows do not exist."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.db.connection import FILENAME, open_for_reading
from archive.publish.redaction.withholding import Reader, follow


@contextmanager
def redacted(folder: Path, author_urls: bool = False) -> Iterator[Database]:
    """One state of the archive, also while a crawl writes. Raises NoArchive, NewerSchema, StorageError."""
    open_for_reading(folder).close()
    path = (folder / FILENAME).resolve()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=60, factory=Reader)
    try:
        connection.shows_author_urls = author_urls
        connection.execute("begin")
        follow(connection)
        yield Database(connection)
    finally:
        connection.close()
