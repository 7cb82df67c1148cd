"""What was counted in an archive that has not changed since: takes a served connection, a key and a function, gives what that gave.

An answer holds until another process commits, or other rows are withheld. One that names the tables on which it rests holds until rows
of these change, as ``table_changes`` counts them, and is shared by all connections of a server. Other files beside the archive are no
part of that state: what is read from them has to stand in the key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from archive.queries.rows import fetch_value
from archive.queries.shared_answers import SharedAnswers

Value = TypeVar("Value")
MOST_ANSWERS = 200  # that a connection remembers
MOST_WEIGHT = 500_000  # numbers in them: 8 MB
LISTED = ("articles", "article_authors", "authors", "article_tags", "tags", "sites")
"""Tables on which it rests what the articles of a list have in common."""
OF_ARTICLES = (*LISTED, "links", "revisions", "revision_words")
"""Tables on which it rests which articles a search finds, and in which order."""
OF_COMMENTS = ("comments", "comment_states", "comment_words")
"""The same of comments, where nothing is asked of their articles."""
OF_BOTH = (*OF_ARTICLES, *OF_COMMENTS)


@dataclass(slots=True)
class _Memory:
    state: object = None
    weight: int = 0
    answers: dict[Hashable, object] = field(default_factory=dict)
    changes: dict[str, int] | None = None  # of each table, as they are counted in this state


_memories: WeakKeyDictionary[sqlite3.Connection, _Memory] = WeakKeyDictionary()


def remembered(
    db: sqlite3.Connection,
    key: Hashable,
    compute: Callable[[], Value],
    weight: Callable[[Value], int] | None = None,
    of: Sequence[str] = (),
) -> Value:
    """What ``compute`` gives, which nobody may change. ``weight``: how many numbers are in it, of answers that may be long; ``of``: all
    tables that it reads, but for columns that say when a row was seen last. A connection that may write remembers nothing."""
    try:
        memory = _memories.setdefault(db, _Memory())
    except TypeError:  # SQLite's own connection cannot be referred to weakly
        return compute()
    state = (db.execute("pragma data_version").fetchone()[0], getattr(db, "followed", None))
    if memory.state != state:
        memory = _memories[db] = _Memory(state)
    shared: SharedAnswers | None = getattr(db, "answers", None)
    if of and shared is not None and (rests_on := _resting_on(db, memory, of)) is not None:
        return cast(Value, shared.answer((key, tuple(of)), rests_on, compute, weight))
    if key in memory.answers:
        return cast(Value, memory.answers[key])
    found = compute()
    heavy = weight(found) if weight else 0
    if len(memory.answers) >= MOST_ANSWERS or memory.weight + heavy > MOST_WEIGHT:
        memory = _memories[db] = _Memory(state, changes=memory.changes)
    if heavy <= MOST_WEIGHT:
        memory.answers[key] = found
        memory.weight += heavy
    return found


def _resting_on(db: sqlite3.Connection, memory: _Memory, of: Sequence[str]) -> Hashable | None:
    """What is the same as long as these tables show the same; None where that is not known: rules that hide rows by their age or
    signature look at further tables."""
    followed = getattr(db, "followed", None)
    policy = followed[0] if followed else None
    if policy is not None and policy.is_live:
        return None
    if memory.changes is None:
        memory.changes = json.loads(fetch_value(db, "select json_group_object(name, changes) from main.table_changes"))
    return policy, getattr(db, "views_of", None), tuple(memory.changes[table] for table in of)


def remembered_value(db: sqlite3.Connection, sql: str, parameters: Sequence[Any] = (), of: Sequence[str] = ()) -> Any:
    """The first column of the first row, as ``fetch_value`` gives it."""
    return remembered(db, (sql, *parameters), lambda: fetch_value(db, sql, parameters), of=of)
