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

LOOKED_AT = 300  # articles published before or after
HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'>\s]+)""", re.I)


def linked_articles(db: sqlite3.Connection, sources: list[str]) -> list[Row]:
    """The archived articles that markup links to, each with the ``href`` that does; by any of their addresses."""
    hrefs = hrefs_of(sources)
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


def hrefs_of(sources: list[str]) -> set[str]:
    """Where markup links to."""
    return {html.unescape(match) for source in sources for match in HREF.findall(source)}


def cites(linked: list[Row], sources: list[str], article_id: int) -> list[Row]:
    """Of the archived articles that a page links to, those that its own text does, itself left out. ``sources``: markup of the text."""
    hrefs = hrefs_of(sources)
    return list({row["id"]: row for row in linked if row["href"] in hrefs and row["id"] != article_id}.values())


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
    """The article before and the one after among those with one author, or one tag. Where these are many, it is soon found among those
    published next."""
    often = len(fetch_column(db, f"select 1 from {table} where {column} = ? limit {LOOKED_AT}", [value])) == LOOKED_AT
    near = f"""
        select title, url
        from (
          select id, title, url, published_at
          from articles
          where published_at {{comparison}} (select published_at from articles where id = :article)
          order by published_at {{order}}
          limit {LOOKED_AT}
        ) as next
        where exists (select 1 from {{table}} where article_id = next.id and {{column}} = :value)
        order by published_at {{order}}
        limit 1
    """
    sql = """
        select articles.title, articles.url
        from {table}
        join articles on articles.id = {table}.article_id
        where {table}.{column} = :value
          and articles.published_at {comparison} (select published_at from articles where id = :article)
        order by articles.published_at {order}
        limit 1
    """
    asked, found = {"value": value, "article": article_id}, dict[str, Row | None]()
    for name, comparison, order in (("previous", "<", "desc"), ("next", ">", "asc")):
        ways = [near, sql] if often else [sql]
        rows = (fetch_row(db, way.format(table=table, column=column, comparison=comparison, order=order), asked) for way in ways)
        found[name] = next(filter(None, rows), None)
    return found
