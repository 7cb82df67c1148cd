"""An archive as an earlier release made it: takes one of today's, gives the same rows under the former schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlite_utils import Database

from archive.db.connection import connect
from archive.db.migrations import MIGRATIONS, STEPS, statements
from archive.db.progress import shown
from archive.db.views import ensure_views

FORMER = STEPS[:12]
SEARCHED = ("revisions_fts", "comments_fts", "documents_fts", "revision_words_fts", "comment_words_fts", "document_words_fts")


def made_by_former_release(folder: Path, steps: Sequence[ModuleType] = FORMER) -> Database:
    """An empty archive of a former schema in ``folder``, open for writing: what ``steps`` make."""
    folder.mkdir(parents=True, exist_ok=True)
    db = Database(connect(folder / "archive.db"))
    MIGRATIONS.ensure_migrations_table(db)
    with shown(db.conn):
        for step in steps:
            for statement in statements(step.SQL):
                db.execute(statement)
            db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', ?, '')", [name_of(step)])
    ensure_views(db)
    for name in db.view_names():
        try:
            db.execute(f"select 1 from {name} limit 0")
        except sqlite3.OperationalError:  # of a table that came later: the former release had no such view
            db.execute(f"drop view {name}")
    return db


def as_former_release_held(source: Path, folder: Path, steps: Sequence[ModuleType] = FORMER) -> None:
    """Make in ``folder`` what a former release would have made of the archive in ``source``, row by row."""
    db = made_by_former_release(folder, steps)
    db.execute("pragma foreign_keys = off")
    db.execute("attach ? as today", [str(source / "archive.db")])
    for table in db.table_names():
        if not table.startswith(("sqlite_", "_sqlite", *SEARCHED)):
            former, today = (columns_of(db, name, table) for name in ("main", "today"))
            columns = ", ".join(name for name in former if name in today)
            db.execute(f"delete from main.{table}")
            db.execute(f"insert into main.{table}({columns}) select {columns} from today.{table}")
    db.close()


def columns_of(db: Database, schema: str, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"pragma {schema}.table_info({table})").fetchall()]


def name_of(step: ModuleType) -> str:
    return str(step.__name__.rpartition(".")[2])


def structure(db: Database) -> dict[str, Any]:
    """Everything that a schema makes, without the wording: columns, keys, kinds of table, indexes, triggers, views."""
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
    found: dict[str, Any] = {"kinds": sorted(row[:6] for row in db.execute("pragma table_list") if row[1] in names)}
    for name in sorted(names):
        keys = [db.execute(f"pragma {asked}({name})").fetchall() for asked in ("table_xinfo", "foreign_key_list")]
        found[name] = [*keys, sorted((row[2:], row[1]) for row in db.execute(f"pragma index_list({name})"))]
    made = db.execute("select type, name, sql from sqlite_master where type in ('index', 'trigger', 'view') and sql is not null")
    return found | {"made": sorted(made)}
