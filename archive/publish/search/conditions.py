"""What a query asks besides words, as SQL: takes a tree of fields and words, gives conditions on articles, comments or documents."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from archive.queries.remembered import OF_ARTICLES, remembered_value
from archive.queries.rows import as_json, fetch_column
from archive.queries.search_fields import DateSpan, date_span, language_of_name, numbers_of
from archive.queries.search_indexes import ARTICLES, COMMENTS, Condition, WordIndex, rows_with
from archive.queries.search_nodes import AnyOf, Filter, Near, Node, NoneOf, QueryTerm
from archive.text.urls import split_url, url_spellings

STATE_OF_ARTICLE = {
    "silent": "articles.id in (select article_id from revisions where number > 1 and declared = 0)",
    "declared": "articles.id in (select article_id from revisions where number > 1 and declared = 1)",
    "link": "articles.kind = 'link'",
    "picture": "articles.kind = 'picture'",
    "missing": "articles.missing_since is not null",
    "gone": "articles.gone_at is not null and articles.missing_since is not null",  # the index is of what is missing
    "edited": "articles.id in (select article_id from revisions where number > 1)",
}
STATE_OF_COMMENT = {  # lists of ids: as plain conditions they would be tested on every comment there is, newest first
    "missing": "comments.id in (select id from comments where missing_since is not null)",
    "gone": "comments.id in (select id from comments where missing_since is not null and gone_at is not null)",
    "edited": "comments.id in (select comment_id from comment_revisions where number > 1)",
    "silent": "0",  # only an article can say that it was edited
    "declared": "0",
}
FEW = 50_000  # comments that are read one by one sooner than an index of all is walked
EVERYWHERE = Condition("1")
COMMENT_KINDS = ("comment", "pingback", "trackback")
PUBLISHED = "coalesce(articles.published_on, articles.published_at)"
COUNTED = {"comments": "articles.comment_count", "words": "articles.word_count"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is searched for. ``rowid``: how its index of words names a row; ``by_field``: a field as a condition on it; ``of_article``:
    a condition on ``articles`` as one on it."""

    index: WordIndex
    rowid: str
    by_field: Callable[[sqlite3.Connection, Filter], Condition]
    of_article: Callable[[Condition], Condition]

    def conditions(self, db: sqlite3.Connection, parts: list[Node]) -> list[Condition]:
        """Everything that must hold."""
        return [self.condition(db, part) for part in parts]

    def condition(self, db: sqlite3.Connection, node: Node) -> Condition:
        """One part of a query."""
        if isinstance(node, Filter):
            return negated(self.by_field(db, node), node)
        if self.index.answers(node):
            return rows_with(db, self.index, node, self.rowid)
        if isinstance(node, QueryTerm | Near):
            return self.of_article(rows_with(db, ARTICLES, node, "articles.revision_id"))
        if isinstance(node, NoneOf):
            inner = self.condition(db, node.part)
            return Condition(f"not coalesce(({inner.sql}), 0)", inner.parameters)
        inners = [self.condition(db, part) for part in node.parts]
        word = " or " if isinstance(node, AnyOf) else " and "
        return Condition(word.join(f"({inner.sql})" for inner in inners), tuple(value for inner in inners for value in inner.parameters))


def joined(conditions: list[Condition]) -> tuple[str, list[Any]]:
    """Conditions joined by ``and``, with all their parameters."""
    where = "\n and ".join(f"({one.sql})" if " or " in one.sql else one.sql for one in conditions) or "1"
    return where, [value for condition in conditions for value in condition.parameters]


def negated(condition: Condition, one: Filter) -> Condition:
    """The opposite of a condition where the filter was negated."""
    return Condition(f"not coalesce(({condition.sql}), 0)", condition.parameters) if one.negated else condition


def article_condition(
    db: sqlite3.Connection, one: Filter, id_column: str = "articles.id", seen: str = "articles.first_seen_at"
) -> Condition:
    """One field filter as a condition on ``articles``."""
    if one.field == "author" and not one.value:
        return Condition("coalesce(articles.byline, '') = ''")
    if one.field == "cites":
        links = link_condition(one.value)
        return Condition(f"{id_column} in (select article_id from links where {links.sql})", links.parameters)
    if one.field == "is":
        return Condition(STATE_OF_ARTICLE[one.value.lower()])
    if one.field == "author":
        ids = matching_ids(db, "authors", one)
        return Condition(f"{id_column} in (select article_id from article_authors where author_id in {ids})")
    if one.field == "tag":
        return Condition(f"{id_column} in (select article_id from article_tags where tag_id in {matching_ids(db, 'tags', one)})")
    if one.field == "site":
        return Condition("articles.site_id in (select id from sites where ? in (name, home, title))", (one.value,))
    if one.field == "lang":
        return Condition("articles.language = ?", (language_of_name(one.value),))
    if one.field in COUNTED:
        return number_condition(COUNTED[one.field], one.value)
    if one.field in ("published", "seen", "after", "before"):
        return span_condition(PUBLISHED if one.field != "seen" else seen, date_span(one))
    value = int(one.value) if one.field == "year" else one.value
    return Condition(f"articles.{one.field} = ?", (value,))


