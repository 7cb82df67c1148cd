"""What connections remember together holds until the tables that it rests on change, and is computed once for all who ask."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.db.connection import FILENAME
from archive.db.migrations.m029_searched_sooner import COUNTED
from archive.publish.changes.asked import read_asked
from archive.publish.changes.stories import find_stories
from archive.publish.mentions.series import term_series
from archive.publish.mentions.sources import sources_context
from archive.publish.mentions.terms import read_term
from archive.publish.overview.home import home_context
from archive.publish.redaction.withholding import Reader, follow
from archive.publish.search.results import search
from archive.queries.counts import archive_counts
from archive.queries.remembered import OF_BOTH, remembered
from archive.queries.search_query import parse_query
from archive.queries.shared_answers import SharedAnswers
from tests.publish_archive import build_archive

SEEN = {"last_seen_at", "checked_at", "comments_checked_at"}
"""When a row was seen last: no answer that is remembered together tells it."""
SEARCHES = ("raid", "in:comments the", "title:drone OR yemen", 'author:"Jane Doe"', "the is:edited", "tag:yemen", "cites:example.net", "r*")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    with sqlite3.connect(made / FILENAME) as source, sqlite3.connect(tmp_path / FILENAME) as copy:
        source.backup(copy)
        copy.execute("pragma journal_mode = wal")
    source.close()
    copy.close()
    return tmp_path


def opened(folder: Path, answers: SharedAnswers | None) -> Reader:
    made = sqlite3.connect(f"file:{folder / FILENAME}?mode=ro", uri=True, isolation_level=None, factory=Reader, check_same_thread=False)
    made.answers = answers
    return made


@pytest.fixture
def writer(folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(folder / FILENAME, isolation_level=None)
    yield connection
    connection.close()


def changes(db: sqlite3.Connection) -> dict[str, int]:
    return dict(db.execute("select name, changes from table_changes").fetchall())


def columns_of(db: sqlite3.Connection, table: str) -> list[tuple[str, str, bool]]:
    """(name, type, whether it may be empty) of what is no key."""
    return [(row[1], row[2], not row[3]) for row in db.execute(f"pragma table_info({table})") if not row[5]]


def rows_of(db: sqlite3.Connection, table: str) -> list[str]:
    """A condition for each row, by its key."""
    keys = [row[1] for row in db.execute(f"pragma table_info({table})") if row[5]]
    rows = db.execute(f"select {', '.join(keys)} from {table} order by {', '.join(keys)}").fetchall()
    return [" and ".join(f"{key} = {value!r}" for key, value in zip(keys, row, strict=True)) for row in rows]


def test_every_change_is_counted_but_that_a_row_was_seen_again(writer: sqlite3.Connection) -> None:
    assert changes(writer).keys() == COUNTED.keys() and {*OF_BOTH} <= COUNTED.keys()
    writer.execute("pragma foreign_keys = off")
    for table, counted in COUNTED.items():
        names = {row[1] for row in writer.execute(f"pragma table_info({table})")}
        assert names - {*counted.split(", ")} <= SEEN, f"{table}: a further column that is no sign of life has to be counted: write a step"
        for name, kind, _ in columns_of(writer, table):
            before, rows = changes(writer), rows_of(writer, table)[:1]
            another = f"coalesce({name}, 0) + 1000" if kind == "INTEGER" else f"coalesce({name}, '') || 'x'"
            writer.execute("begin")
            for row in rows:
                writer.execute(f"update {table} set {name} = {name} where {row}")
                assert changes(writer)[table] == before[table]
                writer.execute(f"update {table} set {name} = {another} where {row}")
            assert changes(writer)[table] - before[table] == (len(rows) if name not in SEEN else 0), (table, name)
            writer.execute("rollback")
        before = changes(writer)
        gone = writer.execute(f"delete from {table}").rowcount
        assert changes(writer)[table] - before[table] == gone, table


def told(db: Reader) -> list[Any]:
    """All kinds of answers that are remembered."""
    follow(db)
    db.execute("begin")
    try:
        found: list[Any] = [search(db, parse_query(text)) for text in SEARCHES]
        found += [search(db, parse_query("the"), sort).hits for sort in ("newest", "oldest")]
        found += [term_series(db, [read_term(word, {})], "year") for word in ("raid", "yemen")]
        home = home_context(db)
        found += [home[name] for name in ("months", "topics", "authors", "sites")]
        found += [sources_context(db, "", "", 1), archive_counts(db)]
        found += [find_stories(db, read_asked(given, parse_query(""))) for given in ({"phrase": "raid"}, {"author": "Jane Doe"}, {})]
        return found
    finally:
        db.rollback()


def some_change(chance: random.Random, db: sqlite3.Connection) -> str:
    """A row of a counted table that changes, goes or comes back with other values."""
    table = chance.choice([*COUNTED])
    if not (rows := rows_of(db, table)):
        return ""
    where = chance.choice(rows)
    if chance.random() < 0.2:
        return f"delete from {table} where {where}"
    name, kind, empty = chance.choice(columns_of(db, table) or [("", "", False)])
    if not name:
        return ""
    words = ["raid", "the drone yemen", "2014-03-07T00:00:00Z", "Jane Doe", "https://www.example.org/2014/03/raid", "article"]
    value = str(chance.randint(1, 5)) if kind == "INTEGER" else "null" if empty and chance.random() < 0.3 else repr(chance.choice(words))
    return f"update or ignore {table} set {name} = {value} where {where}"


def test_after_every_change_the_answers_are_those_of_who_remembers_nothing(folder: Path, writer: sqlite3.Connection) -> None:
    chance, answers = random.Random(29), SharedAnswers()
    one, other, forgetful = opened(folder, answers), opened(folder, answers), opened(folder, None)
    writer.execute("pragma foreign_keys = off")
    for turn in range(60):
        if sql := some_change(chance, writer):
            writer.execute(sql)
        expected = told(forgetful)
        for reader in (one, other):
            found = told(reader)
            unlike = [place for place, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1]]
            assert not unlike, (turn, sql, unlike)
    for reader in (one, other, forgetful):
        reader.close()


def test_a_row_that_was_seen_again_and_a_change_elsewhere_forget_nothing(folder: Path, writer: sqlite3.Connection) -> None:
    answers, computed = SharedAnswers(), list[str]()
    readers = [opened(folder, answers), opened(folder, answers)]

    def ask(table: str) -> None:
        for reader in readers:
            follow(reader)
            remembered(reader, "key", lambda: computed.append(table), of=(table,))

    ask("comments")
    writer.execute("update comments set last_seen_at = '2030-01-01T00:00:00Z'")
    writer.execute("update articles set title = 'Another'")
    ask("comments")
    assert computed == ["comments"]
    writer.execute("update comments set text = 'Another' where id = 1")
    ask("comments")
    assert computed == ["comments"] * 2
    writer.execute("insert into decisions(kind, ref, value, decided_at) values ('withhold', 'comment:1', 'x', '2030-01-01T00:00:00Z')")
    ask("comments")
    assert computed == ["comments"] * 3
    for reader in readers:
        reader.close()


def test_who_asks_while_another_computes_waits_for_that() -> None:
    answers, begun, go_on, computed = SharedAnswers(), threading.Event(), threading.Event(), list[int]()

    def compute() -> int:
        begun.set()
        assert go_on.wait(30)
        computed.append(1)
        return len(computed)

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(answers.answer("key", 1, compute))) for _ in range(4)]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert found == [1] * 4 and computed == [1]


def test_what_fails_is_told_to_none_and_computed_again() -> None:
    answers = SharedAnswers()
    with pytest.raises(sqlite3.OperationalError):
        answers.answer("key", 1, lambda: (_ for _ in ()).throw(sqlite3.OperationalError("interrupted")))
    assert answers.answer("key", 1, lambda: "whole") == "whole" == answers.answer("key", 1, lambda: "never asked")
    assert answers.answer("key", 2, lambda: "of another state") == "of another state"


def test_room_is_made_for_what_is_asked_for_now() -> None:
    answers, computed = SharedAnswers(most=3, most_numbers=10), list[str]()

    def ask(key: str, weight: int) -> None:
        answers.answer(key, 1, lambda: computed.append(key), lambda _: weight)

    for key, weight in [
        ("huge", 11),
        ("huge", 11),
        ("a", 4),
        ("b", 4),
        ("a", 4),
        ("c", 4),
        ("a", 4),
        ("b", 4),
        ("d", 1),
        ("e", 1),
        ("a", 4),
    ]:
        ask(key, weight)
    assert computed == ["huge", "huge", "a", "b", "c", "b", "d", "e", "a"]
