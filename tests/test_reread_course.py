"""A reading of the captures that was stopped: the next one goes on behind what was read, and ends as one that was never stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from archive.store.checkpoints import Checkpoint
from archive.store.store import Store
from archive.warc.read import DamagedRecord
from archive.warc.write import WarcWriter
from crawler.addresses import Addresses
from crawler.extract.workers import ExtractionCut, Workers
from crawler.http.decompress import UnpackMiddleware
from crawler.parse import SiteParser
from crawler.reextract.captured_pages import CapturedPage, read_captured
from crawler.reextract.course import Course
from crawler.session.checkpoints import ReadAgain
from crawler.site import Site
from crawler.sources.captures import Captures
from tests.conftest import History
from tests.crawls import content, copied, rows, scrapy
from tests.kills import start_reextract, stopped
from tests.literal import exchange

HOME = "https://example.org/"
UNREAD = "select count(*) from revisions where extractor = 'older'"


@pytest.fixture(scope="module")
def cut_short(history: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of which a part was read again, by a run that was asked to stop."""
    folder = copied(history.full.folder, tmp_path_factory.mktemp("cut-short") / "archive")
    store = Store(folder)
    store.db.execute("update revisions set extractor = 'older'")
    store.db.execute("update blocks set html = '<p>lost</p>'")
    store.close()
    run = stopped(start_reextract(folder), lambda: unread(folder) <= 35, signal.SIGTERM)
    assert run.code == 130 and 0 < unread(folder) <= 35
    return folder


@pytest.fixture
def half_read(cut_short: Path, folder: Path) -> Path:
    return copied(cut_short, folder)


def unread(folder: Path) -> int:
    return int(rows(folder, UNREAD)[0][0])


def forget_who_read(folder: Path) -> list[tuple[int]]:
    """Put a mark on all revisions that were read; return their ids."""
    read: list[tuple[int]] = rows(folder, "select id from revisions where extractor <> 'older' order by id")
    store = Store(folder)
    store.db.execute("update revisions set extractor = 'marked' where extractor <> 'older'")
    store.close()
    return read


def marked(folder: Path) -> list[tuple[int]]:
    return rows(folder, "select id from revisions where extractor = 'marked' order by id")


def test_the_next_run_goes_on_and_the_one_after_it_begins_anew(half_read: Path) -> None:
    read = forget_who_read(half_read)
    run = scrapy("reextract", folder=half_read)
    assert run.code == 0 and "went on with the reading of 20" in run.out
    assert rows(half_read, UNREAD) == [(0,)] and marked(half_read) == read, "what was read was not read once more"
    assert rows(half_read, "select count(*) from blocks where html = '<p>lost</p>'") == [(0,)]
    anew = scrapy("reextract", folder=half_read)
    assert anew.code == 0 and "went on" not in anew.out
    assert marked(half_read) == []


def test_another_extractor_begins_anew(half_read: Path) -> None:
    [(site_id,)] = rows(half_read, "select id from sites")
    store = Store(half_read)
    row, *further = store.checkpoints(site_id, "read_again")
    store.save_checkpoints(site_id, "read_again", [Checkpoint(row.ref, row.at, row.count, "an older one"), *further])
    store.close()
    forget_who_read(half_read)
    run = scrapy("reextract", folder=half_read)
    assert run.code == 0 and "went on" not in run.out
    assert marked(half_read) == []


def test_what_was_left_as_it_was_is_told_by_the_run_that_goes_on(history: History, folder: Path) -> None:
    copied(history.full.folder, folder)
    [(site_id, newest)] = rows(folder, "select site_id, max(id) from articles")
    sql = "select article_id, filename, offset, length from captures where door = 'page' and article_id is not null order by article_id"
    article, filename, offset, length = rows(folder, sql)[0]
    with open(folder / filename, "r+b") as file:
        file.seek(offset + length // 2)
        file.write(os.urandom(4))
    undisturbed = scrapy("reextract", folder=copied(folder, folder.with_name("undisturbed")))
    assert undisturbed.code == 3
    store = Store(folder)
    [read_by] = store.db.execute("select extractor from revisions order by id desc limit 1").fetchone()
    [zone] = store.db.execute("select timezone from sites").fetchone()
    read_by = f"{read_by} {zone}" if zone else read_by
    noted = [Checkpoint(at="2026-01-01T00:00:00Z", count=newest, value=read_by), Checkpoint("left", value=str(article))]
    store.save_checkpoints(site_id, "read_again", noted)
    store.close()
    run = scrapy("reextract", folder=folder)
    assert run.code == 3 and "went on with the reading of 2026-01-01T00:00:00Z" in run.err
    assert "1 article left as it was" in run.err and "is damaged" in run.err
    assert content(folder) == content(folder.with_name("undisturbed"))


def test_a_course_knows_what_is_due_and_what_is_done() -> None:
    course = Course([3, 5, 8, 9], "a", "2026-01-01T00:00:00Z", None)
    assert (course.due, course.done, course.said) == ([3, 5, 8, 9], 0, "")
    course.note([3, 5], {5})
    assert (course.noted.last, course.noted.left, course.done) == (5, {5}, 2)
    later = Course([3, 5, 8, 9], "a", "2026-01-02T00:00:00Z", course.noted)
    assert (later.due, later.done) == ([5, 8, 9], 1)
    later.note([5, 8], ())
    assert (later.noted, later.done) == (ReadAgain("2026-01-01T00:00:00Z", "a", 8, frozenset()), 3)
    assert Course([3, 5, 8, 9], "b", "2026-01-02T00:00:00Z", course.noted).due == [3, 5, 8, 9]


# pages of one call


def test_a_page_that_is_cut_off_or_damaged_costs_only_itself(tmp_path: Path) -> None:
    page = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1>{1}</article></body></html>"
    text = "<p>The bridge over the river at Marrow fell on the fourth of May, and nobody was on it at that hour of the night.</p>"
    heavy = "".join(f"<div><p>{text}<b>{number}</b>" for number in range(200_000))
    writer, places = WarcWriter(tmp_path, "example", "test"), []
    for number, body in enumerate([text * 3, heavy, text * 3, text * 3]):
        url = f"{HOME}{number}/"
        headers = [("Content-Type", "text/html; charset=utf-8")]
        sent = exchange(url, "2026-01-01T00:00:00Z", headers=headers, body=page.format(f"Piece {number}", body).encode())
        place = writer.write(sent)
        named = {name: getattr(place, name) for name in ("filename", "offset", "length", "record_digest", "payload_digest")}
        places.append({"id": number, "url": url, "captured_at": sent.captured_at, "status": 200, **named})
    writer.close()
    places[2] |= {"payload_digest": "sha256:0"}
    captures = Captures(tmp_path, UnpackMiddleware.from_crawler(get_crawler(settings_dict=dict(Settings()))))
    workers = Workers(1, 0.5)
    parser = SiteParser(Site("example", HOME), Addresses(HOME), None, workers)
    try:
        shown = asyncio.run(read_captured(captures, parser, places))
    finally:
        workers.close()
    good = [shown[0], shown[3]]
    assert [page.article.title for page in good if isinstance(page, CapturedPage) and page.article] == ["Piece 0", "Piece 3"]
    assert isinstance(shown[1], ExtractionCut) and isinstance(shown[2], DamagedRecord)
