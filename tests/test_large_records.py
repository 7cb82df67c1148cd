"""A record that is too large for the memory passes through exports, pages, downloads and searches piece by piece."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.queries import withheld_records
from archive.queries.withheld_records import WithheldTexts, parts_of
from archive.store.seen import Seen
from archive.warc import large, members
from archive.warc.large import body_chunks, is_large, large_response
from archive.warc.members import members_between
from archive.warc.read import read_record, whole_members
from tests.literal import HOME, Desk, article, exchange
from tests.publish_site import Site
from tests.quarry import TEXT, Quarry

LARGE = 12_000_000
BODY = random.Random(1).randbytes(LARGE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a small page and a large file."""
    place = tmp_path_factory.mktemp("large") / "archive"
    desk = Desk(place)
    desk.see(article())
    sent = exchange(HOME + "paper", body=BODY, headers=[("Content-Type", "text/html")])
    capture = desk.store.add_capture(desk.crawl, "page", sent, "text/html", desk.warc.write(sent))
    shown = article(url=HOME + "paper", source_id="13", door="page", title="A large one")
    desk.store.save_answer(
        desk.crawl, desk.site, Seen(desk.clock.at, ((capture, "page"),), "1"), articles=[shown], threads={}, thread_door="page"
    )
    desk.see(article(title="Another title"), at="2026-01-02T00:00:00Z")
    desk.store.finish_crawl(desk.crawl, "complete", 0, 3, 9, "")
    desk.warc.close()
    desk.store.close()
    return place


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with closing(Site(folder)) as site:
        yield site


@pytest.mark.parametrize("words", [["--all"], ["--article", "1"], ["--article", "2"]], ids=" ".join)
def test_an_export_holds_no_record_in_memory(folder: Path, tmp_path: Path, words: list[str]) -> None:
    tracemalloc.start()
    try:
        for name in ("made", "made.wacz"):
            done = CliRunner().invoke(commands, ["export", "--archive-dir", str(folder), *words, "--to", str(tmp_path / name)])
            assert done.exit_code == 0, done.output
        assert tracemalloc.get_traced_memory()[1] < LARGE // 2
    finally:
        tracemalloc.stop()
    assert ((tmp_path / "made" / "evidence.warc.gz").stat().st_size > LARGE) == (words[-1] != "1")


@pytest.mark.parametrize("at_once", [members.FEW, 977])
def test_members_are_found_where_a_reader_of_whole_ones_finds_them(folder: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    [path] = (folder / "warc" / "example").glob("*.warc.gz")
    whole = [(offset, len(packed), content[:20_000]) for offset, packed, content in whole_members(path)]
    monkeypatch.setattr(members, "FEW", at_once)
    assert [(member.offset, member.length, member.head) for member in members_between(path, 0, None)] == whole
    middle = whole[3][0]
    assert [member.offset for member in members_between(path, whole[1][0], middle)] == [whole[1][0], whole[2][0]]
    assert b"".join(next(members_between(path, 0, None)).chunks()) == path.read_bytes()[: whole[0][1]]


def test_a_large_record_is_examined_without_its_body(folder: Path, site: Site) -> None:
    page = site.get("/record/2").text
    assert page.count('class="right"') == 2 and "Its 12,000,000 bytes are too many to be shown here" in page
    assert site.get("/record/2/raw").content == BODY
    packed = site.get("/record/2.warc.gz").content
    assert gzip.decompress(packed).count(b"WARC/1.1\r\n") == 2 and BODY[-5000:] in gzip.decompress(packed)
    assert site.get("/record/2/text").status_code == site.get("/record/2/render").status_code == 404
    replayed = site.get(f"/web/20260101000000id_/{HOME}paper")
    assert replayed.content == BODY and replayed.headers["content-type"] == "text/html"
    assert site.get(f"/web/20260101000000/{HOME}paper").status_code == 200


def test_a_large_record_that_is_damaged_says_so(folder: Path, site: Site) -> None:
    [path] = (folder / "warc" / "example").glob("*.warc.gz")
    content = path.read_bytes()
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 1
    path.write_bytes(damaged)
    try:
        page = site.get("/record/2").text
        assert 'class="wrong"' in page and "the record is damaged" in page
    finally:
        path.write_bytes(content)


def test_both_ways_to_read_a_record_agree(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Site(folder)) as site:
        database = site.datasette.get_database("archive")
        rows = site.run(database.execute_fn(lambda db: [dict(row) for row in db.execute("select * from captures")]))
    monkeypatch.setattr(large, "LARGE", 1)
    for row in rows:
        found, (record, body) = large_response(folder, row), read_record(folder, row)
        assert is_large(folder, row) and found is not None and not found.wrong(row) and found.size == len(body)
        assert found.record.http_headers.headers == record.http_headers.headers
        assert b"".join(body_chunks(folder, row)) == body


@pytest.mark.parametrize("at", range(850, 1250, 17))
def test_a_passage_is_whole_in_one_part_wherever_a_long_text_is_parted(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    monkeypatch.setattr(withheld_records, "AT_ONCE", 1000)
    monkeypatch.setattr(withheld_records, "OVERLAP", 200)
    around = "a word and " * 200
    text = f"{around[:at]} {TEXT[0]} {around}"
    assert any(TEXT[0] in part for part in parts_of(text))
    assert "".join(part[200 * (number > 0) :] for number, part in enumerate(parts_of(text))) == text


def test_a_passage_in_a_long_text_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path / "archive")
    Quarry(desk)
    texts = WithheldTexts.about(desk.db.conn, [1], [], links=False)
    monkeypatch.setattr(withheld_records, "AT_ONCE", 1000)
    monkeypatch.setattr(withheld_records, "OVERLAP", 200)
    assert texts.in_text("a word and " * 300) is None
    assert texts.in_text("a word and " * 88 + f"<p>{TEXT[0]}</p>" + "a word and " * 300) is not None
    desk.warc.close()
    desk.store.close()
