"""A copy of the database for everyone: takes an archive's folder, gives one SQLite file that any Datasette serves, and its metadata.

It is a new file, into which only what is shown is written: no page of it has ever held anything else. What the crawler and the people
who keep the archive remember for themselves is not in it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datasette.utils import parse_metadata

from archive.db.connection import FILENAME, open_for_reading
from archive.publish.redaction.withholding import Reader, follow

INTERNAL = frozenset(
    {
        *("lists", "checkpoints", "feed_items", "verdicts", "claims", "overcounts", "readings", "quarantine", "boilerplate"),
        *("decisions", "rereadings", "expunged", "_sqlite_migrations", "sqlite_stat1", "words_due"),
    }
)
"""What the archive keeps for itself: how it goes on, and what people decided."""
EMPTIED = {"crawls": "note"}  # what a run says of itself may name any address
METADATA = Path(__file__).parent.parent / "metadata" / "metadata.yaml"
PARTS = """
    select type, name, tbl_name, sql
    from main.sqlite_master
    where sql is not null and name not like 'sqlite_%' and type <> 'trigger'
    order by rowid
"""
VIRTUAL = re.compile(r"create virtual table", re.I)


def write_public_copy(folder: Path, target: Path, author_urls: bool = False) -> int:
    """Write the copy to ``target``, a file that is not there yet. Returns how many rows it has. ``author_urls``: with the addresses
    that people gave with their names. Raises NoArchive, StorageError."""
    open_for_reading(folder).close()
    address = (folder / FILENAME).resolve().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=60, factory=Reader)
    try:
        parts = public_parts(db)
        tables = [sql for kind, _, sql in parts if kind == "table" and not VIRTUAL.match(sql)]
        with _new_file(target) as copy:
            for sql in tables:
                copy.execute(sql)
        db.shows_author_urls = author_urls
        db.execute("attach database ? as copy", [str(target)])
        db.execute("begin")
        follow(db)
        rows = sum(_copy_rows(db, name) for kind, name, sql in parts if kind == "table" and sql in tables)
        db.execute("commit")
    finally:
        db.close()
    with _new_file(target) as copy:
        _finish(copy, parts, tables)
    return rows


def public_parts(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(type, name, SQL) of each table, index and view that is not internal, and of no table's inside, in the order they were made."""
    found = [(kind, name, table, sql) for kind, name, table, sql in db.execute(PARTS)]
    searched = [name for _, name, _, sql in found if VIRTUAL.match(sql)]
    inside = {name for _, name, _, _ in found for index in searched if name.startswith(f"{index}_")}
    return [(kind, name, sql) for kind, name, table, sql in found if table not in INTERNAL and table not in inside]


@contextmanager
def _new_file(target: Path) -> Iterator[sqlite3.Connection]:
    """The copy by itself. It is thrown away where it does not become whole: nothing is synced, nothing can be rolled back."""
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        copy.execute("pragma synchronous = off")
        yield copy
    finally:
        copy.close()


def _copy_rows(db: Reader, name: str) -> int:
    """What is shown of a table. Names without a schema are those of the views that leave out what is withheld."""
    columns = [row[1] for row in db.execute(f'pragma main.table_info("{name}")')]
    values = ", ".join("null" if EMPTIED.get(name) == column else f'"{column}"' for column in columns)
    return db.execute(f'insert into copy."{name}" select {values} from "{name}"').rowcount


def _finish(copy: sqlite3.Connection, parts: Iterable[tuple[str, str, str]], tables: Iterable[str]) -> None:
    """Indexes, also those of words, the views that read nothing internal, and statistics; then the file is written in one piece."""
    for kind, name, sql in parts:
        if sql in tables:
            continue
        try:
            copy.execute(sql)
            if kind == "view":
                copy.execute(f'select * from "{name}" limit 0')
        except sqlite3.OperationalError:
            if kind != "view":
                raise
            copy.execute(f'drop view if exists "{name}"')  # it reads what is internal
        if VIRTUAL.match(sql):
            copy.execute(f"insert into {name}({name}) values ('rebuild')")
            copy.execute(f"insert into {name}({name}) values ('optimize')")
    copy.execute("analyze")
    copy.execute("vacuum")


def public_metadata(target: Path) -> str:
    """Datasette's metadata for a copy of this name: descriptions, search, and the ready questions that it can answer."""
    copy = sqlite3.connect(f"{target.resolve().as_uri()}?mode=ro", uri=True)
    try:
        names = {name for (name,) in copy.execute("select name from sqlite_master where type in ('table', 'view')")}
        described = parse_metadata(METADATA.read_text(encoding="utf-8"))
        archive: dict[str, Any] = described["databases"]["archive"]
        tables = {name: table for name, table in archive["tables"].items() if name in names}
        queries = {name: query for name, query in archive["queries"].items() if _is_answered(copy, query["sql"])}
    finally:
        copy.close()
    own = {"description": archive["description"], "tables": tables, "queries": queries}
    top = {key: value for key, value in described.items() if key in ("title", "description")}
    return json.dumps(top | {"databases": {target.stem: own}}, ensure_ascii=False, indent=1) + "\n"


def _is_answered(copy: sqlite3.Connection, sql: str) -> bool:
    """Whether a question reads only what the copy has. Its parameters do not matter."""
    try:
        copy.execute(f"explain {sql}", dict.fromkeys(re.findall(r":(\w+)", sql), ""))
    except sqlite3.OperationalError:
        return False
    return True
