"""Files that captured pages show themselves with: style sheets, fonts, scripts and pictures, each address once for a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.store.images import read_picture
from archive.store.linked_files import NoFile, close_file_gaps, declared_mime, read_file
from archive.warc.place import sha256

Row = Mapping[str, Any]
AssetKind = Literal["style", "font", "script", "picture"]
KINDS: tuple[AssetKind, ...] = ("style", "font", "script", "picture")  # what a page looks like depends on the first ones most


class FoundAsset(NamedTuple):
    """A file that a page or a style sheet names."""

    url: str  # whole, as it is asked for
    kind: AssetKind
    depth: int  # how many style sheets lie between it and the page
    page_capture_id: int | None


def read_asset(folder: Path, asset: Row, row: Row) -> bytes:
    """The file in the record of a row of ``captures``, unpacked. Raises NoFile with the reason, DamagedRecord."""
    if asset["kind"] == "picture":
        return read_picture(folder, row)
    if row["status"] == 200 and declared_mime(row) in ("text/html", "application/xhtml+xml"):
        raise NoFile(f"is no {asset['kind']}, but a page")
    return read_file(folder, row)


# what a crawl asks


def assets_due(db: Database, site_id: int, *, pictures: bool) -> list[dict[str, Any]]:
    """The site's rows of ``assets`` that are not held, style sheets first; ``pictures``: those too."""
    sql = """
        select *
        from assets
        where site_id = ? and capture_id is null and (? or kind <> 'picture')
        order by depth, kind = 'style' desc, kind = 'font' desc, kind = 'script' desc, id
        """
    return list(db.query(sql, [site_id, pictures]))


def held_sheets(db: Database, site_id: int) -> list[dict[str, Any]]:
    """The captures of the site's style sheets, each with the sheet's depth and the page on which it was first seen."""
    sql = """
        select captures.*, depth, page_capture_id
        from assets
        join captures on captures.id = capture_id
        where assets.site_id = ? and kind = 'style'
        order by assets.id
        """
    return list(db.query(sql, [site_id]))


def captured_pages(db: Database, site_id: int, after: int) -> list[dict[str, Any]]:
    """Captures of the site's pages that came after that one, in the order in which they came. A page that was captured again in the
    same bytes names nothing new."""
    sql = """
        select min(captures.id) as first, captures.*
        from captures
        join sites on sites.id = ?
        where door = 'page' and status = 200 and filename >= 'warc/' || sites.name || '/' and filename < 'warc/' || sites.name || '0'
        group by payload_digest
        having min(captures.id) > ?
        order by captures.id
        """
    return list(db.query(sql, [site_id, after]))


# what verify asks


def unlike_assets(db: Database, folder: Path, site: str | None) -> Iterator[str]:
    """Assets, of all sites or of one, that their capture does not bear out."""
    sql = """
        select assets.id as asset, assets.kind, assets.digest, captures.*
        from assets
        join sites on sites.id = site_id
        join captures on captures.id = capture_id
        where ? is null or sites.name = ?
        """
    for row in db.query(sql, [site, site]):
        if row["digest"] == row["payload_digest"] and row["status"] == 200:
            continue
        try:
            if sha256(read_asset(folder, row, row)) != row["digest"]:
                yield f"asset {row['asset']}: the digest is not that of capture {row['id']}"
        except ArchiveError as error:
            yield f"asset {row['asset']}: capture {row['id']}: {error}"


# what it saves, inside the caller's transaction


def add_assets(db: Database, site_id: int, found: Iterable[FoundAsset], at: str) -> int:
    """Remember what is named; return how much of it is new."""
    before = db.conn.total_changes
    db.conn.executemany(
        """
        insert into assets(site_id, url, kind, depth, page_capture_id, first_seen_at) values (?, ?, ?, ?, ?, ?)
        on conflict(site_id, url) do nothing
        """,
        [(site_id, one.url, one.kind, one.depth, one.page_capture_id, at) for one in found],
    )
    return db.conn.total_changes - before


def save_asset(db: Database, asset: Row, capture: Row, digest: str) -> None:
    """Tie an asset to the capture that brought it; it is no gap any more."""
    db.execute("update assets set digest = ?, capture_id = ? where id = ?", [digest, capture["id"], asset["id"]])
    close_file_gaps(db, asset["site_id"], "asset", [asset["url"]])
