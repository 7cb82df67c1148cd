"""Search over articles and comments: ids first, snippets only for the hits on the page.

``snippet()`` in a sorted query runs on every match; asked for twenty ids it costs nothing (measured: 5,386 -> 133 ms).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from archive.publish.rows import Row, as_json, fetch_column, fetch_rows, fetch_value
from archive.publish.sanitise import END, START, without_marks
from archive.publish.search_facets import article_facets, comment_facets
from archive.publish.search_query import Filter, Query

PAGE = 20
FEW = 5  # comments shown beside the articles when both are searched
MOST_COMMENTS = 5_000  # comments that are listed and counted into facets; the total is exact beyond
SORTS = ("relevance", "newest", "oldest")
WEIGHTS = "10.0, 5.0, 1.0"  # title, byline, text
SOURCES = {
    "articles": "revisions_fts join articles on articles.revision_id = revisions_fts.rowid",
    "history": """revisions_fts
        join revisions on revisions.id = revisions_fts.rowid
        join articles on articles.id = revisions.article_id and articles.revision_id <> revisions.id""",
    "comments": "comments_fts join comments on comments.id = comments_fts.rowid",
}
UNSEARCHED = {
    "articles": "articles join revisions on revisions.id = articles.revision_id",
    "history": "revisions join articles on articles.id = revisions.article_id and articles.revision_id <> revisions.id",
    "comments": "comments",
}


@dataclass
class Results:
    """One page of hits. ``articles`` and ``comments`` are the numbers of all hits; None where that place was not searched."""

    query: Query
    sort: str
    page: int = 1
    articles: int | None = None
    comments: int | None = None
    hits: list[Row] = field(default_factory=list)
    comment_hits: list[Row] = field(default_factory=list)
    facets: dict[str, list[Row]] = field(default_factory=dict)
    months: list[Row] = field(default_factory=list)

    @property
    def pages(self) -> int:
        listed = min(self.comments or 0, MOST_COMMENTS) if self.query.place == "comments" else self.articles
        return max(1, -(-(listed or 0) // PAGE))


@dataclass(frozen=True, slots=True)
class Condition:
    sql: str
    parameters: tuple[Any, ...] = ()


def search(db: sqlite3.Connection, query: Query, sort: str = "", page: int = 1, size: int = PAGE) -> Results:
    """One page of what a query finds. An empty query finds nothing."""
    chosen = sort if sort in SORTS else "relevance" if query.match else "newest"
    results = Results(query, chosen, max(1, page))
    if query.empty:
        return results
    offset = (results.page - 1) * size
    if query.place != "comments":
        found = find_articles(db, query, chosen)
        results.articles = len(found)
        results.hits = article_hits(db, query, found[offset : offset + size])
        results.facets, results.months = article_facets(db, [article_id for article_id, _ in found])
    if query.place == "comments":
        ids, results.comments = find_comments(db, query, chosen, MOST_COMMENTS)
        results.comment_hits = comment_hits(db, query, ids[offset : offset + size])
        results.facets, results.months = comment_facets(db, ids)
    elif query.place == "everything":
        ids, results.comments = find_comments(db, query, chosen, FEW if size == PAGE else size)
        results.comment_hits = comment_hits(db, query, ids) if results.page == 1 else []
    return results


def find_articles(db: sqlite3.Connection, query: Query, sort: str) -> list[tuple[int, int]]:
    """Article and revision of every hit, in order."""
    place = "history" if query.place == "history" else "articles"
    source = (SOURCES if query.match else UNSEARCHED)[place]
    revision = "revisions_fts.rowid" if query.match else "revisions.id"
    conditions = [*word_conditions(query, "revisions_fts", revision), *article_conditions(db, query)]
    order = {
        "relevance": f"bm25(revisions_fts, {WEIGHTS})" if query.match else "articles.published_at desc",
        "newest": "articles.published_at desc",
        "oldest": "articles.published_at",
    }[sort]
    where, parameters = joined(conditions)
    sql = f"select articles.id, {revision} from {source} where {where} order by {order}, articles.id desc"
    return [(row[0], row[1]) for row in db.execute(sql, parameters)]


def find_comments(db: sqlite3.Connection, query: Query, sort: str, limit: int) -> tuple[list[int], int]:
    """Ids of the first hits, in order, and the number of all."""
    rowid = "comments_fts.rowid" if query.match else "comments.id"
    conditions = [*word_conditions(query, "comments_fts", rowid), *comment_conditions(db, query)]
    where, parameters = joined(conditions)
    filtered = bool(query.filters)
    source = SOURCES["comments"] if query.match else UNSEARCHED["comments"]
    counted = source if filtered or not query.match else "comments_fts"
    total = fetch_value(db, f"select count(*) from {counted} where {where}", parameters)
    order = {
        "relevance": "bm25(comments_fts)" if query.match else "comments.posted_at desc",
        "newest": "comments.posted_at desc",
        "oldest": "comments.posted_at",
    }[sort]
    if query.match and not filtered and sort == "relevance":  # the index alone sorts by rank: a join would read every match
        sql = f"select rowid from comments_fts where {where} order by rank limit ?"
    else:
        sql = f"select comments.id from {source} where {where} order by {order} limit ?"
    return fetch_column(db, sql, [*parameters, limit]), total


def joined(conditions: list[Condition]) -> tuple[str, list[Any]]:
    where = "\n and ".join(condition.sql for condition in conditions) or "1"
    return where, [value for condition in conditions for value in condition.parameters]


def word_conditions(query: Query, index: str, rowid: str) -> list[Condition]:
    conditions = []
    if query.match:
        conditions.append(Condition(f"{index} match ?", (query.match,)))
    if query.excluded:
        conditions.append(Condition(f"{rowid} not in (select rowid from {index} where {index} match ?)", (query.excluded,)))
    return conditions


def article_conditions(db: sqlite3.Connection, query: Query) -> list[Condition]:
    return [negated(article_condition(db, one), one) for one in query.filters]


def negated(condition: Condition, one: Filter) -> Condition:
    return Condition(f"not coalesce(({condition.sql}), 0)", condition.parameters) if one.negated else condition


def article_condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """One field filter as a condition on ``articles``."""
    published = "coalesce(articles.published_on, articles.published_at)"
    if one.field == "author":
        ids = matching_ids(db, "authors", one)
        return Condition(f"articles.id in (select article_id from article_authors where author_id in {ids})")
    if one.field == "tag":
        return Condition(f"articles.id in (select article_id from article_tags where tag_id in {matching_ids(db, 'tags', one)})")
    if one.field == "site":
        return Condition("articles.site_id in (select id from sites where ? in (name, home, title))", (one.value,))
    if one.field == "after":
        return Condition(f"{published} >= ?", (one.value,))
    if one.field == "before":
        return Condition(f"{published} < ?", (one.value,))
    value = int(one.value) if one.field == "year" else one.value
    return Condition(f"articles.{one.field} = ?", (value,))


def comment_conditions(db: sqlite3.Connection, query: Query) -> list[Condition]:
    return [negated(comment_condition(db, one), one) for one in query.filters]


def comment_condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """The same filter as a condition on ``comments``: its own signature and time, its article's tags."""
    if one.field == "author":
        return signature_condition(one)
    if one.field == "after":
        return Condition("comments.posted_at >= ?", (one.value,))
    if one.field == "before":
        return Condition("comments.posted_at < ?", (one.value,))
    if one.field in ("year", "month"):  # "-~" sorts behind every later part of a date
        return Condition("comments.posted_at between ? and ?", (one.value, f"{one.value}-~"))
    if one.field == "kind" and one.value in ("comment", "pingback", "trackback"):
        return Condition("comments.kind = ?", (one.value,))
    inner = article_condition(db, one)
    return Condition(f"comments.article_id in (select articles.id from articles where {inner.sql})", inner.parameters)


