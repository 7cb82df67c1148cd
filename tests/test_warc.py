"""WARC files: each exchange as it came, readable by others, whole or not there."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.errors import StorageError
from archive.warc import records, write
from archive.warc.place import sha256
from archive.warc.read import read_body, whole_members
from archive.warc.write import WarcWriter
from tests.literal import URL, exchange

FILE = "warc/example/example-202601-001.warc.gz"


def kinds_of_records(path: Path) -> list[tuple[str, str]]:
    """(type, target) of every record, as warcio's own reader sees them."""
    with path.open("rb") as file:
        return [(r.rec_type, r.rec_headers.get_header("WARC-Target-URI") or "") for r in ArchiveIterator(file)]


def test_an_exchange_is_a_response_and_its_request(tmp_path: Path) -> None:
    place = WarcWriter(tmp_path, "example", "test").write(exchange())
    assert place.filename == FILE
    assert kinds_of_records(tmp_path / FILE) == [("warcinfo", ""), ("response", URL), ("request", URL)]


def test_a_record_is_found_again_by_its_place(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    writer.write(exchange(body=b"first"))
    place = writer.write(exchange(body=b"\x1f\x8b second, as transferred", status=404, reason="Not Found"))
    headers, body = read_body(tmp_path, place.filename, place.offset, place.length)
    assert (body, headers.get_statuscode()) == (b"\x1f\x8b second, as transferred", "404")
    assert place.payload_digest == sha256(body)
    stored = (tmp_path / FILE).read_bytes()[place.offset : place.offset + place.length]
    assert place.record_digest == sha256(stored)
    assert b"WARC-Record-ID: " + place.record_id.encode() in gzip.decompress(stored)


def test_records_can_be_indexed_by_warcio(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    places = [writer.write(exchange(f"{URL}?p={n}")) for n in range(3)]
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "index", "-f", "warc-type,offset,length,warc-target-uri", str(tmp_path / FILE)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    responses = [(int(row["offset"]), int(row["length"])) for row in rows if row["warc-type"] == "response"]
    assert responses == [(place.offset, place.length) for place in places]
    check = subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(tmp_path / FILE)], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout


def test_dates_are_whole_seconds_with_z(tmp_path: Path) -> None:
    WarcWriter(tmp_path, "example", "test").write(exchange(at="2026-01-31T23:59:59Z"))
    with (tmp_path / FILE).open("rb") as file:
        assert {record.rec_headers.get_header("WARC-Date") for record in ArchiveIterator(file)} == {"2026-01-31T23:59:59Z"}


def test_an_injected_header_line_stays_in_its_header(tmp_path: Path) -> None:
    place = WarcWriter(tmp_path, "example", "test").write(exchange(headers=[("X-Evil", "a\r\nWARC-Type: request\r\n\r\nbody")]))
    headers, body = read_body(tmp_path, place.filename, place.offset, place.length)
    assert headers.get_header("X-Evil") == "a WARC-Type: request body"
    assert body == b"<html>The bridge</html>"


def test_a_truncated_answer_says_so(tmp_path: Path) -> None:
    place = WarcWriter(tmp_path, "example", "test").write(exchange(truncated=True))
    assert b"WARC-Truncated: disconnect" in gzip.decompress((tmp_path / FILE).read_bytes()[place.offset :][: place.length])


@given(st.binary(max_size=3000))
def test_any_body_comes_back_as_it_was(body: bytes) -> None:
    response, _ = records.records(exchange(body=body))
    record = next(iter(ArchiveIterator(io.BytesIO(write.member(response)))))
    assert record.raw_stream.read() == body


def test_files_are_by_month_and_a_full_one_is_followed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "FULL_AT", 3000)
    writer = WarcWriter(tmp_path, "example", "test")
    names = [writer.write(exchange(body=os.urandom(1500))).filename for _ in range(4)]
    assert names == ["warc/example/example-202601-001.warc.gz"] * 2 + ["warc/example/example-202601-002.warc.gz"] * 2
    later = WarcWriter(tmp_path, "example", "test").write(exchange(at="2026-02-01T00:00:00Z"))
    assert later.filename == "warc/example/example-202602-001.warc.gz"


def test_a_full_disk_leaves_the_file_at_its_last_whole_record(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    writer.write(exchange())
    whole = (tmp_path / FILE).read_bytes()
    held = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 500, held[1]))
    try:
        with pytest.raises(StorageError, match="cannot write WARC records"):
            writer.write(exchange(body=os.urandom(5000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)
        signal.signal(signal.SIGXFSZ, handler)
    assert (tmp_path / FILE).read_bytes() == whole
    place = writer.write(exchange())
    assert place.offset == len(whole)
    assert [kind for kind, _ in kinds_of_records(tmp_path / FILE)] == ["warcinfo", "response", "request", "response", "request"]


def test_members_end_at_the_first_torn_one(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    writer.write(exchange())
    writer.write(exchange(body=os.urandom(2000)))
    whole = (tmp_path / FILE).read_bytes()
    members = list(whole_members(tmp_path / FILE))
    assert b"".join(compressed for _, compressed, _ in members) == whole
    for cut in (len(whole) - 1, members[3][0] + 1, members[3][0]):
        (tmp_path / FILE).write_bytes(whole[:cut])
        kept = [offset for offset, _, _ in whole_members(tmp_path / FILE)]
        assert kept == [offset for offset, compressed, _ in members if offset + len(compressed) <= cut]


def test_what_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"no readable WARC record at {FILE}:7"):
        read_body(tmp_path, FILE, 7, 10)


def test_a_file_is_begun_with_the_first_record_of_an_answer(tmp_path: Path) -> None:
    """One sync for both, and a run without an answer leaves no file."""
    writer = WarcWriter(tmp_path, "example", "test")
    writer.begin_file("2026-01-31T12:00:00Z")
    assert list(tmp_path.rglob("*.warc.gz")) == []
    place = writer.write(exchange(at="2026-01-31T12:00:00Z"))
    with open(tmp_path / place.filename, "rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file)] == ["warcinfo", "response", "request"]
    assert read_body(tmp_path, place.filename, place.offset, place.length)[1] == exchange().body
