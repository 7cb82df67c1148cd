"""Sites and what is remembered of their own lists. Functions that write run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database


def ensure_site(db: Database, name: str, home: str, timezone: str | None) -> None:
    """A row for the site, under this name or, where another site has it, a numbered one. A site is known by its home."""
    db.execute(
        """
        insert into sites(name, home, timezone) values (?, ?, ?)
        on conflict(home) do update set timezone = coalesce(excluded.timezone, timezone)
        """,
        [_free_name(db, name, home), home, timezone],
    )


def _free_name(db: Database, name: str, home: str) -> str:
    taken: dict[str, str] = dict(db.execute("select name, home from sites").fetchall())
    candidates = [name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))]
    return next(c for c in candidates if taken.get(c, home) == home)


def site_ids(db: Database) -> list[int]:
    return [site_id for (site_id,) in db.execute("select id from sites")]


def describe_site(db: Database, site_id: int, columns: Mapping[str, str | None]) -> None:
    """Fill in home, title or timezone; a value of None leaves what is there."""
    for column, value in columns.items():
        db.execute(f"update sites set {column} = coalesce(?, {column}) where id = ?", [value, site_id])


def list_of(db: Database, site_id: int, name: str) -> dict[str, Any] | None:
    """The row of ``lists``; None where the list was never asked."""
    return next(db.query("select * from lists where site_id = ? and name = ?", [site_id, name]), None)


def save_list(db: Database, site_id: int, name: str, columns: Mapping[str, Any]) -> None:
    """Remember something about a list; columns that are not named stay as they are."""
    db.execute("insert or ignore into lists(site_id, name, door, url) values (?, ?, '', '')", [site_id, name])
    if columns:
        assignments = ", ".join(f"{column} = ?" for column in columns)
        db.execute(f"update lists set {assignments} where site_id = ? and name = ?", [*columns.values(), site_id, name])


def save_overcounts(db: Database, site_id: int, name: str, spans: Sequence[tuple[str, str, int]]) -> None:
    """(earliest, latest, how many too many) of spans in which a list's totals count more than the site gives; earlier ones stay."""
    db.conn.executemany(
        "insert or replace into overcounts(site_id, list, first_at, last_at, count) values (?, ?, ?, ?, ?)",
        [(site_id, name, *span) for span in spans],
    )


def forget_unread_site(db: Database, site_id: int) -> None:
    """A site of which nothing was ever read is not remembered: a mistyped home must not be visited again by cron."""
    if db.execute("select 1 from articles where site_id = ?", [site_id]).fetchone():
        return
    db.execute("update captures set crawl_id = null where crawl_id in (select id from crawls where site_id = ?)", [site_id])
    for table in ("lists", "overcounts", "checkpoints", "feed_items", "gaps", "coverage", "quarantine", "crawls"):
        db.execute(f"delete from {table} where site_id = ?", [site_id])
    db.execute("delete from sites where id = ?", [site_id])
