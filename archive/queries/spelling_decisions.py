"""Which spellings people said to be one name, or said not to be: takes the decisions, gives groups and what was refused."""

from __future__ import annotations

import sqlite3
from typing import Final

from archive.queries.rows import fetch_rows

SPELLING: Final = "spelling"
SAME, DIFFERENT = "same", "different"
BETWEEN = " = "


def pair_ref(one: str, other: str) -> str:
    """How a decision names two spellings, whichever is said first."""
    return BETWEEN.join(sorted((" ".join(one.split()), " ".join(other.split())), key=lambda name: (name.casefold(), name)))


def decided_pairs(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(one spelling, the other, ``same`` or ``different``) as it stands; what was taken back is left out."""
    rows = fetch_rows(db, "select ref, value from decisions where kind = ? order by id", [SPELLING])
    last = {row["ref"]: row["value"] for row in rows}
    pairs = [(*ref.partition(BETWEEN)[::2], value) for ref, value in last.items() if value in (SAME, DIFFERENT)]
    return [(one, other, value) for one, other, value in pairs if one and other]
