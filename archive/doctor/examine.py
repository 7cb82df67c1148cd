"""Everything that is looked at, in its order: takes an archive's folder and the time, gives a diagnosis each, and writes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database

from archive.doctor import database, files, machine
from archive.doctor.diagnosis import STORAGE, Diagnosis, archive_line, fault

Check = Callable[[], Diagnosis | Iterator[Diagnosis]]


def examine(folder: Path, now: str) -> Iterator[Diagnosis]:
    """Works on an archive that is missing, damaged, read-only or locked, and while a crawl writes. A check that fails is a fault."""
    yield machine.python_version()
    yield machine.sqlite_library()
    yield machine.dependencies()
    with database.opened(folder) as (db, told):
        yield from told
        usable = db if db is not None and not any(one.state == "fault" for one in told) else None
        yield machine.clock_against(folder, usable, now)
        yield machine.disk_room(folder, usable, now)
        if folder.is_dir():
            yield from _folder(folder, usable, now)


def _folder(folder: Path, db: Database | None, now: str) -> Iterator[Diagnosis]:
    lock, holder = files.lock_file(folder)
    yield lock
    checks: dict[str, Check] = {
        "log": lambda: files.write_ahead_log(folder, holder),
        "rights": lambda: files.rights(folder),
        "leftovers": lambda: files.leftovers(folder, holder),
        "warc files": lambda: files.evidence(folder, db, holder),
        "seals": lambda: database.seals_chain(db, folder),
    }
    if db is not None:
        checks["runs"] = lambda: database.runs(db, folder, now)
        checks["manners"] = lambda: database.manners(db, folder)
    for about, check in checks.items():
        yield from _guarded(folder, about, check)


def _guarded(folder: Path, about: str, check: Check) -> Iterator[Diagnosis]:
    """What a check says; damage that stops it is a fault, and the next one goes on."""
    try:
        said = check()
        yield from [said] if isinstance(said, Diagnosis) else said
    except (sqlite3.DatabaseError, OSError, ValueError, TypeError) as error:
        yield fault(about, f"cannot be looked at: {' '.join(str(error).split())[:100]}", archive_line(folder, "verify"), STORAGE)
