"""Group commit: takes answers that are saved close after one another, gives them one transaction of the database and one sync.

The first write of a group begins the transaction, each answer is a savepoint in it: one that fails takes no other along. The group is
committed as soon as somebody waits for it, but ``APART`` after the commit before at the earliest, ``PATIENT`` after it where those who
wait have others under way meanwhile, and ``LONGEST`` after it was begun where nobody waits. A commit only writes to the log of the
database; a thread of its own syncs it, and those who wait are told then. The event loop goes on meanwhile, with the next group: one sync
serves all that were committed before it began. Outside an event loop there are no groups: each transaction is committed and synced by
itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlite_utils import Database

from archive.db.journal import Journal
from archive.errors import ArchiveError

APART = 0.025  # seconds between two commits; nobody waits longer for one
PATIENT = 0.04  # the same where those who wait are in no hurry: a commit writes every page of the file that was touched, however often
LONGEST = 0.25  # seconds that notes lie uncommitted for which nobody waits; after a kill the next run makes them again


@dataclass(slots=True)
class _Group:
    done: asyncio.Future[None]
    timer: asyncio.TimerHandle
    due: float  # when it is to be committed, by the clock of ``time.monotonic``
    waiting: int = 0  # how many wait for it


class GroupCommit:
    """The groups of one database. ``failure`` says what a person is told when the database refuses, and is asked for every lost group.
    ``begun`` is called within each transaction before anything else is written in it, ``kept`` when a group was committed.

    ``may_commit``, which may be set, is asked before each commit: what it raises is raised by all who wait for the group, and nothing
    of it is kept."""

    def __init__(
        self,
        db: Database,
        failure: Callable[[sqlite3.DatabaseError], Exception | None],
        begun: Callable[[], None] = lambda: None,
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        self._db, self._failure, self._begun, self._kept = db, failure, begun, kept
        self._journal = Journal(db.conn)
        self.may_commit: Callable[[], None] = lambda: None
        self._open: _Group | None = None
        self._written: list[_Group] = []  # committed, and to be synced when the thread is free
        self._syncing: tuple[list[_Group], Future[None]] | None = None
        self._refused: Exception | None = None  # why a group was lost that nobody waited for
        self._committed_at = 0.0
        self._thread: ThreadPoolExecutor | None = None  # from the first commit on

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def join(self) -> None:
        """What is written from here on belongs to the open group; one is begun where none is. Raises StorageError."""
        loop, group = asyncio.get_running_loop(), self._open or self._last()
        if group is not None and group.done.get_loop() is not loop:
            self.commit()
        if self._open is not None:
            return
        self.check()
        self._journal.sync_apart()
        self._begin()
        done = loop.create_future()
        self._open = _Group(done, loop.call_later(LONGEST, self._commit_open), time.monotonic() + LONGEST)

    def begin(self) -> None:
        """Begin a transaction whose commit is synced with it. Raises sqlite3.DatabaseError; there is none then."""
        self._journal.sync_at_once()
        self._begin()

    def _begin(self) -> None:
        self._db.execute("begin immediate")
        try:
            self._begun()
        except BaseException:
            if self._db.conn.in_transaction:
                self._db.execute("rollback")
            raise

    def join_running_loop(self) -> bool:
        """``join`` where an event loop runs in this thread; whether one does. Raises StorageError."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        self.join()
        return True

    async def committed(self, *, patient: bool = False) -> None:
        """Returns when what the caller wrote is committed, and synced. ``patient``: the caller is one of many, and what they write may go
        together. Raises StorageError when it is not."""
        group = self._open or self._last()
        if group is not None:
            if group is self._open:
                self._hasten(group, PATIENT if patient else APART)
            before, group.waiting = group.waiting, group.waiting + 1
            await asyncio.shield(group.done)
            for _ in range(before if patient else 0):  # one a turn of the event loop: each goes on for a while at once
                await asyncio.sleep(0)
        self.check()

    def _last(self) -> _Group | None:
        """The last group of those that are committed and not yet synced."""
        waiting = self._written or (self._syncing[0] if self._syncing else [])
        return waiting[-1] if waiting else None

    def _hasten(self, group: _Group, apart: float) -> None:
        """Commit the group so many seconds after the commit before, if it would be later."""
        due = self._committed_at + apart
        if due >= group.due:
            return
        group.timer.cancel()
        group.due, wait = due, max(0.0, due - time.monotonic())
        group.timer = asyncio.get_running_loop().call_later(wait, self._commit_open)

    @contextmanager
    def part(self, *, savepoint: bool = True) -> Iterator[None]:
        """All or nothing of one answer within the open group; without ``savepoint`` of a single statement."""
        if not self._db.conn.in_transaction:  # SQLite gave the whole of it up, as it does on a full disk
            raise sqlite3.OperationalError("the transaction was given up")
        if not savepoint:
            yield
            return
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
        self._commit_open()
        while self._syncing is not None:
            self._end_sync()
        self.check()

    def close(self) -> None:
        """Commit what is open, and end the thread. Raises StorageError as ``commit`` does."""
        try:
            self.commit()
        finally:
            if self._thread is not None:
                self._thread.shutdown()
            self._journal.close()
            if not self._db.conn.in_transaction:
                self._journal.sync_at_once()

    def _commit_open(self) -> None:
        """Commit the open group, and let the thread sync it; where it was committed before its time there is none."""
        group, self._open = self._open, None
        if group is None:
            return
        group.timer.cancel()
        try:
            self.may_commit()
            self._db.execute("commit")
        except (ArchiveError, sqlite3.Error) as error:
            if self._db.conn.in_transaction:
                self._db.execute("rollback")
            known = self._failure(error) if isinstance(error, sqlite3.DatabaseError) else None
            self._lose(group, known or error)
            return
        self._committed_at = time.monotonic()
        self._kept()
        if not self._journal.may_sync_apart:
            _settle(group.done, None)
            return
        self._written.append(group)
        if self._syncing is None:
            self._begin_sync()

    def _begin_sync(self) -> None:
        groups, self._written = self._written, []
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "archive-sync")
        sync, loop = self._thread.submit(self._journal.sync), groups[-1].done.get_loop()
        self._syncing = groups, sync
        sync.add_done_callback(lambda ended: _call(loop, self._synced, ended))
        self._thread.submit(self._journal.shorten)

    def _synced(self, sync: Future[None]) -> None:
        if self._syncing is not None and self._syncing[1] is sync:
            self._end_sync()

    def _end_sync(self) -> None:
        """Wait until the sync that is under way has ended, tell who waits for it, and begin the next where one is wanted."""
        assert self._syncing
        (groups, sync), self._syncing = self._syncing, None
        error = sync.exception()
        for group in groups:
            if error is None:
                _settle(group.done, None)
            else:
                self._lose(group, error)
        if self._written:
            self._begin_sync()

    def _lose(self, group: _Group, reason: BaseException) -> None:
        """Tell those who wait that the group is lost; where nobody does, whoever writes next."""
        _settle(group.done, reason)
        if not group.waiting and isinstance(reason, Exception):
            self._refused = reason

    def check(self) -> None:
        """Raises StorageError, once, where a group was lost that nobody waited for."""
        refused, self._refused = self._refused, None
        if refused:
            raise refused


def _settle(done: asyncio.Future[None], error: BaseException | None) -> None:
    if done.get_loop().is_closed():  # those who waited are gone
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
        done.exception()  # it is heard, by one or the other


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[Future[None]], None], ended: Future[None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: whoever closes the archive waits for the sync
        loop.call_soon_threadsafe(what, ended)
