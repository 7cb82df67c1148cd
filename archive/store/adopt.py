"""After a kill: take in the WARC records that have no row yet, cut off torn bytes, close the rows of runs that never ended."""

from __future__ import annotations

import io
from pathlib import Path

from sqlite_utils import Database
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from archive.clock import now
from archive.warc.records import SUFFIX, Place, sha256, whole_members


def close_killed_crawls(db: Database, at: str) -> list[tuple[int, str]]:
    """A run whose row was never closed was killed: nobody else can be running, the caller holds the lock.

    Returns (site, start) of each: its revisions are still to be settled.
    """
    killed = list(db.execute("select site_id, started_at from crawls where finished_at is null"))
    db.execute("update crawls set finished_at = ?, outcome = 'killed' where finished_at is null", [at])
    return killed


def adopt_records(db: Database, folder: Path) -> int:
    """Give every whole response record a captures row, move torn tails aside; return how many records were adopted."""
    adopted = 0
    for path in sorted((folder / "warc").glob(f"*/*{SUFFIX}")):
        name = str(path.relative_to(folder))
        [start] = db.execute("select coalesce(max(offset), 0) from captures where filename = ?", [name]).fetchone()
        end = start
        for offset, compressed, content in whole_members(path, start):
            end = offset + len(compressed)
            adopted += _adopt(db, name, offset, compressed, content)
        if end < path.stat().st_size:
            _cut(path, end)
    return adopted


def _adopt(db: Database, filename: str, offset: int, compressed: bytes, content: bytes) -> int:
    if not content.startswith(b"WARC/") or b"WARC-Type: response" not in content[:2000]:
        return 0  # also what is no record at all: verify tells
    if db.execute("select 1 from captures where filename = ? and offset = ?", [filename, offset]).fetchone():
        return 0
    record: ArcWarcRecord = next(iter(ArchiveIterator(io.BytesIO(compressed))))
    if record.http_headers is None:  # of another tool, of another protocol
        return 0
    url, at = (record.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date"))
    mime = (record.http_headers.get_header("Content-Type") or "").split(";")[0].strip() or None
    status, body = int(record.http_headers.get_statuscode()), record.raw_stream.read()
    record_id = record.rec_headers.get_header("WARC-Record-ID")
    place = Place(filename, offset, len(compressed), record_id, sha256(compressed), sha256(body))
    insert_capture(db, None, _door(db, url, mime), url, at, status, mime, place)
    return 1


def _door(db: Database, url: str, mime: str | None) -> str:
    """Which door an adopted record came through, by its address and type."""
    if url.endswith("/robots.txt"):
        return "robots"
    kind = mime or ""
    if kind.startswith("image/") or _only_a_picture(db, url):
        return "image"
    return "rest" if "json" in kind else "sitemap" if "sitemap" in url else "feed" if "xml" in kind else "page"


def _only_a_picture(db: Database, url: str) -> bool:
    """Whether articles show a picture at this address: what it answers otherwise, such as a page of errors, is no page of the site."""
    sql = "select exists (select 1 from images where url = :url) and not exists (select 1 from urls where url = :url)"
    return bool(db.execute(sql, {"url": url}).fetchone()[0])


def _cut(path: Path, end: int) -> None:
    """Move a torn tail to a file whose name no reader takes for a WARC file, then cut it off."""
    with open(path, "r+b") as file:
        file.seek(end)
        aside = path.with_name(f"{path.name}.torn-{now().replace(':', '')}-{end}")
        aside.write_bytes(file.read())
        file.truncate(end)


def insert_capture(db: Database, crawl_id: int | None, door: str, url: str, at: str, status: int, mime: str | None, place: Place) -> int:
    cursor = db.execute(
        """
        insert into captures(crawl_id, door, url, captured_at, status, mime,
                             payload_digest, record_id, record_digest, filename, offset, length)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            *[crawl_id, door, url, at, status, mime, place.payload_digest, place.record_id, place.record_digest],
            *[place.filename, place.offset, place.length],
        ],
    )
    return int(cursor.lastrowid or 0)
