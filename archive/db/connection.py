"""Opening archive.db: where it is, how it is opened, when it is refused."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from archive.db.database import WriterDatabase
from archive.db.schema import APPLICATION_ID, is_older, migrate
from archive.db.shrink import shrink
from archive.db.words import fill_all_due
from archive.errors import NoArchive, StorageError, database_fails

FILENAME = "archive.db"
CACHE = -16_000  # KB of pages: those on which a run works lie close together; four times as many make it no faster
STATEMENTS = 512  # that stay prepared: all that a run executes over and over, where Python keeps 128
HOLLOW = 1 / 3  # of the file lies free: a step of the schema has left it so, and was killed before the file was made smaller
LOOSENED = 0.05  # of it lies free when steps of the schema have just been taken


def archive_dir(setting: str | None = None) -> Path:
    """The archive's folder: the setting, else the environment's ARCHIVE_DIR, else data; relative = to scrapy.cfg's folder."""
    folder = Path(setting or os.environ.get("ARCHIVE_DIR") or "data").expanduser()
    return folder if folder.is_absolute() else project_dir() / folder


def project_dir() -> Path:
    """The folder of the scrapy.cfg at or above the working directory; the working directory where there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "scrapy.cfg").is_file()), here)


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection with the pragmas every writer uses. WAL with full synchronisation: a committed answer survives a power cut.

    ``GroupCommit`` lets a thread of its own do the synchronisation: ``archive/db/journal.py``.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=60, cached_statements=STATEMENTS, check_same_thread=False)
    connection.executescript(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory;"
        f"pragma cache_size = {CACHE}"
    )
    return connection


def open_for_writing(folder: Path) -> Database:
    """Open, or make, the archive in ``folder`` and bring its schema up to date.

    Raises NoArchive when archive.db is some other file, NewerSchema, StorageError when the disk refuses.
    """
    path = folder / FILENAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.is_file() and not path.stat().st_size and next((folder / "warc").glob("*/*"), None):
            raise StorageError(f"{path} is empty, and warc/ is not: mend it from a backup, or delete it to begin anew from the captures")
        if path.is_file():
            open_as_it_is(folder).close()  # before the pragmas: they would write to another program's database
        db = WriterDatabase(connect(path))
        share = LOOSENED if migrate(db) else HOLLOW
        fill_all_due(db)
        shrink(db.conn, path, share)
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"cannot write to {path}: {error}; check the folder's owner, rights and free space") from error
    except sqlite3.DatabaseError as error:
        failure = database_fails(folder, error) if "malformed" in str(error) else None
        raise failure or NoArchive(f"{path} is not an archive ({error}); move it away or choose another ARCHIVE_DIR") from error
    return db


def check_identity(db: Database, path: Path) -> None:
    """Raises NoArchive when the file holds tables but is no archive."""
    [identity] = db.execute("pragma application_id").fetchone()
    if identity != APPLICATION_ID and db.table_names():
        raise NoArchive(f"{path} is another program's database; choose another ARCHIVE_DIR")


def open_for_reading(folder: Path) -> Database:
    """Open the archive in ``folder`` read-only; one of an older release is brought up to date first.

    Raises NoArchive when there is none, StorageError when an older one cannot be written.
    """
    db = open_as_it_is(folder)
    if is_older(db):
        db.close()
        open_for_writing(folder).close()
        db = open_as_it_is(folder)
    return db


def open_as_it_is(folder: Path) -> Database:
    """Open the archive in ``folder`` read-only, whatever release made it. Raises NoArchive, StorageError where it is damaged."""
    path = folder / FILENAME
    if not path.is_file():
        raise NoArchive(f"no archive at {path}; crawl a site first, or set ARCHIVE_DIR")
    db = Database(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=60))
    try:
        check_identity(db, path)
    except sqlite3.DatabaseError as error:
        failure = database_fails(folder, error) if "malformed" in str(error) else None
        raise failure or NoArchive(f"{path} is not an archive ({error})") from error
    return db
