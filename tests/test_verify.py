"""Verify finds every flipped bit, every lost file and row, and nothing in a sound archive."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.__main__ import main
from archive.verify.database import Verification
from archive.verify.rows import articles, blocks, revisions
from archive.warc.place import sha256
from archive.warc.read import whole_members
from archive.warc.records import records
from archive.warc.write import member
from tests.conftest import History
from tests.crawls import rows
from tests.literal import HOME, Desk, article, comment, exchange

LATER = "2026-02-01T00:00:00Z"
LAST = "2026-03-01T00:00:00Z"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive with edits, a removed comment, an article seen through both doors."""
    folder = tmp_path_factory.mktemp("sound")
    desk = Desk(folder)
    desk.see(article(bio="Mara Ellsworth reports on rivers."), _12=[comment("1"), comment("2", parent="1")])
    desk.see(article(door="page"), at=LATER)
    text = ("The bridge fell on 4 May, at night.", "“Nobody” has said why – yet.")
    edited = [comment("1", "I was there, with my brother.", author_url="https://example.org/me"), comment("2", parent=None)]
    desk.see(article(text, title="The bridge at Marrow"), at=LAST, _12=edited)
    desk.store.mark_missing(desk.crawl, "comments", [2], LAST, desk.capture("rest"), 24)
    desk.store.finish_crawl(desk.crawl, "complete", 0, 4, 400, "")
    desk.warc.close()
    desk.store.close()
    return folder


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"


def findings(folder: Path, site: str | None = None) -> list[str]:
    return list(Verification(folder, site).findings())


def warc_file(folder: Path) -> Path:
    [path] = (folder / "warc").glob("*/*.warc.gz")
    return path


def test_rows_are_checked_one_after_the_other(desk: Desk) -> None:
    text = "A paragraph of the long report on the river and the bridge over it. " * 30
    desk.see(*(article([f"{n} {place} {text}" for place in range(5)], source_id=str(n), url=f"{HOME}{n}") for n in range(1, 41)))
    desk.db.execute("update block_spans set fingerprint = 7 where position = 0 and revision_id = 3")
    tracemalloc.start()
    found = [line for check in (revisions, blocks, articles) for line in check(desk.db, "select id from articles")]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == ["revision 3, block 0: the fingerprint is not that of its text"]
    assert peak < 20 * 5 * len(text), "bytes: half of all texts"


def change(folder: Path, sql: str, *values: object) -> None:
    db = sqlite3.connect(folder / "archive.db", isolation_level=None)
    db.execute(sql, values)
    db.close()


def test_a_sound_archive_has_no_finding(sound: Path) -> None:
    verification = Verification(sound)
    assert list(verification.findings()) == []
    assert verification.summary == "verified 1 WARC file, 9 records, 1 article, 2 revisions, 2 comments: all as written"


def test_a_crawled_archive_with_history_has_no_finding(history: History) -> None:
    assert findings(history.full.folder) == []
    assert findings(history.first.folder) == []


def test_each_of_200_flipped_bits_of_a_warc_file_is_found(copy: Path) -> None:
    path, chance = warc_file(copy), random.Random(1)
    whole = path.read_bytes()
    for bit in chance.sample(range(len(whole) * 8), 200):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert findings(copy), f"bit {bit % 8} of byte {bit // 8}"


def test_each_flipped_bit_of_every_record_header_is_found(copy: Path) -> None:
    """Most of these 80 bits no decompressor looks at."""
    path = warc_file(copy)
    whole, starts = path.read_bytes(), [offset for offset, _, _ in whole_members(path)]
    for bit in random.Random(2).sample([start * 8 + n for start in starts for n in range(80)], 150):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert findings(copy), f"bit {bit % 8} of byte {bit // 8}"


TEXTS = {
    "revisions": ("title", "byline", "published_at", "modified_at", "tags", "text", "digest", "content_key"),
    "blocks": ("kind", "text", "html", "rule", "fingerprint", "vote"),
    "comments": ("source_parent_id", "kind", "author", "author_url", "posted_at", "posted_precision", "text"),
    "comment_revisions": ("author", "text", "digest", "content_key"),
    "captures": ("url", "captured_at", "mime", "payload_digest", "record_id", "record_digest", "filename"),
    "articles": ("title", "byline", "published_at", "url"),
    "tags": ("kind", "name"),
}


