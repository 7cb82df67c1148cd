"""What a site lists and the archive does not hold, by name, and the threads that are read to their end. Inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

THREAD = "#comments"  # an article's address with this names its thread
NAMED = """
    select id from articles where site_id = ? and source_id = ?
    union select articles.id from urls cross join articles not indexed on articles.id = urls.article_id
    where urls.url = ? and urls.kind = 'current' and articles.site_id = ?
    """  # with "or" SQLite looks at every article of the site; with "in" too, where statistics say that there are few
TEXT = "#text"  # with this it names what its text lacks


def add_gap(db: Database, site_id: int, gap: Mapping[str, Any], at: str) -> None:
    """``gap``: kind, ref, reason, explained, month (optional). One that is known keeps its first time."""
    db.execute(
        """
        insert into gaps(site_id, kind, ref, month, reason, explained, since) values (?, ?, ?, ?, ?, ?, ?)
        on conflict(site_id, kind, ref) do update set reason = excluded.reason, explained = excluded.explained
        """,
        [site_id, gap["kind"], gap["ref"], gap.get("month"), gap["reason"], gap["explained"], at],
    )


def forget_gaps(db: Database, site_id: int, kind: str, reason: str) -> None:
    db.execute("delete from gaps where site_id = ? and kind = ? and reason = ?", [site_id, kind, reason])


def drop_gaps(db: Database, site_id: int, kind: str, refs: Iterable[str]) -> None:
    db.conn.executemany("delete from gaps where site_id = ? and kind = ? and ref = ?", [(site_id, kind, ref) for ref in refs])


def close_article_gaps(db: Database, site_id: int, article: Mapping[str, Any]) -> None:
    """An article that was read is no gap, neither by its id nor by its address; what it lacked before is named anew."""
    sql = "delete from gaps where site_id = ? and kind = 'article' and ref in (?, ?, ?)"
    db.execute(sql, [site_id, article["source_id"], article["url"], f"{article['url']}{TEXT}"])
    db.execute("delete from verdicts where site_id = ? and url = ?", [site_id, article["url"]])


def close_gap_of(db: Database, article_id: int, url: str) -> None:
    """What a held article was asked for at is no gap."""
    sql = "delete from gaps where site_id = (select site_id from articles where id = ?) and kind = 'article' and ref = ?"
    db.execute(sql, [article_id, url])


def close_gaps_of_missing(db: Database, article_id: int) -> None:
    """What was lacking of an article that is not there any more, its page, its text or its thread, cannot be had: its absence says so.
    What a rule explains stays explained."""
    db.execute(
        """
        delete from gaps
        where explained = 0
          and site_id = (select site_id from articles where id = :article)
          and (
            kind = 'article' and ref in (
              select source_id from articles where id = :article
              union select url from urls where article_id = :article
              union select url || :text from urls where article_id = :article
            )
            or kind = 'comment' and ref in (select url || :thread from urls where article_id = :article)
          )
        """,
        {"article": article_id, "text": TEXT, "thread": THREAD},
    )


def close_comment_gaps(db: Database, site_id: int, comments: Iterable[Mapping[str, Any]]) -> None:
    refs = json.dumps([comment["source_id"] for comment in comments])
    db.execute("delete from gaps where site_id = ? and kind = 'comment' and ref in (select value from json_each(?))", [site_id, refs])


def finish_threads(db: Database, site_id: int, refs: Iterable[str], at: str) -> None:
    """The threads of these articles, by the site's own ids or addresses, have been read to their end: their gaps are closed."""
    finished = [(site_id, ref, ref, site_id) for ref in refs]
    db.conn.executemany(f"update articles set comments_checked_at = ? where id in ({NAMED})", [(at, *named) for named in finished])
    db.conn.executemany(
        f"""
        delete from gaps
        where site_id = ? and kind = 'comment' and ref in (select url || ? from articles where id in ({NAMED}))
        """,
        [(site_id, THREAD, *named) for named in finished],
    )


def finish_all_threads(db: Database, site_id: int, at: str) -> None:
    """All threads have been read to their end."""
    db.execute("update articles set comments_checked_at = ? where site_id = ? and missing_since is null", [at, site_id])
    db.execute(
        """
        delete from gaps
        where site_id = ? and kind = 'comment'
          and ref in (select url || ? from articles where site_id = ? and comments_checked_at = ?)
        """,
        [site_id, THREAD, site_id, at],
    )


def forget_said(db: Database, words: str) -> None:
    """Forget the gaps of all sites whose reason says this."""
    db.execute("delete from gaps where instr(reason, ?)", [words])
