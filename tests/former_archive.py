"""An archive as the release before this one made it: takes one of today's, gives the same rows under the former schema."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from archive.db.connection import connect
from archive.db.migrations import MIGRATIONS, STEPS, statements
from archive.db.views import ensure_views

FORMER = STEPS[:12]
SEARCHED = ("revisions_fts", "comments_fts")


def made_by_former_release(folder: Path) -> Database:
    """An empty archive of the former schema in ``folder``, open for writing."""
    folder.mkdir(parents=True, exist_ok=True)
    db = Database(connect(folder / "archive.db"))
    MIGRATIONS.ensure_migrations_table(db)
    for step in FORMER:
        for statement in statements(step.SQL):
            db.execute(statement)
        name = step.__name__.rpartition(".")[2]
        db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', ?, '')", [name])
    ensure_views(db)
    return db


def as_former_release_held(source: Path, folder: Path) -> None:
    """Make in ``folder`` what the former release would have made of the archive in ``source``, row by row."""
    db = made_by_former_release(folder)
    db.execute("pragma foreign_keys = off")
    db.execute("attach ? as today", [str(source / "archive.db")])
    tables = [name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite", *SEARCHED))]
    for table in tables:
        columns = ", ".join(column.name for column in db[table].columns)  # those that were added since are left out
        db.execute(f"insert into {table}({columns}) select {columns} from today.{table}")
    db.close()
