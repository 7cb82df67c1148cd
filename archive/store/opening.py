"""An archive open for writing: takes its folder, gives one lock, one database, transactions, and answers to named queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from archive import clock
from archive.db.connection import FILENAME, open_for_writing
from archive.db.lock import Lock
from archive.db.shrink import merge_search, shrink
from archive.db.words import fill_due
from archive.errors import ArchiveError, database_fails
from archive.store import adopt, expunge, returned
from archive.store.captures import UncommittedCaptures
from archive.store.decisions import note_decisions
from archive.store.group import GroupCommit
from archive.store.reread import classify_again
from archive.store.settle import settle
from archive.store.site_memory import SiteMemory

LOOSE = 1 / 40  # of the file lies free: what the pieces of an index took; others of its pages are half empty after so many additions
P = ParamSpec("P")
T = TypeVar("T")


class OpenArchive:
    """What every writer of the archive needs, from its first statement to its last."""

    def __init__(self, folder: Path, now: Callable[[], str] = clock.now) -> None:
        """Take the lock, open and migrate the database, take in what a killed run left behind.

        Raises LockHeld, StorageError, NoArchive, NewerSchema; nothing is written then.
        """
        self.folder, self.now = folder, now
        self._articles: dict[tuple[int, str | None, str], dict[str, Any] | None] = {}  # what was found of articles, see Store
        self._changes = 0  # how much had been written then
        self.memory = SiteMemory()
        self.captures = UncommittedCaptures()
        self._lock = Lock(folder)
        try:
            self.db: Database = open_for_writing(folder)
            self.group = GroupCommit(self.db, self._lost, lambda: self.captures.put_back(self.db), self.captures.clear)
            expunge.finish(self.db, folder)  # what was begun: records lie elsewhere before anything is adopted
            expunge.clear_away(folder)
            with self.transaction():  # as one: of an archive that is lost, every capture is taken in
                adopt.adopt_records(self.db, folder)
            note_decisions(self.db, folder)  # those of an archive that kept no file of them
            with self.transaction():  # as one: a kill in between would leave revisions that nobody settles
                for site_id, started_at in adopt.close_killed_crawls(self.db, now()):
                    classify_again(self.db, settle(self.db, site_id, started_at).relabelled, settled=True)
        except sqlite3.DatabaseError as error:
            self._lock.release()
            if failure := database_fails(folder, error):
                raise failure from error
            raise
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Leave a database that any reader opens without recovery, if it can be: where it cannot, the run has said so."""
        try:
            with suppress(sqlite3.DatabaseError, ArchiveError):
                self.group.commit()
                returned.destroy_again(self.db, self.folder, self.now(), self.transaction)
                self.group.close()
                self.db.execute("pragma optimize")
                if merge_search(self.db):
                    shrink(self.db.conn, self.folder / FILENAME, LOOSE)
                self.db.execute("pragma wal_checkpoint(truncate)")
            self.db.close()
        finally:
            self._lock.release()

    def ask(self, query: Callable[Concatenate[Database, P], T], *args: P.args, **named: P.kwargs) -> T:
        """The answer of a named query: a function of archive/queries whose first parameter is the database."""
        return query(self.db, *args, **named)

    @contextmanager
    def transaction(self, *, of_one_row: bool = False) -> Iterator[None]:
        """All or nothing; committed when it ends or, within an event loop, with the open group. ``of_one_row``: one statement, which is
        all or nothing by itself, and brings no text. Raises StorageError when disk or database refuse."""
        try:
            with self.group.part(savepoint=not of_one_row) if self.group.join_running_loop() else self._alone():
                yield
                if not of_one_row:
                    fill_due(self.db)
        except BaseException as error:
            self._forget()
            if isinstance(error, sqlite3.DatabaseError) and (failure := database_fails(self.folder, error)):
                raise failure from error
            raise

    def _lost(self, error: sqlite3.DatabaseError) -> Exception | None:
        self._forget()
        return database_fails(self.folder, error)

    def _forget(self) -> None:
        """What is remembered of the database may never have been committed."""
        self._articles.clear()
        self.memory.clear()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.group.commit()
        self.group.begin()
        try:
            yield
            self.group.may_commit()
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")
        self.captures.clear()
