"""What was destroyed and came back: a site's feeds and listings may show excerpts of it as long as it stands there.

When an archive is closed, the records that were written since are searched for the traces that tombstones keep, and those that hold
one are destroyed in the same way. Where nothing was ever destroyed, this is one question to the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.store.expunge import Destruction, finish, remove_rows, write_files
from archive.text.passages import TRACE, readings, traces_in
from archive.warc.decoded import Undecodable, body_text, is_text
from archive.warc.read import read_record

logger = logging.getLogger(__name__)
Row = dict[str, Any]
WITH_TRACES = "select id, site_id, what, reason, passages, looked from expunged where passages is not null order by id"
SINCE = """
    select captures.*
    from captures
    join sites on filename >= 'warc/' || name || '/' and filename < 'warc/' || name || '0'
    where sites.id = ? and captures.id > ?
"""


def destroy_again(db: Database, folder: Path, at: str, transaction: Callable[[], AbstractContextManager[None]]) -> int:
    """Destroy the records since the last time that hold what was destroyed. Returns how many. Raises StorageError, DamagedRecord."""
    count = 0
    for row in list(db.query(WITH_TRACES)):
        traces = frozenset(row["passages"][i : i + TRACE] for i in range(0, len(row["passages"]), TRACE))
        [last] = db.execute("select coalesce(max(id), 0) from captures").fetchone()
        if last <= row["looked"]:
            continue
        found = [capture for capture in list(db.query(SINCE, [row["site_id"], row["looked"]])) if _holds(folder, capture, traces)]
        plan = Destruction(row["site_id"], row["what"], None, None, found, row["reason"], at)
        places = write_files(folder, plan) if found else {}
        with transaction():
            remove_rows(db, plan, places)
            [last] = db.execute("select coalesce(max(id), 0) from captures").fetchone()  # ids of what was removed are given again
            db.execute("update expunged set looked = ? where id = ?", [last, row["id"]])
        finish(db, folder)
        count += len(found)
    if count:
        logger.warning("%d new records held what a legal order destroyed; they were destroyed too", count)
    return count


def _holds(folder: Path, capture: Row, traces: frozenset[bytes]) -> bool:
    record, body = read_record(folder, capture)
    if not is_text(capture["mime"]):
        return False
    try:
        text = body_text(record.http_headers, body)
    except Undecodable:
        return False
    return any(traces_in(plain, traces) for plain in readings(text))
