"""Progress of the steps of the schema: takes the connection that they run on, gives a bar on a terminal. Quiet elsewhere."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from archive.text.compact_reading import compacted
from archive.text.packed import packed
from archive.text.paragraph_markup import beside_plain

LARGE = 20_000  # rows to copy; fewer are copied before a bar is read
COPIED = {  # step -> what it copies, as it is called before or after other steps
    "m013_texts_once": ("blocks", "comment_revisions"),
    "m028_smaller_rows": ("blocks", "block_spans"),
    "m029_searched_sooner": ("revisions", "comments", "document_states", "revision_words", "comment_words", "document_words"),
}


@contextmanager
def shown(connection: sqlite3.Connection) -> Iterator[None]:
    """Lend the steps their functions, and show on a terminal how many rows they have copied."""
    connection.create_function("packed", 1, packed, deterministic=True)
    connection.create_function("beside_plain", 3, _beside_plain, deterministic=True)
    connection.create_function("compact_reading", 1, compacted, deterministic=True)
    total = _rows(connection) if sys.stderr.isatty() else 0
    if total < LARGE:
        connection.create_function("copied", 1, lambda value: value)
        yield
        return
    from tqdm import tqdm  # takes its time to load, and is seldom needed

    with tqdm(total=total, unit="row", unit_scale=True, desc="archive.db: bringing it to this release", leave=False) as bar:

        def copied(value: int) -> int:
            bar.update()
            return value

        connection.create_function("copied", 1, copied)
        yield


@lru_cache(maxsize=1)  # each of the three is asked for, one after the other
def _differing(plain: str, html: str) -> tuple[str | int | None, ...]:
    return beside_plain(plain, html)


def _beside_plain(plain: str, html: str, part: int) -> str | int | None:
    """Part 0, 1 or 2 of ``beside_plain``."""
    return _differing(plain, html)[part]


def _rows(connection: sqlite3.Connection) -> int:
    """How many rows there are to copy, by all steps that are due; 0 of tables that are not there, or are views already."""
    tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall()}
    known = "select name from _sqlite_migrations" if "_sqlite_migrations" in tables else "select '' where 0"
    done = {name for (name,) in connection.execute(known).fetchall()}
    due = [name for step, names in COPIED.items() if step not in done for name in names if name in tables]
    return sum(int(connection.execute(f"select count(*) from {name}").fetchone()[0]) for name in due)
