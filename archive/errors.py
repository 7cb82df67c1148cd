"""What can go wrong with an archive: one base, one class per reason. A message says what, with which input, and what to do."""

from __future__ import annotations


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


class LockHeld(ArchiveError):
    """Another crawl is writing to this archive."""

    exit_code = 75
