"""After a kill: records without a row get one, torn bytes are moved aside, and nothing is taken twice."""

from __future__ import annotations

import gzip
import os
import sqlite3
from pathlib import Path

import pytest

from archive.errors import StorageError
from archive.store.store import Store
from archive.warc.write import WarcWriter
from tests.literal import HOME, URL, Desk, article, exchange

FILE = "warc/example/example-202601-001.warc.gz"
COLUMNS = "url, captured_at, status, mime, payload_digest, record_id, record_digest, filename, offset, length"


def reopened(folder: Path) -> list[tuple[object, ...]]:
    """The captures after a new start."""
    store = Store(folder)
    rows = store.db.execute(f"select {COLUMNS}, door, crawl_id from captures order by offset").fetchall()
    store.close()
    return rows


def test_a_record_without_a_row_gets_the_row_it_would_have_had(folder: Path) -> None:
    desk = Desk(folder)
    desk.capture("page")
    shown = exchange(
        f"{HOME}wp-json/wp/v2/posts?page=2", body=b"[]", status=404, headers=[("Content-Type", "application/json; charset=UTF-8")]
    )
    place = desk.warc.write(shown)  # and killed here
    desk.store.close()
    _, adopted = reopened(folder)
    assert adopted[:4] == (shown.url, shown.captured_at, 404, "application/json")
    assert adopted[4:10] == (place.payload_digest, place.record_id, place.record_digest, FILE, place.offset, place.length)
    assert adopted[10:] == ("rest", None)
    assert len(reopened(folder)) == 2, "a second start adopts nothing more"


def test_doors_of_adopted_records_are_told_by_address_and_type(folder: Path) -> None:
    writer = WarcWriter(folder, "example", "test")
    for path, mime in [
        ("robots.txt", "text/plain"),
        ("wp-json/", "application/json"),
        ("sitemap-1.xml", "text/xml"),
        ("feed", "application/rss+xml"),
        ("", "text/html"),
        ("uploads/bridge.png", "image/png"),
    ]:
        writer.write(exchange(HOME + path, headers=[("Content-Type", mime)]))
    assert [row[10] for row in reopened(folder)] == ["robots", "rest", "sitemap", "feed", "page", "image"]


def test_a_page_at_the_address_of_a_picture_is_no_page_of_the_site(folder: Path) -> None:
    desk = Desk(folder)
    desk.see(article(images=[{"url": f"{HOME}uploads/{name}.png", "caption": "", "alt": ""} for name in ("bridge", "road")]))
    desk.warc.write(exchange(f"{HOME}uploads/bridge.png", headers=[("Content-Type", "text/html")], status=404))
    desk.warc.write(exchange(URL, headers=[("Content-Type", "text/html")]))
    desk.store.close()
    assert [row[10] for row in reopened(folder)] == ["rest", "image", "page"]


def test_a_torn_tail_is_moved_aside_and_the_file_is_whole_again(folder: Path) -> None:
    desk = Desk(folder)
    desk.capture("page")
    whole = (folder / FILE).read_bytes()
    desk.warc.write(exchange(body=os.urandom(3000)))
    torn = (folder / FILE).read_bytes()[: len(whole) + 1000]
    (folder / FILE).write_bytes(torn)
    desk.store.close()
    assert len(reopened(folder)) == 1
    assert (folder / FILE).read_bytes() == whole
    [aside] = [path for path in (folder / "warc/example").iterdir() if path.name != Path(FILE).name]
    assert aside.read_bytes() == torn[len(whole) :]
    assert not aside.name.endswith(".warc.gz")


def test_a_response_whose_request_was_torn_is_adopted(folder: Path) -> None:
    desk = Desk(folder)
    place = desk.warc.write(exchange(URL))
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(content[: place.offset + place.length + 20])
    desk.store.close()
    [row] = reopened(folder)
    assert (row[0], row[8]) == (URL, place.offset)
    assert (folder / FILE).stat().st_size == place.offset + place.length


def test_writing_goes_on_after_a_torn_tail(folder: Path) -> None:
    desk = Desk(folder)
    desk.capture("page")
    with (folder / FILE).open("ab") as file:
        file.write(b"\x1f\x8b\x08 torn")
    desk.store.close()
    again = Desk(folder)
    again.capture("page")
    again.store.close()
    rows = reopened(folder)
    assert len(rows) == 2 and all(row[11] is not None for row in rows)


def test_an_empty_file_is_no_trouble(folder: Path) -> None:
    (folder / FILE).parent.mkdir(parents=True)
    (folder / FILE).touch()
    assert reopened(folder) == []


def test_what_is_no_record_is_no_capture_and_stops_nothing(folder: Path) -> None:
    desk = Desk(folder)
    desk.capture("page")
    desk.store.close()
    with (folder / FILE).open("ab") as file:
        file.write(gzip.compress(b"A letter that speaks of WARC-Type: response\r\n\r\n"))
    assert len(reopened(folder)) == 1


def test_a_kill_during_the_recovery_leaves_it_to_the_next_start(folder: Path) -> None:
    desk = Desk(folder)
    desk.store.db.execute("alter table boilerplate rename to aside")  # so that settling fails, as late as it can
    desk.store.close()
    with pytest.raises(StorageError):
        Store(folder)
    db = sqlite3.connect(folder / "archive.db")
    assert db.execute("select outcome from crawls where finished_at is null").fetchall() != []
    db.execute("alter table aside rename to boilerplate")
    db.close()
    store = Store(folder)
    assert [row["outcome"] for row in store.db.query("select outcome from crawls")] == ["killed"]
    store.close()
