"""Disappearances as two archives observed them become those that one would have observed: takes sightings and absences, gives absences.

Nothing is invented: an absence begins where one was found, and ends where a later sighting by either archive ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

from archive.clock import later

Row = Mapping[str, Any]
GONE_AFTER = 24  # hours: the shortest time after which an absence may be confirmed
SEEN, MISSING, BACK = 0, 1, 2  # at one time in this order
COLUMNS = ("last_seen_at", "missing_since", "gone_at", "back_at", "capture_id", "reason")


def joined(sightings: Iterable[str], absences: Iterable[Row]) -> list[dict[str, Any]]:
    """The absences of one article or comment, in the order of time. Pure. ``absences``: rows of both archives, ``COLUMNS`` of each."""
    rows = list(absences)
    events: list[tuple[str, int, Row | None]] = [(at, SEEN, None) for at in sightings]
    events += [(row["last_seen_at"], SEEN, None) for row in rows]
    events += [(row["back_at"], BACK, None) for row in rows if row["back_at"]]
    events += [(row["missing_since"], MISSING, row) for row in rows]
    events += [(row["gone_at"], MISSING, None) for row in rows if row["gone_at"]]
    found: list[dict[str, Any]] = []
    seen = ""
    for at, kind, row in sorted(events, key=lambda event: (event[0], event[1], event[2] is None)):
        last = found[-1] if found and found[-1]["back_at"] is None else None
        if kind != MISSING:
            seen = at
            if last and (kind == BACK or last["missing_since"] <= at):
                last["back_at"] = at
        elif last is None:
            told = row or {}
            found.append(
                {"last_seen_at": seen or at, "missing_since": at, "gone_at": None, "back_at": None}
                | {name: told.get(name) for name in ("capture_id", "reason")}
            )
        elif last["gone_at"] is None and (later(last["missing_since"], hours=GONE_AFTER) <= at or _is_gone(rows, last, at)):
            last["gone_at"] = at
    return found


def _is_gone(rows: list[Row], last: Row, at: str) -> bool:
    """Whether one of the archives took this absence for confirmed then: its setting may ask for less than a day."""
    return any(row["missing_since"] == last["missing_since"] and row["gone_at"] == at for row in rows)


def save_absences(db: Database, article_id: int, comment_id: int | None, wanted: list[dict[str, Any]]) -> None:
    """Write them where they differ from what is held, and let the article or comment say the same."""
    sql = "select * from absences where article_id = ? and comment_id is ? order by missing_since, id"
    held = list(db.query(sql, [article_id, comment_id]))
    for row, told in zip(held, wanted, strict=False):
        if differ := {name: told[name] for name in COLUMNS if told[name] != row[name]}:
            db.execute(f"update absences set {', '.join(f'{n} = ?' for n in differ)} where id = ?", [*differ.values(), row["id"]])
    for row in held[len(wanted) :]:
        db.execute("delete from absences where id = ?", [row["id"]])
    for told in wanted[len(held) :]:
        db.execute(
            f"insert into absences(article_id, comment_id, {', '.join(COLUMNS)}) values (?, ?, {', '.join('?' * len(COLUMNS))})",
            [article_id, comment_id, *(told[name] for name in COLUMNS)],
        )
    last = wanted[-1] if wanted and wanted[-1]["back_at"] is None else {"missing_since": None, "gone_at": None}
    table, row_id = ("articles", article_id) if comment_id is None else ("comments", comment_id)
    db.execute(
        f"update {table} set missing_since = ?, gone_at = ? where id = ? and (missing_since is not ? or gone_at is not ?)",
        [last["missing_since"], last["gone_at"], row_id, last["missing_since"], last["gone_at"]],
    )
