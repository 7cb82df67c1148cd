"""Which articles and comments a query finds: takes a query, gives ids in order."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

from archive.publish.search.conditions import (
    EVERYWHERE,
    FEW,
    Subject,
    article_condition,
    comment_subject,
    is_of_article,
    joined,
    link_condition,
    negated,
)
from archive.publish.search.few_texts import not_asked_singly, those_with
from archive.queries.remembered import OF_ARTICLES, remembered_value
from archive.queries.rows import fetch_column, fetch_value
from archive.queries.search_indexes import ARTICLES, COMMENTS, Condition, WordSource, count_of, rows_with, sources
from archive.queries.search_nodes import Filter, Node
from archive.queries.search_query import Query

__all__ = ["Condition", "find_articles", "find_comments", "link_condition"]

MOST_RANKED = 20_000  # matching comments beyond which the newest come first: ranking 800,000 takes two seconds
WEIGHTS = "1.0, 10.0, 5.0"  # text, title, byline
FORMER = "articles.id = revisions.article_id and articles.revision_id <> revisions.id"


def find_articles(db: sqlite3.Connection, query: Query, sort: str) -> list[tuple[int, int]]:
    """Article and revision of every hit, in order."""
    words, rest = ARTICLES.asked(query)
    former = query.place == "history"
    if words is None:
        source = f"revisions join articles on {FORMER}" if former else "articles"
        return [
            (row[0], row[1]) for row in _found(db, source, "revisions.id" if former else "articles.revision_id", [], rest, sort, former)
        ]
    found = [_found_by_words(db, source, rest, sort, former) for source in sources(db, ARTICLES, words)]
    return [(row[0], row[1]) for row in in_one_order(found, sort)]


def _found_by_words(db: sqlite3.Connection, source: WordSource, rest: list[Node], sort: str, former: bool) -> list[tuple[Any, ...]]:
    """``cross join`` keeps SQLite from asking the index of words once for each article of an author or a year (700 -> 15 ms)."""
    index = source.table
    joins = f"cross join revisions on revisions.id = {index}.rowid join articles on {FORMER}" if former else ""
    joins = joins or f"cross join articles on articles.revision_id = {index}.rowid"
    return _found(db, f"{index} {joins}", f"{index}.rowid", [source.matching()], rest, sort, former, f"bm25({index}, {WEIGHTS})")


def _found(
    db: sqlite3.Connection,
    source: str,
    revision: str,
    matching: list[Condition],
    rest: list[Node],
    sort: str,
    former: bool,
    rank: str = "",
) -> list[tuple[Any, ...]]:
    """Article, revision and what they are sorted by. With ``+`` SQLite tests each match against a list of ids; without, it asks the
    list's index for each match (1,000 -> 20 ms)."""
    id_column, seen = "+articles.id" if matching else "articles.id", "revisions.seen_at" if former else "articles.first_seen_at"

    def by_field(db: sqlite3.Connection, one: Filter) -> Condition:
        return article_condition(db, one, id_column, seen)

    subject = Subject(ARTICLES, revision, by_field, lambda condition: condition)
    where, parameters = joined([*matching, *subject.conditions(db, rest)])
    key = rank if sort == "relevance" and rank else "articles.published_at"
    order = "" if sort == "oldest" or key == rank else " desc"
    sql = f"select articles.id, {revision}, {key} from {source} where {where} order by 3{order}, articles.id desc"
    return db.execute(sql, parameters).fetchall()


def in_one_order(found: list[list[tuple[Any, ...]]], sort: str) -> list[tuple[Any, ...]]:
    """Rows of several indexes, each list in its order, as one list. The last column is what they are sorted by."""
    some = [rows for rows in found if rows]
    if len(some) < 2:
        return some[0] if some else []
    rows = [row for rows in some for row in rows]
    dated = [row for row in rows if row[-1] is not None]
    undated = [row for row in rows if row[-1] is None]  # SQLite has them before all others
    dated.sort(key=lambda row: row[-1], reverse=sort == "newest")
    return [*dated, *undated] if sort == "newest" else [*undated, *dated]


def find_comments(db: sqlite3.Connection, query: Query, sort: str, limit: int) -> tuple[list[int], int, str]:
    """Ids of the first hits, in order, the number of all, and the order they are in.

    Words that stand in very many comments rank nothing and cost seconds to rank: their hits come by date.
    """
    words, rest = COMMENTS.asked(query)
    subject = comment_subject(db, rest)
    rest = [part for part in rest if not (isinstance(part, Filter) and subject.condition(db, part) == EVERYWHERE)]
    matches = count_of(db, COMMENTS, words) if words is not None else None
    if words is None or matches is None or matches > MOST_RANKED:
        by_date = "oldest" if sort == "oldest" else "newest"
        ids = comments_by_date(db, words, rest, by_date, limit, matches or 0)
        if len(ids) < limit:
            return ids, len(ids), by_date
        return ids, count_matching_comments(db, words, rest, matches), by_date
    found = ranked_comments(db, words, rest, sort)
    return found[:limit], len(found), sort