def signature_condition(one: Filter) -> Condition:
    """A name under a comment: exactly this one where it is quoted, else one with these words."""
    if one.exact:
        return Condition("comments.author = ?", (one.value,))
    words = " AND ".join(f'author : "{word}"' for word in one.value.replace('"', " ").split()) or '""'
    return Condition("comments.id in (select rowid from comments_fts where comments_fts match ?)", (words,))


def matching_ids(db: sqlite3.Connection, table: str, one: Filter) -> str:
    """Ids of the authors or tags with this name, as SQL; those whose name contains it where no name equals it."""
    exact = fetch_column(db, f"select id from {table} where name = ? collate nocase", [one.value])
    if not exact and table == "tags":
        exact = fetch_column(db, "select id from tags where slug = ?", [one.value])
    if not exact and not one.exact:
        exact = fetch_column(db, f"select id from {table} where instr(lower(name), lower(?))", [one.value])
    return f"({', '.join(str(int(number)) for number in exact)})"


def article_hits(db: sqlite3.Connection, query: Query, found: list[tuple[int, int]]) -> list[Row]:
    """What a page of results shows of each article, in the order of ``found``."""
    rows = fetch_rows(
        db,
        """
        select
          revisions.id as revision_id,
          revisions.number,
          revisions.seen_at,
          revisions.title,
          substr(revisions.text, 1, 300) as start,
          articles.id,
          articles.url,
          articles.kind,
          articles.byline,
          articles.published_on,
          articles.comment_count,
          articles.missing_since,
          articles.gone_at,
          coalesce(sites.title, sites.name) as site
        from revisions
        join articles on articles.id = revisions.article_id
        join sites on sites.id = articles.site_id
        where revisions.id in (select value from json_each(?))
        """,
        [as_json(revision_id for _, revision_id in found)],
    )
    ids = [row["revision_id"] for row in rows]
    snippets = snippets_of(db, "revisions_fts", 2, query.match, ids)
    titles = titles_of(db, query.match, ids)
    places = paragraphs_of(db, snippets)
    found_rows = {
        row["revision_id"]: row
        | {
            "snippet": snippets.get(row["revision_id"]),
            "marked_title": titles.get(row["revision_id"]),
            "paragraph": places.get(row["revision_id"]),
        }
        for row in rows
    }
    return [found_rows[revision_id] for _, revision_id in found]


