"""What a search found is remembered until the archive changes; few texts are looked at by themselves, and give what the indexes give."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.db.connection import FILENAME
from archive.publish.changes.phrases import gained, phrase_pattern
from archive.publish.redaction.withholding import Reader
from archive.publish.search.few_texts import indexed, is_sooner, those_with
from archive.publish.search.find_hits import find_comments, walked
from archive.publish.search.results import newest_hits, search
from archive.queries.remembered import MOST_WEIGHT, remembered
from archive.queries.rows import fetch_column
from archive.queries.search_indexes import ARTICLES, COMMENTS, WordIndex, sources
from archive.queries.search_nodes import Node, fts_expression
from archive.queries.search_query import parse_query
from tests.publish_archive import build_archive

BEGINNINGS = ["t*", "ra*", '"the ra"*', "co* OR un*", "s* -re*", "text:a*", "title:r*", "signed:b*", "NEAR(th* wa*, 5)"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build_archive(tmp_path)


@pytest.fixture
def reader(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / FILENAME}?mode=ro", uri=True, isolation_level=None, factory=Reader)


def statements(db: sqlite3.Connection, act: Callable[[], object]) -> str:
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    act()
    db.set_trace_callback(None)
    return "\n".join(asked)


def test_the_same_search_ranks_once(reader: sqlite3.Connection) -> None:
    query = parse_query("raid")
    assert "bm25(revisions_fts" in statements(reader, lambda: search(reader, parse_query("drone")))
    first = search(reader, query)
    assert first.articles and "bm25(revisions_fts" not in statements(reader, lambda: search(reader, query, page=2))
    assert search(reader, query) == first


def test_a_commit_is_seen_by_the_next_search(folder: Path, reader: sqlite3.Connection) -> None:
    query = parse_query("hippogriff")
    assert not search(reader, query).articles and newest_hits(reader, query, 5) == ([], [])
    with sqlite3.connect(folder / FILENAME) as writer:
        writer.execute("update revisions set title = 'A hippogriff' where id = (select min(revision_id) from articles)")
    writer.close()
    assert search(reader, query).articles == 1 and len(newest_hits(reader, query, 5)[0]) == 1


def test_a_decision_to_withhold_forgets_what_was_found(reader: sqlite3.Connection) -> None:
    answers = iter("ab")
    assert isinstance(reader, Reader)
    assert remembered(reader, "key", lambda: next(answers)) == remembered(reader, "key", lambda: next(answers)) == "a"
    reader.followed = (None, (1,))  # type: ignore[assignment]
    assert remembered(reader, "key", lambda: next(answers)) == "b"


def test_a_connection_that_may_write_remembers_nothing(folder: Path) -> None:
    writer, answers = sqlite3.connect(folder / FILENAME), iter("ab")
    assert [remembered(writer, "key", lambda: next(answers)) for _ in "ab"] == ["a", "b"]
    writer.close()


def test_a_heavy_answer_is_not_kept_and_several_make_room(reader: sqlite3.Connection) -> None:
    asked: list[str] = []

    def weighed(key: str, weight: int) -> None:
        remembered(reader, key, lambda: asked.append(key), weight=lambda _: weight)

    for key, weight in [("huge", MOST_WEIGHT + 1), ("huge", MOST_WEIGHT + 1), ("a", MOST_WEIGHT), ("a", 0), ("b", 1), ("a", MOST_WEIGHT)]:
        weighed(key, weight)
    assert asked == ["huge", "huge", "a", "b", "a"]


@pytest.mark.parametrize("text", BEGINNINGS)
@pytest.mark.parametrize("index", [ARTICLES, COMMENTS], ids=["articles", "comments"])
def test_a_few_texts_have_the_words_and_marks_that_the_index_finds(reader: sqlite3.Connection, index: WordIndex, text: str) -> None:
    words, _ = index.asked(parse_query(text))
    if words is None:
        return
    ids = fetch_column(reader, f"select rowid from {index.name} order by rowid")
    found = {
        row for source in sources(reader, index, words) for row in matching(reader, source.table, source.matching().sql, source.expression)
    }
    assert is_sooner(reader, words) and those_with(reader, index, words, ids) == found
    with indexed(reader, index, ids) as few:
        assert marks(few, index, words) == marks(reader, index, words)


def matching(db: sqlite3.Connection, table: str, sql: str, expression: str) -> list[int]:
    return fetch_column(db, f"select rowid from {table} where {sql}", [expression])


def marks(db: sqlite3.Connection, index: WordIndex, words: Node) -> list[tuple[object, ...]]:
    sql = f"select rowid, snippet({index.name}, 1, '<', '>', '…', 8), highlight({index.name}, 0, '<', '>') from {index.name}"
    return db.execute(f"{sql} where {index.name} match ? order by rowid", [fts_expression(words, index.columns)]).fetchall()


@pytest.mark.parametrize("text", ["t*", "the", "th* -was", "the is:missing"])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_comments_looked_at_one_after_the_other_are_those_of_the_list(reader: sqlite3.Connection, text: str, sort: str) -> None:
    query = parse_query(text)
    words, rest = COMMENTS.asked(query)
    assert words is not None
    listed = find_comments(reader, query, sort, 100)[0]
    assert walked(reader, words, rest, sort, 2, 8) == listed[:2]
    assert set(walked(reader, words, rest, sort, 100, 400) or ()) == {*listed}


def test_a_word_is_counted_in_what_differs_as_in_the_whole() -> None:
    chance, pattern = random.Random(7), phrase_pattern("Road")
    assert pattern is not None
    lines = ["the road", "a ROAD; road", "nothing", "", "broad", "röad road"]
    for _ in range(3000):
        before, after = ("\n".join(chance.choices(lines, k=chance.randrange(6))) for _ in "ab")
        assert gained(pattern, "Road", before, after) == len(pattern.findall(after)) - len(pattern.findall(before))
