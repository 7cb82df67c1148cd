"""Captures of other tools are taken in as evidence, in their place in time, whatever the order of the files, and nothing twice."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.store.store import Store
from archive.verify.database import Verification
from archive.warc.read import whole_members
from tests.crawls import PATIENCE, crawl, rows, scrapy
from tests.demosite import DemoSite
from tests.inside import Run
from tests.natural import differences, history

HOME = "http://127.0.0.1:8/"
PAGE = """<!doctype html><html lang=en><head><title>{title}</title><link rel=canonical href="{url}">
<meta property="og:type" content="article"><meta property="article:published_time" content="2020-05-04T08:30:00Z"></head>
<body class="single postid-7"><article id="post-7" class="post type-post"><h1 class="entry-title">{title}</h1>
<div class="entry-content"><p>{text}</p><p>Nobody has said why it fell, and the mayor was away on that day.</p></div></article>
</body></html>"""
URL = f"{HOME}2020/05/bridge/"
FIRST, SECOND = (
    "The bridge fell on 3 May, at night, after eleven days of rain.",
    "The bridge fell on 4 May, at night, after twelve days of rain.",
)


@dataclass(frozen=True)
class Shot:
    """What another tool captured."""

    at: str
    text: str = FIRST
    status: str = "200 OK"
    url: str = URL
    headers: tuple[tuple[str, str], ...] = ()

    def body(self) -> bytes:
        return PAGE.format(title="The bridge", url=URL, text=self.text).encode() if self.status.startswith("200") else b"not here"


def warc(path: Path, *shots: Shot, packed: bool = True) -> Path:
    """A WARC file as warcio's recorder makes one."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "another tool"}))
        for shot in shots:
            said = {"WARC-Date": shot.at}
            headers = StatusAndHeaders(shot.status, [("Content-Type", "text/html; charset=utf-8"), *shot.headers], protocol="HTTP/1.1")
            body = io.BytesIO(shot.body())
            response = writer.create_warc_record(shot.url, "response", payload=body, http_headers=headers, warc_headers_dict=said)
            line = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            writer.write_request_response_pair(writer.create_warc_record(shot.url, "request", http_headers=line), response)
    return path


def take(folder: Path, *files: Path, home: str | None = HOME) -> Run:
    return scrapy("import", *map(str, files), *(["-a", f"home={home}"] if home else []), folder=folder)


def states(folder: Path) -> list[tuple[Any, ...]]:
    """number, seen_at, last_seen_at and first sentence of every state of the article."""
    sql = "select number, seen_at, last_seen_at, substr(text, 1, 62) from revisions order by number"
    return rows(folder, sql)


def day(number: int) -> str:
    return f"2021-03-{number:02d}T06:00:00Z"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """An article as it was, changed, and changed back: three files."""
    place = tmp_path_factory.mktemp("three")
    return [
        warc(place / "one.warc.gz", Shot(day(1)), Shot(day(2))),
        warc(place / "two.warc.gz", Shot(day(3), SECOND)),
        warc(place / "three.warc.gz", Shot(day(4))),
    ]


def test_earlier_states_become_earlier_revisions_in_any_order_of_files_and_twice_is_nothing(three: list[Path], tmp_path: Path) -> None:
    held = []
    for number, order in enumerate(([0, 1, 2], [2, 0, 1])):
        folder = tmp_path / str(number)
        for index in order:
            assert take(folder, three[index]).code == 0
        assert states(folder) == [(1, day(1), day(2), FIRST), (2, day(3), day(3), SECOND), (3, day(4), day(4), FIRST)]
        held.append(history(folder, without=["captures.filename", "captures.offset"]))
        again = take(folder, *three)
        assert again.code == 0 and "0 captures taken in (4 known already)" in again.out
        assert history(folder, without=["captures.filename", "captures.offset"]) == held[-1]
    assert differences(*held) == []
    assert list(Verification(folder, None).findings()) == []
    assert rows(folder, "select distinct imported_from from captures order by 1") == [
        ("one.warc.gz",),
        ("three.warc.gz",),
        ("two.warc.gz",),
    ]
    assert rows(folder, "select count(*) from crawls") == [(0,)]


