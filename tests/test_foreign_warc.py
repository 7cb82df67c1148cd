"""WARC files of other tools, copies and torn ones: adopted or left as they are, named by verify; no command stops, no whole file is cut."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.__main__ import main
from archive.export.backup import backup
from archive.store.store import Store
from archive.verify.database import Verification
from archive.warc import read
from archive.warc.read import is_truncated, read_record, whole_members
from archive.warc.write import WarcWriter
from tests.crawls import PATIENCE
from tests.literal import HOME, Desk, exchange

PAGE = b"<html><h1>The bridge</h1><p>The bridge fell on 3 May, at night.</p></html>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


class Site(BaseHTTPRequestHandler):
    """A page and its picture; the page comes in chunks."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/bridge.png":
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"\x89PNG")
            return
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (PAGE[:20], PAGE[20:]):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def wget_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What wget writes of two addresses; where there is no wget, records of the same form."""
    folder = tmp_path_factory.mktemp("wget")
    if shutil.which("wget") is None:
        return b"".join(
            member(response(HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE), uri=f"<{HOME}{name}>", version="1.0"))
            for name in ("", "bridge.png")
        )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}/"
    command = ["wget", "--quiet", "--no-config", "--warc-file=site", "-e", "robots=off", home, f"{home}bridge.png"]
    subprocess.run(command, cwd=folder, check=True, env=os.environ | {"no_proxy": "*"}, timeout=PATIENCE)
    server.shutdown()
    server.server_close()
    return (folder / "site.warc.gz").read_bytes()


def response(http: bytes, uri: str = f"{HOME}2020/bridge", version: str = "1.1", number: int = 1, **headers: str) -> bytes:
    """A response record as bytes, header by header; a header given as '' is left out."""
    named = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012}>",
        "WARC-Date": "2020-05-04T10:00:00Z",
        "WARC-Target-URI": uri,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(http)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return f"WARC/{version}\r\n{head}\r\n".encode() + http + b"\r\n\r\n"


def member(record: bytes) -> bytes:
    return gzip.compress(record, mtime=0)


def chunked(body: bytes) -> bytes:
    return b"%x;name=value\r\n%s\r\n0\r\n\r\n" % (len(body), body)


class Archive:
    """An archive with one site, into whose folder files of other tools are put."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        desk = Desk(folder)
        desk.capture("page")
        desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 1, "")
        desk.store.close()

    def put(self, content: bytes, name: str = "foreign.warc.gz") -> Path:
        path = self.folder / "warc" / "example" / name
        path.write_bytes(content)
        return path

    def adopted(self) -> list[tuple[object, ...]]:
        """(address, time, status, mime, door) of what the start of a command adopted."""
        store = Store(self.folder)
        sql = "select url, captured_at, status, mime, door from captures where crawl_id is null order by filename, offset"
        rows = store.db.execute(sql).fetchall()
        store.close()
        return list(rows)

    def findings(self) -> list[str]:
        return list(Verification(self.folder).findings())

    def body(self) -> tuple[bytes, bool]:
        """(body, whether it broke off) of the adopted record."""
        store = Store(self.folder)
        row = next(store.db.query("select * from captures where crawl_id is null"))
        store.close()
        record, body = read_record(self.folder, row)
        return body, is_truncated(record)


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    """When the test is over, whatever was put in is as it was, and a second start adopts nothing more."""
    archive = Archive(folder)
    yield archive
    files = {path: path.read_bytes() for path in (folder / "warc").rglob("*") if path.is_file()}
    rows = archive.adopted()
    assert archive.adopted() == rows
    assert {path: path.read_bytes() for path in (folder / "warc").rglob("*") if path.is_file()} == files


def test_what_wget_wrote_is_adopted_and_verified_without_a_finding(archive: Archive, wget_file: bytes) -> None:
    with io.BytesIO(wget_file) as file:
        responses = [record for record in ArchiveIterator(file) if record.rec_type == "response"]
    assert len(responses) == 2
    archive.put(wget_file)
    rows = archive.adopted()
    assert len(rows) == 2
    assert not [url for url, *_ in rows if "<" in str(url) or ">" in str(url)]
    assert rows[0][2:] == (200, "text/html", "page")
    assert archive.findings() == []
    assert main(["verify", "--archive-dir", str(archive.folder)]) == 0


def test_a_body_in_chunks_is_read_without_them(archive: Archive, wget_file: bytes) -> None:
    archive.put(wget_file)
    archive.adopted()
    assert archive.body() == (PAGE, False)


