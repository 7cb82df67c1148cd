"""What people withheld: takes a connection, gives the ids of articles and comments on which the last decision is to withhold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive.store.decisions import UNDONE

Decisions = tuple[tuple[str, str], ...]


def decisions_to_withhold(db: sqlite3.Connection) -> Decisions:
    """(ref, value) of every decision to withhold or to show again, in the order of time."""
    return tuple(db.execute("select ref, value from main.decisions where kind = 'withhold' order by id").fetchall())


def withheld_ids(db: sqlite3.Connection, decisions: Iterable[tuple[str, str]]) -> tuple[list[int], list[int]]:
    """Ids of the articles and comments on which the last decision is to withhold; an article by any address it has had."""
    standing = [ref for ref, value in dict(decisions).items() if value != UNDONE]
    comments = [int(ref.removeprefix("comment:")) for ref in standing if ref.startswith("comment:")]
    found = (db.execute("select article_id from main.urls where url = ?", [ref]).fetchone() for ref in standing)
    return sorted({row[0] for row in found if row}), sorted(comments)
