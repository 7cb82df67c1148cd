"""An archive that is to be merged: takes its folder, gives a copy of its database at one moment, of today's schema.

The source itself is opened read-only and never written to: a crawl may be writing to it, and it may lie on a read-only disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.clock import now
from archive.db.connection import FILENAME, check_identity
from archive.db.database import WriterDatabase
from archive.db.schema import migrate
from archive.errors import ArchiveError, ConfigurationError, NoArchive, StorageError

UNFINISHED = "unfinished"  # the outcome of a run that was under way when it was brought


class DamagedSource(StorageError):
    """The other archive is not what was written to it."""


@contextmanager
def copied(folder: Path, aside: Path) -> Iterator[Path]:
    """A copy of the database in ``folder`` at this moment, in the file ``aside``, which goes with the end of the block.

    Raises NoArchive, NewerSchema, DamagedSource, StorageError.
    """
    path = folder / FILENAME
    if not path.is_file():
        raise NoArchive(f"no archive at {path}")
    try:
        _remove(aside)
        _copy(path, aside)
        db = WriterDatabase(sqlite3.connect(aside, isolation_level=None))
        try:
            check_identity(db, path)
            if "sites" not in db.table_names():
                raise NoArchive(f"{path} is not an archive")
            db.execute("pragma synchronous = off")  # a copy that is not whole is made anew
            migrate(db)
            db.execute(
                "update crawls set finished_at = ?, outcome = ? where finished_at is null", [now(), UNFINISHED]
            )  # it comes as it is; nobody is to take it for a run that was killed here
        finally:
            db.close()
    except ArchiveError as error:
        _remove(aside)
        raise type(error)(f"{folder}: {error}") if str(folder) not in str(error) else error from error
    except sqlite3.OperationalError as error:
        _remove(aside)
        raise StorageError(f"cannot copy {path} to {aside}: {error}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        _remove(aside)
        raise DamagedSource(f"{folder} is damaged ({error}); nothing of it was merged") from error
    try:
        yield aside
    finally:
        _remove(aside)


def _copy(path: Path, aside: Path) -> None:
    try:
        source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
        copy = sqlite3.connect(aside, isolation_level=None)
        try:
            source.backup(copy)
            copy.execute("pragma journal_mode = delete")
        finally:
            copy.close()
            source.close()
    except sqlite3.OperationalError as error:
        raise StorageError(f"cannot copy {path} to {aside}: {error}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise NoArchive(f"{path} is not an archive ({error})") from error


def _remove(aside: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        aside.with_name(aside.name + suffix).unlink(missing_ok=True)


def refuse(folder: Path, findings: Iterator[str] | list[str]) -> None:
    """Raises DamagedSource with the first finding, where there is one."""
    for finding in findings:
        raise DamagedSource(f"{folder} is damaged ({finding[:200]}); nothing of it was merged: look with python -m archive verify")


def check_folders(folder: Path, sources: list[Path]) -> None:
    """Raises ConfigurationError where a source is the archive itself, lies in it, or is named twice."""
    seen: set[Path] = set()
    for source in sources:
        place = source.resolve()
        if place == folder.resolve():
            raise ConfigurationError(f"{source} is the archive itself: name another one, or another ARCHIVE_DIR to merge it into")
        if place in seen:
            raise ConfigurationError(f"{source} is named twice")
        if not (source / FILENAME).is_file():
            raise NoArchive(f"no archive at {source / FILENAME}")
        seen.add(place)
