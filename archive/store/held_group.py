"""One transaction for all that a run writes, however long it takes: a run that is done again from its records is there whole, or not."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, cast

from archive.store.group import GroupCommit


class HeldGroup(GroupCommit):
    """A group that is committed by ``keep`` alone. Nobody waits for it."""

    def join(self) -> None:
        if not self.is_open:
            self.check()
            self._db.execute("begin immediate")
            self._done = cast("Any", Future())  # nobody awaits it, and no event loop need run

    async def committed(self) -> None:
        self.check()

    def commit(self) -> None:
        """Not yet."""

    def keep(self) -> None:
        """Commit what was written since ``join``. Raises StorageError."""
        super().commit()

    def drop(self) -> None:
        """Undo it."""
        self._done = None
        if self._db.conn.in_transaction:
            self._db.execute("rollback")
