"""Disappearances: what was asked for by itself and was not there. All functions run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlite_utils import Database

from archive.clock import later
from archive.store.comments import count_comments
from archive.store.gaps import close_gaps_of_missing

Table = Literal["articles", "comments"]


def mark_missing(
    db: Database, table: Table, ids: Iterable[int], at: str, capture_id: int | None, gone_after: float, reason: str | None = None
) -> int:
    """Mark rows whose absence their own request confirmed at ``at``; return how many are newly missing.

    A row that has been missing for ``gone_after`` hours, confirmed again now, is gone.
    """
    newly = 0
    for row_id in ids:
        row = next(db.query(f"select * from {table} where id = ?", [row_id]))
        article_id, comment_id = (row_id, None) if table == "articles" else (row["article_id"], row_id)
        if row["missing_since"] is None:
            newly += 1
            db.execute(f"update {table} set missing_since = ? where id = ?", [at, row_id])
            db.execute(
                "insert into absences(article_id, comment_id, last_seen_at, missing_since, capture_id, reason) values (?, ?, ?, ?, ?, ?)",
                [article_id, comment_id, row["last_seen_at"], at, capture_id, reason],
            )
            if comment_id:
                count_comments(db, article_id)
        elif row["gone_at"] is None and later(row["missing_since"], hours=gone_after) <= at:
            db.execute(f"update {table} set gone_at = ? where id = ?", [at, row_id])
            db.execute(
                "update absences set gone_at = ? where article_id = ? and comment_id is ? and back_at is null", [at, article_id, comment_id]
            )
        if table == "articles":
            db.execute("update articles set checked_at = ? where id = ?", [at, row_id])
            close_gaps_of_missing(db, row_id)
    return newly


def due_again(db: Database, site_id: int, table: Table, at: str, gone_after: float) -> list[tuple[int, str]]:
    """(id, source_id) of rows that are missing, not yet gone, and due for their second confirmation."""
    owner = "site_id = ?" if table == "articles" else "article_id in (select id from articles where site_id = ?)"
    rows = db.query(
        f"select id, source_id, missing_since from {table} where {owner} and missing_since is not null and gone_at is null", [site_id]
    )
    return [(r["id"], r["source_id"]) for r in rows if r["source_id"] and later(r["missing_since"], hours=gone_after) <= at]
