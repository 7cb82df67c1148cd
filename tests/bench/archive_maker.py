"""Makes a large invented archive to serve: takes its size, writes rows. Long threads for a few articles, a revision in 3 % of them."""

from __future__ import annotations

import hashlib
import itertools
import random
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.connection import open_for_writing
from archive.store.articles import add_blocks
from tests.bench.prose import GROUPS, PLACES, VERBS, vocabulary
from tests.bench.served_extras import add_extras

HOME = "https://www.journal.example.org/"
FIRST, LAST = "2024-05-01T06:30:00Z", "2024-06-01T06:00:00Z"


def generate(folder: Path, articles: int, comments: int) -> None:
    """An archive of this size: words by Zipf's law, long threads for a few articles, a revision in 3 % of them."""
    db = open_for_writing(folder)
    db.execute("pragma synchronous = off")
    chance = random.Random(6)
    words, weights = vocabulary(chance)
    maker = Maker(db, chance, words, weights, articles, comments)
    db.execute("begin")
    triggers = [sql for (sql,) in db.execute("select sql from sqlite_master where name in ('comments_fts_insert', 'revisions_fts_insert')")]
    for name in ("comments_fts", "revisions_fts"):  # read at once at the end, in a third of the time
        db.execute(f"drop trigger {name}_insert")
    maker.site()
    for number in range(1, articles + 1):
        maker.article(number)
        if number % 2000 == 0:
            print(f"  {number:,} articles, {maker.comment_id:,} comments", file=sys.stderr, flush=True)
    for name in ("comments_fts", "revisions_fts"):
        db.execute(f"insert into {name}({name}) values ('rebuild')")
    for sql in triggers:
        db.execute(sql)
    db.execute("commit")
    add_extras(db, folder, HOME)
    db.execute("analyze")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


