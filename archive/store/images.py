"""Pictures of articles: which of them are held, and what a captured record shows. No text, and no revision, depends on one."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.clock import moment
from archive.errors import ArchiveError
from archive.warc.place import sha256
from archive.warc.read import is_truncated, read_record

Row = Mapping[str, Any]
Place = tuple[int, int]  # of a row of ``images``: article, position
LARGEST = 64 * 2**20  # bytes, unpacked
NOT_THERE = ("answers 404", "answers 410")
TOO_LARGE = "larger than DOWNLOAD_MAXSIZE"
FINAL = (*NOT_THERE, TOO_LARGE)  # why a picture is not asked for again, full runs apart


class NoPicture(ArchiveError):
    """A record that came through the door ``image`` shows none."""


def read_picture(folder: Path, row: Row) -> bytes:
    """The picture in the record of a row of ``captures``, unpacked. Raises NoPicture with the reason, DamagedRecord."""
    mime = (row["mime"] or "").lower()
    if row["status"] != 200:
        raise NoPicture(f"answers {row['status']}")
    if not mime.startswith("image/"):
        raise NoPicture(f"is no picture, but {mime or 'of no declared type'}")
    record, body = read_record(folder, row)
    if is_truncated(record):
        raise NoPicture("broke off before the end it had announced")
    picture = unpacked(body, record.http_headers.get_header("Content-Encoding") or "identity")
    if not picture:
        raise NoPicture("is empty")
    if "svg" not in mime and picture.lstrip()[:1] == b"<":
        raise NoPicture(f"is markup, though it is called {mime}")
    return picture


def unpacked(body: bytes, encoding: str) -> bytes:
    """A body without its Content-Encoding; we ask for none, and few servers pack pictures all the same."""
    if encoding.lower() == "identity":
        return body
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise NoPicture(f"is packed as {encoding}, which was not asked for")
    unzip = zlib.decompressobj(zlib.MAX_WBITS + 32)
    try:
        picture = unzip.decompress(body, LARGEST)
    except zlib.error as error:
        raise NoPicture(f"cannot be unpacked: {error}") from error
    if unzip.unconsumed_tail or not unzip.eof:
        raise NoPicture("cannot be unpacked whole")
    return picture


# what a crawl asks


def pictures_of(db: Database, site_id: int) -> list[dict[str, Any]]:
    """The site's rows of ``images`` and when their capture was made, those of the newest articles first. An address that is an
    article's shows no picture."""
    sql = """
        select images.article_id, position, images.url, capture_id, captures.captured_at
        from images
        join articles on articles.id = images.article_id
        left join captures on captures.id = images.capture_id
        where articles.site_id = ? and not exists (select 1 from urls where urls.url = images.url)
        order by published_at desc, images.article_id desc, position
        """
    return list(db.query(sql, [site_id]))


def captured_since(db: Database, url: str, capture_id: int) -> list[dict[str, Any]]:
    """Captures of this address that may show its picture and are younger than that one, the youngest first: a killed run, or
    another article, left them."""
    sql = """
        select *
        from captures
        where url = ? and door = 'image' and status = 200 and lower(mime) like 'image/%' and id > ?
        order by id desc
        """
    return list(db.query(sql, [url, capture_id]))


def waiting(db: Database, site_id: int, now: str, asked: Callable[[str], str | None]) -> set[str | None]:
    """Addresses that brought no picture and are not asked for yet: in the next run again, then at doubling distances; some never.

    ``asked`` gives the spelling in which an address is asked for, and told here.
    """
    rows = list(db.execute("select ref, reason, since from gaps where site_id = ? and kind = 'image'", [site_id]))
    found = {(asked(ref), reason, since) for ref, reason, since in rows}
    return {url for url, reason, since in found if reason in FINAL or _asked_lately(db, url, since, now)}


def _asked_lately(db: Database, url: str | None, since: str, now: str) -> bool:
    """Whether the time since it was last asked for is less than the time that had passed until then, since it was first missed."""
    [last] = db.execute("select max(captured_at) from captures where url = ? and door = 'image'", [url]).fetchone()
    return last is not None and moment(now) - moment(last) < moment(last) - moment(since)


# what it saves, inside the caller's transaction


def save_picture(db: Database, site_id: int, capture: Row, picture: bytes, places: Iterable[Place], refs: Iterable[str]) -> None:
    """Tie a captured picture to the articles that show it, under addresses spelled like these; it is no gap any more."""
    digest, pairs = sha256(picture), list(places)
    db.conn.executemany(
        "update images set digest = ?, capture_id = ? where article_id = ? and position = ?",
        [(digest, capture["id"], *pair) for pair in pairs],
    )
    db.execute("update captures set article_id = ? where id = ? and article_id is null", [pairs[0][0], capture["id"]])
    db.conn.executemany("delete from gaps where site_id = ? and kind = 'image' and ref = ?", [(site_id, ref) for ref in refs])


def forget_image_gaps(db: Database, site_id: int, named: set[str]) -> None:
    """The gaps of pictures that no article shows any more. ``named``: the addresses that articles show."""
    gaps = [ref for (ref,) in db.execute("select ref from gaps where site_id = ? and kind = 'image'", [site_id]) if ref not in named]
    db.conn.executemany("delete from gaps where site_id = ? and kind = 'image' and ref = ?", [(site_id, ref) for ref in gaps])


# what verify asks


def unlike(db: Database, folder: Path, of_site: str) -> Iterator[str]:
    """Rows of ``images`` that their capture does not bear out. Damage of the record itself is told where records are checked."""
    sql = f"""
        select images.article_id as shown_by, position, digest, captures.*
        from images
        join captures on captures.id = images.capture_id
        where images.article_id in ({of_site})
        """
    for row in db.query(sql):
        name = f"article {row['shown_by']}, picture {row['position']}"
        if row["digest"] == row["payload_digest"] and row["door"] == "image" and row["status"] == 200:
            continue
        try:
            if sha256(read_picture(folder, row)) != row["digest"]:
                yield f"{name}: the digest is not that of capture {row['id']}"
        except ArchiveError as error:
            yield f"{name}: capture {row['id']}: {error}"
