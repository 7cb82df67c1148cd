"""A copy of the database for everyone: takes an archive's folder, gives one SQLite file that any Datasette serves, and its metadata.

It is a new file, into which only what is shown is written: no page of it has ever held anything else. What the crawler and the people
who keep the archive remember for themselves is not in it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datasette.utils import parse_metadata

from archive.db.connection import FILENAME, open_for_reading
from archive.publish.redaction.withholding import Reader, follow

INTERNAL = frozenset(
    {
        *("lists", "checkpoints", "feed_items", "verdicts", "claims", "overcounts", "readings", "quarantine", "boilerplate"),
        *("decisions", "rereadings", "expunged", "_sqlite_migrations", "sqlite_stat1", "words_due", "table_changes"),
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
STEPS = "steps_of_copy"  # a table of the unfinished copy alone
ROWS = 20_000  # that are copied in one transaction
Part = tuple[str, str, str]  # type, name, SQL


def write_public_copy(folder: Path, target: Path, progress: Callable[[int], object] = lambda rows: None, author_urls: bool = False) -> int:
    """Write the copy to ``target``, a file that is not there yet. Returns how many rows it has. ``author_urls``: with the addresses
    that people gave with their names. ``progress`` is told of rows.

    The rows are collected in a file beside it, which whoever calls removes in the end. What is there of an earlier call that was killed
    is gone on with: the archive must be as it was then. Raises NoArchive, StorageError.
    """
    open_for_reading(folder).close()
    address = (folder / FILENAME).resolve().as_uri()
    collected = target.with_name(f"{target.name}-rows")
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=60, factory=Reader)
    copy = sqlite3.connect(collected, isolation_level=None)
    try:
        copy.execute("pragma synchronous = full")
        db.shows_author_urls = author_urls
        db.execute("begin")
        follow(db)
        rows = fill(copy, db, public_parts(db), progress)
        target.unlink(missing_ok=True)
        copy.execute("vacuum into ?", [str(target)])
    finally:
        copy.close()
        db.close()
    return rows


def public_parts(db: sqlite3.Connection) -> list[Part]:
    """(type, name, SQL) of each table, index and view that is not internal, and of no table's inside, in the order they were made."""
    found = [(kind, name, table, sql) for kind, name, table, sql in db.execute(PARTS)]
    searched = [name for _, name, _, sql in found if VIRTUAL.match(sql)]
    inside = {name for _, name, _, _ in found for index in searched if name.startswith(f"{index}_")}
    return [(kind, name, sql) for kind, name, table, sql in found if table not in INTERNAL and table not in inside]


def fill(copy: sqlite3.Connection, db: Reader, parts: Sequence[Part], progress: Callable[[int], object]) -> int:
    """Write tables, rows, indexes and views into a file that may hold some of them already. Returns how many rows it has.

    Each step is one transaction with the note that it is done, so that a kill costs no more than one.
    """
    tables = {name: sql for kind, name, sql in parts if kind == "table" and not VIRTUAL.match(sql)}
    there = {name for (name,) in copy.execute("select name from sqlite_master").fetchall()}
    if not there:
        with _together(copy):
            for sql in (*tables.values(), f"create table {STEPS}(name text primary key, last integer)"):
                copy.execute(sql)
    if not there or STEPS in there:
        for name in tables:
            _copy_rows(copy, db, name, progress)
        for kind, name, sql in parts:
            if name not in tables and name not in there:
                with _together(copy):
                    _make(copy, kind, name, sql)
        copy.execute("analyze")
        with _together(copy):
            copy.execute(f"drop table {STEPS}")
            copy.execute("pragma schema_version = 1")  # else it would tell how often a kill made it begin a step again
    return sum(int(copy.execute(f'select count(*) from "{name}"').fetchone()[0]) for name in tables)


@contextmanager
def _together(copy: sqlite3.Connection) -> Iterator[None]:
    copy.execute("begin immediate")
    try:
        yield
        copy.execute("commit")
    finally:
        if copy.in_transaction:
            copy.execute("rollback")


def _copy_rows(copy: sqlite3.Connection, db: Reader, name: str, progress: Callable[[int], object]) -> None:
    """What is shown of a table, by its numbers where it has some. Names without a schema are those of the views that leave out what is
    withheld."""
    found = db.execute(f'pragma main.table_info("{name}")').fetchall()
    keys = [row[1] for row in found if row[5]]
    key = next((row[1] for row in found if row[5] and len(keys) == 1 and row[2].lower() == "integer"), None)
    values = ", ".join("null" if EMPTIED.get(name) == row[1] else f'"{row[1]}"' for row in found)
    insert = f'insert into "{name}" values ({", ".join("?" * len(found))})'
    done, last = copy.execute(f"select count(*), max(last) from {STEPS} where name = ?", [name]).fetchone()
    if done and last is None:
        return  # all of it
    while True:
        chosen = f'select {values} from "{name}"' + (f' where "{key}" > ? order by "{key}" limit {ROWS}' if key else "")
        with _together(copy):
            rows = copy.executemany(insert, db.execute(chosen, [-(1 << 63) if last is None else last] if key else [])).rowcount
            more = key and rows == ROWS
            last = copy.execute(f'select max("{key}") from "{name}"').fetchone()[0] if more else None
            copy.execute(f"insert or replace into {STEPS} values (?, ?)", [name, last])
        progress(max(rows, 0))
        if not more:
            return


def _make(copy: sqlite3.Connection, kind: str, name: str, sql: str) -> None:
    """An index, also one of words with what it holds, or a view, unless it reads what is internal."""
    try:
        copy.execute(sql)
        if kind == "view":
            copy.execute(f'select * from "{name}" limit 0')
    except sqlite3.OperationalError:
        if kind != "view":
            raise
        copy.execute(f'drop view if exists "{name}"')
    if VIRTUAL.match(sql):
        copy.execute(f"insert into {name}({name}) values ('rebuild')")
        copy.execute(f"insert into {name}({name}) values ('optimize')")


def public_metadata(made: Path, name: str) -> str:
    """Datasette's metadata for a copy that will have this name: descriptions, search, and the ready questions that it can answer."""
    copy = sqlite3.connect(f"{made.resolve().as_uri()}?mode=ro", uri=True)
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
    return json.dumps(top | {"databases": {name: own}}, ensure_ascii=False, indent=1) + "\n"


def _is_answered(copy: sqlite3.Connection, sql: str) -> bool:
    """Whether a question reads only what the copy has. Its parameters do not matter."""
    try:
        copy.execute(f"explain {sql}", dict.fromkeys(re.findall(r":(\w+)", sql), ""))
    except sqlite3.OperationalError:
        return False
    return True
