"""Which articles and comments a query finds: takes a query, gives ids in order."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from archive.queries.rows import as_json, fetch_column, fetch_value
from archive.queries.search_query import Filter, Query
from archive.text.urls import split_url, url_spellings

MOST_RANKED = 20_000  # matching comments beyond which the newest come first: ranking 800,000 takes two seconds
WEIGHTS = "10.0, 5.0, 1.0"  # title, byline, text
# ``cross join`` keeps SQLite from asking the index of words once for each article of an author or a year (700 -> 15 ms).
SEARCHED = {  # place -> where to look, and the revision that is found there
    "articles": ("revisions_fts cross join articles on articles.revision_id = revisions_fts.rowid", "revisions_fts.rowid"),
    "history": (
        """revisions_fts
        cross join revisions on revisions.id = revisions_fts.rowid
        join articles on articles.id = revisions.article_id and articles.revision_id <> revisions.id""",
        "revisions_fts.rowid",
    ),
}
UNSEARCHED = {
    "articles": ("articles", "articles.revision_id"),
    "history": ("revisions join articles on articles.id = revisions.article_id and articles.revision_id <> revisions.id", "revisions.id"),
}

STATE_OF_ARTICLE = {
    "missing": "articles.missing_since is not null",
    "gone": "articles.gone_at is not null and articles.missing_since is not null",  # the index is of what is missing
    "edited": "articles.id in (select article_id from revisions where number > 1)",
}
STATE_OF_COMMENT = {  # lists of ids: as plain conditions they would be tested on every comment there is, newest first
    "missing": "comments.id in (select id from comments where missing_since is not null)",
    "gone": "comments.id in (select id from comments where missing_since is not null and gone_at is not null)",
    "edited": "comments.id in (select comment_id from comment_revisions where number > 1)",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


def find_articles(db: sqlite3.Connection, query: Query, sort: str) -> list[tuple[int, int]]:
    """Article and revision of every hit, in order."""
    place = "history" if query.place == "history" else "articles"
    source, revision = (SEARCHED if query.match else UNSEARCHED)[place]
    conditions = [*word_conditions(query, "revisions_fts", revision), *article_conditions(db, query)]
    order = {
        "relevance": f"bm25(revisions_fts, {WEIGHTS})" if query.match else "articles.published_at desc",
        "newest": "articles.published_at desc",
        "oldest": "articles.published_at",
    }[sort]
    where, parameters = joined(conditions)
    sql = f"select articles.id, {revision} from {source} where {where} order by {order}, articles.id desc"
    return [(row[0], row[1]) for row in db.execute(sql, parameters)]


def find_comments(db: sqlite3.Connection, query: Query, sort: str, limit: int) -> tuple[list[int], int, str]:
    """Ids of the first hits, in order, the number of all, and the order they are in.

    Words that stand in very many comments rank nothing and cost seconds to rank: their hits come by date.
    """
    matches = fetch_value(db, "select count(*) from comments_fts where comments_fts match ?", [query.match]) if query.match else None
    if matches is None or matches > MOST_RANKED:
        by_date = "oldest" if sort == "oldest" else "newest"
        ids = comments_by_date(db, query, by_date, limit, matches or 0)
        if len(ids) < limit:
            return ids, len(ids), by_date
        words_alone = query.match and not query.filters and not query.excluded
        return ids, int(matches or 0) if words_alone else count_matching_comments(db, query), by_date
    conditions = [*word_conditions(query, "comments_fts", "comments_fts.rowid"), *comment_conditions(db, query)]
    where, parameters = joined(conditions)
    ranked = sort == "relevance" and not query.filters  # the index alone sorts by rank: a join would read every match
    source = "comments_fts" if ranked else "comments_fts cross join comments on comments.id = comments_fts.rowid"
    order = {"relevance": "rank", "newest": "comments.posted_at desc", "oldest": "comments.posted_at"}[sort]
    found = fetch_column(db, f"select comments_fts.rowid from {source} where {where} order by {order}", parameters)
    return found[:limit], len(found), sort


def comments_by_date(db: sqlite3.Connection, query: Query, sort: str, limit: int, matches: int) -> list[int]:
    """Ids of the first comments by date. ``matches``: how many comments have the words."""
    where, parameters = joined(conditions_on_comments(db, query, one_by_one=soon_found(db, query, limit, matches)))
    order = "comments.posted_at" + (" desc" if sort == "newest" else "")
    return fetch_column(db, f"select comments.id from comments where {where} order by {order} limit ?", [*parameters, limit])


def soon_found(db: sqlite3.Connection, query: Query, limit: int, matches: int) -> bool:
    """Whether so many comments match that asking one after the other, by date, finds ``limit`` of them sooner than a list of all
    matches is made. To ask the index about one comment takes 500 times as long as to list one match (measured: 80 and .16 µs).
    """
    if not matches or query.filters:
        return False
    asked = limit * int(fetch_value(db, "select coalesce(max(id), 0) from comments")) / matches
    return asked * 500 < matches


def count_matching_comments(db: sqlite3.Connection, query: Query) -> int:
    """How many comments match. Words without filters are counted in the index alone, which is fast."""
    if query.match and not query.filters:
        where, parameters = joined(word_conditions(query, "comments_fts", "comments_fts.rowid"))
        return int(fetch_value(db, f"select count(*) from comments_fts where {where}", parameters))
    where, parameters = joined(conditions_on_comments(db, query))
    return int(fetch_value(db, f"select count(*) from comments where {where}", parameters))


def conditions_on_comments(db: sqlite3.Connection, query: Query, one_by_one: bool = False) -> list[Condition]:
    """With ``+`` SQLite does not start from the matches but walks an index of ``comments`` and stops at the limit."""
    listed = "+comments.id in (select rowid from comments_fts where comments_fts match ?)"
    asked = "exists (select 1 from comments_fts where comments_fts match ? and rowid = comments.id)"
    matching = Condition(asked if one_by_one else listed, (query.match,))
    wanted = [matching] if query.match else []
    return [*wanted, *unwanted_condition(query, "comments_fts", "comments.id"), *comment_conditions(db, query)]


def joined(conditions: list[Condition]) -> tuple[str, list[Any]]:
    """Conditions joined by ``and``, with all their parameters."""
    where = "\n and ".join(condition.sql for condition in conditions) or "1"
    return where, [value for condition in conditions for value in condition.parameters]


def word_conditions(query: Query, index: str, rowid: str) -> list[Condition]:
    """The wanted and unwanted words as conditions."""
    wanted = [Condition(f"{index} match ?", (query.match,))] if query.match else []
    return [*wanted, *unwanted_condition(query, index, rowid)]


def unwanted_condition(query: Query, index: str, rowid: str) -> list[Condition]:
    """Rows that have none of the unwanted words."""
    if not query.excluded:
        return []
    return [Condition(f"{rowid} not in (select rowid from {index} where {index} match ?)", (query.excluded,))]


def article_conditions(db: sqlite3.Connection, query: Query) -> list[Condition]:
    """With ``+`` SQLite tests each match against a list of ids; without, it asks the list's index for each match (1,000 -> 20 ms)."""
    id_column = "+articles.id" if query.match else "articles.id"
    return [negated(article_condition(db, one, id_column), one) for one in query.filters]