def cells(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """(table, column, condition, text) of every text that a digest, or something equal to it, stands for."""
    for table, columns in TEXTS.items():
        key = "revision_id, position" if table == "blocks" else "id"
        for column in columns:
            for *ids, text in rows(folder, f"select {key}, {column} from {table} where {column} <> ''"):
                where = " and ".join(f"{name.strip()} = {value}" for name, value in zip(key.split(","), ids, strict=True))
                yield table, column, where, text


def test_each_of_200_flipped_bits_of_text_in_the_database_is_found(copy: Path) -> None:
    chance, every = random.Random(3), list(cells(copy))
    for _ in range(200):
        table, column, where, text = chance.choice(every)
        raw = bytearray(text.encode())
        bit = chance.randrange(len(raw) * 8)
        raw[bit // 8] ^= 1 << bit % 8
        change(copy, f"update {table} set {column} = cast(? as text) where {where}", bytes(raw))
        assert findings(copy), f"{table}.{column} where {where}: {text!r} became {bytes(raw)!r}"
        change(copy, f"update {table} set {column} = ? where {where}", text)
    assert findings(copy) == []


def test_flipped_bits_in_the_pages_that_hold_text_are_found(copy: Path) -> None:
    """Behind SQLite's back, where texts lie in the file: the digest or the search index tells."""
    path = copy / "archive.db"
    whole = path.read_bytes()
    for wanted in (b"The bridge fell on 4 May, at night.", b"I was there, with my brother."):
        start = whole.index(wanted)
        for bit in random.Random(4).sample(range(len(wanted) * 8), 40):
            flipped = bytearray(whole)
            flipped[start + bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            assert findings(copy), f"bit {bit} of {wanted!r}"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from captures where id = 2", "has no row in captures"),
        ("update captures set offset = offset + 1 where id = 2", "where capture 2 should be"),
        ("update captures set filename = 'warc/example/elsewhere.warc.gz' where id = 1", "the file is not there"),
        ("update captures set status = 404 where id = 1", "status differs: the record says 200"),
        ("delete from revision_captures", "no capture shows it"),
        ("delete from revisions where number = 1", "points at a row of revisions that is not there"),
        ("delete from comment_revisions where comment_id = 1", "comment 1: it has no revision"),
        ("update articles set comment_count = 7", "1 comments are there, 7 are counted"),
        ("update articles set month = '1999-01'", "its month is not that of its date"),
        ("update articles set revision_id = null", "it has no current revision"),
        ("insert into revisions_fts(rowid, title, byline, text) values (9, 'x', 'y', 'z')", "the search index revisions_fts"),
        ("drop index articles_year", "the index articles_year is not there"),
        ("drop trigger comments_fts_insert", "the trigger comments_fts_insert is not there"),
        ("pragma application_id = 7", "application_id is 7"),
    ],
)
def test_what_is_lost_or_wrong_is_named(copy: Path, sql: str, said: str) -> None:
    change(copy, sql)
    assert any(said in finding for finding in findings(copy)), findings(copy)


def test_bytes_after_the_last_record_and_a_foreign_file_are_named(copy: Path) -> None:
    path = warc_file(copy)
    path.write_bytes(path.read_bytes() + b"torn")
    response, request = records(exchange())
    path.with_name("stray.warc.gz").write_bytes(member(response) + member(request))
    assert [finding.split(": ", 1)[1] for finding in findings(copy)] == [
        f"bytes {path.stat().st_size - 4} to {path.stat().st_size} are no whole record",
        "the response at 0 has no row in captures",
    ]


def test_what_a_crawl_is_writing_is_no_finding(copy: Path) -> None:
    path = warc_file(copy)
    response, request = records(exchange())
    path.write_bytes(path.read_bytes() + member(response) + member(request) + b"\x1f\x8b torn")
    assert len(findings(copy)) == 2
    change(copy, "insert into crawls(site_id, started_at, mode) values (1, '2026-04-01T00:00:00Z', 'update')")
    assert findings(copy) == []


def test_damage_in_the_middle_hides_nothing_behind_it(copy: Path) -> None:
    path = warc_file(copy)
    whole = bytearray(path.read_bytes())
    [(first, second)] = rows(copy, "select a.offset, b.offset from captures as a, captures as b where a.id = 1 and b.id = 3")
    whole[first + 60] ^= 4
    path.write_bytes(whole)
    assert not any("capture 3" in finding for finding in findings(copy))
    whole[second + 60] ^= 4
    path.write_bytes(whole)
    assert any("capture 3" in finding for finding in findings(copy))


def test_a_file_of_another_zlib_is_no_finding(copy: Path) -> None:
    """Other builds of zlib write other bytes for the same content; then only checksums and digests speak."""
    path, moved = warc_file(copy), bytearray()
    for offset, _, content in list(whole_members(path)):
        deflate = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS + 16)
        again = deflate.compress(content) + deflate.flush()
        change(
            copy,
            "update captures set offset = ?, length = ?, record_digest = ? where offset = ?",
            *(len(moved), len(again), sha256(again), offset),
        )
        moved += again
    path.write_bytes(moved)
    assert findings(copy) == []


def test_a_site_is_checked_alone(copy: Path) -> None:
    assert findings(copy, "example") == []
    change(copy, "update revisions set text = 'other' where id = 1")
    assert findings(copy, "example")


def test_an_empty_file_is_no_archive(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "archive.db").write_bytes(b"")
    assert main(["verify", "--archive-dir", str(copy)]) == 3
    assert "application_id is 0" in capsys.readouterr().out


def test_half_a_database_is_a_finding(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / "archive.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert main(["verify", "--archive-dir", str(copy)]) == 3
    assert "archive.db" in capsys.readouterr().out


def test_the_command_prints_findings_and_one_summary(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--archive-dir", str(copy)]) == 0
    assert capsys.readouterr().out.endswith("2 comments: all as written\n")
    change(copy, "update revisions set digest = 'sha256:0' where id = 2")
    assert main(["verify", "--archive-dir", str(copy)]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "revision 2: digest does not follow from what is stored",
        "verified 1 WARC file, 9 records, 1 article, 2 revisions, 2 comments: 1 finding",
    ]


def test_no_archive_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--archive-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
