"""Many rows at once: takes a table that is about to grow, and lets its indexes be built when the rows are there, which takes a fraction.

The index of words takes the new rows in one statement. Where few rows come, the indexes stay and grow with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database

MANY = 10_000  # rows; fewer are no work
IN_MEMORY = 64_000_000  # bytes of the index of words that are sorted before they are written; SQLite's own number is a million
WORDS = {"revisions": ("revisions_fts", "title, byline, text"), "comments": ("comments_fts", "author, text")}


@contextmanager
def growing(db: Database, table: str, map_table: str, coming: str) -> Iterator[None]:
    """For the time of one insert into ``table``. ``map_table``: whose fresh rows come, where they have ids; ``coming``: SQL that says
    how many come. Everything is as it was when an error rolls the transaction back."""
    [number] = db.execute(coming).fetchone()
    [held] = db.execute(f"select coalesce(max({_rowid(db, table)}), 0) from main.{table}").fetchone()
    if number < MANY:
        yield
        return
    kinds = "('index', 'trigger')" if number > held else "('trigger')"
    told = db.execute(
        f"""
        select type, name, sql
        from main.sqlite_master
        where tbl_name = ? and sql is not null and type in {kinds} and (type = 'index' or name = ?)
        order by rowid
        """,
        [table, f"{table}_fts_insert"],
    ).fetchall()
    for kind, name, _ in told:
        db.execute(f"drop {kind} main.{name}")
    yield
    for _, _, sql in told:
        db.execute(sql)
    if table in WORDS:
        index, columns = WORDS[table]
        fresh = f"select new from temp.{map_table} where fresh"
        _sort_in_memory(db, index, IN_MEMORY)
        db.execute(f"insert into main.{index}(rowid, {columns}) select id, {columns} from main.{table} where id in ({fresh}) order by id")
        _sort_in_memory(db, index, 1 << 20)
        db.execute(f"delete from main.{index}_config where k = 'hashsize'")  # what every archive has


def _sort_in_memory(db: Database, index: str, size: int) -> None:
    """https://sqlite.org/fts5.html#the_hashsize_configuration_option"""
    db.execute(f"insert into main.{index}({index}, rank) values ('hashsize', ?)", [size])


def _rowid(db: Database, table: str) -> str:
    """What counts the rows of a table roughly."""
    keys = [row[1] for row in db.execute(f"pragma main.table_info({table})") if row[5]]
    plain = db.execute("select sql like '%without rowid%' from main.sqlite_master where name = ?", [table]).fetchone()[0]
    return keys[0] if plain else "rowid"
