"""Group commit: takes answers that are saved close after one another, gives them one transaction of the database and one sync.

The first write of a group begins the transaction, each answer is a savepoint in it: one that fails takes no other along. The group is
committed at once where the commit before is long past, as in a run that waits for its site; else as soon as ``APART`` has gone by.
Outside an event loop there are no groups: each transaction is committed by itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlite_utils import Database

APART = 0.025  # seconds between two commits; nobody waits longer for one


class GroupCommit:
    """The groups of one database. ``failure`` says what a person is told when the database refuses."""

    def __init__(self, db: Database, failure: Callable[[sqlite3.DatabaseError], Exception | None]) -> None:
        self._db, self._failure = db, failure
        self._done: asyncio.Future[None] | None = None  # of the open group
        self._waiting = 0  # how many wait for it
        self._refused: Exception | None = None  # why a group was lost that nobody waited for
        self._committed_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._done is not None

    def join(self) -> None:
        """What is written from here on belongs to the open group; one is begun where none is. Raises StorageError."""
        if self.is_open:
            return
        self.check()
        loop = asyncio.get_running_loop()
        self._db.execute("begin immediate")
        self._done = loop.create_future()
        loop.call_later(max(0.0, self._committed_at + APART - time.monotonic()), self._commit_for, self._done)

    async def committed(self) -> None:
        """Returns when what the caller wrote is committed. Raises StorageError when it is not."""
        if self._done is not None:
            self._waiting += 1
            await asyncio.shield(self._done)
        self.check()

    @contextmanager
    def part(self) -> Iterator[None]:
        """All or nothing of one answer within the open group."""
        if not self._db.conn.in_transaction:  # SQLite gave the whole of it up, as it does on a full disk
            raise sqlite3.OperationalError("the transaction was given up")
        self._db.execute("savepoint part")
        try:
            yield
        except BaseException:
            if self._db.conn.in_transaction:
                self._db.execute("rollback to part")
                self._db.execute("release part")
            raise
        self._db.execute("release part")

    def commit(self) -> None:
        """Commit the open group now, if there is one. Raises StorageError when this group, or one before it, was lost."""
        if self._done is not None:
            self._commit_for(self._done)
        self.check()

    def _commit_for(self, group: asyncio.Future[None]) -> None:
        if group is not self._done:
            return  # it was committed before its time
        self._done = None
        try:
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            if self._db.conn.in_transaction:
                self._db.execute("rollback")
            self._lose(group, self._failure(error) or error)
        else:
            group.set_result(None)
        self._committed_at, self._waiting = time.monotonic(), 0

    def _lose(self, group: asyncio.Future[None], reason: Exception) -> None:
        """Tell those who wait that the group is lost; where nobody does, whoever writes next."""
        group.set_exception(reason)
        group.exception()  # it is heard, by one or the other
        if not self._waiting:
            self._refused = reason

    def check(self) -> None:
        """Raises StorageError, once, where a group was lost that nobody waited for."""
        refused, self._refused = self._refused, None
        if refused:
            raise refused
