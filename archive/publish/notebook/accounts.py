"""The notebooks of people who are logged in: a database of its own beside the archive, which is never written for it.

It exists only where the operator has turned it on (``serve --notebook``). An item is what the browser keeps, as JSON; the newest of two
with one id stays.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from archive.clock import now
from archive.errors import StorageError

FILENAME = "notebook.db"
MOST_ITEMS = 5_000  # of one account
LARGEST_ITEM = 20_000  # characters of JSON
LONGEST_ID, LONGEST_TITLE = 1_000, 2_000  # characters
KINDS = frozenset({"article", "search", "highlight"})
SCHEMA = """
    create table if not exists items (
      account text not null,  -- the id of the actor whose it is
      id text not null,  -- the browser's
      item text not null,  -- JSON
      saved_at text not null,
      primary key (account, id)
    ) strict, without rowid
"""


class NotKept(ValueError):
    """What was sent is no item of a notebook, or too much; the message says why."""


class Notebooks:
    """All accounts' notebooks in one file. Each call opens it, and closes it again."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILENAME

    def create(self) -> None:
        """Make the file where there is none. Raises StorageError when it cannot be written."""
        with self._opened() as db, db:
            db.execute(SCHEMA)

    def items(self, account: str) -> list[dict[str, Any]]:
        """An account's items, the oldest first."""
        with self._opened() as db:
            rows = db.execute("select item from items where account = ? order by saved_at, id", [account])
            return [json.loads(item) for (item,) in rows]

    def change(self, account: str, put: Sequence[Any], drop: Sequence[Any]) -> None:
        """Keep these items and forget those ids, all or nothing. Raises NotKept, StorageError."""
        saved = [checked(item) for item in put]
        at = now()
        with self._opened() as db, db:
            db.executemany("delete from items where account = ? and id = ?", [(account, str(one)) for one in drop])
            db.executemany("insert or replace into items values (?, ?, ?, ?)", [(account, *one, at) for one in saved])
            [held] = db.execute("select count(*) from items where account = ?", [account]).fetchone()
            if held > MOST_ITEMS:
                raise NotKept(f"a notebook holds {MOST_ITEMS:,} items")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=5)) as db:
                yield db
        except sqlite3.Error as error:
            raise StorageError(f"cannot use {self.path}: {error}") from error


def checked(item: Any) -> tuple[str, str]:
    """An item's id, and the item as it is stored. Raises NotKept."""
    if not isinstance(item, dict) or item.get("kind") not in KINDS:
        raise NotKept("an item is an article, a search or a highlight")
    id, path, title = item.get("id"), item.get("path"), item.get("title")
    if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
        raise NotKept("an item has an id")
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise NotKept("an item has a path of this archive")
    if not isinstance(title, str) or len(title) > LONGEST_TITLE:
        raise NotKept("an item has a title")
    text = json.dumps(item, ensure_ascii=False)
    if len(text) > LARGEST_ITEM:
        raise NotKept(f"an item has {LARGEST_ITEM:,} characters at most")
    return id, text
