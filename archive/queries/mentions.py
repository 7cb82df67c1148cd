"""Where a term stands in articles and comments, and how many of them have it in each month: takes FTS5 expressions, gives counts and ids.

A signature is no mention, and neither is a byline: only headlines and texts are looked at. A pingback is no comment: it repeats the
words of another site.
"""

from __future__ import annotations

import heapq
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archive.queries.articles_in_time import articles_in_time
from archive.queries.rows import Row, as_json, fetch_column, fetch_rows, fetch_value
from archive.text.markup import END, START

ARTICLES, COMMENTS = "articles", "comments"
KINDS = (ARTICLES, COMMENTS)
MOST_SORTED = 20_000  # matching comments beyond which they are looked for by date: to sort 70,000 takes 150 ms
WALKED = 500  # asking the index about one comment takes so many times as long as to list one match


@dataclass(frozen=True, slots=True)
class AskedIndex:
    """An index of words, and what it is asked. ``table``: its FTS5 table; ``apart``: SQL that leaves out what another index knows."""

    table: str
    expression: str
    apart: str = ""

    @property
    def condition(self) -> str:
        """SQL with the parameter ``match``."""
        return f"{self.table} match :match{self.apart}"


Months = dict[str, int]
"""Month (YYYY-MM; '' where no date is known) -> how many."""


@dataclass(frozen=True, slots=True)
class MentioningText:
    """An article or a comment that has a term. ``state``: the revision of the article; of a comment its own id."""

    kind: str
    id: int
    state: int
    at: str


def articles_by_month(db: sqlite3.Connection) -> Months:
    """All articles."""
    return _months(db, "select coalesce(month, ''), count(*) from articles group by 1")


def comments_by_month(db: sqlite3.Connection) -> Months:
    """All comments by the month in which they were posted, pingbacks left out. Each month is counted in the index of dates: to read
    the rows of a million comments takes ten times as long.
    """
    sql = """
        with recursive ends as (select min(posted_at) as first, max(posted_at) as last from comments),
        months(number) as (
          select substr(first, 1, 4) * 12 + substr(first, 6, 2) - 1 from ends where first is not null
          union all
          select number + 1 from months where number < (select substr(last, 1, 4) * 12 + substr(last, 6, 2) - 1 from ends)
        ),
        named as (select printf('%04d-%02d', number / 12, number % 12 + 1) as month from months)
        select month, (select count(*) from comments where posted_at between month || '-' and month || '-~') from named
        union all
        select '', count(*) from comments where posted_at is null
    """
    pings = _months(db, "select coalesce(substr(posted_at, 1, 7), ''), count(*) from comments where kind <> 'comment' group by 1")
    return {month: left for month, count in _months(db, sql).items() if (left := count - pings.get(month, 0))}


def mentioning_by_month(db: sqlite3.Connection, kind: str, asked: tuple[AskedIndex, ...]) -> Months:
    """How many articles or comments have the term at least once."""
    if kind == ARTICLES:
        return articles_in_time(db).by_month(_rows_with(db, asked))
    found: Counter[str] = Counter()
    for index in asked:
        sql = f"""
            select coalesce(substr(comments.posted_at, 1, 7), ''), count(*)
            from {index.table}
            cross join comments on comments.id = {index.table}.rowid
            where {index.condition} and comments.kind = 'comment'
            group by 1
        """
        found.update({row[0]: row[1] for row in db.execute(sql, {"match": index.expression})})
    return dict(found)


def _rows_with(db: sqlite3.Connection, asked: Iterable[AskedIndex]) -> set[int]:
    """Ids of the rows that indexes find. They come as one value: each row would wait for Python's other threads."""
    lists = [
        fetch_value(db, f"select json_group_array(rowid) from {index.table} where {index.condition}", {"match": index.expression})
        for index in asked
    ]
    return {row for found in lists for row in json.loads(found)}


def _months(db: sqlite3.Connection, sql: str) -> Months:
    return {row[0]: row[1] for row in db.execute(sql)}


def texts_with(
    db: sqlite3.Connection, asked: Mapping[str, tuple[AskedIndex, ...]], when: str, matches: int, first: int, size: int
) -> list[MentioningText]:
    """The articles and comments that have the term, newest first, from ``first`` on. ``asked``: what the indexes of each kind are asked,
    of those kinds that are wanted; ``when``: a year, a month, or ''; ``matches``: how many comments have it, which decides how they
    are looked for.
    """
    limit = first + size
    found = [_articles_with(db, asked[ARTICLES], when, limit)] if ARTICLES in asked else []
    found += [_comments_with(db, index, when, matches, limit) for index in asked.get(COMMENTS, ()) if matches]
    merged = heapq.merge(*found, key=lambda text: (text.at, text.kind, text.id), reverse=True)
    return list(itertools.islice(merged, first, limit))


def _articles_with(db: sqlite3.Connection, asked: tuple[AskedIndex, ...], when: str, limit: int) -> Iterator[MentioningText]:
    states = list(itertools.islice(articles_in_time(db).newest(_rows_with(db, asked), when), limit))
    sql = """
        select revision_id, id, coalesce(published_on, published_at, '')
        from articles
        where revision_id in (select value from json_each(?))
    """
    about = {state: (article, at) for state, article, at in db.execute(sql, [as_json(states)])}
    return (MentioningText(ARTICLES, about[state][0], state, about[state][1]) for state in states)


