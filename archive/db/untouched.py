"""Looking into archive.db without leaving a trace: takes an archive's folder, gives a connection that writes no byte and makes no file.

A reader of a database in WAL mode makes the files -wal and -shm where they are not there, and leaves them behind. Where nobody has it
open, the file is opened as one that nobody changes; where somebody has, with their own -shm; and what a killed writer left is copied.
https://sqlite.org/wal.html#read_only_databases
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from archive.db.connection import FILENAME

LARGEST_COPY = 2_000_000_000  # bytes of a database that is copied to be looked into
PATIENCE = 2.0  # seconds to wait for a writer that lets nobody read


def beside(path: Path, suffix: str) -> Path:
    """``-wal`` or ``-shm`` of a database."""
    return path.with_name(path.name + suffix)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def untouched(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database as the next reader would see it. Raises sqlite3.DatabaseError and OSError where it cannot be read."""
    with ExitStack() as stack:
        path = (folder / FILENAME).resolve()
        if beside(path, "-wal").is_file() and beside(path, "-shm").is_file():
            uri = f"{path.as_uri()}?mode=ro&readonly_shm=1"
        elif not size_of(beside(path, "-wal")):
            uri = f"{path.as_uri()}?mode=ro&immutable=1"
        else:
            uri = f"{_copy(path, stack).as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)
        stack.callback(connection.close)
        yield connection


def _copy(path: Path, stack: ExitStack) -> Path:
    """The database and its -wal in a folder of their own, which is removed afterwards."""
    room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="archive-look-")))
    needed = size_of(path) + size_of(beside(path, "-wal"))
    if needed > min(LARGEST_COPY, shutil.disk_usage(room).free):
        raise OSError(f"{needed / 1e6:,.0f} MB would have to be copied to look into it")
    for suffix in ("", "-wal"):
        shutil.copyfile(beside(path, suffix), room / f"{FILENAME}{suffix}")
    return room / FILENAME
