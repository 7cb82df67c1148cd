"""Where readers who are logged in say which spellings are one name: a database of its own beside the archive, which is never written for
it.

It is written only where the operator has turned that on (``serve --spellings``). Decisions are only added; of two on the same pair the
later one counts, whether it was given here or by ``archive label --spelling``.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.clock import now
from archive.errors import StorageError
from archive.queries.spelling_decisions import SPELLING_BOOK, pair_ref

SCHEMA = """
    create table if not exists spelling_decisions (
      id integer primary key,
      ref text not null,  -- the two spellings, as in decisions.ref of the archive
      value text not null,  -- same, different or undone
      account text not null,  -- the id of the actor who decided
      decided_at text not null
    ) strict
"""


class SpellingBook:
    """The writer of that file. Each call opens it, and closes it again. Raises StorageError when it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / SPELLING_BOOK

    def create(self) -> None:
        """Make the file where there is none."""
        self._write(SCHEMA)

    def decide(self, account: str, one: str, other: str, value: str) -> None:
        """Add a decision: ``same``, ``different`` or ``undone``."""
        sql = "insert into spelling_decisions(ref, value, account, decided_at) values (?, ?, ?, ?)"
        self._write(sql, pair_ref(one, other), value, account, now())

    def _write(self, sql: str, *values: str) -> None:
        try:
            with closing(sqlite3.connect(self.path, timeout=5)) as db, db:
                db.execute(sql, values)
        except sqlite3.Error as error:
            raise StorageError(f"cannot use {self.path}: {error}") from error
