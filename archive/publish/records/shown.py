"""Whether a record may be shown: takes a connection, the archive's folder and a capture, says no where it holds what is withheld."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archive.errors import ArchiveError
from archive.queries.rows import Row
from archive.queries.withheld_records import WithheldTexts


class ShownRecords:
    """What stands withheld at this moment, asked of record after record. No record is read where nothing is."""

    def __init__(self, db: sqlite3.Connection, root: Path) -> None:
        self._texts, self._root = WithheldTexts.of(db), root

    @property
    def hides_nothing(self) -> bool:
        return not self._texts.is_anything

    def shows(self, capture: Row) -> bool:
        """Whether nothing withheld stands in the record of this row of ``captures``. A damaged one shows nothing: only that it is."""
        try:
            return self._texts.in_record(self._root, capture) is None
        except ArchiveError:
            return True
