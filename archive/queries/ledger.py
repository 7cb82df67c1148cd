"""The public ledger of what was withheld: takes a connection, gives when and why, and nothing of what it was about."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.queries.rows import Row, fetch_rows
from archive.store.decisions import UNDONE
from archive.text.plaintext import one_line

WITHHELD = "withheld"  # the value of a decision to withhold; a reason for everyone follows it


def withheld_value(public_reason: str | None) -> str:
    """The value of a decision to withhold."""
    said = one_line(public_reason or "").strip()
    return f"{WITHHELD}: {said}" if said else WITHHELD


def public_reason_in(value: str) -> str | None:
    """The reason for everyone in the value of a decision; None where it has none."""
    head, _, said = value.partition(": ")
    return said if head == WITHHELD and said else None


def withheld_ledger(db: sqlite3.Connection) -> list[Row]:
    """Everything that is or was withheld, the latest first: number, kind, withheld_at, public_reason, shown_again_at.

    Decisions on one article at several of its addresses are one entry. A later decision on what stands changes its reason.
    """
    decisions = fetch_rows(db, "select ref, value, decided_at from main.decisions where kind = 'withhold' order by decided_at, id")
    articles = dict(db.execute("select url, article_id from main.urls where url in (select ref from main.decisions)").fetchall())
    entries: list[Row] = []
    standing: dict[object, Row] = {}
    for decision in decisions:
        ref = decision["ref"]
        subject: object = articles.get(ref, ref)
        entry = standing.get(subject)
        if decision["value"] == UNDONE:
            if entry:
                standing.pop(subject)["shown_again_at"] = decision["decided_at"]
            continue
        if entry is None:
            entry = standing[subject] = _entry(len(entries) + 1, ref, decision["decided_at"])
            entries.append(entry)
        entry["public_reason"] = public_reason_in(decision["value"]) or entry["public_reason"]
    return entries[::-1]


def _entry(number: int, ref: str, at: str) -> dict[str, Any]:
    kind = "comment" if ref.startswith("comment:") else "article"
    return {"number": number, "kind": kind, "withheld_at": at, "public_reason": None, "shown_again_at": None}


def expunged_ledger(db: sqlite3.Connection) -> list[Row]:
    """Days on which evidence was destroyed (``archive expunge``), and how many records on each."""
    sql = """
        select substr(expunged_at, 1, 10) as day, count(record_id) as records
        from main.expunged
        group by day
        having records > 0
        order by day desc
    """
    return fetch_rows(db, sql)