def test_bytes_of_the_other_tool_are_kept(three: list[Path], tmp_path: Path) -> None:
    take(tmp_path / "archive", three[0])
    theirs = {raw for _, raw, _ in whole_members(three[0])}
    [copy] = (tmp_path / "archive").glob("warc/*/import-one-*.warc.gz")
    assert theirs <= {raw for _, raw, _ in whole_members(copy)}


def test_not_found_proves_an_absence_only_when_it_is_confirmed(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    gone = "404 Not Found"
    take(folder, warc(tmp_path / "a.warc.gz", Shot(day(1)), Shot(day(3), status=gone)))
    assert rows(folder, "select missing_since, gone_at from articles") == [(day(3), None)]
    take(folder, warc(tmp_path / "b.warc.gz", Shot("2021-03-03T12:00:00Z", status=gone)))
    assert rows(folder, "select missing_since, gone_at from articles") == [(day(3), None)]
    take(folder, warc(tmp_path / "c.warc.gz", Shot(day(5), status="410 Gone")))
    assert rows(folder, "select missing_since, gone_at from articles") == [(day(3), day(5))]
    take(folder, warc(tmp_path / "d.warc.gz", Shot(day(6))))
    assert rows(folder, "select missing_since, gone_at from articles") == [(None, None)]
    assert rows(folder, "select missing_since, gone_at, back_at from absences") == [(day(3), day(5), day(6))]


def test_captures_of_before_go_before_what_we_crawled_and_the_crawl_goes_on(tmp_path: Path) -> None:
    folder, other = tmp_path / "archive", tmp_path / "other"
    with DemoSite(rest="404") as site:
        assert crawl(site, other, NOW="2027-01-01T06:00:00Z").code == 0
        site.change()
        assert crawl(site, folder, NOW="2027-01-10T06:00:00Z").code == 0
        before = history(folder)
        [theirs] = other.glob("warc/*/*.warc.gz")
        file = shutil.copy(theirs, tmp_path / "theirs.warc.gz")
        run = take(folder, Path(file), home=None)
        assert (run.code, run.err) == (0, "")
        edited = "select source_id from revisions join articles on articles.id = article_id where number = 2 and seen_at > '2027-01-02'"
        assert {number for (number,) in rows(folder, edited)} >= {"136", "144"}
        assert rows(folder, "select min(first_seen_at) from articles") == [("2027-01-01T06:00:00Z",)]
        assert history(folder)["crawls"] == before["crawls"]
        assert list(Verification(folder, None).findings()) == []
        assert crawl(site, folder, NOW="2027-01-11T06:00:00Z").code == 0
        assert rows(folder, "select count(*) from revisions where seen_at = '2027-01-11T06:00:00Z'") == [(0,)]


# what is inside


def test_a_wacz_and_a_folder_and_a_file_that_is_not_packed(tmp_path: Path) -> None:
    folder, place = tmp_path / "archive", tmp_path / "in"
    place.mkdir()
    with zipfile.ZipFile(place / "crawl.wacz", "w") as made:
        made.write(warc(tmp_path / "rec.warc.gz", Shot(day(1))), "archive/../../../rec.warc.gz")
        made.writestr("datapackage.json", "{}")
    warc(place / "plain.warc", Shot(day(2), SECOND), packed=False)
    (place / "whole.warc.gz").write_bytes(gzip.compress(warc(tmp_path / "w.warc", Shot(day(3)), packed=False).read_bytes()))
    run = take(folder, place)
    assert run.code == 0 and "3 captures taken in" in run.out and "records packed anew" in run.out
    assert [state[0] for state in states(folder)] == [1, 2, 3]
    assert {path.parent.name for path in tmp_path.rglob("*.warc.gz") if "import-" in path.name} == {"127.0.0.1-8"}
    assert not (tmp_path.parent / "rec.warc.gz").exists()
    assert list(Verification(folder, None).findings()) == []


def test_an_arc_file_is_read(tmp_path: Path) -> None:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + Shot(day(1)).body()
    version = b"1 0 Alexa Internet\nURL IP-address Archive-date Content-type Archive-length\n"
    head = f"filedesc://x.arc 0.0.0.0 20210301060000 text/plain {len(version)}\n".encode()
    record = f"{URL} 127.0.0.1 20210301060000 text/html {len(http)}\n".encode()
    (tmp_path / "x.arc").write_bytes(head + version + b"\n" + record + http + b"\n")
    assert take(tmp_path / "archive", tmp_path / "x.arc").code == 0
    assert states(tmp_path / "archive") == [(1, day(1), day(1), FIRST)]


def test_records_of_other_hosts_are_left_out_and_named(tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", Shot(day(1)), *(Shot(day(1), url=f"http://example.org/{n}") for n in range(3)))
    run = take(tmp_path / "archive", file)
    assert (run.code, run.err) == (0, "3 records of other hosts left out: example.org 3\n")


def test_a_body_that_the_other_tool_unpacked_is_read_though_its_header_says_gzip(tmp_path: Path) -> None:
    shots = [Shot(day(n), text, headers=(("Content-Encoding", "gzip"),)) for n, text in ((1, FIRST), (2, SECOND))]
    assert take(tmp_path / "archive", warc(tmp_path / "a.warc.gz", *shots)).code == 0
    assert [state[3] for state in states(tmp_path / "archive")] == [FIRST, SECOND]


def test_files_that_stand_for_pages_without_an_answer_are_named(tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", Shot(day(1)))
    with file.open("ab") as more:
        writer = WARCWriter(more, gzip=True)
        for url in (f"{HOME}2020/05/other/", "urn:text:http://127.0.0.1:8/", "http://example.org/"):
            writer.write_record(
                writer.create_warc_record(url, "resource", payload=io.BytesIO(b"<p>page</p>"), warc_content_type="text/html")
            )
    run = take(tmp_path / "archive", file)
    assert run.code == 0 and "not read: 1 x resource without a server's answer" in run.err


def test_a_response_with_the_id_of_another_one_is_named_and_not_called_known(tmp_path: Path) -> None:
    one, other = (warc(tmp_path / f"{n}.warc.gz", Shot(day(n), text)) for n, text in ((1, FIRST), (2, SECOND)))
    ids = [next(content for _, _, content in whole_members(file) if b"WARC-Type: response" in content) for file in (one, other)]
    [first, second] = [re.search(rb"WARC-Record-ID: (\S+)", content)[1] for content in ids]  # type: ignore[index]
    double = tmp_path / "double.warc.gz"
    double.write_bytes(
        b"".join(gzip.compress(content.replace(second, first)) for file in (one, other) for _, _, content in whole_members(file))
    )
    for _ in range(2):
        run = take(tmp_path / "archive", double)
        assert run.code == 0 and "not read: 1 x response with the record id of another one" in run.err
        assert [state[3] for state in states(tmp_path / "archive")] == [FIRST]
    assert "0 captures taken in (1 known already)" in run.out
    assert "the record id of another one" in take(tmp_path / "archive", other_with(tmp_path, other, second, first)).err


def other_with(place: Path, file: Path, old: bytes, new: bytes) -> Path:
    """A file of its own with another record id."""
    changed = place / "alone.warc.gz"
    changed.write_bytes(b"".join(gzip.compress(content.replace(old, new)) for _, _, content in whole_members(file)))
    return changed


# bad input


def refused(run: Run, said: str, code: int = 2) -> None:
    assert (run.code, len(run.err.splitlines())) == (code, 1), run.err
    assert said in run.err


def left_as_it_was(folder: Path) -> None:
    assert list(folder.glob("warc/*/*")) == [] and not (folder / "import.tmp").exists() and not (folder / "importing").exists()


def test_what_is_no_capture_is_one_line(tmp_path: Path) -> None:
    folder, text, broken = tmp_path / "archive", tmp_path / "a.warc.gz", tmp_path / "b.wacz"
    text.write_text("this is no WARC file")
    broken.write_bytes(b"PK\x03\x04 and nothing else")
    refused(take(folder, text), "file that is no WARC or ARC")
    refused(take(folder, broken), "no WARC or ARC")
    refused(take(folder, tmp_path / "none.warc"), "there is no ")
    refused(take(folder, warc(tmp_path / "c.warc.gz", Shot(day(1))), home=None), "-a home=")
    refused(scrapy("import", folder=folder), "which files?")
    left_as_it_was(folder)


def test_what_is_whole_of_a_torn_file_is_taken(tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", Shot(day(1)), Shot(day(2), SECOND))
    file.write_bytes(file.read_bytes()[:-600])
    run = take(tmp_path / "archive", file)
    assert run.code == 0 and "torn or too large record" in run.err
    assert len(states(tmp_path / "archive")) in (1, 2)


def test_a_revisit_to_itself_ends_and_is_no_capture(tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", Shot(day(1)))
    with path.open("ab") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        said = {"WARC-Record-ID": "<urn:uuid:1>", "WARC-Refers-To": "<urn:uuid:1>", "WARC-Date": day(2)}
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(writer.create_revisit_record(URL, "sha1:AAAA", URL, day(2), http_headers=headers, warc_headers_dict=said))
    assert take(tmp_path / "archive", path).code == 0
    assert rows(tmp_path / "archive", "select count(*) from captures") == [(1,)]
    assert list(Verification(tmp_path / "archive", None).findings()) == []


def test_a_bomb_and_a_wacz_in_itself_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.warc.foreign.LARGEST_FOREIGN", 1 << 20)
    bomb = tmp_path / "bomb.warc.gz"
    bomb.write_bytes(warc(tmp_path / "a.warc.gz", Shot(day(1))).read_bytes() + gzip.compress(b"WARC/1.1\r\n" + b"x" * (1 << 22)))
    with zipfile.ZipFile(tmp_path / "self.wacz", "w") as made:
        made.write(bomb, "archive/bomb.warc.gz")
        made.writestr("archive/self.wacz", b"PK")
    run = take(tmp_path / "archive", tmp_path / "self.wacz")
    assert run.code == 0 and "torn or too large record" in run.err
    assert len(states(tmp_path / "archive")) == 1


def test_another_run_holds_the_lock(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive")
    run = take(tmp_path / "archive", warc(tmp_path / "a.warc.gz", Shot(day(1))))
    store.close()
    refused(run, "another crawl is writing", 75)
    left_as_it_was(tmp_path / "archive")


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """(home, wget's WARC of a site, its WARC after the change)."""
    if shutil.which("wget") is None:
        pytest.skip("wget is not installed")
    place = tmp_path_factory.mktemp("wget")
    with DemoSite(rest="404") as site:

        def mirror(name: str) -> Path:
            words = ["wget", "-q", "-r", "-l", "6", "--reject-regex", "/feed|[?]", "-e", "robots=off", "-P", str(place / name)]
            subprocess.run([*words, f"--warc-file={place / name}", f"{site.home}/"], capture_output=True, timeout=PATIENCE)
            return place / f"{name}.warc.gz"

        before = mirror("before")
        site.change()
        yield f"{site.home}/", before, mirror("after")


def test_mirrors_that_wget_made_give_the_same_in_both_orders(mirrored: tuple[str, Path, Path], tmp_path: Path) -> None:
    home, *files = mirrored
    held = []
    for number, order in enumerate((files, files[::-1])):
        for file in order:
            assert take(tmp_path / str(number), file, home=home).code == 0
        held.append(history(tmp_path / str(number), without=["captures.filename", "captures.offset"]))
    assert differences(*held) == []
    assert len(held[0]["articles"]) > 35 and len(held[0]["comments"]) > 90
    assert rows(tmp_path / "0", "select count(*) from revisions where number = 2") >= [(1,)]
    assert list(Verification(tmp_path / "0", None).findings()) == []
