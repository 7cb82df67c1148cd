"""One transaction for all that a run writes, however long it takes: a run that is done again from its records is there whole, or not."""

from __future__ import annotations

import sqlite3

from archive.store.group import GroupCommit


class HeldGroup(GroupCommit):
    """A group that is begun by ``join`` and committed by ``keep`` alone. Nobody waits for it; in between, each transaction is its own."""

    _held = False

    @property
    def is_open(self) -> bool:
        return self._held

    def join(self) -> None:
        if not self._held:
            self._db.execute("begin immediate")
            self._held = True

    def join_running_loop(self) -> bool:
        return self._held

    async def committed(self, *, patient: bool = False) -> None:
        """Not yet."""

    def commit(self) -> None:
        """Not yet."""

    def keep(self) -> None:
        """Commit what was written since ``join``. Raises StorageError."""
        if not self._held:
            return
        self._held = False
        try:
            self._db.execute("commit")
        except sqlite3.DatabaseError as error:
            if self._db.conn.in_transaction:
                self._db.execute("rollback")
            raise self._failure(error) or error from error

    def drop(self) -> None:
        """Undo it."""
        self._held = False
        if self._db.conn.in_transaction:
            self._db.execute("rollback")

    def close(self) -> None:
        """Undo what was not kept."""
        self.drop()