def test_what_warcio_wrote_with_the_request_before_the_response_is_adopted(archive: Archive) -> None:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "www.example.org")], is_http_request=True)
    dated = {"WARC-Date": "2020-05-04T10:00:00.123456Z"}
    writer.write_record(writer.create_warcinfo_record("foreign.warc.gz", {"software": "other"}))
    writer.write_record(writer.create_warc_record(HOME, "request", http_headers=asked, warc_headers_dict=dated))
    writer.write_record(writer.create_warc_record(HOME, "response", io.BytesIO(PAGE), http_headers=http, warc_headers_dict=dated))
    writer.write_record(
        writer.create_warc_record("dns:www.example.org", "response", io.BytesIO(b"127.0.0.1"), warc_content_type="text/dns")
    )
    archive.put(out.getvalue())
    assert archive.adopted() == [(HOME, "2020-05-04T10:00:00Z", 200, "text/html", "page")]
    assert [finding.split(": ")[1] for finding in archive.findings()] == [
        f"the response at {last_member(archive)} cannot be read as one of HTTP"
    ]


def last_member(archive: Archive) -> int:
    return [offset for offset, _, _ in whole_members(archive.folder / "warc/example/foreign.warc.gz")][-1]


ADOPTED = {
    "no WARC Content-Type": response(HTTP + b"\r\n" + PAGE, Content_Type=""),
    "HTTP/2": response(b"HTTP/2 200\r\ncontent-type: text/html\r\n\r\n" + PAGE),
    "HTTP/2 with a space": response(b"HTTP/2 200 \r\ncontent-type: text/html\r\n\r\n" + PAGE),
    "lines that end in LF": response(b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + PAGE),
    "header names in small letters": response(HTTP + b"\r\n" + PAGE).replace(b"WARC-Type", b"warc-type"),
    "many headers before the type": response(HTTP + b"\r\n" + PAGE).replace(b"WARC-Type", b"X-Long: " + b"x" * 3000 + b"\r\nWARC-Type"),
    "WARC/1.0 with angle brackets": response(HTTP + b"\r\n" + PAGE, uri=f"<{HOME}2020/bridge>", version="1.0"),
    "a header for chunks, and none in the body": response(HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + PAGE),
    "chunks": response(HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE)),
}


@pytest.mark.parametrize("name", ADOPTED)
def test_a_record_of_unusual_form_is_adopted_and_read_back(archive: Archive, name: str) -> None:
    archive.put(member(ADOPTED[name]))
    assert archive.adopted() == [(f"{HOME}2020/bridge", "2020-05-04T10:00:00Z", 200, "text/html", "page")]
    assert archive.findings() == []
    assert archive.body() == (PAGE, False)


def test_a_record_without_the_media_type_of_its_body_is_adopted(archive: Archive) -> None:
    archive.put(member(response(b"HTTP/1.1 404 Not Found\r\n\r\n")))
    assert archive.adopted() == [(f"{HOME}2020/bridge", "2020-05-04T10:00:00Z", 404, None, "page")]
    assert archive.findings() == []


@pytest.mark.parametrize(
    "record",
    [
        response(HTTP + b"\r\n" + PAGE, WARC_Truncated="disconnect"),
        response(HTTP + b"Content-Length: 999\r\n\r\n" + PAGE),
        response(HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE).removesuffix(b"0\r\n\r\n")),
        response(HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s" % (len(PAGE) + 50, PAGE)),
    ],
    ids=["said so", "shorter than announced", "without the last chunk", "in the middle of a chunk"],
)
def test_a_body_that_broke_off_is_adopted_and_known_to_have(archive: Archive, record: bytes) -> None:
    archive.put(member(record))
    assert len(archive.adopted()) == 1
    assert archive.body() == (PAGE, True)


LEFT = {
    "no status": response(b"HTTP/1.1\r\n\r\n" + PAGE),
    "no HTTP": response(b"hello"),
    "an empty block": response(b""),
    "no target": response(HTTP + b"\r\n" + PAGE, uri=""),
    "no record id": response(HTTP + b"\r\n" + PAGE, WARC_Record_ID=""),
    "no date": response(HTTP + b"\r\n" + PAGE, WARC_Date=""),
    "a date of no kind": response(HTTP + b"\r\n" + PAGE, WARC_Date="yesterday"),
    "no length": response(HTTP + b"\r\n" + PAGE, Content_Length=""),
    "a length of no kind": response(HTTP + b"\r\n" + PAGE, Content_Length="many"),
    "shorter than its length": response(HTTP + b"\r\n" + PAGE, Content_Length="99999"),
}


@pytest.mark.parametrize("name", LEFT)
def test_a_response_that_cannot_be_read_is_left_and_named(archive: Archive, name: str) -> None:
    path = archive.put(member(LEFT[name]) + member(response(HTTP + b"\r\n" + PAGE, number=2)))
    assert len(archive.adopted()) == 1, "the record behind it is adopted"
    assert archive.findings() == [f"warc/example/{path.name}: the response at 0 cannot be read as one of HTTP"]


def test_several_records_in_one_member_are_left_and_named(archive: Archive) -> None:
    whole = member(response(HTTP + b"\r\n" + PAGE) + response(HTTP + b"\r\n" + PAGE, number=2))
    path = archive.put(whole)
    assert archive.adopted() == []
    assert path.read_bytes() == whole
    assert archive.findings() == [
        f"warc/example/{path.name}: several records lie at 0 as one: give each its own member (warcio recompress)"
    ]


