"""What an export is made of: takes an archive's folder, gives a mark that differs as soon as anything in it changed."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from archive.db.connection import FILENAME, open_for_reading
from archive.queries.withheld import hidden_now


def state_of_archive(folder: Path) -> dict[str, Any]:
    """The database as it lies on disk, the other files, what is hidden at this moment, and the library that compresses.

    Asked before a connection looks at one state of the database: what is written in between counts as a change. Raises NoArchive,
    NewerSchema, StorageError.
    """
    with closing(open_for_reading(folder)) as db:
        hidden = hashlib.sha256(repr(hidden_now(db.conn)).encode("utf-8", "replace"))
    files = hashlib.sha256()
    for name, size, changed in sorted(_files(folder)):
        files.update(f"{name}\n{size} {changed}\n".encode("utf-8", "surrogateescape"))
    return {"files": files.hexdigest(), "hidden": hidden.hexdigest(), "zlib": zlib.ZLIB_RUNTIME_VERSION}


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """(name, bytes, nanoseconds of its last change) of the files that an export may read; an empty log of the database is none."""
    for place in (folder, folder / "warc"):
        for top, folders, names in os.walk(place):
            if place == folder:
                folders.clear()
            for name in names:
                path = Path(top, name)
                if place == folder and not name.startswith(FILENAME) and path.suffix != ".txt":
                    continue  # what readers and writers keep for themselves
                with suppress(FileNotFoundError):
                    found = path.stat()
                    if name != f"{FILENAME}-shm" and (found.st_size or name != f"{FILENAME}-wal"):
                        yield path.relative_to(folder).as_posix(), found.st_size, found.st_mtime_ns