def negated(condition: Condition, one: Filter) -> Condition:
    """The opposite of a condition where the filter was negated."""
    return Condition(f"not coalesce(({condition.sql}), 0)", condition.parameters) if one.negated else condition


def article_condition(db: sqlite3.Connection, one: Filter, id_column: str = "articles.id") -> Condition:
    """One field filter as a condition on ``articles``."""
    published = "coalesce(articles.published_on, articles.published_at)"
    if one.field == "author" and not one.value:
        return Condition("coalesce(articles.byline, '') = ''")
    if one.field == "cites":
        return Condition(
            f"{id_column} in (select article_id from links where {link_condition(one.value).sql})", link_condition(one.value).parameters
        )
    if one.field == "is":
        return Condition(STATE_OF_ARTICLE[one.value.lower()])
    if one.field == "author":
        ids = matching_ids(db, "authors", one)
        return Condition(f"{id_column} in (select article_id from article_authors where author_id in {ids})")
    if one.field == "tag":
        return Condition(f"{id_column} in (select article_id from article_tags where tag_id in {matching_ids(db, 'tags', one)})")
    if one.field == "site":
        return Condition("articles.site_id in (select id from sites where ? in (name, home, title))", (one.value,))
    if one.field == "after":
        return Condition(f"{published} >= ?", (one.value,))
    if one.field == "before":
        return Condition(f"{published} < ?", (one.value,))
    value = int(one.value) if one.field == "year" else one.value
    return Condition(f"articles.{one.field} = ?", (value,))


def link_condition(value: str) -> Condition:
    """Articles that link to a host (``example.org``), or to one address in any of its spellings."""
    parts = split_url(value)
    if parts is None:
        return Condition("0")
    host, path, query = parts
    bare = re.sub(r":\d+$", "", host.removeprefix("www."))
    if path == "/" and not query and "://" not in value:
        return Condition("host = ?", (bare,))
    return Condition("url in (select value from json_each(?))", (as_json(url_spellings(host, path, query)),))


def comment_conditions(db: sqlite3.Connection, query: Query) -> list[Condition]:
    """The filters of a query as conditions on ``comments``."""
    return [negated(comment_condition(db, one), one) for one in query.filters]


def comment_condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """The same filter as a condition on ``comments``: its own signature and time, its article's tags."""
    if one.field == "author":
        return signature_condition(one)
    if one.field == "is":
        return Condition(STATE_OF_COMMENT[one.value.lower()])
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
