"""Readings as the crawler hands them to the store: plain mappings, with what a test is about given by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive.store.seen import Seen
from archive.store.store import Store
from archive.warc.records import Exchange
from archive.warc.write import WarcWriter

HOME = "https://www.example.org/"
URL = HOME + "archives/2020/05/bridge.php"
PARAGRAPHS = ("The bridge fell on 3 May, at night.", "Nobody has said why. The mayor, Ana Petrova, was away.")


class Clock:
    """The time as a test sets it."""

    def __init__(self, at: str) -> None:
        self.at = at

    def __call__(self) -> str:
        return self.at


def article(paragraphs: Iterable[str] = PARAGRAPHS, *, bio: str = "", **fields: Any) -> dict[str, Any]:
    """One reading of an article; the bio is a block of its own, after the text."""
    blocks = [block("body", text) for text in paragraphs] + ([block("bio", bio)] if bio else [])
    reading = {
        "url": URL,
        "door": "rest",
        "kind": "article",
        "title": "The bridge",
        "source_id": "12",
        "byline": "Mara Ellsworth",
        "authors": [author("Mara Ellsworth")],
        "published_at": "2020-05-04T08:30:15Z",
        "published_on": "2020-05-04",
        "published_precision": "second",
        "modified_at": "2020-05-04T08:41:15Z",
        "terms": [{"kind": "tag", "name": "Bridges", "slug": "bridges", "source_id": "3"}],
        "blocks": blocks,
        "images": [],
        "links": [],
        "reported_comment_count": None,
    }
    assert fields.keys() <= reading.keys()
    return reading | fields


def block(kind: str, text: str, vote: str | None = None) -> dict[str, Any]:
    one = {"kind": kind, "text": text, "html": f"<p>{text}</p>", "rule": "container"}
    return one | {"vote": vote} if vote else one


def author(name: str, source_id: str = "2") -> dict[str, str]:
    return {"name": name, "url": "", "source_id": source_id}


def comment(source_id: str, text: str = "I was there.", *, parent: str | None = None, **fields: Any) -> dict[str, Any]:
    reading = {
        "source_id": source_id,
        "source_parent_id": parent,
        "position": 0,
        "depth": 1,
        "kind": "comment",
        "author": "Shepherd",
        "author_url": "",
        "posted_at": f"2020-05-05T10:00:{int(source_id) % 60:02d}Z",
        "posted_precision": "second",
        "text": text,
    }
    assert fields.keys() <= reading.keys()
    return reading | fields


def exchange(url: str = URL, at: str = "2026-01-01T00:00:00Z", body: bytes = b"<html>The bridge</html>", **fields: Any) -> Exchange:
    given = {"method": "GET", "request_headers": [("User-Agent", "test")], "status": 200, "reason": "OK"}
    return Exchange(url, at, headers=fields.pop("headers", [("Content-Type", "text/html")]), body=body, **{**given, **fields})


class Desk:
    """A store on a folder, with one site, one crawl, and a clock."""

    def __init__(self, folder: Path, at: str = "2026-01-01T00:00:00Z", name: str = "example", home: str = HOME, epoch: int = 0) -> None:
        self.clock = Clock(at)
        self.store = Store(folder, self.clock)
        self.db = self.store.db
        self.site = self.store.ensure_site(name, home)["id"]
        self.crawl = self.store.start_crawl(self.site, "update")
        self.warc = WarcWriter(folder, name, "test", epoch=epoch)

    def close(self) -> None:
        self.warc.close()
        self.store.close()

    def capture(self, door: str) -> int:
        shown = exchange(at=self.clock.at)
        return self.store.add_capture(self.crawl, door, shown, "text/html", self.warc.write(shown))

    def see(self, *articles: dict[str, Any], at: str = "", extractor: str = "1", **threads: list[dict[str, Any]]) -> dict[str, int]:
        """Save one answer: articles, and comments of article ``_ID``. Returns what was new, revised, unchanged."""
        self.clock.at = at or self.clock.at
        door = articles[0]["door"] if articles else "rest"
        seen = Seen(self.clock.at, ((self.capture(door), door),), extractor)
        named = {name.removeprefix("_"): comments for name, comments in threads.items()}
        return dict(self.store.save_answer(self.crawl, self.site, seen, articles=articles, threads=named, thread_door=door))

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, list(values)).fetchall()