class Maker:
    """Writes one article after the other."""

    def __init__(self, db: Database, chance: random.Random, words: list[str], weights: list[float], articles: int, comments: int) -> None:
        self.db, self.chance, self.words, self.weights, self.articles = db, chance, words, weights, articles
        self.authors = [f"{first} {last}" for first in ("Ann", "Ben", "Caleb", "Dina", "Eve") for last in ("Doe", "Lund", "Weiss", "Hale")]
        self.names = ["".join(chance.choices(words[100:], k=1)).capitalize() for _ in range(4000)]
        self.tags = GROUPS + PLACES + [f"Topic {number}" for number in range(400)]
        self.threads = [0] * (articles + 1)
        for _ in range(comments):
            self.threads[1 + int(articles * chance.random() ** 2.2)] += 1
        self.threads[1] = 300
        self.comment_id = self.revision_id = 0
        self.pool = self.sentences(min(20_000, 1_000 + comments))  # of which comments are made: to draw each word takes ten times as long
        self.urls: list[str] = []

    def insert(self, table: str, **values: Any) -> None:
        self.db.execute(f"insert into {table} ({', '.join(values)}) values ({', '.join('?' * len(values))})", list(values.values()))

    def site(self) -> None:
        self.insert("sites", id=1, name="journal", home=HOME, title="The Conflict Journal", timezone="America/New_York")
        self.insert("crawls", site_id=1, started_at=FIRST, finished_at=LAST, mode="full", outcome="complete", exit_code=0)
        for number, name in enumerate(self.authors, 1):
            self.insert("authors", id=number, site_id=1, name=name)
        for number, name in enumerate(self.tags, 1):
            self.insert("tags", id=number, site_id=1, kind="tag", name=name)

    def sentences(self, count: int) -> list[str]:
        drawn = iter(self.chance.choices(self.words, cum_weights=self.weights, k=count * 15))
        return [" ".join(itertools.islice(drawn, 15)).capitalize() + "." for _ in range(count)]

    def article(self, number: int) -> None:
        chance = self.chance
        published = datetime(2004, 1, 5) + timedelta(days=7400 * number / self.articles)
        at = published.strftime("%Y-%m-%dT%H:%M:%SZ")
        title = f"{chance.choice(GROUPS)} {chance.choice(VERBS)} {chance.choice(PLACES)}"
        url = f"{HOME}archives/{at[:4]}/{at[5:7]}/{re.sub('[^a-z]+', '-', title.lower())}-{number}.php"
        self.urls.append(url)
        signed = chance.sample(range(1, len(self.authors) + 1), chance.choice([1, 1, 1, 2]))
        byline = " and ".join(self.authors[author - 1] for author in signed)
        self.insert(
            "articles", id=number, site_id=1, source_id=str(number), url=url, kind="article", title=title, byline=byline, published_at=at,
            published_on=at[:10], published_precision="second", year=int(at[:4]), month=at[:7], word_count=600,
            comment_count=self.threads[number], first_seen_at=FIRST, last_seen_at=LAST, checked_at=LAST,
        )  # fmt: skip
        paragraphs = [" ".join(self.sentences(3)) for _ in range(chance.randint(6, 20))]
        for state in range(1, 3 if chance.random() < 0.03 else 2):
            self.revision(number, state, title, byline, at, [*paragraphs[: len(paragraphs) - state], *self.sentences(1)])
        self.db.execute("update articles set revision_id = ? where id = ?", [self.revision_id, number])
        self.insert("urls", url=url, article_id=number, kind="current", first_seen_at=FIRST)
        for position, author in enumerate(signed):
            self.insert("article_authors", article_id=number, author_id=author, position=position)
        for tag in {chance.randint(1, len(self.tags)) for _ in range(5)}:
            self.insert("article_tags", article_id=number, tag_id=tag)
        for position in range(chance.randint(0, 5)):
            target = chance.randint(1, number)
            self.insert(
                "links",
                article_id=number,
                position=position,
                url=self.urls[target - 1],
                host="journal.example.org",
                target_article_id=target,
            )
        self.thread(number, published)

    def revision(self, article: int, number: int, title: str, byline: str, at: str, paragraphs: list[str]) -> None:
        self.revision_id += 1
        seen = FIRST if number == 1 else f"2024-06-01T06:00:{self.chance.randint(10, 59)}Z"
        text = "\n\n".join(paragraphs)
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        self.insert(
            "revisions", id=self.revision_id, article_id=article, number=number, seen_at=seen, last_seen_at=LAST,
            change="wording" if number > 1 else None, door="rest", title=title, byline=byline, published_at=at, tags="tag: Topic 1",
            text=text, digest=digest, content_key=digest, extractor="bench", extracted_at=seen,
        )  # fmt: skip
        blocks = [{"kind": "body", "text": one, "html": f"<p>{one}</p>", "rule": "bench"} for one in paragraphs]
        add_blocks(self.db, self.revision_id, blocks)

    def thread(self, article: int, published: datetime) -> None:
        parents: list[tuple[int, int]] = []
        rows: list[tuple[Any, ...]] = []
        states: list[tuple[Any, ...]] = []
        for position in range(self.threads[article]):
            self.comment_id += 1
            parent = self.chance.choice(parents) if parents and self.chance.random() < 0.45 else (None, 0)
            author = self.names[int(4000 * self.chance.random() ** 3)]
            posted = f"{published + timedelta(minutes=7 * position):%Y-%m-%dT%H:%M:%SZ}"
            text = " ".join(self.chance.choices(self.pool, k=self.chance.randint(1, 6)))
            rows.append(
                (self.comment_id, article, str(self.comment_id), parent[0], position, parent[1] + 1, author, posted, text, FIRST, LAST)
            )
            parents.append((self.comment_id, parent[1] + 1))
            states += self.states(self.comment_id, parent[0], text)
        columns = "id, article_id, source_id, parent_id, position, depth, author, posted_at, text, first_seen_at, last_seen_at"
        sql = f"insert into comments({columns}, kind, door, posted_precision) values ({'?, ' * 11}'comment', 'rest', 'second')"
        self.db.conn.executemany(sql, rows)
        columns = "comment_id, number, seen_at, digest, content_key, text, parent_id"
        self.db.conn.executemany(f"insert into comment_states({columns}) values (?, ?, ?, ?, ?, ?, ?)", states)

    def states(self, comment: int, parent: int | None, text: str) -> Iterator[tuple[Any, ...]]:
        """Every comment's first state, and one in two thousand edited."""
        for number in range(1, 3 if comment % 2000 == 0 else 2):
            digest = hashlib.sha256(f"{comment} {number}".encode()).digest()
            yield comment, number, FIRST if number == 1 else LAST, digest, digest, None if number == 1 else f"{text} Edited.", parent
