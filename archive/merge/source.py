"""An archive that is to be merged: takes its folder, gives a copy of its database at one moment, checked and of today's schema.

The source itself is opened read-only and never written to: a crawl may be writing to it, and it may lie on a read-only disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.clock import now
from archive.db.connection import FILENAME, check_identity
from archive.db.database import WriterDatabase
from archive.db.schema import migrate
from archive.errors import ArchiveError, ConfigurationError, NoArchive, StorageError
from archive.spawned import cores
from archive.verify.database import articles, blocks, comments, revisions
from archive.verify.processes import Calls, Processes

AT_ONCE = 4  # parts that one process checks sooner than others have started
TOGETHER = 500  # articles that are checked together: what they hold lies in memory
UNFINISHED = "unfinished"  # the outcome of a run that was under way when it was brought
MOVED_ON = "its address is not among its addresses"  # another article of the site lives there now: no damage
WITHOUT_EVIDENCE = "no capture shows it"  # of an archive that holds no captures at all


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


def check_database(copy: Path, folder: Path) -> None:
    """Raises DamagedSource where pages, indexes or references are not whole."""
    with _reading(copy) as db:
        try:
            faults = [line for (line,) in db.execute("pragma integrity_check(1)") if line != "ok"]
            faults += [
                f"row {row[1]} of {row[0]} points at a row of {row[2]} that is not there" for row in db.execute("pragma foreign_key_check")
            ]
        except sqlite3.DatabaseError as error:
            faults = [str(error)]
    refuse(folder, faults[:1])


def check_articles(copy: Path, folder: Path, ids: list[int], told: Callable[[int], None]) -> bool:
    """Every digest of these articles, their revisions and comments, is computed anew. ``told`` hears how many more are checked.

    Returns whether the archive has its evidence: one without any capture shows none for its texts. Raises DamagedSource.
    """
    with _reading(copy) as db:
        evident = db.execute("select 1 from captures").fetchone() is not None
    parts = [Part(copy, tuple(ids[start : start + TOGETHER]), evident) for start in range(0, len(ids), TOGETHER)]
    with Processes(cores() if len(parts) > AT_ONCE else 1) as processes:
        for part, finding in Calls(processes, first_finding, parts):
            refuse(folder, [finding] if finding else [])
            told(len(part.ids))
    return evident


@dataclass(frozen=True, slots=True)
class Part:
    """Articles of a copy that are checked together."""

    copy: Path
    ids: tuple[int, ...]
    evident: bool  # the archive has captures: they have to show each revision


def first_finding(part: Part) -> str | None:
    """What is wrong first with some articles; None where all is as it was written."""
    of_site = f"select id from articles where id in ({', '.join(map(str, part.ids))})"
    with _reading(part.copy) as db:
        try:
            for check in (revisions, blocks, comments, articles):
                for finding in check(db, of_site):
                    if MOVED_ON not in finding and (part.evident or WITHOUT_EVIDENCE not in finding):
                        return finding
        except (sqlite3.DatabaseError, TypeError, ValueError) as error:
            return f"the tables cannot be read to the end: {error}"
    return None


def refuse(folder: Path, findings: Iterator[str] | list[str]) -> None:
    """Raises DamagedSource with the first finding, where there is one."""
    for finding in findings:
        raise DamagedSource(f"{folder} is damaged ({finding[:200]}); nothing of it was merged: look with python -m archive verify")


@contextmanager
def _reading(copy: Path) -> Iterator[Database]:
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # a flipped bit must not stop the check
    try:
        yield Database(connection)
    finally:
        connection.close()


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
