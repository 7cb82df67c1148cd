"""The row of a run: what it counted, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

NOTED = (  # columns that a run notes of itself at its end
    *("started_at", "finished_at", "mode", "outcome", "exit_code", "requests", "bytes"),
    *("new", "revised", "unchanged", "missing", "quarantined", "note", "database_bytes"),
)
ENDING = ("finished_at", "outcome", "exit_code", "requests", "bytes", "unchanged", "note", "database_bytes")  # columns written at the end
COUNTERS = ("new", "revised", "missing", "quarantined")
UNCHANGED = """
    select count(*)
    from articles
    where site_id = :site_id and last_seen_at >= :since and first_seen_at < :since
      and not exists (select 1 from revisions where revisions.article_id = articles.id and number > 1 and seen_at >= :since)
    union all
    select count(*)
    from comments
    join articles on articles.id = comments.article_id
    where site_id = :site_id and comments.last_seen_at >= :since and comments.first_seen_at < :since
      and not exists (select 1 from comment_revisions where comment_id = comments.id and number > 1 and seen_at >= :since)
    """


def start_run(db: Database, site_id: int, at: str, mode: str) -> int:
    """Open a run's row, inside the caller's transaction; return its id."""
    cursor = db.execute("insert into crawls(site_id, started_at, mode) values (?, ?, ?)", [site_id, at, mode])
    return int(cursor.lastrowid or 0)


def reopen_run(db: Database, crawl_id: int) -> None:
    """A run that was killed is gone on with: its row is that of a run under way again. Inside the caller's transaction."""
    db.execute("update crawls set finished_at = null, outcome = null where id = ?", [crawl_id])


def count_unchanged(db: Database, site_id: int, since: str) -> int:
    """Articles and comments that the run which began then read and found as they were; what it read twice counts once."""
    return sum(count for (count,) in db.execute(UNCHANGED, {"site_id": site_id, "since": since}))


def add_counts(db: Database, crawl_id: int, counts: Mapping[str, int]) -> None:
    """Add to the numbers of a run's row. Runs inside the caller's transaction, as all below."""
    named = [column for column in COUNTERS if counts.get(column)]
    if named:
        assignments = ", ".join(f"{column} = {column} + ?" for column in named)
        db.execute(f"update crawls set {assignments} where id = ?", [*[counts[column] for column in named], crawl_id])


def ended_run(db: Database, run: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A run's row at its end. ``values``: columns of ``crawls``; what it found unchanged and the size of the database are added."""
    unchanged = count_unchanged(db, run["site_id"], run["started_at"])
    return {**run, **values, "unchanged": unchanged, "database_bytes": database_size(db)}


def end_run(db: Database, row: Mapping[str, Any]) -> None:
    """Write the row of a run that has ended."""
    db.execute(f"update crawls set {', '.join(f'{column} = ?' for column in ENDING)} where id = ?", [*map(row.get, ENDING), row["id"]])


def restate_run(db: Database, crawl_id: int, columns: Mapping[str, Any]) -> None:
    """Write what a run noted of itself over what doing it again gave."""
    known = {name: value for name, value in columns.items() if name in NOTED}
    if known:
        db.execute(f"update crawls set {', '.join(f'{name} = ?' for name in known)} where id = ?", [*known.values(), crawl_id])


def drop_run(db: Database, crawl_id: int) -> None:
    """Delete the row of a run that was no visit."""
    db.execute("update captures set crawl_id = null where crawl_id = ?", [crawl_id])
    db.execute("delete from rereadings where crawl_id = ?", [crawl_id])
    db.execute("delete from crawls where id = ?", [crawl_id])


def database_size(db: Database) -> int:
    """Bytes of the database, what still lies in its journal included."""
    [pages], [page] = (db.execute(f"pragma {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages) * int(page)
