"""The machine and the programs on it: Python, SQLite, what is installed, the clock, room on the disk."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from sqlite_utils import Database

from archive.alarms.storage import LOW_DISK
from archive.clock import moment
from archive.db.shrink import temporary_folder
from archive.doctor.diagnosis import STORAGE, Diagnosis, fault, fine, quoted, some, warning
from archive.queries.health import growth

PROGRAM = Path(__file__).parents[1]
DISTRIBUTION = "analysis-archive"
OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 38)  # strict tables, and functions on JSON without asking for them
AHEAD = 300  # seconds by which files and clocks of a network may differ


def python_version(running: tuple[int, ...] = tuple(sys.version_info[:3])) -> Diagnosis:
    said = f"{'.'.join(map(str, running))} at {sys.executable}"
    if running < OLDEST_PYTHON:
        return fault("python", f"{said}, and 3.11 is needed", "make install PYTHON=python3.11")
    return fine("python", said)


def sqlite_library() -> Diagnosis:
    """Its version, and what it was compiled with. https://sqlite.org/compile.html"""
    connection = sqlite3.connect(":memory:")
    options = {option.partition("=")[0]: option for (option,) in connection.execute("pragma compile_options")}
    connection.close()
    notable = [options[name] for name in ("ENABLE_FTS5", "THREADSAFE", "DEFAULT_SYNCHRONOUS", "SECURE_DELETE") if name in options]
    said = f"{sqlite3.sqlite_version}, {', '.join(notable)}"
    mend = "install a Python whose sqlite3 has it, such as that of the system's packages"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return fault("sqlite", f"{said}: older than 3.38", mend)
    if "OMIT_JSON" in options or not _has_fts5():
        return fault("sqlite", f"{said}: it lacks full-text search (FTS5) or JSON", mend)
    return fine("sqlite", said)


def _has_fts5() -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("create virtual table words using fts5(text)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


# what is installed


def requirements() -> list[Requirement]:
    """The ranges of requirements.txt beside the program, else of the installed package; none where neither says any."""
    path = PROGRAM.parent / "requirements.txt"
    if path.is_file():
        lines = [line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        try:
            lines = [line for line in metadata.requires(DISTRIBUTION) or [] if "extra ==" not in line]
        except metadata.PackageNotFoundError:
            lines = []
    return list(_readable(line for line in lines if line))


def _readable(lines: Iterator[str]) -> Iterator[Requirement]:
    for line in lines:
        try:
            yield Requirement(line)
        except InvalidRequirement:
            continue


def outside_their_range(wanted: list[Requirement]) -> Iterator[str]:
    """``lxml 5.4 (not >=6,<7)``, ``isal is not installed``."""
    for one in wanted:
        try:
            held = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            yield f"{one.name} is not installed"
            continue
        if not one.specifier.contains(held, prereleases=True):
            yield f"{one.name} {held} (not {one.specifier})"


def dependencies(wanted: list[Requirement] | None = None) -> Diagnosis:
    wanted = requirements() if wanted is None else wanted
    if wrong := list(outside_their_range(wanted)):
        return fault("dependencies", some(wrong, 5), "pip install -r requirements.txt")
    return fine("dependencies", f"{len(wanted)} in the ranges of requirements.txt")


# the clock


def clock_against(folder: Path, db: Database | None, now: str) -> Diagnosis:
    """The clock against what it has said before: captures and runs in the database, and the times of files. No network is asked."""
    seen = [*(_told(db) if db else []), *_written(folder)]
    if not seen:
        return fine("clock", f"{now}; nothing to compare it with")
    latest, what = max(seen)
    ahead = latest - moment(now).timestamp()
    if ahead > AHEAD:
        return fault("clock", f"{now} is {ahead / 3600:,.1f} hours before {what}: it is slow now, or was fast then", "timedatectl status")
    return fine("clock", f"{now}, after {what}")


def _told(db: Database) -> Iterator[tuple[float, str]]:
    named = {"the newest capture": "captured_at from captures order by id desc limit 200"}
    named["the newest run"] = "coalesce(finished_at, started_at) from crawls order by id desc limit 200"
    for what, sql in named.items():
        try:
            times = [text for (text,) in db.execute(f"select {sql}").fetchall() if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)]
        except sqlite3.DatabaseError:
            continue
        if times:
            yield moment(max(times)).timestamp(), f"{what} ({max(times)})"


def _written(folder: Path) -> Iterator[tuple[float, str]]:
    """When files were written: the archive's own, and the program's."""
    program = PROGRAM / "__init__.py"
    for path in (folder / "archive.db", *(folder / "warc").glob("*/*.warc.gz"), program):
        try:
            yield path.stat().st_mtime, f"the time of {path.name if path != program else 'the program'}'s file"
        except OSError:
            continue


# the disk


def disk_room(folder: Path, db: Database | None, now: str) -> Diagnosis:
    """Room for the next 30 days at the present pace, and for the largest thing that is done at once: the database written anew."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    usage, system = shutil.disk_usage(place), os.statvfs(place)
    free = f"{usage.free / 1e9:,.1f} GB are free"
    mend = f"make room on the disk of {quoted(place)}, or move the archive (df -h {quoted(place)})"
    if system.f_flag & os.ST_RDONLY:
        return fault("disk", f"the file system of {place} is mounted read-only", f"mount -o remount,rw {quoted(_mount(place))}", STORAGE)
    if system.f_files and system.f_favail < 100:
        return fault("disk", f"{free}, but only {system.f_favail} files more can be made", mend, STORAGE)
    coming = _coming(db, folder, now)
    expected = "" if coming is None else f"; the next 30 days bring about {coming / 1e9:,.2f} GB"
    if usage.free < LOW_DISK or usage.free < (coming or 0):
        return fault("disk", free + expected, mend, STORAGE)
    database = _size(folder / "archive.db")
    if min(usage.free, shutil.disk_usage(temporary_folder()).free) < database * 2:
        return warning("disk", f"{free}{expected}; an upgrade or a smaller file needs {database * 2 / 1e9:,.1f} GB", mend)
    return fine("disk", free + expected)


def _coming(db: Database | None, folder: Path, now: str) -> int | None:
    """Bytes that 30 days bring, of files and database; None where it is too early to say, or the database cannot be asked."""
    if db is None:
        return None
    try:
        grown = [growth(db, folder, site_id, now) for (site_id,) in db.execute("select id from sites").fetchall()]
    except (sqlite3.DatabaseError, ValueError):  # an older archive, or a damaged one
        return None
    files = [one.monthly_bytes for one in grown if one.monthly_bytes is not None]
    added = [one.monthly_database for one in grown if one.monthly_database is not None]
    return sum(files) + max(added, default=0) if files or added else None


def _mount(place: Path) -> Path:
    return next(path for path in (place.resolve(), *place.resolve().parents) if path.is_mount())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
