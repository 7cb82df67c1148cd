# ruff: noqa: E501
"""A small archive made of literal rows: edits, disappearances, threads, gaps, foreign scripts, hostile text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.connection import FILENAME, open_for_writing

HOME = "https://www.example.org/"
SHA = "sha256:" + "0" * 64


def build_archive(folder: Path) -> Path:
    """Write the archive into ``folder``; returns the folder."""
    db = open_for_writing(folder)
    with db.conn:
        for table, rows in ROWS.items():
            for row in rows:  # one by one: columns left out take their defaults
                db[table].insert(row)
        for article in ARTICLES:
            insert_article(db, **article)
        db["comments"].insert_all([comment(*row) for row in COMMENTS])
        insert_rows(db, "comment_revisions", COMMENT_REVISIONS)
        db["absences"].insert_all(ABSENCES)
        db["links"].insert_all({"target_article_id": None} | row for row in LINKS)
        db["images"].insert_all(IMAGES)
    db.conn.execute("pragma wal_checkpoint(truncate)")
    db.conn.close()
    return folder


def open_archive(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / FILENAME)


ROWS: dict[str, list[dict[str, Any]]] = {
    "sites": [
        {"id": 1, "name": "example", "home": HOME, "title": "The Example Journal", "timezone": "America/New_York"},
        {"id": 2, "name": "local", "home": "http://127.0.0.1:8765/", "title": "A local site", "timezone": None},
    ],
    "crawls": [
        {
            "id": 1,
            "site_id": 1,
            "started_at": "2024-01-01T06:00:00Z",
            "finished_at": "2024-01-01T06:10:00Z",
            "mode": "full",
            "outcome": "complete",
            "exit_code": 0,
            "requests": 40,
            "bytes": 900_000,
            "new": 12,
            "note": "12 new",
        },
        {
            "id": 2,
            "site_id": 1,
            "started_at": "2024-02-01T06:00:00Z",
            "finished_at": "2024-02-01T06:01:00Z",
            "mode": "update",
            "outcome": "complete",
            "exit_code": 4,
            "requests": 5,
            "bytes": 90_000,
            "revised": 2,
            "missing": 2,
            "note": "2 revised",
        },
    ],
    "lists": [
        {
            "site_id": 1,
            "name": "posts",
            "door": "rest",
            "url": HOME + "wp-json/wp/v2/posts",
            "total": 9,
            "checked_at": "2024-02-01T06:00:00Z",
        },
        {
            "site_id": 1,
            "name": "comments",
            "door": "rest",
            "url": HOME + "wp-json/wp/v2/comments",
            "total": 5,
            "checked_at": "2024-02-01T06:00:00Z",
        },
        {
            "site_id": 2,
            "name": "feed",
            "door": "feed",
            "url": "http://127.0.0.1:8765/feed",
            "total": None,
            "checked_at": "2024-02-01T06:00:00Z",
            "closed": "answers 404",
        },
    ],
    "coverage": [
        {"site_id": 1, "kind": "article", "month": "2014-03", "reported": 4, "held": 3, "checked_at": "2024-02-01T06:00:00Z"},
    ],
    "gaps": [
        {
            "site_id": 1,
            "kind": "article",
            "ref": "77",
            "month": "2014-03",
            "reason": "password",
            "explained": 1,
            "since": "2024-01-01T06:00:00Z",
        },
        {
            "site_id": 1,
            "kind": "article",
            "ref": HOME + "2014/lost",
            "month": None,
            "reason": "failed",
            "explained": 0,
            "since": "2024-02-01T06:00:00Z",
        },
    ],
    "quarantine": [
        {"site_id": 1, "url": HOME + "2014/raid", "captured_at": "2024-02-01T06:00:30Z", "reason": "challenge page", "capture_id": None},
    ],
    "authors": [
        {"id": 1, "site_id": 1, "name": "Jane Doe"},
        {"id": 2, "site_id": 1, "name": "Karim al-Masri"},
    ],
    "tags": [
        {"id": 1, "site_id": 1, "kind": "tag", "name": "Yemen", "slug": "yemen"},
        {"id": 2, "site_id": 1, "kind": "tag", "name": "Al Qaeda", "slug": "al-qaeda"},
        {"id": 3, "site_id": 1, "kind": "category", "name": "Analysis", "slug": "analysis"},
    ],
    "decisions": [],
}
ROWS.pop("decisions")

HOSTILE = (
    '<p>Before <script>alert(1)</script><b onclick="alert(2)">bold</b> <a href="javascript:alert(3)">go</a>'
    '<img src="https://pictures.example.net/a.jpg" onerror="alert(4)"><svg onload="alert(5)"><text>x</text></svg>\u202eevil</p>'
)
RAID = [
    {"kind": "body", "text": "A drone strike hit a convoy near Marib, killing five fighters.", "rule": "trafilatura", "vote": "text"},
    {"kind": "caption", "text": "The road to Marib.", "rule": "figcaption"},
    {"kind": "body", "text": "Officials named the commander as Abu Hurayra.", "rule": "trafilatura",
     "html": '<h2>The commander</h2><p>Officials named the commander as <a href="https://source.example.net/x">Abu Hurayra</a>.</p>'},
    {"kind": "appeal", "text": "Please donate to keep this site alive.", "rule": "recurs in 9 articles", "vote": "text"},
    {"kind": "bio", "text": "Jane Doe is a senior fellow.", "rule": "class:author-bio"},
]  # fmt: skip
CHARTER = [
    {"kind": "body", "text": "The charter, published on Sunday, follows the raid near Marib. It's multi-agent work.", "rule": "trafilatura",
     "html": f'<p>The charter, published on Sunday, follows <a title="x" href="{HOME}2014/03/raid">the raid</a> near Marib.</p>'},
]  # fmt: skip
ARTICLES: list[dict[str, Any]] = [
    {"id": 1, "source_id": "101", "path": "2014/03/raid", "title": "Drone strike kills five in Yemen", "published_at": "2014-03-08T01:30:00Z",
     "published_on": "2014-03-07", "authors": [1, 2], "byline": "Jane Doe and Karim al-Masri", "tags": [1, 2, 3],
     "texts": [("2024-01-01T06:00:10Z", "Drone strike kills four in Yemen", "A drone strike hit a convoy near Marib, killing four fighters."),
               ("2024-02-01T06:00:10Z", "Drone strike kills five in Yemen", "")],
     "change": "number", "declared": 0, "blocks": RAID},
    {"id": 2, "source_id": "102", "path": "2014/04/charter", "title": "Charter of a new emirate", "published_at": "2014-04-01T12:00:00Z",
     "published_on": "2014-04-01", "authors": [1], "byline": "Jane Doe", "tags": [2],
     "texts": [("2024-01-01T06:00:10Z", None, "")], "blocks": CHARTER},
    {"id": 3, "source_id": "103", "path": "2015/05/gone", "title": "An article that went away", "published_at": "2015-05-05T12:00:00Z",
     "published_on": "2015-05-05", "authors": [2], "byline": "Karim al-Masri", "tags": [1],
     "texts": [("2024-01-01T06:00:10Z", None, "This text is kept although the site removed it.")],
     "missing_since": "2024-02-01T06:00:20Z", "gone_at": "2024-02-03T06:00:20Z"},
    {"id": 4, "source_id": "104", "path": "?p=104", "title": "Plain permalinks", "published_at": "2016-01-02T12:00:00Z",
     "published_on": "2016-01-02", "texts": [("2024-01-01T06:00:10Z", None, "An article at a query string.")]},
    {"id": 5, "source_id": "105", "path": "2016/%d8%b5%d9%86%d8%b9%d8%a7%d8%a1/", "title": "صنعاء and the coast", "published_at": "2016-06-01T12:00:00Z",
     "published_on": "2016-06-01", "texts": [("2024-01-01T06:00:10Z", None, "وقال متحدث في صنعاء إن القتال مستمر.")]},
    {"id": 6, "source_id": "106", "path": "2016/hostile", "title": "<script>alert('t')</script> & \u202ereversed", "byline": "<b>Mallory</b>",
     "published_at": "2016-07-01T12:00:00Z", "published_on": "2016-07-01", "kind": "link",
     "texts": [("2024-01-01T06:00:10Z", None, "Before bold go evil")],
     "blocks": [{"kind": "body", "text": "Before bold go evil", "rule": "<i>rule</i>", "html": HOSTILE},
                {"kind": "share", "text": "<img src=x onerror=alert(9)>", "rule": "class:<b>", "html": "<iframe src='https://evil.example/'></iframe>"}]},
    {"id": 7, "site_id": 2, "source_id": None, "path": "http://127.0.0.1:8765/deep/A%20b.html", "title": "On a local port", "published_at": None,
     "published_on": None, "texts": [("2024-01-01T06:00:10Z", None, "Only a day old and without a date.")]},
]  # fmt: skip
COMMENTS = [  # id, article, parent, position, depth, author, posted, text, missing_since
    (1, 1, None, 0, 1, "Bill", "2014-03-08T02:00:00Z", "First! See https://example.com/a?b=1&c=2.", None),
    (2, 1, 1, 1, 2, "Alya", "2014-03-08T03:00:00Z", "A reply about the convoy.\n\nSecond paragraph.", None),
    (3, 1, 2, 2, 3, "Bill", "2014-03-08T04:00:00Z", "A deeper reply, which was reworded.", None),
    (4, 1, None, 3, 1, "Gone Guy", "2014-03-08T05:00:00Z", "This comment was removed.", "2024-02-01T06:00:20Z"),
    (5, 2, None, 0, 1, "<script>x</script>", "2015-01-01T00:00:00Z", "<img src=x onerror=alert(1)> \u202e zebra", None),
]
COMMENT_REVISIONS = [
    {"comment_id": 3, "number": 1, "seen_at": "2024-01-01T06:00:10Z", "digest": SHA, "content_key": "a", "author": "Bill",
     "text": "A deeper reply.", "parent_id": 2},
    {"comment_id": 3, "number": 2, "seen_at": "2024-02-01T06:00:10Z", "digest": SHA, "content_key": "b", "author": "Bill",
     "text": "A deeper reply, which was reworded.", "parent_id": 2},
]  # fmt: skip
ABSENCES = [
    {"article_id": 3, "comment_id": None, "last_seen_at": "2024-01-01T06:00:10Z", "missing_since": "2024-02-01T06:00:20Z",
     "gone_at": "2024-02-03T06:00:20Z", "back_at": None},
    {"article_id": 1, "comment_id": 4, "last_seen_at": "2024-01-01T06:00:10Z", "missing_since": "2024-02-01T06:00:20Z",
     "gone_at": None, "back_at": None},
]  # fmt: skip
LINKS = [
    {"article_id": 1, "position": 0, "url": "https://source.example.net/x", "host": "source.example.net", "text": "Abu Hurayra"},
    {"article_id": 2, "position": 0, "url": HOME + "2014/03/raid", "host": "example.org", "text": "the raid", "target_article_id": 1},
]
IMAGES = [
    {"article_id": 1, "position": 0, "url": "https://pictures.example.net/marib.jpg", "caption": "The road to Marib.", "alt": "A road"},
    {"article_id": 6, "position": 0, "url": "javascript:alert(8)", "caption": "", "alt": ""},
]


def insert_article(db: Database, id: int, path: str, title: str, texts: list[tuple[str, str | None, str]], **given: Any) -> None:
    """An article with its revisions, blocks, capture, address, authors and tags."""
    site_id = given.get("site_id", 1)
    url = path if path.startswith("http") else HOME + path
    published_on = given.get("published_on")
    db["articles"].insert(
        {
            "id": id, "site_id": site_id, "source_id": given.get("source_id"), "url": url, "kind": given.get("kind", "article"), "title": title,
            "byline": given.get("byline"), "published_at": given.get("published_at"), "published_on": published_on,
            "published_precision": "second", "year": int(published_on[:4]) if published_on else None,
            "month": published_on[:7] if published_on else None, "word_count": 10, "comment_count": sum(row[1] == id and not row[8] for row in COMMENTS),
            "first_seen_at": texts[0][0], "last_seen_at": "2024-02-01T06:00:10Z", "checked_at": "2024-02-01T06:00:20Z",
            "missing_since": given.get("missing_since"), "gone_at": given.get("gone_at"),
        }
    )  # fmt: skip
    tags = "\n".join(f"{tag['kind']}: {tag['name']}" for tag in ROWS["tags"] if tag["id"] in given.get("tags", []))
    for number, (seen_at, headline, text) in enumerate(texts, 1):
        blocks = given.get("blocks") or [{"kind": "body", "text": part, "rule": "trafilatura"} for part in text.split("\n\n")]
        if text and given.get("blocks") and len(texts) > 1:
            blocks = [{"kind": "body", "text": text, "rule": "trafilatura"}, *blocks[1:]]
        revision_id = id * 10 + number
        insert_revision(db, revision_id, id, number, seen_at, headline or title, blocks, given, tags)
        insert_capture(db, revision_id, id, url, seen_at)
        db["articles"].update(id, {"revision_id": revision_id})
    db["urls"].insert({"url": url, "article_id": id, "kind": "current", "first_seen_at": texts[0][0]})
    db["article_authors"].insert_all(
        {"article_id": id, "author_id": author, "position": n} for n, author in enumerate(given.get("authors", []))
    )
    db["article_tags"].insert_all({"article_id": id, "tag_id": tag} for tag in given.get("tags", []))
    if id == 2:
        db["urls"].insert({"url": HOME + "old-charter", "article_id": 2, "kind": "alias", "first_seen_at": texts[0][0]})


def insert_revision(
    db: Database,
    revision_id: int,
    article_id: int,
    number: int,
    seen_at: str,
    title: str,
    blocks: list[dict[str, str]],
    given: Any,
    tags: str,
) -> None:
    later = number > 1
    db["revisions"].insert(
        {
            "id": revision_id, "article_id": article_id, "number": number, "seen_at": seen_at,
            "last_seen_at": "2024-02-01T06:00:10Z" if later else seen_at, "change": given.get("change") if later else None,
            "declared": given.get("declared") if later else None, "door": "rest", "title": title, "byline": given.get("byline"),
            "published_at": given.get("published_at"), "tags": tags,
            "text": "\n\n".join(block["text"] for block in blocks if block["kind"] == "body"),
            "digest": SHA, "content_key": f"{article_id}-{number}", "extractor": "test 1", "extracted_at": seen_at,
        }
    )  # fmt: skip
    rows = [
        {"revision_id": revision_id, "position": n, "html": f"<p>{block['text']}</p>", "fingerprint": "f"} | block
        for n, block in enumerate(blocks)
    ]
    insert_rows(db, "blocks", rows)


def insert_rows(db: Database, view: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Into a view that takes rows, which sqlite-utils does not know of."""
    for row in rows:
        db.execute(f"insert into {view}({', '.join(row)}) values ({', '.join('?' * len(row))})", [*row.values()])


