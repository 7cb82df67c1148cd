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
    if not db.execute("select 1 from sqlite_master where name = 'captures_ahead'").fetchone():
        db.execute("create table captures_ahead as select * from captures where crawl_id is null")
        db.execute("create unique index captures_ahead_id on captures_ahead(id)")
        db.execute("create index captures_ahead_record on captures_ahead(record_id)")
        db.execute("create index captures_ahead_place on captures_ahead(filename, offset)")
    db.execute("delete from captures where record_id in (select record_id from captures_ahead)")


def ahead_at(db: Database, places: Sequence[tuple[str, int]]) -> list[Row]:
    """The captures that lie at these places, (file, offset)."""
    sql = """
        select captures_ahead.*
        from json_each(?) as place
        join captures_ahead on filename = json_extract(place.value, '$[0]') and offset = json_extract(place.value, '$[1]')
        """
    return list(db.query(sql, [json.dumps(places)]))


def foreign_ahead(db: Database, site: str) -> list[Row]:
    """filename, offset and captured_at of the captures below warc/SITE/ that other tools made, in the order of time."""
    sql = """
        select filename, offset, captured_at
        from captures_ahead
        where filename glob :folder and not filename glob :own
        order by captured_at, url, payload_digest, record_id
        """
    own = "".join((f"warc/{site}/{site}-", "[0-9]" * 6, "-[0-9][0-9][0-9]*"))
    return list(db.query(sql, {"folder": f"warc/{site}/*", "own": own}))


def claim_capture(db: Database, capture_id: int, crawl_id: int | None, door: str, article_id: int | None) -> int:
    """This run fetches the capture, through this door; ``crawl_id`` None: another tool did. Returns the id of its row from here on:
    ids follow the order in which the captures are read."""
    columns = [name for _, name, *_ in db.execute("pragma table_info(captures)") if name != "id"]
    names = ", ".join(columns)
    cursor = db.execute(f"insert into captures({names}) select {names} from captures_ahead where id = ?", [capture_id])
    claimed = int(cursor.lastrowid or 0)
    db.execute("delete from captures_ahead where id = ?", [capture_id])
    db.execute("update captures set crawl_id = ?, door = ?, article_id = ? where id = ?", [crawl_id, door, article_id, claimed])
    return claimed


def release_ahead(db: Database) -> int:
    """Give back what no run asked for, as captures without a run, and drop the table; how many there were."""
    rows = [row["id"] for row in db.query("select id from captures_ahead order by id")]
    for capture_id in rows:
        [door] = db.execute("select door from captures_ahead where id = ?", [capture_id]).fetchone()
        claim_capture(db, capture_id, None, door, None)
    db.execute("drop table captures_ahead")
    return len(rows)
