"""Which snapshots of a depot's sites an archive holds: takes its folder or connection, gives a mark for each site.

A mark stands in ``merged_archives.folder``, written in the transaction that brought the rows.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.db.connection import FILENAME, open_as_it_is
from archive.db.untouched import untouched


@dataclass(frozen=True, slots=True)
class Mark:
    """Which snapshot of a site is here, and with which version of its head it came. Kept in ``merged_archives.folder``."""

    url: str
    name: str
    version: str
    pack: str

    def __str__(self) -> str:
        return " ".join((self.url, self.name, self.version or "-", self.pack))


def marks_in(db: Database) -> dict[str, Mark]:
    """Name -> mark of every site that was brought from a depot."""
    told = (folder.split(" ") for (folder,) in db.execute("select folder from merged_archives where folder like '%://% % % sites/%'"))
    return {parts[1]: Mark(*parts) for parts in told if len(parts) == 4}


def marks_of(folder: Path) -> dict[str, Mark]:
    """The same of the archive in a folder; empty where there is none."""
    if not (folder / FILENAME).is_file():
        return {}
    db = open_as_it_is(folder)
    try:
        return marks_in(db) if "merged_archives" in db.table_names() else {}
    finally:
        db.close()


def followed_url(folder: Path) -> str | None:
    """The depot that an archive follows; None where it follows none, or cannot be read. Leaves no trace in the folder."""
    try:
        with untouched(folder) as connection:
            db = Database(connection)
            marks = marks_in(db) if "merged_archives" in db.table_names() else {}
    except (sqlite3.DatabaseError, OSError):
        return None
    return next((mark.url for mark in marks.values()), None)