def _comments_with(db: sqlite3.Connection, index: AskedIndex, when: str, matches: int, limit: int) -> Iterator[MentioningText]:
    """A frequent term is looked for in the comments by date; of a rare one all are listed and sorted. Each index decides for itself:
    to walk a million comments for the few that the index of other languages has takes many seconds."""
    within = "and comments.posted_at between :first and :last" if when else ""
    if matches > MOST_SORTED:
        matches = _own_matches(db, index, matches)
    if matches <= MOST_SORTED:
        source = f"{index.table} cross join comments on comments.id = {index.table}.rowid"
        where = index.condition
    else:
        asked_each = limit * int(fetch_value(db, "select coalesce(max(id), 0) from comments")) / matches
        source = "comments"
        one_by_one = f"exists (select 1 from {index.table} where {index.condition} and rowid = comments.id)"
        listed = f"+comments.id in (select rowid from {index.table} where {index.condition})"
        where = one_by_one if asked_each * WALKED < matches else listed
    sql = f"""
        select comments.id, comments.posted_at
        from {source}
        where {where} and comments.kind = 'comment' {within}
        order by comments.posted_at desc, comments.id desc
        limit :limit
    """
    asked = {"match": index.expression, "first": f"{when}-", "last": f"{when}-~", "limit": limit}
    return (MentioningText(COMMENTS, row[0], row[0], row[1] or "") for row in db.execute(sql, asked).fetchall())


def _own_matches(db: sqlite3.Connection, index: AskedIndex, matches: int) -> int:
    """How many comments one index finds; ``matches``, of all indexes, where it finds more than are sorted."""
    some = f"select 1 from {index.table} where {index.condition} limit {MOST_SORTED + 1}"
    own = int(fetch_value(db, f"select count(*) from ({some})", {"match": index.expression}))
    return own if own <= MOST_SORTED else matches


def described_texts(db: sqlite3.Connection, texts: list[MentioningText]) -> dict[tuple[str, int], Row]:
    """(kind, id) -> what a row says of the article, or of the comment and its article."""
    ids = {kind: [text.id for text in texts if text.kind == kind] for kind in KINDS}
    of_articles = """
        select articles.id, articles.url, articles.title, coalesce(articles.byline, '') as author, articles.published_on as day,
          articles.published_at as at, articles.missing_since, articles.gone_at, sites.name as site
        from articles
        join sites on sites.id = articles.site_id
        where articles.id in (select value from json_each(?))
    """
    of_comments = """
        select comments.id, articles.url, articles.title, comments.author, substr(comments.posted_at, 1, 10) as day,
          comments.posted_at as at, comments.missing_since, comments.gone_at, sites.name as site
        from comments
        join articles on articles.id = comments.article_id
        join sites on sites.id = articles.site_id
        where comments.id in (select value from json_each(?))
    """
    asked = {ARTICLES: of_articles, COMMENTS: of_comments}
    return {(kind, row["id"]): row for kind in KINDS if ids[kind] for row in fetch_rows(db, asked[kind], [as_json(ids[kind])])}


def marked_texts(db: sqlite3.Connection, kind: str, index: AskedIndex, states: list[int]) -> dict[int, tuple[str, str]]:
    """State -> headline and whole text, with sentinels around each place where the term stands, as the first index knows it; a comment
    has no headline.
    """
    if not states:
        return {}
    title = "highlight(revisions_fts, 1, ?, ?)" if kind == ARTICLES else "? || ?"
    sql = f"""
        select rowid, {title}, highlight({index.table}, 0, ?, ?)
        from {index.table}
        where {index.table} match ? and rowid in (select value from json_each(?))
    """
    rows = db.execute(sql, [START, END, START, END, index.expression, as_json(states)]).fetchall()
    return {row[0]: (row[1] if kind == ARTICLES else "", row[2]) for row in rows}


def texts_by_way(db: sqlite3.Connection, kind: str, states: list[int]) -> list[tuple[int, str, str, str]]:
    """(state, way, headline, text) of those that the second index has: in which way it has their words. A comment has no headline."""
    of_articles = """
        select words.id, words.way, revisions.title, revisions.text
        from revision_words as words
        join revisions on revisions.id = words.id
        where words.id in (select value from json_each(?))
    """
    of_comments = """
        select words.id, words.way, '', comments.text
        from comment_words as words
        join comments on comments.id = words.id
        where words.id in (select value from json_each(?))
    """
    rows = db.execute(of_articles if kind == ARTICLES else of_comments, [as_json(states)]).fetchall() if states else []
    return [(row[0], row[1], row[2] or "", row[3] or "") for row in rows]


def block_starts(db: sqlite3.Connection, revisions: list[int]) -> dict[int, list[tuple[int, int]]]:
    """Revision -> (offset in its text, position) of each of its blocks, by offset: which paragraph a place of the text is in."""
    sql = """
        select revision_id, start - 1, position
        from block_spans
        where revision_id in (select value from json_each(?)) and start is not null
        order by revision_id, start
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for revision, start, position in db.execute(sql, [as_json(revisions)]):
        found.setdefault(revision, []).append((start, position))
    return found


def is_written(db: sqlite3.Connection, match: str) -> int:
    """How many articles and comments have a term in a headline or a text."""
    articles = fetch_value(db, "select count(*) from revisions_fts where revisions_fts match ?", [f"{{title text}} : ({match})"])
    return int(articles) + int(fetch_value(db, "select count(*) from comments_fts where comments_fts match ?", [f"{{text}} : ({match})"]))


def texts_of_some(db: sqlite3.Connection, match: str, most: int) -> list[str]:
    """The texts of some articles that have a term: other spellings of a name often stand beside it."""
    sql = """
        select revisions.title || char(10) || revisions.text
        from revisions_fts
        cross join revisions on revisions.id = revisions_fts.rowid
        where revisions_fts match ?
        limit ?
    """
    return fetch_column(db, sql, [f"{{title text}} : ({match})", most])
