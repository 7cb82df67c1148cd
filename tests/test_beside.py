"""The article before and the one after, of one author or topic, among few and among very many."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pytest

from archive.db.connection import open_for_writing
from archive.publish.reading.citation_links import LOOKED_AT, beside

ARTICLES = 3 * LOOKED_AT
AUTHORS = {"everywhere": 1, "early": 2, "late": 3, "seldom": 4}


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Articles in another order than that of their dates; each tenth has none."""
    made = open_for_writing(tmp_path_factory.mktemp("archive")).conn
    made.execute("pragma foreign_keys = off")
    chance = random.Random(3)
    days = chance.sample(range(ARTICLES), ARTICLES)
    made.execute("begin")
    for number, day in enumerate(days, 1):
        at = f"20{10 + day // 360}-{1 + day % 360 // 30:02}-{1 + day % 30:02}T00:00:00Z" if number % 10 else None
        row = (number, 1, f"https://www.example.org/{number}", "article", f"Article {number}", at, "", "", "")
        columns = "id, site_id, url, kind, title, published_at, first_seen_at, last_seen_at, checked_at"
        made.execute(f"insert into articles({columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        signed = ["everywhere"] if number % 2 else []
        signed += ["early"] if day < LOOKED_AT + 50 else ["late"] if day > ARTICLES - LOOKED_AT - 50 else []
        signed += ["seldom"] if number % 250 == 0 else []
        made.executemany("insert into article_authors values (?, ?, 0)", [(number, AUTHORS[name]) for name in signed])
    made.execute("commit")
    yield made
    made.close()


def plainly(db: sqlite3.Connection, article: int, author: int) -> dict[str, dict[str, str] | None]:
    """The same by reading all of them."""
    rows = db.execute("select id, published_at, title, url from articles where published_at is not null order by published_at").fetchall()
    [(at,)] = db.execute("select published_at from articles where id = ?", [article]).fetchall()
    theirs = {number for (number,) in db.execute("select article_id from article_authors where author_id = ?", [author])}
    of_author = [row for row in rows if row[0] in theirs] if at else []
    before, after = [row for row in of_author if row[1] < at], [row for row in of_author if row[1] > at]
    ends = {"previous": before[-1:], "next": after[:1]}
    return {name: {"title": found[0][2], "url": found[0][3]} if found else None for name, found in ends.items()}


@pytest.mark.parametrize("author", AUTHORS)
def test_the_nearest_by_date_are_found_among_few_and_among_very_many(db: sqlite3.Connection, author: str) -> None:
    number = AUTHORS[author]
    for article in random.Random(number).sample(range(1, ARTICLES + 1), 40):
        assert beside(db, article, "article_authors", "author_id", number) == plainly(db, article, number), article


def test_of_a_frequent_author_a_few_articles_are_looked_at(db: sqlite3.Connection) -> None:
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    beside(db, ARTICLES // 2 + 1, "article_authors", "author_id", AUTHORS["everywhere"])
    db.set_trace_callback(None)
    assert len(asked) == 3 and all(f"limit {LOOKED_AT}" in sql for sql in asked)