def paragraphs_of(db: sqlite3.Connection, snippets: dict[int, str]) -> dict[int, int]:
    """Revision -> position of the block in which its snippet's first hit stands."""
    wanted = {revision_id: hit_words(snippet) for revision_id, snippet in snippets.items() if START in snippet}
    sql = """
        select revision_id, position, text
        from blocks
        where revision_id in (select value from json_each(?)) and kind = 'body'
        order by revision_id, position desc
    """
    blocks = fetch_rows(db, sql, [as_json(wanted)])
    return {row["revision_id"]: row["position"] for row in blocks if wanted[row["revision_id"]] in row["text"]}


def hit_words(snippet: str) -> str:
    """The text around the first hit that stands in one paragraph."""
    part = next(part for part in snippet.split("\n\n") if START in part)
    return without_marks(part).strip("…")


def snippets_of(db: sqlite3.Connection, index: str, column: int, match: str | None, ids: list[int]) -> dict[int, str]:
    """A few words around the hits, between sentinels."""
    if not match or not ids:
        return {}
    sql = f"""
        select rowid, snippet({index}, {column}, ?, ?, '…', 48)
        from {index}
        where {index} match ? and rowid in (select value from json_each(?))
    """
    return dict(db.execute(sql, [START, END, match, as_json(ids)]).fetchall())


def titles_of(db: sqlite3.Connection, match: str | None, ids: list[int]) -> dict[int, str]:
    if not match or not ids:
        return {}
    sql = """
        select rowid, highlight(revisions_fts, 0, ?, ?)
        from revisions_fts
        where revisions_fts match ? and rowid in (select value from json_each(?))
    """
    return dict(db.execute(sql, [START, END, match, as_json(ids)]).fetchall())


def comment_hits(db: sqlite3.Connection, query: Query, ids: list[int]) -> list[Row]:
    rows = fetch_rows(
        db,
        """
        select
          comments.id,
          comments.author,
          comments.posted_at,
          comments.missing_since,
          substr(comments.text, 1, 300) as start,
          articles.url,
          articles.title
        from comments
        join articles on articles.id = comments.article_id
        where comments.id in (select value from json_each(?))
        """,
        [as_json(ids)],
    )
    snippets = snippets_of(db, "comments_fts", 1, query.match, ids)
    held = {row["id"]: row | {"snippet": snippets.get(row["id"])} for row in rows}
    return [held[comment_id] for comment_id in ids if comment_id in held]
