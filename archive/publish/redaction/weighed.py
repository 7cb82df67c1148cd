"""What a stranger's question may cost beyond its time limit: takes a connection and SQL, runs it with the values that it may hold in
memory counted, and limited where SQLite computes on one value without looking at the clock.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MOST_TOGETHER = 8_000_000  # characters of one answer; as JSON they take several times as much
SLOW_ON_LONG_VALUES = (  # functions whose time grows with the square of a value's length, and no time limit ends them
    (re.compile(r"trim", re.I), 100_000),
    (re.compile(r"instr|replace", re.I), 1_000_000),
)
LONGEST_SQL = 50_000  # characters; SQLite's own limit would also count our views, in which what is withheld is a list of ids
LIMITS = {
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,  # a pattern is tried at each place of a text
    sqlite3.SQLITE_LIMIT_VDBE_OP: 2_000_000,  # what a nest of subqueries is compiled to, in memory
}


class TooMuch(sqlite3.OperationalError):
    """The rows of an answer are too large together, or the question is too long."""


@contextmanager
def weighed(connection: sqlite3.Connection, sql: str) -> Iterator[None]:
    """Within this, rows that are fetched may hold ``MOST_TOGETHER`` characters; raises TooMuch from the fetch that passes it,
    and for SQL that is too long itself.
    """
    if len(sql) > LONGEST_SQL:
        raise TooMuch(f"this question is longer than {LONGEST_SQL:,} characters")
    factory, longest = connection.row_factory, connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
    slow = min((most for name, most in SLOW_ON_LONG_VALUES if name.search(sql)), default=longest)
    limits = LIMITS | {sqlite3.SQLITE_LIMIT_LENGTH: min(slow, longest)}
    left = MOST_TOGETHER

    def counted(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Any:
        nonlocal left
        for value in values:
            if isinstance(value, (str, bytes)):
                left -= len(value) if isinstance(value, bytes) or value.isascii() else 3 * len(value)
        if left < 0:
            raise TooMuch("these rows are too large together for one answer: ask for fewer rows (_size=100, limit) or columns")
        return sqlite3.Row(cursor, values)

    before = {category: connection.setlimit(category, most) for category, most in limits.items()}
    connection.row_factory = counted
    try:
        yield
    finally:
        connection.row_factory = factory
        for category, most in before.items():
            connection.setlimit(category, most)
