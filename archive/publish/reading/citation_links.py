"""Articles that belong together: takes an article, gives what it cites, what cites it, and its neighbours in time, by author
and by topic.
"""

from __future__ import annotations

import html
import re
import sqlite3
from typing import Any

from archive.queries.rows import Row, as_json, fetch_column, fetch_row, fetch_rows
from archive.text.urls import one_spelling

HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'>\s]+)""", re.I)


def linked_articles(db: sqlite3.Connection, sources: list[str]) -> list[Row]:
    """The archived articles that markup links to, each with the ``href`` that does; by any of their addresses."""
    hrefs = {html.unescape(match) for source in sources for match in HREF.findall(source)}
    spellings = [{"href": href, "url": url} for href in hrefs for url in {href, one_spelling(href) or href}]
    sql = """
        with hrefs as materialized (
          select json_extract(value, '$.href') as href, json_extract(value, '$.url') as url
          from json_each(?)
        ),
        targets as (
          select hrefs.href, urls.article_id
          from hrefs
          join urls on urls.url = hrefs.url
          union
          select hrefs.href, links.target_article_id
          from hrefs
          join links on links.url = hrefs.href
          where links.target_article_id is not null
        )
        select
          targets.href,
          articles.id,
          articles.title,
          articles.url,
          articles.published_on,
          articles.published_at,
          articles.first_seen_at
        from targets
        join articles on articles.id = targets.article_id
        order by articles.published_at
    """
    return fetch_rows(db, sql, [as_json(spellings)])


def cites(db: sqlite3.Connection, article: Row, revision: Row) -> list[Row]:
    """The archived articles that this state of the text links to."""
    sql = "select html from blocks where revision_id = ? and kind in ('body', 'caption')"
    rows = linked_articles(db, fetch_column(db, sql, [revision["id"]]))
    return list({row["id"]: row for row in rows if row["id"] != article["id"]}.values())


def cited_by(db: sqlite3.Connection, article_id: int) -> list[Row]:
    """The articles that link to this one, newest first, at most 100."""
    sql = """
        select distinct
          articles.title,
          articles.url,
          articles.published_on
        from links
        join articles on articles.id = links.article_id
        where links.target_article_id = ? and links.article_id <> links.target_article_id
        order by articles.published_at desc
        limit 100
    """
    return fetch_rows(db, sql, [article_id])


def neighbours(db: sqlite3.Connection, article: Row) -> dict[str, Row | None]:
    """The site's articles published just before and just after."""
    sql = """
        select title, url
        from articles
        where site_id = ? and published_at {comparison} ?
        order by published_at {order}
        limit 1
    """
    asked = [article["site_id"], article["published_at"]]
    return {
        "previous": fetch_row(db, sql.format(comparison="<", order="desc"), asked),
        "next": fetch_row(db, sql.format(comparison=">", order="asc"), asked),
    }


def series(db: sqlite3.Connection, article_id: int) -> list[dict[str, Any]]:
    """The article before and after by the first author, and of the first topic: where a reader goes on."""
    author = fetch_row(
        db,
        """
        select authors.id, authors.name
        from article_authors
        join authors on authors.id = article_authors.author_id
        where article_id = ?
        order by position
        limit 1
        """,
        [article_id],
    )
    topic = fetch_row(
        db,
        """
        select tags.id, tags.name
        from article_tags
        join tags on tags.id = article_tags.tag_id
        where article_id = ?
        order by tags.kind = 'tag' desc, tags.id
        limit 1
        """,
        [article_id],
    )
    rows = [("author", "article_authors", "author_id", author), ("tag", "article_tags", "tag_id", topic)]
    found = [
        {"field": field, "name": one["name"]} | beside(db, article_id, table, column, one["id"])
        for field, table, column, one in rows
        if one
    ]
    return [one for one in found if one["previous"] or one["next"]]


def beside(db: sqlite3.Connection, article_id: int, table: str, column: str, value: int) -> dict[str, Row | None]:
    """The article before and the one after among those with one author, or one tag."""
    sql = """
        select articles.title, articles.url
        from {table}
        join articles on articles.id = {table}.article_id
        where {table}.{column} = :value
          and articles.published_at {comparison} (select published_at from articles where id = :article)
        order by articles.published_at {order}
        limit 1
    """
    asked = {"value": value, "article": article_id}
    return {
        "previous": fetch_row(db, sql.format(table=table, column=column, comparison="<", order="desc"), asked),
        "next": fetch_row(db, sql.format(table=table, column=column, comparison=">", order="asc"), asked),
    }
