"""What can go wrong with an archive: one base, one class per reason. A message says what, with which input, and what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class ArchiveError(Exception):
    """Base of all errors that a person can do something about. ``exit_code`` is the contract's."""

    exit_code = 1


class ConfigurationError(ArchiveError):
    """An argument, a setting or a site declaration is wrong."""

    exit_code = 2


class NewerSchema(ConfigurationError):
    """The archive was written by a later release of this program."""


class NoArchive(ConfigurationError):
    """There is no archive at this place, or the file is something else."""


class StorageError(ArchiveError):
    """The disk or the database refused; nothing was half-written."""

    exit_code = 3


def database_fails(folder: Path, error: sqlite3.DatabaseError) -> StorageError | None:
    """What a person is told when SQLite cannot read or write the archive; None for an error of ours, such as wrong SQL."""
    if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError, sqlite3.DataError)):
        return None
    damaged = any(sign in str(error) for sign in ("malformed", "not a database", "Could not decode"))
    what = "look with python -m archive verify, and mend it from a backup" if damaged else "check its owner, rights and free space"
    return StorageError(f"the database in {folder} {'is damaged' if damaged else 'cannot be used'} ({str(error)[:100]}); {what}")


class LockHeld(ArchiveError):
    """Another crawl is writing to this archive."""

    exit_code = 75
