"""The files of an archive: who may read and write them, who holds the lock, what was left behind, and the ends of WARC files."""

from __future__ import annotations

import os
import pwd
import re
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from archive.db.connection import FILENAME
from archive.db.untouched import beside, size_of
from archive.doctor.diagnosis import STORAGE, Diagnosis, archive_line, fault, fine, quoted, scrapy_line, some, warning
from archive.doctor.holders import LockHolder, is_alive, lock_holder
from archive.store.decisions import DECISIONS
from archive.text.plaintext import counted
from archive.warc.far import far_size
from archive.warc.place import SUFFIX, is_own_file
from archive.warc.read import LARGEST_FOREIGN, whole_members

LARGE_WAL = 200_000_000  # bytes; a run keeps it far smaller
LEFTOVER = re.compile(r"\..+\.(?:merging|part|unfinished(?:-(?P<pid>\d+))?)|.+\.expunging|.+\.restored-(?P<restoring>\d+)(?:-\d+)?")
KEPT = re.compile(r".+\.torn-[0-9TZ-]+")  # torn bytes that were moved aside: no reader takes them for a WARC file


def lock_file(folder: Path) -> tuple[Diagnosis, LockHolder | None]:
    """Whether somebody writes now, and who."""
    try:
        holder = lock_holder(folder / "lock")
    except OSError as error:
        return fault("lock", f"{folder / 'lock'} cannot be read: {error.strerror}", _chown(folder), STORAGE), None
    if holder is None:
        return fine("lock", "nobody writes now"), None
    if holder.pid is not None and not is_alive(holder.pid):
        return warning(
            "lock", f"held by process {holder.pid}, which has ended: its child holds it", f"fuser -v {quoted(folder / 'lock')}"
        ), holder
    return fine("lock", f"held by {holder.said}"), holder


def write_ahead_log(folder: Path, holder: LockHolder | None) -> Diagnosis:
    """What of the database lies in archive.db-wal, and whether that should be so now."""
    path = folder / FILENAME
    size = size_of(beside(path, "-wal"))
    if beside(path, "-journal").exists():
        said = f"{FILENAME}-journal is there: a write was broken off, and the next writer takes it back. Never delete it"
        return warning("log", said, archive_line(folder, "seal"))
    if not size:
        return fine("log", f"no {FILENAME}-wal is left over" if not beside(path, "-wal").exists() else f"{FILENAME}-wal is empty")
    said = f"{FILENAME}-wal has {size / 1e6:,.1f} MB"
    if holder:
        return fine("log", f"{said}, which the writer adds to the database") if size < LARGE_WAL else _large(folder, said)
    if size > LARGE_WAL:
        return _large(folder, said)
    said += " that a writer left, or a reader keeps. It is part of the database: never delete it"
    return warning("log", f"{said}. The next writer takes it in", archive_line(folder, "seal"))


def _large(folder: Path, said: str) -> Diagnosis:
    return warning(
        "log", f"{said}: a reader, such as serve, keeps it from being added to the database", f"fuser -v {quoted(folder / FILENAME)}"
    )


# who may do what


def rights(folder: Path) -> Diagnosis:
    """Whether this user can read and write all of it, and whether it all belongs to one."""
    refused, strangers, open_to_all = [], [], []
    owner = folder.stat().st_uid
    for path in sorted([folder, *folder.rglob("*")]):
        try:
            found = path.stat()
        except OSError:  # gone meanwhile, or a link to nowhere: what rows name and is missing is told elsewhere
            continue
        name = path.relative_to(folder).as_posix()
        needed = os.R_OK | (os.X_OK | os.W_OK if path.is_dir() else 0 if _is_kept(path) else os.W_OK)
        if not os.access(path, needed):
            refused.append(name)
        if found.st_uid != owner:
            strangers.append(name)
        if found.st_mode & stat.S_IWOTH and not stat.S_ISLNK(found.st_mode):
            open_to_all.append(name)
    if refused:
        return fault("rights", f"{_user(os.geteuid())} may not read and write {some(refused)}", _chown(folder), STORAGE)
    if strangers:
        return warning(
            "rights", f"the folder is {_user(owner)}'s, and {some(strangers)} not: another user ran a command", _chown(folder, owner)
        )
    if open_to_all:
        return warning("rights", f"everybody may write {some(open_to_all)}", f"chmod -R o-w {quoted(folder)}")
    return fine("rights", f"all of it is {_user(owner)}'s, and can be read and written")


