"""Pictures of articles: which of them are held, and what a captured record shows. No text, and no revision, depends on one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.store.linked_files import NoFile, close_file_gaps, read_file
from archive.warc.place import sha256

Row = Mapping[str, Any]
Place = tuple[int, int]  # of a row of ``images``: article, position


def read_picture(folder: Path, row: Row) -> bytes:
    """The picture in the record of a row of ``captures``, unpacked. Raises NoFile with the reason, DamagedRecord."""
    mime = (row["mime"] or "").lower()
    if row["status"] == 200 and not mime.startswith("image/"):
        raise NoFile(f"is no picture, but {mime or 'of no declared type'}")
    picture = read_file(folder, row)
    if "svg" not in mime and picture.lstrip()[:1] == b"<":
        raise NoFile(f"is markup, though it is called {mime}")
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


# what it saves, inside the caller's transaction


def save_picture(db: Database, site_id: int, capture: Row, picture: bytes, places: Iterable[Place], refs: Iterable[str]) -> None:
    """Tie a captured picture to the articles that show it, under addresses spelled like these; it is no gap any more."""
    digest, pairs = sha256(picture), list(places)
    db.conn.executemany(
        "update images set digest = ?, capture_id = ? where article_id = ? and position = ?",
        [(digest, capture["id"], *pair) for pair in pairs],
    )
    db.execute("update captures set article_id = ? where id = ? and article_id is null", [pairs[0][0], capture["id"]])
    close_file_gaps(db, site_id, "image", refs)


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
