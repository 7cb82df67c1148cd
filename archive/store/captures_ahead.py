"""While an archive is built again: captures that no run has fetched yet lie in a table of their own, so that no run knows what is to come.

The table is there from the beginning of a rebuilding to its end. All functions run inside the caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


def set_ahead(db: Database) -> None:
    """Put every capture that no run has fetched aside. What was adopted once more, because a rebuilding was killed, is not kept twice."""
    db.execute("create table if not exists captures_ahead as select * from captures where false")
    db.execute("create unique index if not exists captures_ahead_id on captures_ahead(id)")
    db.execute("create index if not exists captures_ahead_place on captures_ahead(filename, offset)")
    new = "crawl_id is null and not exists (select 1 from captures_ahead as old where old.record_id = captures.record_id)"
    if not db.execute("select 1 from captures_ahead limit 1").fetchone():  # at first: all of them, as one
        db.execute(f"insert into captures_ahead select * from captures where {new}")
    db.execute("delete from captures where crawl_id is null")


def ahead_at(db: Database, places: Sequence[tuple[str, int]]) -> list[Row]:
    """The captures that lie at these places, (file, offset)."""
    sql = """
        select captures_ahead.*
        from json_each(?) as place
        join captures_ahead on filename = json_extract(place.value, '$[0]') and offset = json_extract(place.value, '$[1]')
        """
    return list(db.query(sql, [json.dumps(places)]))


def claim_capture(db: Database, capture_id: int, crawl_id: int, door: str, article_id: int | None) -> None:
    """This run fetches the capture, through this door."""
    db.execute("insert into captures select * from captures_ahead where id = ?", [capture_id])
    db.execute("update captures set crawl_id = ?, door = ?, article_id = ? where id = ?", [crawl_id, door, article_id, capture_id])


def release_ahead(db: Database) -> int:
    """Give back what no run asked for, as captures without a run, and drop the table; how many there were."""
    cursor = db.execute("insert into captures select * from captures_ahead where id not in (select id from captures)")
    db.execute("drop table captures_ahead")
    return int(cursor.rowcount)