@pytest.mark.parametrize("name", ["foreign.warc.gz", "example-202601-002.warc.gz"])
def test_records_that_are_not_compressed_are_left_and_named(archive: Archive, name: str) -> None:
    plain = response(HTTP + b"\r\n" + PAGE)
    path = archive.put(plain, name)
    assert archive.adopted() == []
    assert path.read_bytes() == plain
    assert archive.findings() == [f"warc/example/{name}: bytes 0 to {len(plain)} are no whole record"]


@pytest.mark.parametrize(
    "content", [b"", member(b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")], ids=["empty", "warcinfo"]
)
def test_a_file_without_responses_is_no_trouble(archive: Archive, content: bytes) -> None:
    archive.put(content)
    assert archive.adopted() == []
    assert archive.findings() == []


def test_a_torn_file_of_another_tool_is_read_to_its_tear_and_stays_as_it_is(archive: Archive) -> None:
    first, second = (member(response(HTTP + b"\r\n" + os.urandom(500), number=n)) for n in (1, 2))
    path = archive.put(first + second[:-20])
    assert len(archive.adopted()) == 1
    assert path.read_bytes() == first + second[:-20]
    assert archive.findings() == [f"warc/example/{path.name}: bytes {len(first)} to {len(first + second) - 20} are no whole record"]


@pytest.mark.parametrize("name", ["foreign.warc.gz", "example-202601-002.warc.gz"])
def test_whole_records_behind_a_damaged_stretch_are_adopted_and_nothing_is_cut(archive: Archive, name: str) -> None:
    first, second, third = (member(response(HTTP + b"\r\n" + os.urandom(500), number=n)) for n in (1, 2, 3))
    damaged = first + second[:100] + b"\0\0\0\0" + second[104:] + third
    path = archive.put(damaged, name)
    assert len(archive.adopted()) == 2
    assert path.read_bytes() == damaged
    assert archive.findings() == [f"warc/example/{name}: bytes {len(first)} to {len(first + second)} are no whole record"]


def test_a_file_that_unpacks_to_more_than_there_is_memory_is_left(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("archive.warc.read", "archive.store.adopt", "archive.verify.warc_files"):
        monkeypatch.setattr(f"{module}.LARGEST_FOREIGN", 100_000)
    archive.put(member(response(HTTP + b"\r\n" + b"x" * 200_000)))
    assert archive.adopted() == []
    assert "are no whole record" in archive.findings()[0]
    assert read.LARGEST_FOREIGN == 100_000


def test_a_copy_of_a_file_is_not_adopted_and_each_of_its_responses_is_named(archive: Archive) -> None:
    [own] = (archive.folder / "warc/example").glob("*.warc.gz")
    archive.put(own.read_bytes(), "zz-copy.warc.gz")
    assert archive.adopted() == []
    [finding] = archive.findings()
    assert finding.startswith("warc/example/zz-copy.warc.gz: the response at ")
    assert f"is a copy of capture 1 (warc/example/{own.name} at " in finding


def test_a_record_that_stands_twice_in_a_file_of_ours_stops_nothing(archive: Archive) -> None:
    [own] = (archive.folder / "warc/example").glob("*.warc.gz")
    whole = own.read_bytes()
    own.write_bytes(whole + whole)
    assert archive.adopted() == []
    assert own.read_bytes() == whole + whole
    assert [finding.split(" is a copy of ")[1][:9] for finding in archive.findings()] == ["capture 1"]


def test_a_record_that_stands_twice_in_what_is_adopted_is_adopted_once(archive: Archive) -> None:
    record = member(response(HTTP + b"\r\n" + PAGE))
    archive.put(record + record)
    assert len(archive.adopted()) == 1
    assert [finding.split(": ")[1] for finding in archive.findings()] == [
        f"the response at {len(record)} is a copy of capture 2 (warc/example/foreign.warc.gz at 0)"
    ]


def test_a_backup_holds_files_of_other_tools_whole_also_those_that_were_left(archive: Archive, tmp_path: Path) -> None:
    [own] = (archive.folder / "warc/example").glob("*.warc.gz")
    path = archive.put(own.read_bytes(), "zz-copy.warc.gz")
    archive.adopted()
    backup(archive.folder, tmp_path / "backup")
    assert (tmp_path / "backup/warc/example/zz-copy.warc.gz").read_bytes() == path.read_bytes()
    assert not (tmp_path / "backup/warc/example" / own.name).samefile(own), "the file that grows is copied, not linked"


def test_a_torn_tail_of_our_own_is_cut_where_nothing_whole_follows(archive: Archive) -> None:
    place = WarcWriter(archive.folder, "example", "test").write(exchange(f"{HOME}late", body=os.urandom(3000)))
    path = archive.folder / place.filename
    os.truncate(path, place.offset + 1000)
    assert archive.adopted() == []
    assert path.stat().st_size == place.offset
    assert archive.findings() == []
