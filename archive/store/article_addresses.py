"""The addresses that lead to an article. All functions run inside the caller's transaction."""

from __future__ import annotations

from sqlite_utils import Database


def move_article(db: Database, article_id: int, url: str, at: str) -> None:
    """Make ``url`` the article's current address; the one before becomes an alias."""
    db.execute("update urls set kind = 'alias' where article_id = ? and kind = 'current'", [article_id])
    db.execute("update articles set url = ? where id = ?", [url, article_id])
    name_article(db, article_id, url, at)


def name_article(db: Database, article_id: int, url: str, at: str) -> None:
    """The address leads to this article, and so do the links to it."""
    db.execute(
        """
        insert into urls(url, article_id, kind, first_seen_at) values (?, ?, 'current', ?)
        on conflict(url) do update set article_id = excluded.article_id, kind = 'current'
        """,
        [url, article_id, at],
    )
    db.execute(
        "update links set target_article_id = ? where (url = ? or url > ? and url < ?) and target_article_id is null",
        [article_id, url, f"{url}#", f"{url}$"],  # with any fragment: $ follows # in ASCII
    )


def add_alias(db: Database, article_id: int, url: str, at: str) -> None:
    """Keep a further address of an article. One that is known, of this article or of another, stays what it is."""
    db.execute("insert or ignore into urls(url, article_id, kind, first_seen_at) values (?, ?, 'alias', ?)", [url, article_id, at])