def ranked_comments(db: sqlite3.Connection, words: Node, rest: list[Node], sort: str) -> list[int]:
    """Ids of all comments found, in order."""
    found = []
    for source in sources(db, COMMENTS, words):
        index = source.table
        subject = replace(comment_subject(db, rest), rowid=f"{index}.rowid")
        where, parameters = joined([source.matching(), *subject.conditions(db, rest)])
        alone = sort == "relevance" and not rest  # the index alone sorts by rank: a join would read every match
        tables = index if alone else f"{index} cross join comments on comments.id = {index}.rowid"
        key = "rank" if sort == "relevance" else "comments.posted_at"
        order = " desc" if sort == "newest" else ""
        found.append(db.execute(f"select {index}.rowid, {key} from {tables} where {where} order by {key}{order}", parameters).fetchall())
    return [row[0] for row in in_one_order(found, sort)]


def comments_by_date(db: sqlite3.Connection, words: Node | None, rest: list[Node], sort: str, limit: int, matches: int) -> list[int]:
    """Ids of the first comments by date. ``matches``: how many comments have the words."""
    if words is not None and (looked_at := soon_found(db, words, rest, limit, matches)):
        found = walked(db, words, rest, sort, limit, looked_at)
        if found is not None:
            return found
    where, parameters = joined([*words_of_comments(db, words), *comment_subject(db, rest).conditions(db, rest)])
    order = "comments.posted_at" + (" desc" if sort == "newest" else "")
    return fetch_column(db, f"select comments.id from comments where {where} order by {order} limit ?", [*parameters, limit])


def walked(db: sqlite3.Connection, words: Node, rest: list[Node], sort: str, limit: int, looked_at: int) -> list[int] | None:
    """Ids of the first comments by date that have these words, out of the first ``looked_at`` that there are; None where more would have
    to be looked at."""
    where, parameters = joined(comment_subject(db, rest).conditions(db, rest))
    order = "comments.posted_at" + (" desc" if sort == "newest" else "")
    sql = f"select comments.id from comments where {where} order by {order} limit ? offset ?"
    found: list[int] = []
    first, size = 0, max(4 * limit, looked_at // 4)
    while first < looked_at:
        ids = fetch_column(db, sql, [*parameters, size, first])
        having = those_with(db, COMMENTS, words, ids)
        found += [one for one in ids if one in having]
        if len(found) >= limit or len(ids) < size:
            return found[:limit]
        first += size
    return None


def soon_found(db: sqlite3.Connection, words: Node, rest: list[Node], limit: int, matches: int) -> int:
    """How many comments are looked at one after the other, by date, where that finds ``limit`` of them sooner than a list of all
    matches is made; else 0. To look at one comment takes 500 times as long as to list one match (measured: 80 and .16 µs).
    """
    if not matches or (rest and comments_left_out(db, rest) is None) or not_asked_singly(db, words):
        return 0
    looked_at = 2 * limit * int(fetch_value(db, "select coalesce(max(id), 0) from comments")) // matches
    return looked_at if looked_at * 250 < matches else 0


def articles_left_out(db: sqlite3.Connection, rest: list[Node]) -> tuple[str, list[Any]]:
    """SQL for the articles that do not have what these fields ask for, with its parameters."""
    where, parameters = joined([negated(article_condition(db, part), part) for part in rest if isinstance(part, Filter)])
    return f"not coalesce(({where}), 0)", parameters


def comments_left_out(db: sqlite3.Connection, rest: list[Node]) -> int | None:
    """How many comments the articles have that these fields leave out, where that is known at once and is few; else None."""
    if not all(isinstance(part, Filter) and is_of_article(part) for part in rest):
        return None
    lacking, parameters = articles_left_out(db, rest)
    sql = f"select coalesce(sum(comment_count), 0) from articles where {lacking}"
    left_out = int(remembered_value(db, sql, parameters, OF_ARTICLES))
    return left_out if left_out <= FEW else None


def words_of_comments(db: sqlite3.Connection, words: Node | None) -> list[Condition]:
    """With ``+`` SQLite does not start from the matches but walks an index of ``comments`` and stops at the limit."""
    return [] if words is None else [rows_with(db, COMMENTS, words, "+comments.id")]


def count_matching_comments(db: sqlite3.Connection, words: Node | None, rest: list[Node], matches: int | None) -> int:
    """How many comments match. Words alone are counted in the index, which is fast; where the rest leaves out the comments of few
    articles, those are counted and taken off."""
    if matches is not None and not rest:
        return matches
    if matches is not None and words is not None and comments_left_out(db, rest) is not None:
        lacking, values = articles_left_out(db, rest)
        listed = f"comments.article_id in (select id from articles where {lacking})"
        matching, parameters = joined(words_of_comments(db, words))
        sql = f"select count(*) from comments where {listed} and {matching}"
        return matches - int(fetch_value(db, sql, [*values, *parameters]))
    where, parameters = joined([*words_of_comments(db, words), *comment_subject(db, rest).conditions(db, rest)])
    return int(fetch_value(db, f"select count(*) from comments where {where}", parameters))