def span_condition(column: str, span: DateSpan | None) -> Condition:
    """A time within a span of dates."""
    ends = [(f"{column} {sign} ?", end) for sign, end in ((">=", span.low), ("<", span.high)) if end] if span else []
    return Condition(" and ".join(sql for sql, _ in ends) or f"{column} is not null", tuple(end for _, end in ends))


def number_condition(column: str, value: str) -> Condition:
    """A number within what was asked."""
    least, most = numbers_of(value) or (None, None)
    ends = [(f"{column} {sign} ?", end) for sign, end in ((">=", least), ("<=", most)) if end is not None]
    return Condition(" and ".join(sql for sql, _ in ends) or "1", tuple(end for _, end in ends))


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


def comment_subject(db: sqlite3.Connection, parts: list[Node]) -> Subject:
    """Comments, asked in the way that reads fewest of them: those of some articles one article after the other, where these articles
    have few; else by date, or by their words."""
    filters = [part for part in parts if isinstance(part, Filter) and not part.negated and is_of_article(part)]
    few = bool(filters) and comments_under(db, filters) <= FEW
    posted = "+comments.posted_at" if few else "comments.posted_at"
    article = "+comments.article_id" if filters and not few else "comments.article_id"

    def by_field(db: sqlite3.Connection, one: Filter) -> Condition:
        return comment_condition(db, one, posted, article)

    return Subject(COMMENTS, "comments.id", by_field, lambda inner: of_article_of_comment(inner, article))


def comments_under(db: sqlite3.Connection, filters: list[Filter]) -> int:
    """How many comments the articles have that these filters find."""
    where, parameters = joined([article_condition(db, one) for one in filters])
    return int(remembered_value(db, f"select coalesce(sum(comment_count), 0) from articles where {where}", parameters, OF_ARTICLES))


def is_of_article(one: Filter) -> bool:
    """Whether a field asks for the article under which a comment stands."""
    own = ("author", "published", "after", "before", "year", "month", "seen")
    state = one.field == "is" and one.value.lower() in STATE_OF_COMMENT
    return one.field not in own and not state and not (one.field == "kind" and one.value in COMMENT_KINDS)


def comment_condition(
    db: sqlite3.Connection, one: Filter, posted: str = "comments.posted_at", article: str = "comments.article_id"
) -> Condition:
    """A field filter as a condition on ``comments``: its own signature and time, its article's tags. ``posted`` and ``article``: these
    columns, with ``+`` where SQLite is not to start from their indexes."""
    if is_of_article(one):
        inner = article_condition(db, one)
        return of_article_of_comment(inner, article) if some_articles_lack(db, inner) else EVERYWHERE
    if one.field == "author":
        return signature_condition(one)
    if one.field == "is":
        return Condition(STATE_OF_COMMENT[one.value.lower()])
    if one.field == "kind":
        return Condition("comments.kind = ?", (one.value,))
    if one.field == "seen":
        return seen_condition(db, date_span(one))
    if one.field in ("year", "month"):  # "-~" sorts behind every later part of a date
        return Condition(f"{posted} between ? and ?", (one.value, f"{one.value}-~"))
    return span_condition(posted, date_span(one))


def some_articles_lack(db: sqlite3.Connection, condition: Condition) -> bool:
    """Whether a condition leaves out any article. Where it does not, no comment has to be looked at for it."""
    sql = f"select exists(select 1 from articles where not coalesce(({condition.sql}), 0))"
    return bool(remembered_value(db, sql, condition.parameters, OF_ARTICLES))


def seen_condition(db: sqlite3.Connection, dates: DateSpan | None) -> Condition:
    """A list of the comments that were first seen then, where they are few: by date, all others would be passed over for them; no
    condition where all were."""
    span = span_condition("comments.first_seen_at", dates)
    [first] = db.execute("select min(first_seen_at) from comments").fetchone()
    [last] = db.execute("select max(first_seen_at) from comments").fetchone()
    if dates and first is not None and dates.low <= first and (not dates.high or last < dates.high):
        return EVERYWHERE
    found = f"select id from comments where {span.sql}"
    few = db.execute(f"select count(*) <= {FEW} from ({found} limit {FEW + 1})", span.parameters).fetchone()[0]
    return Condition(f"comments.id in ({found})", span.parameters) if few else Condition(f"({span.sql})", span.parameters)


def of_article_of_comment(inner: Condition, article: str = "comments.article_id") -> Condition:
    """A condition on the article under which a comment stands."""
    return Condition(f"{article} in (select articles.id from articles where {inner.sql})", inner.parameters)


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
