"""Records looked at: what a record's page says of it, its bytes, its text, its render, and what is wrong with it."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.publish.records.examined import ExaminedRecord
from archive.warc.place import sha256
from tests.captured_site import PNG, RUNNING, build_captured
from tests.publish_archive import HOME, open_archive
from tests.publish_site import Site

LONG, RUNS, PACKED, OLD, PICTURE, REFUSED = 507, 508, 501, 502, 505, 504


@pytest.fixture
def site(captured_site: Site) -> Site:
    return captured_site


def row(folder: Path, capture: int) -> sqlite3.Row:
    db = open_archive(folder)
    db.row_factory = sqlite3.Row
    found: sqlite3.Row = db.execute("select * from captures where id = ?", [capture]).fetchone()
    db.close()
    return found


def bare(record_id: str) -> str:
    return record_id.strip("<>")


def test_a_record_says_what_it_is_and_what_rests_on_it(site: Site) -> None:
    text = site.text("/record/12")
    assert "https://www.example.org/2014/03/raid" in text and "HTTP 200, text/html, asked for through the door page" in text
    assert "by the run of example that began 1 January 2024, 06:00 UTC (full, complete)" in text
    assert "Drone strike kills five in Yemen revision 2, page" in text
    assert "Comment by Bill on Drone strike kills five in Yemen revision 2" in text
    assert "the article was missing 1 February 2024" in site.text(f"/record/{REFUSED}")
    assert "not believed, in quarantine: challenge page" in site.text(f"/record/{RUNS}")
    assert "It is kept as it came" in site.text(f"/record/{LONG}")


def test_a_record_is_found_by_its_own_id_in_any_spelling(site: Site, captured: Path) -> None:
    own = bare(row(captured, 12)["record_id"])
    pages = {site.get(f"/record/{name}").text for name in ("12", own, own.removeprefix("urn:uuid:"), f"%3C{own}%3E", f"{own}/")}
    assert len(pages) == 1


@pytest.mark.parametrize("name", ["999999", "0", "urn:uuid:nothing", "12/other", "-1", "99999999999999999999", "%00"])
def test_a_record_that_is_not_there_is_not_found(site: Site, name: str) -> None:
    assert site.get(f"/record/{name}").status_code == 404


def test_request_and_response_are_shown(site: Site) -> None:
    page = site.get(f"/record/{PACKED}").text
    assert "Content-Encoding: gzip" in page and "Set-Cookie: b=2" in page
    assert "GET /packed HTTP/1.1\n" in page and "\nUser-Agent: archive-test\n" in page
    assert "WARC-Type: response" in page


def test_both_digests_are_computed_anew(site: Site, captured: Path) -> None:
    page = site.get("/record/12").text
    held = row(captured, 12)
    assert page.count('<b class="right">right</b>') == 2
    assert held["record_digest"] in page and held["payload_digest"] in page


def test_the_bytes_are_those_that_were_sent(site: Site, captured: Path) -> None:
    response = site.get(f"/record/{PACKED}/raw")
    assert sha256(response.content) == row(captured, PACKED)["payload_digest"]
    assert response.headers["content-type"] == "application/octet-stream" and "content-encoding" not in response.headers
    assert response.headers["content-disposition"].startswith("attachment;")


def test_the_download_is_the_record_as_it_lies_in_the_file(site: Site, captured: Path) -> None:
    held = row(captured, 12)
    response = site.get(f"/record/{bare(held['record_id'])}.warc.gz")
    in_file = (captured / held["filename"]).read_bytes()[held["offset"] :]
    assert in_file.startswith(response.content) and sha256(response.content[: held["length"]]) == held["record_digest"]
    records = [(one.rec_type, one.rec_headers["WARC-Target-URI"]) for one in ArchiveIterator(io.BytesIO(response.content))]
    assert records == [("response", held["url"]), ("request", held["url"])]


@pytest.mark.parametrize(("capture", "words"), [(PACKED, "Packed, été"), (OLD, "Привет, мир")])
def test_the_text_is_unpacked_and_decoded(site: Site, capture: int, words: str) -> None:
    assert words in site.text(f"/record/{capture}")
    plain = site.get(f"/record/{capture}/text")
    assert f"<p>{words}</p>" == plain.text and plain.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_long_text_comes_in_pages(site: Site) -> None:
    first, last = site.get(f"/record/{LONG}").text, site.get(f"/record/{LONG}?page=3").text
    assert "the end" not in first and "the end" in last and "Page 1 of 3" in first and "Page 3 of 3" in last
    assert "Page 3 of 3" in site.get(f"/record/{LONG}?page=99").text
    assert "the end" in site.get(f"/record/{LONG}/text").text


def test_a_picture_is_shown_and_has_no_text(site: Site) -> None:
    page = site.get(f"/record/{PICTURE}").text
    assert f'<img class="captured" src="/picture/{PICTURE}"' in page and "It is no text" in page
    assert site.get(f"/record/{PICTURE}/raw").content == PNG
    assert site.get(f"/record/{PICTURE}/text").status_code == site.get(f"/record/{PICTURE}/render").status_code == 404


def test_a_render_runs_and_loads_nothing(site: Site) -> None:
    response = site.get(f"/record/{RUNS}/render")
    assert not re.search(r"<script|<link|<iframe|<base|refresh|evil\.example/(?:big|not-held|frame|s\.)", response.text)
    assert f'<img src="/picture/{PICTURE}" alt="held">' in response.text and '<img alt="not held">' in response.text
    policy = response.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy and "sandbox" in policy and "img-src http://localhost data:" in policy
    assert "form-action 'none'" in policy and not [part for part in policy if part.startswith(("script-src", "frame-src", "connect-src"))]
    assert response.headers["x-frame-options"] == "SAMEORIGIN" and response.headers["x-dns-prefetch-control"] == "off"


def test_a_page_frames_only_this_server_and_only_in_a_sandbox(site: Site) -> None:
    response = site.get(f"/record/{RUNS}")
    assert re.findall(r"<iframe[^>]*>", response.text)[0].count(" sandbox ") == 1 and "allow-" not in response.text
    assert "frame-src 'self'" in response.headers["content-security-policy"]
    assert "evil.example" not in re.sub(r'<pre class="source".*?</pre>', "", response.text, flags=re.S)
    assert "frame-src" not in site.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("form", ["/raw", "/text", "/render", ".warc.gz"])
def test_nothing_of_a_record_can_run_on_this_server(site: Site, form: str) -> None:
    headers = site.get(f"/record/{RUNS}{form}").headers
    assert "sandbox" in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"
    assert RUNNING in site.get(f"/record/{RUNS}/raw").text


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Path, Site]]:
    """An archive that a test may damage."""
    folder = build_captured(tmp_path / "own")
    with Site(folder) as site:
        yield folder, site


def flip(folder: Path, capture: int, at: int) -> None:
    held = row(folder, capture)
    path = folder / held["filename"]
    content = bytearray(path.read_bytes())
    content[held["offset"] + at] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("at", [4, 12, 100, 300])
def test_a_damaged_record_is_a_page_that_says_so(own: tuple[Path, Site], at: int) -> None:
    folder, site = own
    flip(folder, 12, at)
    text = site.text("/record/12")
    assert "The bytes in the file are not those that were written: the record is damaged." in text
    held = row(folder, 12)
    content = (folder / held["filename"]).read_bytes()[held["offset"] : held["offset"] + held["length"]]
    assert f"wrong expected {held['record_digest']} found {sha256(content)}" in text
    assert "Drone strike kills five in Yemen revision 2" in text
    assert [site.get(f"/record/12{form}").status_code for form in ("/raw", "/text", "/render", ".warc.gz")] == [404] * 4
    assert site.get(f"/web/20240201060010/{HOME}2014/03/raid").status_code == 404
    assert "right: computed now" in site.text("/record/11")


def test_a_payload_that_is_another_than_noted_is_told_with_both_digests(own: tuple[Path, Site]) -> None:
    folder, site = own
    db = open_archive(folder)
    with db:
        db.execute("update captures set payload_digest = 'sha256:other' where id = 12")
    db.close()
    text = site.text("/record/12")
    assert "its payload is not the one that the archive noted" in text
    assert re.search(r"Digest of the payload wrong expected sha256:other found sha256:[0-9a-f]{64}", text)


def test_a_cut_file_and_a_lost_file_are_told(own: tuple[Path, Site]) -> None:
    folder, site = own
    held = row(folder, 12)
    path = folder / held["filename"]
    content = path.read_bytes()
    path.write_bytes(content[: held["offset"] + 50])
    assert "ends inside this record: 50 of" in site.text("/record/12")
    path.unlink()
    text = site.text("/record/12")
    assert "is not there, or cannot be read" in text and "not computed expected" in text and "found nothing that could be read" in text


def test_a_row_that_points_out_of_the_archive_reads_nothing(own: tuple[Path, Site], tmp_path: Path) -> None:
    folder, site = own
    (tmp_path / "secret.warc.gz").write_text("secret" * 500)
    db = open_archive(folder)
    with db:
        db.execute("update captures set filename = '../secret.warc.gz', offset = 0 where id = 12")
    db.close()
    assert "is not there, or cannot be read" in site.text("/record/12") and "secretsecret" not in site.get("/record/12").text


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/www.example.org/2014/04/charter", "/record/urn:uuid:"),
        ("/www.example.org/2015/05/gone", f"/record/{REFUSED}"),
        ("/status", f"/record/{RUNS}"),
        ("/changes?event=edited", "/record/12"),
        ("/changes?event=gone", f"/record/{REFUSED}"),
        (f"/compare?url={HOME}2014/03/raid", "/record/urn:uuid:"),
        ("/archive/captures", "/record/urn:uuid:"),
        ("/archive?sql=select+12+as+capture_id", "/record/12"),
    ],
)
def test_records_are_a_click_away(site: Site, path: str, link: str) -> None:
    page = site.get(path).text
    assert f'href="{link}' in page
    found = re.search(f'href="({re.escape(link)}[^"]*)"', page)
    assert found and site.get(found[1]).status_code == 200


def test_a_body_that_lies_in_another_record_is_named() -> None:
    said = [("WARC-Type", "revisit"), ("WARC-Refers-To", "<urn:uuid:1>")]
    assert ExaminedRecord({}, "", (), warc_headers=said).refers_to == "<urn:uuid:1>" and ExaminedRecord({}, "", ()).refers_to == ""
