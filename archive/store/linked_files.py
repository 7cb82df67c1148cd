"""Files that articles show, use or link: what a captured record holds of one, and which of them are not asked for yet.

Pictures, assets and documents are three kinds of one thing. A kind is the ``door`` of its captures and the ``kind`` of its gaps.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from archive.clock import moment
from archive.errors import ArchiveError
from archive.warc.read import is_truncated, read_record

Row = Mapping[str, Any]
FileKind = Literal["image", "asset", "document"]
FILE_KINDS: tuple[FileKind, ...] = ("image", "asset", "document")
LARGEST = 64 * 2**20  # bytes, unpacked
NOT_THERE = ("answers 404", "answers 410")
TOO_LARGE = "larger than "  # and the name of the setting that says so


class NoFile(ArchiveError):
    """A record that came through the door of a kind of files holds none of that kind."""


def declared_mime(row: Row) -> str:
    """The media type of a row of ``captures``, in small letters; '' where none is declared."""
    return (row["mime"] or "").partition(";")[0].strip().lower()


def read_file(folder: Path, row: Row) -> bytes:
    """The file in the record of a row of ``captures``, unpacked. Raises NoFile with the reason, DamagedRecord."""
    if row["status"] != 200:
        raise NoFile(f"answers {row['status']}")
    record, body = read_record(folder, row)
    if is_truncated(record):
        raise NoFile("broke off before the end it had announced")
    content = unpacked(body, record.http_headers.get_header("Content-Encoding") or "identity")
    if not content:
        raise NoFile("is empty")
    return content


def unpacked(body: bytes, encoding: str) -> bytes:
    """A body without its Content-Encoding. Raises NoFile."""
    if encoding.lower() == "identity":
        return body
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise NoFile(f"is packed as {encoding}, which was not asked for")
    unzip = zlib.decompressobj(zlib.MAX_WBITS + 32)
    try:
        content = unzip.decompress(body, LARGEST)
    except zlib.error as error:
        raise NoFile(f"cannot be unpacked: {error}") from error
    if unzip.unconsumed_tail or not unzip.eof:
        raise NoFile("cannot be unpacked whole")
    return content


# what a crawl asks


def captured_since(db: Database, url: str, capture_id: int, doors: Iterable[str]) -> list[dict[str, Any]]:
    """Captures of this address through these doors that may hold its file and are younger than that one, the youngest first: a
    killed run, or another article, left them."""
    named = list(doors)
    sql = f"""
        select *
        from captures
        where url = ? and door in ({", ".join("?" * len(named))}) and status = 200 and id > ?
        order by id desc
        """
    return list(db.query(sql, [url, *named, capture_id]))


def waiting(db: Database, site_id: int, kind: FileKind, now: str, asked: Callable[[str], str | None]) -> set[str | None]:
    """Addresses that brought no file and are not asked for yet: in the next run again, then at doubling distances; some never.

    ``asked`` gives the spelling in which an address is asked for, and told here.
    """
    rows = list(db.execute("select ref, reason, since from gaps where site_id = ? and kind = ?", [site_id, kind]))
    found = {(asked(ref), reason, since) for ref, reason, since in rows}
    return {url for url, reason, since in found if _is_final(reason) or _asked_lately(db, url, kind, since, now)}


def _is_final(reason: str) -> bool:
    """Why a file is not asked for again, full runs apart."""
    return reason in NOT_THERE or reason.startswith(TOO_LARGE)


def _asked_lately(db: Database, url: str | None, kind: FileKind, since: str, now: str) -> bool:
    """Whether the time since it was last asked for is less than the time that had passed until then, since it was first missed."""
    [last] = db.execute("select max(captured_at) from captures where url = ? and door = ?", [url, kind]).fetchone()
    return last is not None and moment(now) - moment(last) < moment(last) - moment(since)


# what it saves, inside the caller's transaction


def close_file_gaps(db: Database, site_id: int, kind: FileKind, refs: Iterable[str]) -> None:
    """Files of these addresses are held: they are no gaps any more."""
    db.conn.executemany("delete from gaps where site_id = ? and kind = ? and ref = ?", [(site_id, kind, ref) for ref in refs])


def forget_file_gaps(db: Database, site_id: int, kind: FileKind, named: set[str]) -> None:
    """The gaps of files that nothing names any more. ``named``: the addresses that are named."""
    rows = db.execute("select ref from gaps where site_id = ? and kind = ?", [site_id, kind])
    close_file_gaps(db, site_id, kind, [ref for (ref,) in rows if ref not in named])
