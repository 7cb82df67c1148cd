"""Pages that were kept but not believed. Functions run inside the caller's transaction."""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database

LONGEST = 200_000  # characters of a refused text that are kept for comparison; the record has all of it


class RefusedText(NamedTuple):
    """What was read of a page that was not believed."""

    title: str = ""
    text: str = ""


UNREAD = RefusedText()


def is_quarantined(db: Database, site_id: int, url: str, reason: str, capture_id: int, since: str) -> bool:
    """Whether this capture of the address was refused, or any for the same reason at or after ``since``."""
    sql = """
        select 1
        from quarantine
        where site_id = ? and url = ? and (capture_id = ? or (reason = ? and coalesce(last_at, captured_at) >= ?))
        """
    return db.execute(sql, [site_id, url, capture_id, reason, since]).fetchone() is not None


def refuse_again(db: Database, site_id: int, url: str, reason: str, at: str) -> bool:
    """Note that an address was refused once more, for a reason for which it lies in quarantine already. False where it does not,
    or where its article was read well in between."""
    sql = """
        update quarantine
        set last_at = ?
        where id = (
          select max(id)
          from quarantine as latest
          where site_id = ? and url = ? and reason = ? and captured_at <= ?
            and not exists (
              select 1
              from urls
              join articles on articles.id = urls.article_id
              where urls.url = latest.url and articles.last_seen_at > coalesce(latest.last_at, latest.captured_at)
            )
        )
        """
    return db.execute(sql, [at, site_id, url, reason, at]).rowcount > 0


def add_to_quarantine(db: Database, site_id: int, url: str, at: str, reason: str, capture_id: int, read: RefusedText) -> None:
    db.execute(
        "insert into quarantine(site_id, url, captured_at, reason, capture_id, title, text) values (?, ?, ?, ?, ?, ?, ?)",
        [site_id, url, at, reason, capture_id, read.title or None, read.text[:LONGEST] or None],
    )


def leave_quarantine(db: Database, site_id: int, capture_id: int | None, kept: str) -> None:
    """Let a capture, and all that show articles by now, out, but for reasons that begin with ``kept``."""
    db.execute(
        """
        delete from quarantine
        where site_id = ? and reason not like ?
          and (capture_id = ? or capture_id in (select id from captures where article_id is not null))
        """,
        [site_id, f"{kept}%", capture_id],
    )
