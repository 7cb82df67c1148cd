"""The writer's database: sqlite_utils' ``Database`` on a connection that begins and ends its transactions itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from typing import Any

from sqlite_utils import Database
from sqlite_utils.utils import dedupe_keys


class WriterDatabase(Database):
    """The library puts a savepoint around each ``query`` and looks at each ``execute`` for a transaction that Python began unasked.

    Here Python begins none (``isolation_level`` is None), and whoever writes is inside ``OpenArchive.transaction``. A page asks some
    thirty questions, so each of them is the one statement that it says.
    """

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> sqlite3.Cursor:
        return self.conn.execute(sql, () if parameters is None else parameters)

    def query(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> Generator[dict[str, Any], None, None]:
        """The rows as mappings. The statement is executed at once, the rows are read as they are asked for."""
        cursor = self.conn.execute(sql, () if params is None else params)
        names = [column[0] for column in cursor.description]
        if len({*names}) < len(names):
            names = dedupe_keys(names)
        return (dict(zip(names, row, strict=True)) for row in cursor)
