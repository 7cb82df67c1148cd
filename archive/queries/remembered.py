"""What was counted in an archive that has not changed since: takes a served connection, a key and a function, gives what that gave.

An answer holds until another process commits, or other rows are withheld. Other files beside the archive are no part of that state: what
is read from them has to stand in the key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from archive.queries.rows import fetch_value

Value = TypeVar("Value")
MOST_ANSWERS = 200  # that a connection remembers
MOST_WEIGHT = 500_000  # numbers in them: 8 MB


@dataclass(slots=True)
class _Memory:
    state: object = None
    weight: int = 0
    answers: dict[Hashable, object] = field(default_factory=dict)


_memories: WeakKeyDictionary[sqlite3.Connection, _Memory] = WeakKeyDictionary()


def remembered(db: sqlite3.Connection, key: Hashable, compute: Callable[[], Value], weight: Callable[[Value], int] | None = None) -> Value:
    """What ``compute`` gives, which nobody may change. ``weight``: how many numbers are in it, of answers that may be long. A connection
    that may write remembers nothing."""
    try:
        memory = _memories.setdefault(db, _Memory())
    except TypeError:  # SQLite's own connection cannot be referred to weakly
        return compute()
    state = (db.execute("pragma data_version").fetchone()[0], getattr(db, "followed", None))
    if memory.state != state:
        memory = _memories[db] = _Memory(state)
    if key in memory.answers:
        return cast(Value, memory.answers[key])
    found = compute()
    heavy = weight(found) if weight else 0
    if len(memory.answers) >= MOST_ANSWERS or memory.weight + heavy > MOST_WEIGHT:
        memory = _memories[db] = _Memory(state)
    if heavy <= MOST_WEIGHT:
        memory.answers[key] = found
        memory.weight += heavy
    return found


def remembered_value(db: sqlite3.Connection, sql: str, parameters: Sequence[Any] = ()) -> Any:
    """The first column of the first row, as ``fetch_value`` gives it."""
    return remembered(db, (sql, *parameters), lambda: fetch_value(db, sql, parameters))
