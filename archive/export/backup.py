"""A second archive: takes an archive's folder, also while a crawl writes, gives a copy of one moment.

The database is copied through SQLite (a plain copy of a file in use was bad in 5 of 15 trials), then each WARC file up to the
last record that the copied database knows: every row of the copy has its record, and no record lacks its row.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.db.connection import FILENAME, open_as_it_is, open_for_reading
from archive.errors import ConfigurationError, StorageError
from archive.warc.place import is_own_file
from archive.warc.read import whole_members


def backup(folder: Path, target: Path, *, as_it_is: bool = False) -> None:
    """Make ``target``, which must not be there, a copy of the archive in ``folder``. It appears whole, or not at all.

    WARC files that no run appends to any more are hard links where ``target`` is on the same file system, else copies.
    An archive of an older release is brought up to date before, unless it is asked for ``as_it_is``.
    Raises ConfigurationError, NoArchive, StorageError.
    """
    (open_as_it_is if as_it_is else open_for_reading)(folder).close()
    if target.resolve().is_relative_to(folder.resolve() / "warc"):
        raise ConfigurationError(f"{target} is among the archive's own files; choose another place")
    with appearing(target) as made:
        files = sorted(path for path in (folder / "warc").rglob("*") if path.is_file())
        db = _copy_database(folder / FILENAME, made / FILENAME)
        try:
            for path in files:
                _copy_file(db, folder, path, made / path.relative_to(folder), newest=path in appended(files))
        finally:
            db.close()
        for path in folder.iterdir():  # a list of spellings, say
            if path.is_file() and path.name != "lock" and not path.name.startswith(FILENAME):
                shutil.copy2(path, made / path.name)


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder under a temporary name beside ``target``, renamed to it when all went well, deleted when not."""
    if target.exists():
        raise ConfigurationError(f"{target} is there already; name a folder that is not, such as {target}-2")
    made = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    try:
        made.mkdir(parents=True)
        yield made
        for path in (*made.rglob("*"), made):
            _sync(path)
        made.rename(target)
        _sync(target.parent)
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"cannot write {target}: {error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_database(source: Path, target: Path) -> sqlite3.Connection:
    """One state of the database, in one step: in steps, a writer would make it begin anew each time."""
    reading = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        reading.backup(copy)
    finally:
        reading.close()
    copy.execute("pragma journal_mode = delete")  # one file, which opens on a read-only disk too
    return copy


def appended(files: list[Path]) -> set[Path]:
    """The newest WARC file of each site: the only one that a run appends to. Files of other tools are never appended to."""
    own = [path for path in files if is_own_file(path)]
    return {max(path for path in own if path.parent == folder) for folder in {path.parent for path in own}}


def _copy_file(db: sqlite3.Connection, folder: Path, path: Path, target: Path, newest: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not newest and os.stat(path).st_dev == os.stat(target.parent).st_dev:
        os.link(path, target)
        return
    shutil.copyfile(path, target)
    shutil.copystat(path, target)
    if newest:
        growing = db.execute("select 1 from crawls where finished_at is null").fetchone() is not None
        end = known_end(db, path.relative_to(folder).as_posix(), target, growing=growing)
        os.truncate(target, min(end, target.stat().st_size))


def known_end(db: sqlite3.Connection, name: str, path: Path, *, growing: bool, captures: str = "captures") -> int:
    """Where the last exchange ends that the database knows; all whole records of a run under way (``growing``), which the next run
    takes in."""
    [last] = db.execute(f"select coalesce(max(offset), 0) from {captures} where filename = ?", [name]).fetchone()
    end = last
    for offset, compressed, content in whole_members(path, last):
        if offset > last and not growing and b"\r\nWARC-Type: response\r\n" in content[:2000]:
            break
        end = offset + len(compressed)
    return int(end)
