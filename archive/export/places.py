"""Where each record of an export lies: takes rows of captures and their records, gives the index of web archives, and tables for people."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from archive.warc.read import header

Row = dict[str, Any]
PLACES = (
    *("file", "part", "url", "captured_at", "status", "record_id", "payload_digest", "record_digest"),
    *("offset", "length", "source", "source_offset"),
)
ROWS = 500  # of a table that are written at once


def index_line(row: Row, head: bytes, filename: str, offset: int, length: int) -> tuple[str, str]:
    """(key, JSON) of a record's line in a CDXJ index. https://specs.webrecorder.net/cdxj/0.1.0/"""
    from surt import surt

    moment = re.sub(r"\D", "", row["captured_at"])[:14]
    own = head.partition(b"\r\n\r\n")[0]
    fields = {
        "url": row["url"],
        "mime": "warc/revisit" if header(own, "WARC-Type") == "revisit" else row["mime"] or "unk",
        "status": str(row["status"]),
        "digest": header(own, "WARC-Payload-Digest") or row["payload_digest"],
        "length": str(length),
        "offset": str(offset),
        "filename": filename,
    }
    return f"{surt(row['url'])} {moment}", json.dumps(fields)


def sorted_index(db: Database) -> Iterator[str]:
    """The lines of the CDXJ index in the order of their keys, which is that of their bytes."""
    for key, line in db.execute("select indexed, line from placed_records order by indexed, capture_id"):
        yield f"{key} {line}\n"


def places_table(db: Database) -> Iterator[bytes]:
    """Where each record lies, and its digests, as a CSV table."""
    sql = """
        select placed_records.file, chosen_captures.part, captures.url, captures.captured_at, status, record_id, payload_digest,
               record_digest, at, captures.length, filename, captures.offset
        from placed_records
        join captures on captures.id = capture_id
        join chosen_captures on chosen_captures.id = capture_id
        order by placed_records.file, at
    """
    return _table(PLACES, db.execute(sql))


def left_out_table(db: Database) -> Iterator[bytes]:
    """The records that were left out, and why, as a CSV table. Their addresses would tell what is withheld."""
    return _table(("record_id", "captured_at", "reason"), db.execute("select * from left_out order by captured_at, record_id"))


def _table(names: Iterable[str], rows: sqlite3.Cursor) -> Iterator[bytes]:
    lines: list[Any] = [tuple(names)]
    while lines:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(lines)
        yield out.getvalue().encode("utf-8", "replace")
        lines = rows.fetchmany(ROWS)
