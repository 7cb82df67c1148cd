"""The remembered sites with how each is visited: takes a connection and the time, gives rows for people and for update."""

from __future__ import annotations

from sqlite_utils import Database

from archive.queries.liveliness import visits
from archive.queries.rows import Row
from archive.store.site_settings import site_settings


def listed_sites(db: Database, now: str) -> list[Row]:
    """Each site by name: its row, ``last_run``, ``settings``, and ``interval`` (hours), ``due`` where it is visited."""
    due = {visit.site["id"]: visit for visit in visits(db, now)}
    last = "select started_at, outcome from crawls where site_id = ? and mode <> 'reextract' order by started_at desc, id desc limit 1"
    found = []
    for row in list(db.query("select * from sites order by name")):
        visit = due.get(row["id"])
        found.append(
            row
            | {
                "last_run": next(db.query(last, [row["id"]]), None),
                "settings": site_settings(db, row["id"]),
                "interval": visit.interval if visit else None,
                "due": bool(visit and visit.due),
            }
        )
    return found
