"""An export as a WACZ file, which replays in a browser: WARC files, their index, and its pages with title and text.

https://specs.webrecorder.net/wacz/1.1.1/. Archive files and the index are not compressed by the zip file, so that a reader of a large
one over HTTP asks for the bytes that it needs.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.export.layout import write_proofs
from archive.export.package import Package, Progress
from archive.export.places import left_out_table, places_table, sorted_index
from archive.export.records import ChosenRecords
from archive.export.selection import Selection
from archive.text.plaintext import one_line

VERSION = "1.1.1"
BLOCK = 300  # lines of the index that are compressed together
META = b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
HEADER = {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
PAGES = """
    select
      article_id,
      revisions.id as revision_id,
      number,
      title,
      text,
      (
        select captures.id
        from revision_captures
        join captures on captures.id = capture_id
        join placed_records using (capture_id)
        where revision_id = revisions.id
        order by part = 'page' desc, door = 'page' desc, captured_at
        limit 1
      ) as shown
    from revisions
    where article_id in (select id from chosen_articles)
    order by article_id, number
"""


def write_wacz(package: Package, db: Database, root: Path, selection: Selection, progress: Progress) -> None:
    """Write all files of the WACZ. Raises StorageError when a record is not what was written."""
    records = ChosenRecords(db, root, selection, "archive/data", package.course, package.note_part, progress)
    for name, chunks in records.files():
        package.write(name, chunks, stored=True, large=records.is_large)
    write_index(package, db)
    package.write("pages/pages.jsonl", page_lines(db))
    package.write("proof/records.csv", places_table(db))
    if records.left_out:
        package.write("proof/left-out.csv", left_out_table(db))
    write_proofs(package, db, root, selection, "proof/proofs.jsonl", in_one_folder)
    described = json.dumps(description(package, db, selection), ensure_ascii=False, indent=2).encode("utf-8", "replace")
    package.write("datapackage.json", [described])
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
    package.write("datapackage-digest.json", [json.dumps(digest, indent=2).encode()])


def write_index(package: Package, db: Database) -> None:
    """The index of all records, and the short one that leads into it."""
    packed, short = packed_index(sorted_index(db)), [META]

    def parts() -> Iterator[bytes]:
        for data, line in packed:
            short.append(line)
            yield data

    package.write("indexes/index.cdx.gz", parts(), stored=True)
    short += [line for _, line in packed]  # where an earlier command wrote the long one
    package.write("indexes/index.idx", short)


def in_one_folder(name: str) -> str:
    """Where a seal lies in the file: programs that check a WACZ expect no folders in folders."""
    return f"seals/{name.replace('/', '-')}"


def packed_index(lines: Iterator[str]) -> Iterator[tuple[bytes, bytes]]:
    """A CDXJ index in gzip members of ``BLOCK`` lines, each with the line of the short index that leads to it."""
    offset = 0
    while kept := list(islice(lines, BLOCK)):
        data = gzip.compress("".join(kept).encode(), mtime=0)
        place = {"offset": offset, "length": len(data), "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "filename": "index.cdx.gz"}
        yield data, f"{' '.join(kept[0].split(' ', 2)[:2])} {json.dumps(place)}\n".encode()
        offset += len(data)


def page_lines(db: Database) -> Iterator[bytes]:
    """One page a state of each article that a record shows, with its title and text."""
    yield json.dumps(HEADER).encode() + b"\n"
    for article_id, _, number, title, text, capture_id in db.execute(PAGES):
        if capture_id is not None:
            yield _page(db, f"article-{article_id}-{number}", title, text, capture_id)


def _page(db: Database, name: str, title: str, text: str, capture_id: int) -> bytes:
    url, captured_at = db.execute("select url, captured_at from captures where id = ?", [capture_id]).fetchone()
    page = {"id": name, "url": url, "ts": captured_at, "title": one_line(title), "text": text}
    return json.dumps(page, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def description(package: Package, db: Database, selection: Selection) -> dict[str, Any]:
    """datapackage.json: what is in the file, each part with its digest."""
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{written.digest}", "bytes": written.size}
        for name, written in package.files.items()
    ]
    about = {
        "profile": "data-package",
        "resources": resources,
        "wacz_version": VERSION,
        "title": one_line(selection.title),
        "description": f"{selection.articles} articles with their history, and the records that show them",
        "created": package.course.at,
        "software": "analysis-archive",
    }
    first = next((row for row in db.execute(PAGES) if row[5] is not None), None)
    if first is None:
        return about
    url, captured_at = db.execute("select url, captured_at from captures where id = ?", [first[5]]).fetchone()
    return about | {"mainPageUrl": url, "mainPageDate": captured_at}