def _is_kept(path: Path) -> bool:
    """Whether nothing is ever added to a file: seals, torn bytes."""
    return "seals" in path.parts or bool(KEPT.fullmatch(path.name))


def _chown(folder: Path, owner: int | None = None) -> str:
    return f"sudo chown -R {_user(os.geteuid() if owner is None else owner)} {quoted(folder)}; chmod -R u+rwX {quoted(folder)}"


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


# what was left behind


def leftovers(folder: Path, holder: LockHolder | None) -> Diagnosis:
    """Temporary files and folders of exports, backups, merges and migrations that were killed."""
    left, working = [], 0
    for path in sorted([*folder.rglob("*"), *folder.parent.glob(f"{folder.name}.restored-*"), *folder.parent.glob(".*.unfinished*")]):
        found = LEFTOVER.fullmatch(path.name)
        if not found:
            continue
        if is_in_work(path, found, holder):
            working += 1
        else:
            left.append(path)
    if left:
        said = f"{counted(len(left), 'temporary file')} of commands that were killed: {some([path.name for path in left])}"
        return warning("leftovers", said, "rm -r " + " ".join(map(quoted, left[:5])))
    return fine("leftovers", f"{counted(working, 'file')} of commands that work now" if working else "none")


def is_in_work(path: Path, found: re.Match[str], holder: LockHolder | None) -> bool:
    """Whether the command that makes a temporary file still runs, as far as can be seen."""
    if number := found["pid"] or found["restoring"]:
        return is_alive(int(number))
    try:
        return holder is not None or (path.is_dir() and lock_holder(path / "lock") is not None)
    except OSError:
        return True


# WARC files


def evidence(folder: Path, db: Database | None, holder: LockHolder | None) -> Iterator[Diagnosis]:
    """The ends of WARC files, files that are none, and files that are missing."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted((folder / "warc").glob(f"*/*{SUFFIX}"))}
    reached = _reached(db)
    torn = [name for name, path in files.items() if not ends_whole(path, reached.get(name, 0))]
    if torn and holder is None:
        said = (
            f"{counted(len(torn), 'file')} with torn bytes at the end, as a kill leaves them: {some(torn)}. The next run moves them aside"
        )
        yield warning("warc ends", said, archive_line(folder, "seal"))
    else:
        yield fine("warc ends", f"{counted(len(files), 'file')}{', whole' if not torn else '; the writer adds to one now'}")
    unknown = sorted(path.relative_to(folder).as_posix() for path in (folder / "warc").rglob("*") if is_unknown(path, folder))
    if unknown:
        said = f"{counted(len(unknown), 'file')} that no command reads: {some(unknown)}"
        yield warning(
            "warc files", said, scrapy_line(folder, f"import {quoted(folder / unknown[0])}") + " if it is evidence, else move it away"
        )
    missing = sorted(name for name in reached if name not in files and not (folder / name).is_file() and far_size(folder / name) is None)
    if missing:
        said = f"{counted(len(missing), 'file')} not there, and captures lie in {'it' if len(missing) == 1 else 'them'}: {some(missing)}"
        yield fault("warc files", said, f"cp -an BACKUP/warc/. {quoted(folder / 'warc')}/", STORAGE)
    elif not unknown:
        yield fine("warc files", "all that captures name are there" if db else "no database names any")


def _reached(db: Database | None) -> dict[str, int]:
    """WARC file -> offset of its last known capture."""
    if db is None:
        return {}
    try:
        return dict(db.execute("select filename, max(offset) from captures group by filename").fetchall())
    except sqlite3.DatabaseError:
        return {}


def ends_whole(path: Path, start: int) -> bool:
    """Whether a file ends with a whole gzip member, read from ``start`` on. What cannot be read is told by ``rights``."""
    try:
        size, end = path.stat().st_size, start
        for offset, compressed, _ in whole_members(path, start, None if is_own_file(path) else LARGEST_FOREIGN):
            end = offset + len(compressed)
    except OSError:
        return True
    return end >= size


def is_unknown(path: Path, folder: Path) -> bool:
    """Whether a file under warc/ is none that this program makes or reads."""
    if not path.is_file() or LEFTOVER.fullmatch(path.name):
        return False
    parts = path.relative_to(folder).parts
    known = len(parts) == 3 and (path.name.endswith(SUFFIX) or KEPT.fullmatch(path.name))
    return not (known or "/".join(parts) == DECISIONS or parts[1] == "seals")
