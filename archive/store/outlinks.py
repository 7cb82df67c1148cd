"""How addresses outside of the sites answered: a row for each answer, kept up while the next ones are the same.

Runs inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

Outcome = Literal["answers", "refused", "failing", "not asked"]


@dataclass(frozen=True, slots=True)
class OutlinkFinding:
    """What came of asking an address. ``status``: of the answer, None where none came; ``reason``: why not; ``location``: where it led."""

    url: str
    outcome: Outcome
    status: int | None = None
    reason: str | None = None
    location: str | None = None


def save_outlink(db: Database, finding: OutlinkFinding, at: str) -> None:
    """Keep what came of asking an address at ``at`` (UTC, ISO 8601)."""
    sql = "select * from outlink_checks where url = ? order by last_at desc, id desc limit 1"
    last = next(db.query(sql, [finding.url]), None)
    said = {name: getattr(finding, name) for name in ("outcome", "status", "reason", "location")}
    if last and all(last[name] == value for name, value in said.items()):
        db.execute("update outlink_checks set last_at = ?, checks = checks + 1 where id = ?", [at, last["id"]])
        return
    db.execute(
        """
        insert into outlink_checks(url, first_at, last_at, checks, outcome, status, reason, location)
        values (:url, :at, :at, 1, :outcome, :status, :reason, :location)
        on conflict (url, first_at) do update set
          last_at = excluded.last_at, outcome = excluded.outcome, status = excluded.status, reason = excluded.reason,
          location = excluded.location
        """,
        said | {"url": finding.url, "at": at},
    )


def forget_outlinks(db: Database, article_id: int) -> None:
    """Forget what only this article links to: what an article that is destroyed relied on tells what it said."""
    bare = "substr(url, 1, instr(url || '#', '#') - 1)"
    db.execute(
        f"""
        delete from outlink_checks
        where url in (select {bare} from links where article_id = ?) and url not in (select {bare} from links where article_id <> ?)
        """,
        [article_id, article_id],
    )
