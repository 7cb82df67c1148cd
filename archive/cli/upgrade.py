"""``python -m archive upgrade``: takes an archive's folder, says what this release changes in it, backs it up, changes and checks it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from sqlite_utils import Database

from archive.cli.options import archive_command
from archive.clock import now
from archive.db.connection import FILENAME, check_identity, connect, open_for_writing
from archive.db.lock import Lock
from archive.db.schema import pending_steps, refuse_newer
from archive.db.untouched import beside, size_of, untouched
from archive.errors import ConfigurationError, NoArchive, StorageError, database_fails
from archive.export.backup import appended, backup
from archive.text.plaintext import counted
from archive.verify.database import Verification

HELP = "bring an archive to this release: shows what will change, backs up, migrates, verifies"
MORE = """Every command brings an archive up to date when it opens it; this one says before what it does, and keeps the way back open.
Nothing to do: one line, exit code 0. An archive of a newer release: exit code 2, and nothing is touched."""
COUNTED = ("articles", "revisions", "comments", "comment_revisions", "captures")  # what no step may lose a row of
REWRITING = ("m013_texts_once", "m028_smaller_rows", "m029_searched_sooner")  # steps that write the large tables anew
SMALL = 50_000_000  # bytes that any other step may take


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """What an upgrade does: its steps as (name, what for), the archive's size and the room that is needed, in bytes."""

    steps: list[tuple[str, str]]
    database: int
    warc: int
    copied: int  # by the backup; the other WARC files are linked
    rewritten: int  # by the steps, until they are done


@archive_command("upgrade", HELP, MORE)
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--backup", "target", metavar="DIR", type=click.Path(path_type=Path), help="where to (default: beside the archive)")
@click.option("--no-backup", is_flag=True, help="keep no way back")
@click.option("--dry-run", is_flag=True, help="say what would be done, and change nothing")
def command(folder: Path, yes: bool, target: Path | None, no_backup: bool, dry_run: bool) -> int:
    if target and no_backup:
        raise ConfigurationError("--backup and --no-backup cannot both be given")
    place = None if no_backup else (target or default_place(folder)).expanduser().absolute()
    if place and os.path.lexists(place):
        raise ConfigurationError(f"{place} is there already; name a folder that is not, such as {place}-2")
    if not (plan := planned_upgrade(folder, place)).steps:
        print(f"{folder}: nothing to do; the archive is of this release")
        return 0
    show(folder, plan, place)
    refuse_without_room(folder, plan, place)
    if dry_run:
        return 0
    if not yes and not agreed():
        print("nothing was changed")
        return 0
    lock = Lock(folder)
    try:
        return upgrade(folder, place)
    except sqlite3.DatabaseError as error:
        raise database_fails(folder, error) or error from error
    finally:
        lock.release()


def default_place(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.before-upgrade-{now().replace(':', '')}")


def planned_upgrade(folder: Path, place: Path | None) -> UpgradePlan:
    """What an upgrade would do. Raises NoArchive, NewerSchema, StorageError; writes nothing."""
    path = folder / FILENAME
    if not path.is_file():
        raise NoArchive(f"no archive at {path}; crawl a site first, or set ARCHIVE_DIR")
    try:
        with untouched(folder) as connection:
            db = Database(connection)
            check_identity(db, path)
            refuse_newer(db)
            steps = pending_steps(db)
    except sqlite3.DatabaseError as error:
        raise database_fails(folder, error) or error from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}") from error
    files = [one for one in (folder / "warc").rglob("*") if one.is_file()]
    growing = appended(files)
    database = size_of(path) + size_of(beside(path, "-wal"))
    linked = place is not None and same_disk(folder, place)
    copied = sum(size_of(one) for one in files if one in growing or not linked)
    rewritten = max(SMALL, 2 * database if any(name in REWRITING for name, _ in steps) else 0)
    return UpgradePlan(steps, database, sum(map(size_of, files)), database + copied if place else 0, rewritten)


def existing(place: Path) -> Path:
    """The nearest folder at or above a place that is there."""
    return next(one for one in (place, *place.parents) if one.exists())


def same_disk(folder: Path, place: Path) -> bool:
    return os.stat(existing(folder)).st_dev == os.stat(existing(place)).st_dev


def show(folder: Path, plan: UpgradePlan, place: Path | None) -> None:
    """What will change, how large the archive is, and what room that takes."""
    print(f"{folder}: {megabytes(plan.database)} of database, {megabytes(plan.warc)} of WARC files")
    print(f"{counted(len(plan.steps), 'step')} to this release:")
    for name, said in plan.steps:
        print(f"  {name}: {said}")
    room = f"{megabytes(plan.rewritten)} while it works"
    print(f"room needed: {room}{f', {megabytes(plan.copied)} for the backup in {place}' if place else '; no backup is made'}")


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def refuse_without_room(folder: Path, plan: UpgradePlan, place: Path | None) -> None:
    """Raises StorageError where a disk has less room than is needed."""
    needed = {existing(folder): plan.rewritten}
    if place and same_disk(folder, place):
        needed[existing(folder)] += plan.copied
    elif place:
        needed[existing(place)] = plan.copied
    for disk, size in needed.items():
        if (free := shutil.disk_usage(disk).free) < size:
            raise StorageError(
                f"{disk} has {megabytes(free)} free, and {megabytes(size)} are needed; make room, or name another --backup DIR"
            )


def agreed() -> bool:
    """Whether a person says yes. Raises ConfigurationError where nobody can answer."""
    if not sys.stdin.isatty():
        raise ConfigurationError("nobody can be asked here; nothing was changed, and --yes goes on without asking")
    return click.confirm("go on?")


def upgrade(folder: Path, place: Path | None) -> int:
    """Back up, migrate, verify, and say how to go back. Returns the exit code. Holds the lock of the caller."""
    if place:
        backup(folder, place, as_it_is=True)
        before = rows_of_tables(place)
        print(f"backed up to {place}", flush=True)
    else:
        before = rows_of_tables(folder)
    open_for_writing(folder).close()
    verification = Verification(folder, evidence=False)
    findings = [*lost_rows(before, rows_of_tables(folder)), *verification.findings()]
    connect(folder / FILENAME).close()  # the check has left an empty log
    for finding in findings:
        print(finding)
    print(f"{folder}: upgraded, {verification.summary}")
    if place:
        print(f"the way back: install the former release, then python -m archive --archive-dir {folder} restore {place}")
    return StorageError.exit_code if findings else 0


def rows_of_tables(folder: Path) -> dict[str, int]:
    """How many rows the tables have that hold what was archived."""
    with untouched(folder) as db:
        return {name: int(db.execute(f"select count(*) from {name}").fetchone()[0]) for name in COUNTED}


def lost_rows(before: dict[str, int], after: dict[str, int]) -> list[str]:
    return [f"{name}: {before[name]:,} rows before, {after[name]:,} now" for name in COUNTED if before[name] != after[name]]
