"""Rows as plain dicts: takes a connection and SQL, gives values for a template."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Parameters = Sequence[Any] | Mapping[str, Any]


def fetch_rows(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> list[Row]:
    """All rows, column -> value."""
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, tuple(row), strict=True)) for row in cursor]


def fetch_row(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> Row | None:
    """The first row; None when there is none."""
    return next(iter(fetch_rows(db, sql, parameters)), None)


def fetch_value(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> Any:
    """The first column of the first row; None when there is no row."""
    row = db.execute(sql, parameters).fetchone()
    return None if row is None else row[0]


def fetch_column(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in db.execute(sql, parameters)]


def as_json(values: Iterable[Any]) -> str:
    """A list as one SQL parameter, for ``in (select value from json_each(?))``: no limit on the number of values."""
    return json.dumps(list(values))
