"""Which spellings people said to be one name, or said not to be: takes the decisions of the archive, and those of the file beside it,
gives what stands of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from archive.errors import StorageError
from archive.queries.rows import fetch_rows

SPELLING: Final = "spelling"
SPELLING_BOOK = "spellings.db"  # beside archive.db: what was decided on pages
SAME, DIFFERENT = "same", "different"
BETWEEN = " = "

SpellingPair = tuple[str, str, str]
"""One spelling, the other, ``same`` or ``different``."""


class SpellingDecision(NamedTuple):
    """A decision on two spellings. ``value``: ``same``, ``different`` or ``undone``; ``account``: who decided, '' for the command."""

    ref: str
    value: str
    decided_at: str
    account: str = ""


def pair_ref(one: str, other: str) -> str:
    """How a decision names two spellings, whichever is said first."""
    return BETWEEN.join(sorted((" ".join(one.split()), " ".join(other.split())), key=lambda name: (name.casefold(), name)))


def decided_by_command(db: sqlite3.Connection) -> list[SpellingDecision]:
    """The decisions of the archive, the earliest first."""
    rows = fetch_rows(db, "select ref, value, decided_at from decisions where kind = ? order by id", [SPELLING])
    return [SpellingDecision(row["ref"], row["value"], row["decided_at"] or "") for row in rows]


def decided_on_pages(folder: Path) -> list[SpellingDecision]:
    """The decisions of the file beside the archive, the earliest first; none where there is no such file. Raises StorageError."""
    path = folder / SPELLING_BOOK
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(path, timeout=5)) as db:
            rows = db.execute("select ref, value, decided_at, account from spelling_decisions order by id").fetchall()
    except sqlite3.Error as error:
        raise StorageError(f"cannot use {path}: {error}") from error
    return [SpellingDecision(*row) for row in rows]


def standing_decisions(decisions: Iterable[SpellingDecision]) -> list[SpellingDecision]:
    """The latest decision on each pair, of two of one second the one that is given later. What was taken back is left out."""
    last = {one.ref: one for one in sorted(decisions, key=lambda one: one.decided_at)}
    return [one for one in last.values() if one.value in (SAME, DIFFERENT)]


def decided_pairs(db: sqlite3.Connection, folder: Path) -> list[SpellingPair]:
    """What stands of all decisions. Refusals come last, so that they hold whatever the other pairs join."""
    standing = standing_decisions([*decided_on_pages(folder), *decided_by_command(db)])
    pairs = [(*one.ref.partition(BETWEEN)[::2], one.value) for one in standing]
    return sorted(((one, other, value) for one, other, value in pairs if one and other), key=lambda pair: pair[2] == DIFFERENT)
