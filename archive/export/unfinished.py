"""What is made appears whole or not at all: takes the name of a file or folder, gives a place beside it to write to.

That place has the same name each time: what a killed export left behind is taken up by the next one of the same name. What is left of
one that was given up is named, and removed on demand.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError, ConfigurationError, StorageError
from archive.export.course import LOCK, MADE, NOTES, ExportCourse, remove
from archive.whole_file import UNFINISHED, write_whole

BESIDE = "beside"  # kind of a note: a file that goes with what is made is about to be put in its place


@contextmanager
def finished(
    target: Path, of: Mapping[str, Any], tell: Callable[[str], object], *, folder: bool, beside: Path | None = None
) -> Iterator[ExportCourse]:
    """The course of an export whose ``made``, an empty folder or the place of a file, becomes ``target`` when all went well.

    It is removed when the disk or the archive fails, and stays for the next command when this one is killed or interrupted. ``beside``:
    a file that goes with it. Raises ConfigurationError where one of them is there already or another export makes it, StorageError where
    the disk refuses.
    """
    own = place_of(target)
    _refuse(target, folder)
    try:
        if not own.is_dir():
            remove(own)  # of an older release
        own.mkdir(parents=True, exist_ok=True)
        with _alone(target, own):
            course = ExportCourse(own, of, tell)
            try:
                if beside and not any(course.notes(BESIDE)):
                    _refuse(beside, folder=False)
                if folder:
                    course.made.mkdir(exist_ok=True)
                yield course
                _place(course.made, target, folder)
            except Exception:
                if beside and any(course.notes(BESIDE)):
                    remove(beside)
                remove(own)
                raise
            finally:
                course.close()
            remove(own)
    except ArchiveError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"cannot write {target}: {getattr(error, 'strerror', None) or error}") from error


def put_beside(course: ExportCourse, path: Path, content: str) -> None:
    """Write the file that goes with what is made, the last thing before that gets its name."""
    course.note(BESIDE, {"name": path.name})
    write_whole(path, content.encode())


def place_of(target: Path) -> Path:
    """Where an export to ``target`` is made."""
    return target.with_name(f".{target.name}{UNFINISHED}")


def left_behind(folder: Path) -> list[Path]:
    """The names of the exports into a folder that were broken off and that no command goes on with now."""
    found = []
    for own in sorted(folder.glob(f".*{UNFINISHED}")):
        if (own / NOTES).is_file() and not _is_locked(own / LOCK):
            found.append(own.with_name(own.name[1 : -len(UNFINISHED)]))
    return found


def discard(target: Path) -> None:
    """Remove what an export to ``target`` left behind. Raises ConfigurationError where that is nothing, or another one makes it now."""
    own = place_of(target)
    if not os.path.lexists(own):
        raise ConfigurationError(f"no export to {target} was broken off: there is nothing to discard")
    if own.is_dir():
        with _alone(target, own):
            remove(own)
    remove(own)


def _refuse(target: Path, folder: bool) -> None:
    """Raises ConfigurationError where a name is taken. The notes of the export that made it go, if a kill left them."""
    if os.path.lexists(target):
        own = place_of(target)
        if (own / NOTES).is_file() and not (own / MADE).exists() and not _is_locked(own / LOCK):
            remove(own)
        raise ConfigurationError(f"{target} is there already; name a {'folder' if folder else 'file'} that is not")


def _place(made: Path, target: Path, folder: bool) -> None:
    for path in (*(made.rglob("*") if folder else ()), made):
        _sync(path)
    made.rename(target)
    _sync(target.parent)


@contextmanager
def _alone(target: Path, own: Path) -> Iterator[None]:
    handle = os.open(own / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(f"another export is writing {target}; wait for it, or choose another name") from error
        yield
    finally:
        os.close(handle)


def _is_locked(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
