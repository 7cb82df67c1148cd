"""Alarms about pages in quarantine: takes a site's row, gives an alarm for those of one kind together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from sqlite_utils import Database

from archive.alarms.alarm import PROGRAM, SHOWN, Alarm
from archive.queries.health import waiting
from archive.queries.rows import Row


def same_kind(reason: str) -> str:
    """A reason without its numbers: ``the text shrank from # to # words``."""
    return re.sub(r"\d+", "#", reason)


def quarantine_alarms(db: Database, site: Row) -> Iterator[Alarm]:
    """Pages in quarantine, those of one kind together. The id of an alarm is that of its oldest page."""
    groups = defaultdict[str, list[Row]](list)
    for row in reversed(waiting(db, site["id"])):
        groups[same_kind(row["reason"])].append(row)
    for rows in groups.values():
        first, number = rows[0], len(rows)
        one = f"a page was not believed: {first['reason']}"
        yield Alarm(
            id=str(first["id"]),
            kind="quarantine",
            site=site["name"],
            since=first["captured_at"],
            what=one if number == 1 else f"{number:,} pages were not believed: {same_kind(first['reason'])}",
            evidence=tuple(row["url"] for row in rows[:SHOWN]),
            commands=(
                ("look at it beside what is held", f"{PROGRAM} accept --show {first['id']}"),
                ("the site is right", f"{PROGRAM} accept {first['id']}"),
                *((("it is so with all of them", f"{PROGRAM} accept --all-like {first['id']}"),) if number > 1 else ()),
                ("what is held is right", f"{PROGRAM} reject {'--all-like ' * (number > 1)}{first['id']}"),
            ),
        )


def like(db: Database, quarantine_id: int) -> list[Row]:
    """The undecided pages of the same site in quarantine for the same kind of reason as this one, the oldest first."""
    row = next(db.query("select * from quarantine where id = ?", [quarantine_id]), None)
    if row is None:
        return []
    return [other for other in reversed(waiting(db, row["site_id"])) if same_kind(other["reason"]) == same_kind(row["reason"])]
