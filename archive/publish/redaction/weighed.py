"""What a stranger's question may cost beyond its time limit: takes a connection and SQL, runs it with the values that it may hold in
memory counted, and limited where SQLite computes on one value without looking at the clock.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MOST_TOGETHER = 24_000_000  # characters of one answer; as JSON they take several times as much
SLOW_ON_LONG_VALUES = (  # functions whose time grows with the square of a value's length, and no time limit ends them
    (re.compile(r"trim", re.I), 100_000),
    (re.compile(r"instr|replace", re.I), 1_000_000),
)
LIMITS = {  # none of our own statements comes near to these
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,  # a pattern is tried at each place of a text
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 200_000,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 200_000,  # what a nest of subqueries is compiled to, in memory
}


class TooMuch(sqlite3.OperationalError):
    """The rows of an answer are too large together."""


def limit_statements(connection: sqlite3.Connection) -> None:
    """Refuse statements on this connection that are huge before they run."""
    for category, most in LIMITS.items():
        connection.setlimit(category, most)


@contextmanager
def weighed(connection: sqlite3.Connection, sql: str) -> Iterator[None]:
    """Within this, rows that are fetched may hold ``MOST_TOGETHER`` characters; raises TooMuch from the fetch that passes it."""
    factory, longest = connection.row_factory, connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
    left = MOST_TOGETHER

    def counted(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Any:
        nonlocal left
        for value in values:
            if isinstance(value, (str, bytes)):
                left -= len(value) if isinstance(value, bytes) or value.isascii() else 3 * len(value)
        if left < 0:
            raise TooMuch("these rows are too large together for one answer: ask for fewer rows (_size=100, limit) or columns")
        return sqlite3.Row(cursor, values)

    slow = min((most for name, most in SLOW_ON_LONG_VALUES if name.search(sql)), default=longest)
    connection.row_factory = counted
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(slow, longest))
    try:
        yield
    finally:
        connection.row_factory = factory
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
