"""Articles like this one: takes an article, gives others by shared tags (rare ones count more) and by the words of its headline."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence

from archive.queries.rows import Row, as_json, fetch_column, fetch_rows, fetch_value

CANDIDATES = 30
RANKED = 4_000  # headlines
RANK_SHIFT = 20  # reciprocal rank fusion: how little the first place counts against the tenth


def related(db: sqlite3.Connection, article: Row, named: Collection[str] = (), limit: int = 6) -> list[Row]:
    """The nearest articles by two rankings, fused, without those ``named`` elsewhere on the page by their address.

    https://dl.acm.org/doi/10.1145/1571941.1572114
    """
    scores: dict[int, float] = defaultdict(float)
    for ranking in (by_tags(db, article["id"]), by_words(db, article)):
        for place, article_id in enumerate(ranking):
            scores[article_id] += 1 / (RANK_SHIFT + place)
    best = sorted(scores, key=lambda article_id: (-scores[article_id], -article_id))
    rows = fetch_rows(
        db, "select id, title, url, published_on, byline from articles where id in (select value from json_each(?))", [as_json(best)]
    )
    places = {article_id: place for place, article_id in enumerate(best)}
    return sorted((row for row in rows if row["url"] not in named), key=lambda row: places[row["id"]])[:limit]


def by_tags(db: sqlite3.Connection, article_id: int) -> list[int]:
    """Ids of articles that share tags, the nearest first."""
    sql = """
        with own as materialized (
          select
            tag_id,
            (select count(*) from article_tags as others where others.tag_id = article_tags.tag_id) as uses
          from article_tags
          where article_id = :article
        )
        select article_tags.article_id
        from own
        join article_tags on article_tags.tag_id = own.tag_id
        where own.uses between 2 and 3000 and article_tags.article_id <> :article
        group by article_tags.article_id
        order by sum(1.0 / own.uses) desc, article_tags.article_id desc
        limit :candidates
    """
    return fetch_column(db, sql, {"article": article_id, "candidates": CANDIDATES})


def by_words(db: sqlite3.Connection, article: Row) -> list[int]:
    """Ids of articles whose headline has some of this one's longer words, the nearest first."""
    words = rare_words(db, longest_words(article["title"]))
    if not words:
        return []
    sql = """
        select articles.id
        from revisions_fts
        join articles on articles.revision_id = revisions_fts.rowid
        where revisions_fts match ? and articles.id <> ?
        order by rank
        limit ?
    """
    return fetch_column(db, sql, [in_headlines(*words), article["id"], CANDIDATES])


def longest_words(headline: str) -> list[str]:
    """Its eight longest words; of those of one length the first by the alphabet, so that each process chooses the same."""
    return sorted(set(re.findall(r"[^\W\d_]{4,}", headline)), key=lambda word: (-len(word), word))[:8]


def rare_words(db: sqlite3.Connection, words: Sequence[str]) -> list[str]:
    """The words in the fewest headlines, as long as no more than ``RANKED`` headlines have them; at least the rarest. To rank 6,000
    headlines takes half the time of a page, and a word that most of them have says nothing.
    """
    counts = {
        word: fetch_value(db, "select count(*) from revisions_fts where revisions_fts match ?", [in_headlines(word)]) for word in words
    }
    rarest = sorted(words, key=lambda word: int(counts[word]))
    sums = itertools.accumulate(int(counts[word]) for word in rarest)
    return [word for place, (word, total) in enumerate(zip(rarest, sums, strict=True)) if not place or total <= RANKED]


def in_headlines(*words: str) -> str:
    """A question to the index of words: headlines that have one of these."""
    wanted = " OR ".join(f'"{word}"' for word in words)
    return f"{{title}} : ({wanted})"
