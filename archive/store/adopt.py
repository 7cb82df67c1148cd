"""After a kill: take in the WARC records that have no row yet, cut off torn bytes, close the rows of runs that never ended."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from archive.clock import now
from archive.store.captures import insert_capture
from archive.warc.foreign import imported_from
from archive.warc.place import SUFFIX, Place, is_own_file, sha256
from archive.warc.read import LARGEST_FOREIGN, next_record, response_in, whole_members

ASSETS = ("text/css", "text/javascript", "application/javascript", "application/x-javascript")
DOCUMENTS = (  # how their types begin
    *("application/pdf", "application/msword", "application/epub+zip"),
    *("application/vnd.openxmlformats-", "application/vnd.oasis.", "application/vnd.ms-"),
)


def close_killed_crawls(db: Database, at: str) -> list[tuple[int, str]]:
    """A run whose row was never closed was killed: nobody else can be running, the caller holds the lock.

    Returns (site, start) of each: its revisions are still to be settled.
    """
    killed = list(db.execute("select site_id, started_at from crawls where finished_at is null"))
    db.execute("update crawls set finished_at = ?, outcome = 'killed' where finished_at is null", [at])
    return killed


def adopt_records(db: Database, folder: Path) -> int:
    """Give every whole response record a captures row, move torn tails aside; return how many records were adopted.

    Files that another tool made are read and never changed. What cannot be adopted stays where it is, and ``verify`` names it.
    """
    return sum(_adopt_file(db, folder, path) for path in sorted((folder / "warc").glob(f"*/*{SUFFIX}")) if path.is_file())


def _adopt_file(db: Database, folder: Path, path: Path) -> int:
    """Adopt what lies behind the last record that is known of a file. A damaged stretch with whole records behind it is no tail."""
    name, size, own = str(path.relative_to(folder)), path.stat().st_size, is_own_file(path)
    source = None if own else imported_from(path)
    [start] = db.execute("select coalesce(max(offset), 0) from captures where filename = ?", [name]).fetchone()
    adopted, position, end = 0, start, start
    while position is not None:
        for offset, compressed, content in whole_members(path, position, None if own else LARGEST_FOREIGN):
            end = offset + len(compressed)
            adopted += _adopt(db, path, name, offset, compressed, content, source)
        position = next_record(path, end) if end < size else None
    if end < size and own:
        _cut(path, end)
    return adopted


def _adopt(db: Database, path: Path, filename: str, offset: int, compressed: bytes, content: bytes, source: str | None) -> bool:
    """Whether the member at a place is a response that had no row. A record that stands in two places keeps the first one."""
    if db.execute("select 1 from captures where filename = ? and offset = ?", [filename, offset]).fetchone():
        return False
    record = response_in(content, path)
    if record is None or db.execute("select 1 from captures where record_id = ?", [record.record_id]).fetchone():
        return False
    place = Place(filename, offset, len(compressed), record.record_id, sha256(compressed), sha256(record.body))
    door = _door(db, record.url, record.mime)
    insert_capture(db, None, door, record.url, record.captured_at, record.status, record.mime, place, source)
    return True


def _door(db: Database, url: str, mime: str | None) -> str:
    """Which door an adopted record came through, by its address and type."""
    if url.endswith("/robots.txt"):
        return "robots"
    kind = mime or ""
    if named := _named_as(db, url):
        return named
    if kind.startswith("image/") or _only_a_picture(db, url):
        return "image"
    if kind in ASSETS or kind.startswith("font/"):
        return "asset"
    if kind.startswith(DOCUMENTS):
        return "document"
    return "rest" if "json" in kind else "sitemap" if "sitemap" in url else "feed" if "xml" in kind else "page"


def _named_as(db: Database, url: str) -> str:
    """``document`` or ``asset`` where an article links such a file at this address, or a page uses it; else ''."""
    sql = """
        select 'document' from documents where url = :url
        union all
        select 'asset' from assets where url = :url and kind <> 'picture'
        limit 1
        """
    found = db.execute(sql, {"url": url}).fetchone()
    return str(found[0]) if found else ""


def _only_a_picture(db: Database, url: str) -> bool:
    """Whether articles show a picture at this address: what it answers otherwise, such as a page of errors, is no page of the site."""
    sql = "select exists (select 1 from images where url = :url) and not exists (select 1 from urls where url = :url)"
    return bool(db.execute(sql, {"url": url}).fetchone()[0])


def _cut(path: Path, end: int) -> None:
    """Move a torn tail to a file whose name no reader takes for a WARC file, then cut it off. Records that are merely not
    compressed are no torn tail."""
    with open(path, "r+b") as file:
        file.seek(end)
        if file.read(5) == b"WARC/":
            return
        file.seek(end)
        aside = path.with_name(f"{path.name}.torn-{now().replace(':', '')}-{end}")
        aside.write_bytes(file.read())
        file.truncate(end)
