"""Whether a record may be shown: takes a connection, the archive's folder and a capture, says no where it holds what is withheld."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from archive.errors import ArchiveError
from archive.queries.rows import Row
from archive.store.decisions import UNDONE


class ShownRecords:
    """What stands withheld at this moment, asked of record after record. No record is read where nothing is."""

    def __init__(self, db: sqlite3.Connection, root: Path) -> None:
        self._root = root
        self._texts = withheld_texts(db) if anything_withheld(db) else None

    @property
    def hides_nothing(self) -> bool:
        return self._texts is None

    def shows(self, capture: Row) -> bool:
        """Whether nothing withheld stands in the record of this row of ``captures``. A damaged one shows nothing: only that it is."""
        if self._texts is None:
            return True
        try:
            return self._texts.in_record(self._root, capture) is None
        except ArchiveError:
            return True


def anything_withheld(db: sqlite3.Connection) -> bool:
    """Whether a decision to withhold stands."""
    decisions = db.execute("select ref, value from main.decisions where kind = 'withhold' order by id").fetchall()
    return any(value != UNDONE for value in dict(map(tuple, decisions)).values())


def withheld_texts(db: sqlite3.Connection) -> Any:
    """The texts that are withheld, in the form in which records are searched for them."""
    from archive.queries.withheld_records import WithheldTexts  # type: ignore[import-not-found, unused-ignore]

    return WithheldTexts.of(db)