def insert_capture(db: Database, capture_id: int, article_id: int, url: str, captured_at: str) -> None:
    db["captures"].insert(
        {
            "id": capture_id, "crawl_id": 1, "article_id": article_id, "door": "page", "url": url, "captured_at": captured_at, "status": 200,
            "mime": "text/html", "payload_digest": "sha256:" + f"{capture_id:064x}", "record_id": f"<urn:uuid:record-{capture_id}>",
            "record_digest": SHA, "filename": "warc/example/a.warc.gz", "offset": capture_id * 1000, "length": 900,
        }
    )  # fmt: skip
    db["revision_captures"].insert({"revision_id": capture_id, "capture_id": capture_id, "part": "page"})


def comment(*row: Any) -> dict[str, Any]:
    id, article_id, parent_id, position, depth, author, posted_at, text, missing_since = row
    return {
        "id": id, "article_id": article_id, "source_id": str(9000 + id), "parent_id": parent_id, "position": position, "depth": depth,
        "kind": "comment", "author": author, "posted_at": posted_at, "posted_precision": "second", "text": text, "door": "rest",
        "first_seen_at": "2024-01-01T06:00:10Z", "last_seen_at": "2024-01-01T06:00:10Z", "missing_since": missing_since,
    }  # fmt: skip


if __name__ == "__main__":  # a quick look: python -m tests.publish_archive FOLDER && python -m archive serve --archive-dir FOLDER
    import sys

    print(json.dumps({"archive": str(build_archive(Path(sys.argv[1])))}))
