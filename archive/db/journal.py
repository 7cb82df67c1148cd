"""The write-ahead log of archive.db, for commits that are synced apart: takes the writer's connection, syncs its log, keeps the log short.

With ``synchronous = normal`` a commit only writes to the log, in less than a millisecond. Whoever calls ``sync`` after it, in any thread,
has what a commit with ``synchronous = full`` gives, while the connection goes on with the next transaction. A power cut before the
sync loses that commit whole and harms no other.
"""

from __future__ import annotations

import os
import sqlite3
import time

from archive.errors import StorageError

LOOKED_AT = 1.0  # seconds between two times that the log is copied to the database
LONG = 4000  # pages in the log; from there on it is begun anew
AUTOMATIC = 1000  # pages after which SQLite copies the log by itself, in the middle of a commit: that takes as long as the disk does


class Journal:
    """The log of one connection's database. ``sync`` and ``close`` are for one thread at a time, all else for the connection's own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        [self._path] = [path for _, name, path in connection.execute("pragma database_list") if name == "main"]
        [(mode,)] = connection.execute("pragma journal_mode").fetchall()
        self.may_sync_apart = mode == "wal" and bool(self._path)
        self._apart = False
        self._beside: sqlite3.Connection | None = None  # copies the log while the connection works
        self._looked_at = time.monotonic()
        self._is_long = False

    def sync_apart(self) -> None:
        """From here on ``sync`` follows each commit, where it may. Outside a transaction."""
        if self.may_sync_apart and not self._apart:
            self._set("normal", 0)
        if self._is_long:
            self._is_long = False
            self._connection.execute("pragma wal_checkpoint(passive)").fetchall()  # little is left: the next transaction begins it anew

    def sync_at_once(self) -> None:
        """From here on each commit is synced before it returns. Outside a transaction."""
        if self._apart:
            self._set("full", AUTOMATIC)

    def _set(self, synchronous: str, automatic: int) -> None:
        self._connection.execute(f"pragma synchronous = {synchronous}")
        self._connection.execute(f"pragma wal_autocheckpoint = {automatic}")
        self._apart = not automatic

    def sync(self) -> None:
        """What was committed so far is on the disk. Raises StorageError."""
        try:
            log = os.open(f"{self._path}-wal", os.O_RDWR)
            try:
                os.fdatasync(log)
            finally:
                os.close(log)
        except OSError as error:
            raise StorageError(f"cannot write to {self._path}: {error.strerror or error}; check the disk") from error

    def shorten(self) -> None:
        """Now and then copy to the database what lies in the log, beside the connection's work. What cannot be copied now stays there.

        The log ends only where nothing is written meanwhile: the connection itself copies the rest of one that has become long.
        """
        if time.monotonic() < self._looked_at + LOOKED_AT:
            return
        try:
            if self._beside is None:
                self._beside = sqlite3.connect(self._path, isolation_level=None, timeout=0, check_same_thread=False)
            [(_, pages, _)] = self._beside.execute("pragma wal_checkpoint(passive)").fetchall()
            self._is_long = pages >= LONG
        except sqlite3.DatabaseError:
            pass  # a disk that is full or broken says so when the next commit is written
        self._looked_at = time.monotonic()

    def close(self) -> None:
        """Give up the second connection."""
        if self._beside is not None:
            self._beside.close()
            self._beside = None
