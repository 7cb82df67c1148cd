"""What people overruled, and how it is taken back: a decision is a row that is never changed; the last one on a thing stands."""

from __future__ import annotations

from typing import Any, Literal

from sqlite_utils import Database

Kind = Literal["label", "accept", "reject", "withhold"]
UNDONE = "undone"  # the value of a row that takes the decision before it back


def decide(db: Database, kind: Kind, ref: str, value: str, reason: str | None, at: str) -> None:
    """Write a decision down. Runs inside the caller's transaction."""
    db.execute("insert into decisions(kind, ref, value, reason, decided_at) values (?, ?, ?, ?, ?)", [kind, ref, value, reason, at])


def decided(db: Database, kind: Kind) -> dict[str, dict[str, Any]]:
    """What stands: ref -> its last decision, those taken back left out, in the order of time."""
    last = {row["ref"]: row for row in db.query("select * from decisions where kind = ? order by id", [kind])}
    return {ref: row for ref, row in last.items() if row["value"] != UNDONE}


def listed(db: Database, kind: Kind) -> list[str]:
    """Every decision of a kind that was ever taken, a line each, the latest first."""
    rows = db.query("select * from decisions where kind = ? order by id desc", [kind])
    return [f"{r['decided_at']}  {r['ref']}  {r['value']}{': ' + r['reason'] if r['reason'] else ''}" for r in rows]
