"""Archives of every released schema, each as the SQL text that makes it again, packed: ``NAME.sql.gz`` after its last migration.

They hold the same rows (``tests/released/rows.py``), as far as each schema has room for them, with the views of their time. None is
ever written anew: ``python -m tests.released`` makes the one that is not there yet, of today's schema.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

FOLDER = Path(__file__).parent


def kept() -> list[str]:
    """The last migration of each archive that is kept, the oldest first."""
    return sorted(path.name.removesuffix(".sql.gz") for path in FOLDER.glob("*.sql.gz"))


def text_of_release(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}.sql.gz").read_bytes()).decode()


def keep(name: str, text: str) -> Path:
    """Write a text under its release's name; the same text makes the same bytes."""
    path = FOLDER / f"{name}.sql.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def made_again(name: str, folder: Path) -> Path:
    """The archive of a release in ``folder``, as its programs left it: nobody has it open."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "archive.db", isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal")
        db.executescript(text_of_release(name))
    return folder


def dumped(db: Database) -> str:
    """The SQL text that makes an archive again: tables, rows, search indexes, then what stands on them."""
    return "\n".join(f"{statement};" for statement in _statements(db)) + "\n"


def _statements(db: Database) -> Iterator[str]:
    [identity] = db.execute("pragma application_id").fetchone()
    yield f"pragma application_id = {identity}"
    kinds = {row[1]: row[2] for row in db.execute("pragma table_list").fetchall()}
    made = db.execute("select type, name, sql from sqlite_master where sql is not null order by rowid").fetchall()
    tables = [(name, sql) for kind, name, sql in made if kind == "table" and kinds[name] != "shadow" and not name.startswith("sqlite_")]
    yield "begin"
    yield from (sql for _, sql in tables)
    for name, _ in tables:
        if kinds[name] == "table":
            yield from _rows(db, name)
    yield from (f"insert into {name}({name}) values ('rebuild')" for name, _ in tables if kinds[name] == "virtual")
    yield from (sql for kind, _, sql in made if kind != "table")
    yield from ("analyze" for name in kinds if name == "sqlite_stat1")
    yield "commit"


def _rows(db: Database, table: str) -> Iterator[str]:
    columns = [row[1] for row in db.execute(f"pragma table_info({table})").fetchall()]
    quoted = " || ', ' || ".join(f'quote("{name}")' for name in columns)
    for (values,) in db.execute(f'select {quoted} from "{table}" order by 1').fetchall():
        yield f'insert into "{table}" values ({values})'
