"""The home page: takes a connection, gives its numbers, its latest articles and changes, its topics and authors."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.publish.changes.events import list_changes
from archive.publish.overview.status import site_states
from archive.queries.counts import COMMENTS_SHOWN, published_months
from archive.queries.remembered import remembered
from archive.queries.rows import Row, as_json, fetch_rows


def home_context(db: sqlite3.Connection) -> dict[str, Any]:
    """Everything the home page shows."""
    return {
        "sites": site_states(db),
        "months": remembered(db, ("published months",), lambda: published_months(db), of=("articles", "comments")),
        "articles": latest_articles(db, 12),
        "changes": list_changes(db, "changed", 8),
        "removals": latest_removals(db, 8),
        "topics": topics(db, 40),
        "authors": busiest_authors(db, 20),
    }


def latest_removals(db: sqlite3.Connection, limit: int) -> list[Row]:
    """What disappeared or came back, newest first. An article that is missing and then gone is one story, told as it
    stands."""
    latest: dict[tuple[int, int | None], Row] = {}
    for row in list_changes(db, "removed", 3 * limit):
        latest.setdefault((row["article_id"], row["comment_id"]), row)
    rows = list(latest.values())[:limit]
    sql = """
        select article_id, comment_id, last_seen_at as since, missing_since, gone_at, back_at
        from absences
        where article_id in (select value from json_each(?))
        order by missing_since
    """
    absences = {(row["article_id"], row["comment_id"]): row for row in fetch_rows(db, sql, [as_json(row["article_id"] for row in rows)])}
    return [row | absences[row["article_id"], row["comment_id"]] for row in rows]


def latest_articles(db: sqlite3.Connection, limit: int) -> list[Row]:
    """The newest articles."""
    return fetch_rows(
        db,
        f"""
        select
          articles.id,
          articles.url,
          articles.kind,
          articles.title,
          articles.byline,
          articles.published_on,
          articles.missing_since,
          articles.gone_at,
          {COMMENTS_SHOWN} as comment_count,
          substr(revisions.text, 1, 300) as start
        from articles
        left join revisions on revisions.id = articles.revision_id
        order by articles.published_at desc
        limit ?
        """,
        [limit],
    )


def topics(db: sqlite3.Connection, limit: int) -> list[Row]:
    """Tags and categories by the number of articles; equal names of several sites are one topic."""
    return remembered(db, ("topics", limit), lambda: fetch_rows(db, TOPICS, [limit]), of=("tags", "article_tags"))


TOPICS = """
    with used as (
      select
        tag_id,
        count(*) as uses
      from article_tags
      group by tag_id
    )
    select
      tags.name,
      case
        when count(*) = 1 then sum(used.uses)
        else (
          select count(distinct article_id)
          from article_tags
          where tag_id in (select id from tags as same where same.name = tags.name)
        )
      end as articles
    from used
    join tags on tags.id = used.tag_id
    group by tags.name
    order by articles desc, tags.name
    limit ?
"""


def busiest_authors(db: sqlite3.Connection, limit: int) -> list[Row]:
    """Authors by their number of articles, the most first."""
    return remembered(db, ("authors", limit), lambda: fetch_rows(db, AUTHORS, [limit]), of=("authors", "article_authors"))


AUTHORS = """
    with signed as (
      select
        author_id,
        count(*) as articles
      from article_authors
      group by author_id
    )
    select
      authors.name,
      sum(signed.articles) as articles
    from signed
    join authors on authors.id = signed.author_id
    group by authors.name
    order by articles desc, authors.name
    limit ?
"""
