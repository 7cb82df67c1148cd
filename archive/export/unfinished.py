"""What is made appears whole or not at all: takes the name of a file or folder, gives a temporary one beside it to write to.

The temporary name is the same each time: what a killed export left behind is removed by the next one, which begins anew.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveError, ConfigurationError, StorageError


@contextmanager
def finished(target: Path, *, folder: bool) -> Iterator[Path]:
    """An empty folder, or the place of a file, that becomes ``target`` when all went well, and is removed when not.

    Raises ConfigurationError where ``target`` is there already or another export makes it, StorageError where the disk refuses.
    """
    if os.path.lexists(target):
        raise ConfigurationError(f"{target} is there already; name a {'folder' if folder else 'file'} that is not")
    made = target.with_name(f".{target.name}.unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target, made.with_name(f"{made.name}.lock")):
            _remove(made)
            if folder:
                made.mkdir()
            try:
                yield made
                for path in (*(made.rglob("*") if folder else ()), made):
                    _sync(path)
                made.rename(target)
                _sync(target.parent)
            finally:
                _remove(made)
    except ArchiveError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"cannot write {target}: {getattr(error, 'strerror', None) or error}") from error


@contextmanager
def _alone(target: Path, lock: Path) -> Iterator[None]:
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(f"another export is writing {target}; wait for it, or choose another name") from error
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
