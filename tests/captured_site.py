# ruff: noqa: E501
"""The literal archive with real WARC files: every capture of ``tests/publish_archive.py`` gets its record, and more are added of other
kinds: packed, in an old charset, a redirect, a refusal, a picture, a list of REST, a long text, a page that wants to run.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.connection import open_for_writing
from archive.warc.write import Exchange, WarcWriter
from tests.publish_archive import HOME, build_archive

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff9a31a4670000000049454e44ae426082"
)
FIRST, SECOND = "2024-01-01T06:00:10Z", "2024-02-01T06:00:10Z"
SENT = [("User-Agent", "archive-test"), ("Accept-Encoding", "gzip")]
HTML = [("Server", "unit"), ("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
RUNNING = f"""<!doctype html><html><head><title>It runs</title><base href="{HOME}2014/">
<meta http-equiv="refresh" content="0; url=https://evil.example/"><link rel="preconnect" href="https://evil.example/">
<link rel="stylesheet" href="https://evil.example/s.css"><script>document.title = "it ran"; parent.document.title = "it ran";</script></head>
<body onload="document.body.id = 'ran'"><h1>Quiet</h1><img src="../pic.png" srcset="https://evil.example/big.png 2x" alt="held">
<img src="https://evil.example/not-held.png" alt="not held"><iframe src="https://evil.example/frame"></iframe>
<form action="https://evil.example/"><button>Send</button></form><script src="https://evil.example/s.js"></script></body></html>"""
MORE: list[dict[str, Any]] = [
    {"id": 501, "door": "page", "url": f"{HOME}packed", "body": gzip.compress(b"<p>Packed, \xc3\xa9t\xc3\xa9</p>", mtime=0),
     "headers": [*HTML, ("Content-Encoding", "gzip")]},
    {"id": 502, "door": "page", "url": f"{HOME}old-charset", "body": "<p>Привет, мир</p>".encode("cp1251"),
     "headers": [("Content-Type", "text/html; charset=windows-1251")]},
    {"id": 503, "door": "page", "url": f"{HOME}moved", "status": 301, "body": b"", "headers": [("Location", "/2014/03/raid")]},
    {"id": 504, "door": "page", "url": f"{HOME}nothing", "status": 404, "body": b"<p>No such page</p>", "headers": HTML},
    {"id": 505, "door": "image", "url": f"{HOME}pic.png", "body": PNG, "headers": [("Content-Type", "image/png")]},
    {"id": 506, "door": "rest", "url": f"{HOME}wp-json/wp/v2/posts?page=2", "body": b'[{"id": 101}]',
     "headers": [("Content-Type", "application/json")]},
    {"id": 507, "door": "page", "url": f"{HOME}long", "body": ("<p>" + "word " * 10_000 + "the end</p>").encode(), "headers": HTML},
    {"id": 508, "door": "page", "url": f"{HOME}2014/running", "body": RUNNING.encode(), "headers": HTML},
    {"id": 509, "door": "page", "url": "https://pictures.example.net/About/", "body": b"<p>Elsewhere</p>", "headers": HTML},
    {"id": 510, "door": "page", "url": f"{HOME}2014/03/raid?print=1", "body": b"<p>For print</p>", "headers": HTML},
]  # fmt: skip


def build_captured(folder: Path) -> Path:
    """Write the archive into ``folder``, its WARC files too; returns the folder."""
    build_archive(folder)
    db = open_for_writing(folder)
    with WarcWriterOf(folder) as writer, db.conn:
        for row in list(db.query("select captures.id, captures.url, captured_at, title, text from captures join revisions using (id)")):
            body = f"<!doctype html><title>{row['title']}</title><h1>{row['title']}</h1><p>{row['text']}</p>".encode()
            capture(db, writer, row["id"], exchange(row["url"], row["captured_at"], body, HTML))
        for one in MORE:
            row = {"crawl_id": 2, "captured_at": SECOND, "status": 200, **one}
            body, headers = row.pop("body"), row.pop("headers")
            add_capture(db, writer, row, exchange(row["url"], row["captured_at"], body, headers, row["status"]))
        db["absences"].update(1, {"capture_id": 504})
        db["quarantine"].update(1, {"capture_id": 508})
        db.execute("update comment_states set capture_id = 12, seen_at = ? where number = 2", [SECOND])
    db.conn.close()
    return folder


class WarcWriterOf:
    """A writer of the site ``example``, closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.writer = WarcWriter(folder, "example", "test")

    def __enter__(self) -> WarcWriter:
        return self.writer

    def __exit__(self, *_: object) -> None:
        self.writer.close()


def exchange(url: str, at: str, body: bytes, headers: list[tuple[str, str]], status: int = 200) -> Exchange:
    return Exchange(url, at, "GET", SENT, status, "", [*headers, ("Content-Length", str(len(body)))], body)


def add_capture(db: Database, writer: WarcWriter, row: dict[str, Any], what: Exchange) -> None:
    """A new row of ``captures`` with its record."""
    place = writer.write(what)
    mime = next((value.partition(";")[0] for name, value in what.headers if name == "Content-Type"), None)
    places = {name: getattr(place, name) for name in ("payload_digest", "record_id", "record_digest", "filename", "offset", "length")}
    db["captures"].insert({"mime": mime, **row, **places})


def capture(db: Database, writer: WarcWriter, capture_id: int, what: Exchange) -> None:
    """The record of a row that is there."""
    place = writer.write(what)
    db["captures"].update(
        capture_id,
        {name: getattr(place, name) for name in ("payload_digest", "record_id", "record_digest", "filename", "offset", "length")},
    )


if __name__ == "__main__":  # a quick look: python -m tests.captured_site FOLDER && python -m archive serve --archive-dir FOLDER
    import sys

    print(build_captured(Path(sys.argv[1])))
