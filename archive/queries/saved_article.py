"""An article as it is held now: takes our id, gives one row with its text, names and terms, and the capture that showed it."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.store.decisions import decided


def saved_article(db: Database, article_id: int, capture_id: int) -> dict[str, Any] | None:
    """None where people withheld the article, or where it is not held.

    The row has the article's own fields, ``text``, ``revision`` (its number), ``authors``, ``tags``, ``categories``, ``comments``
    (how many are held), and the capture's ``record_id`` and ``payload_digest``.
    """
    withheld = decided(db, "withhold").keys()
    if withheld and not withheld.isdisjoint(url for (url,) in db.execute("select url from urls where article_id = ?", [article_id])):
        return None
    row = next(
        db.query(
            """
            select sites.name as site, articles.url, articles.source_id, articles.kind, articles.title, articles.byline,
                   articles.published_at, articles.published_on, articles.published_precision, articles.modified_at,
                   word_count, comment_count as comments, revisions.number as revision, revisions.text,
                   captures.record_id, captures.payload_digest
            from articles
            join sites on sites.id = articles.site_id
            join revisions on revisions.id = articles.revision_id
            join captures on captures.id = ?
            where articles.id = ?
            """,
            [capture_id, article_id],
        ),
        None,
    )
    if row is None:
        return None
    authors = """
        select name
        from article_authors
        join authors on authors.id = author_id
        where article_id = ?
        order by position
        """
    terms = """
        select kind, name
        from article_tags
        join tags on tags.id = tag_id
        where article_id = ?
        order by name
        """
    named = db.execute(terms, [article_id]).fetchall()
    return {
        **row,
        "authors": [name for (name,) in db.execute(authors, [article_id])],
        "tags": [name for kind, name in named if kind == "tag"],
        "categories": [name for kind, name in named if kind == "category"],
    }
