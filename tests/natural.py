"""Every row of an archive by what stays: our ids are replaced by what the rows they lead to are known by, so that two archives of the
same history compare equal whatever ids they gave."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

KEYS = {
    "sites": ("name",),
    "crawls": ("site_id", "started_at", "mode"),
    "captures": ("record_id",),
    "articles": ("site_id", "url"),
    "revisions": ("article_id", "number"),
    "comments": ("article_id", "source_id"),
    "authors": ("site_id", "name"),
    "tags": ("site_id", "kind", "name"),
    "comment_revisions": ("comment_id", "number"),
    "documents": ("site_id", "url"),
    "document_states": ("document_id", "number"),
}
"""What a row that others lead to is known by."""

DERIVED = (
    "_migrations",
    "_sqlite_migrations",
    "sqlite_",
    "revisions_fts",
    "comments_fts",
    "documents_fts",
    "spellings_fts",
    "revision_words",
    "comment_words",
    "document_words",
    "words_due",
    "table_changes",
    "identity",
    "seals",
    "sealed_",
)
"""Tables that follow from the others or, as seals do, from files."""


def history(folder: Path, *, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Table -> its rows, sorted. ``without``: names of tables, or of columns as ``table.column``."""
    db = sqlite3.connect(f"file:{folder / 'archive.db'}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    left_out = set(without)
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")]
    try:
        reader = _Reader(db)
        return {
            name: sorted((reader.row(name, row, left_out) for row in db.execute(f"select * from {name}")), key=repr)
            for name in names
            if not name.startswith(DERIVED) and name not in left_out
        }
    finally:
        db.close()


class _Reader:
    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.known = db, dict[tuple[str, int], Any]()
        self.references = dict[str, dict[str, str]]()

    def of(self, table: str) -> dict[str, str]:
        """Column -> table that it leads to."""
        if table not in self.references:
            self.references[table] = {row[3]: row[2] for row in self.db.execute(f"pragma foreign_key_list({table})")}
        return self.references[table]

    def key(self, table: str, row_id: int | None) -> Any:
        if row_id is None:
            return None
        if (table, row_id) not in self.known:
            row = self.db.execute(f"select * from {table} where id = ?", [row_id]).fetchone()
            self.known[table, row_id] = tuple(self.value(table, name, row[name]) for name in KEYS[table])
        return self.known[table, row_id]

    def value(self, table: str, name: str, value: Any) -> Any:
        return self.key(self.of(table)[name], value) if name in self.of(table) else value

    def row(self, table: str, row: sqlite3.Row, left_out: set[str]) -> tuple[Any, ...]:
        kept = [name for name in row.keys() if name != "id" and f"{table}.{name}" not in left_out]  # noqa: SIM118 - sqlite3.Row
        return tuple((name, self.value(table, name, row[name])) for name in kept)


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Rows that stand in one of two histories alone, a line each."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        a, b = one.get(table, []), other.get(table, [])
        found += [f"- {table} {row}" for row in a if row not in b] + [f"+ {table} {row}" for row in b if row not in a]
        if len(a) != len(b):
            found.append(f"{table}: {len(a)} rows and {len(b)}")
    return found
