"""Records by the guidelines: what a run repeats is written once, requests name their host, and a run notes what it did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import StorageError
from archive.store.decisions import read_decisions
from archive.verify.warc_files import compare
from archive.warc.place import sha256
from archive.warc.read import DamagedRecord, read_record, response_in, whole_members
from archive.warc.write import WarcWriter
from tests.crawls import crawl, rows, scrapy
from tests.demosite import DemoSite
from tests.literal import URL, Desk, exchange

BODY = b"<html>" + b"The bridge fell. " * 100 + b"</html>"


def records_of(folder: Path) -> list[Any]:
    """Every record below warc/, with its content read."""
    found = []
    for path in sorted(folder.glob("warc/*/*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                record.body = record.raw_stream.read()
                found.append(record)
    return found


def said(record: Any, name: str) -> str:
    return record.rec_headers.get_header(f"WARC-{name}") or ""


def row_of(place: Any, url: str = URL) -> dict[str, Any]:
    names = ("filename", "offset", "length", "record_id", "record_digest", "payload_digest")
    return {"id": 1, "url": url, **{name: getattr(place, name) for name in names}}


def test_a_body_that_is_repeated_is_written_once_and_read_twice(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    first = writer.write(exchange(body=BODY))
    [again] = writer.write_all(
        [exchange(f"{URL}?again", at="2026-02-01T00:00:00Z", body=BODY, headers=[("X-Run", "2")])], (), {0: row_of(first)}
    )
    _, response, _, revisit, _ = records_of(tmp_path)
    assert revisit.rec_type == "revisit" and again.length < first.length + 200
    assert said(revisit, "Profile").endswith("/identical-payload-digest")
    assert (said(revisit, "Refers-To"), said(revisit, "Refers-To-Target-URI")) == (first.record_id, URL)
    assert said(revisit, "Refers-To-Date") == said(response, "Date") and said(revisit, "Date") == "2026-02-01T00:00:00Z"
    assert said(revisit, "Payload-Digest") == said(response, "Payload-Digest") != ""
    record, body = read_record(tmp_path, row_of(again, f"{URL}?again"))
    assert (body, record.http_headers.get_header("X-Run")) == (BODY, "2")
    assert again.payload_digest == sha256(BODY)


def test_a_record_that_is_damaged_or_torn_or_itself_a_revisit_is_not_referred_to(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    torn = writer.write(exchange(body=BODY, truncated=True))
    whole = writer.write(exchange(body=BODY))
    [revisit] = writer.write_all([exchange(body=BODY)], (), {0: row_of(whole)})
    flipped = {**row_of(whole), "record_digest": "sha256:0"}
    for row in (row_of(torn), row_of(revisit), flipped, {**row_of(whole), "filename": "warc/example/none.warc.gz"}):
        writer.write_all([exchange(body=BODY)], (), {0: row})
    assert [r.rec_type for r in records_of(tmp_path) if r.rec_type in ("response", "revisit")] == ["response"] * 2 + ["revisit"] + [
        "response"
    ] * 4


def test_a_revisit_whose_body_is_lost_says_so(tmp_path: Path) -> None:
    first = WarcWriter(tmp_path, "example", "test").write(exchange(body=BODY))
    later = WarcWriter(tmp_path, "example", "test")
    [again] = later.write_all([exchange(at="2026-02-01T00:00:00Z", body=BODY)], (), {0: row_of(first)})
    (tmp_path / first.filename).unlink()
    with pytest.raises(DamagedRecord, match="the record that holds its body is not there"):
        read_record(tmp_path, row_of(again))
    path = tmp_path / again.filename
    [found] = [(raw, content) for offset, raw, content in whole_members(path) if offset == again.offset]
    row = {**row_of(again), "captured_at": "2026-02-01T00:00:00Z", "status": 200, "mime": "text/html"}
    assert list(compare(row, *found, path)) == ["the record that it refers to is not there"]


def test_a_killed_run_leaves_a_revisit_that_is_taken_in_with_its_body(folder: Path) -> None:
    desk = Desk(folder)
    place = desk.warc.write(exchange(body=BODY))
    desk.warc.write_all([exchange(at="2026-01-02T00:00:00Z", body=BODY)], (), {0: row_of(place)})
    desk.store.close()
    reopened = Desk(folder)
    assert reopened.rows("select count(*), count(distinct payload_digest) from captures") == [(2, 1)]
    reopened.store.close()


@pytest.mark.parametrize("kept", [("WARC-Refers-To",), ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"), ()])
def test_the_older_record_is_found_by_whatever_another_tool_says_of_it(kept: tuple[str, ...], tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    first = writer.write(exchange(body=BODY))
    [again] = writer.write_all([exchange(body=BODY)], (), {0: row_of(first)})
    path = tmp_path / again.filename
    content = next(content for offset, _, content in whole_members(path) if offset == again.offset)
    lines = [line for line in content.split(b"\r\n") if not line.startswith(b"WARC-Refers-To") or line.split(b":")[0].decode() in kept]
    found = response_in(b"\r\n".join(lines), path)
    assert found is not None and found.body == BODY


def test_requests_name_their_host_and_every_record_the_warcinfo_that_speaks_of_it(tmp_path: Path) -> None:
    WarcWriter(tmp_path, "example", "test").write(exchange("https://name:word@www.example.org:8443/a?b=1"))
    info, response, request = records_of(tmp_path)
    assert request.http_headers.get_header("Host") == "www.example.org:8443"
    assert {said(response, "Warcinfo-ID"), said(request, "Warcinfo-ID")} == {said(info, "Record-ID")}


def test_dates_carry_the_millisecond_where_it_is_known(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "example", "test")
    place = writer.write(exchange(millisecond=7))
    content = next(content for offset, _, content in whole_members(tmp_path / place.filename) if offset == place.offset)
    found = response_in(content)
    assert found is not None and found.captured_at == "2026-01-01T00:00:00Z"
    assert [said(record, "Date") for record in records_of(tmp_path)[1:]] == ["2026-01-01T00:00:00.007Z"] * 2


# runs


def notes_of(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """(kind, what it says) of the notes of all runs, in their order."""
    notes = [record for record in records_of(folder) if record.rec_type == "metadata"]
    return [(said(note, "Target-URI").rpartition(":")[2], json.loads(note.body)) for note in notes]


def test_a_run_notes_how_it_began_and_how_it_ended(site: DemoSite, folder: Path) -> None:
    assert crawl(site, folder, "limit=3").code == 0
    (first, began), (last, ended) = notes_of(folder)
    assert (first, last) == ("start", "end")
    assert (began["home"], began["mode"], began["arguments"]["limit"]) == (f"{site.home}/", "update", "3")
    assert began["settings"]["GONE_AFTER"] == 24
    columns = ("started_at", "finished_at", "outcome", "exit_code", "requests", "bytes", "new", "unchanged")
    assert rows(folder, f"select {', '.join(columns)} from crawls") == [tuple(ended[column] for column in columns)]


def test_an_unchanged_second_run_writes_revisits_and_reads_as_the_first(site: DemoSite, folder: Path) -> None:
    assert crawl(site, folder, "mode=full").code == 0
    assert crawl(site, folder, "mode=full").code == 0
    kinds = [record.rec_type for record in records_of(folder)]
    assert kinds.count("revisit") > 5
    long = rows(folder, "select count(*) from captures where status = 200")
    assert long == [(sum(r.rec_type in ("response", "revisit") and r.http_headers.get_statuscode() == "200" for r in records_of(folder)),)]
    assert rows(folder, "select count(*) from revisions where number > 1") == [(0,)]
    assert scrapy("reextract", folder=folder).code == 0
    assert all(said(record, "Warcinfo-ID") for record in records_of(folder) if record.rec_type != "warcinfo")


def test_requests_without_an_answer_are_noted_with_their_error(site: DemoSite, folder: Path) -> None:
    assert crawl(site, folder, "limit=2").code == 0
    site.stop()
    assert crawl(site, folder, "limit=2").code == 5
    failures = [what for kind, what in notes_of(folder) if kind == "failure"]
    assert failures and all(failure["url"].startswith(site.home) and failure["error"] for failure in failures)
    assert [what["exit_code"] for kind, what in notes_of(folder) if kind == "end"] == [0, 5]


def test_a_mistyped_home_leaves_no_file(folder: Path) -> None:
    run = scrapy("crawl", "site", "-a", "home=http://127.0.0.1:9/", folder=folder)
    assert run.code == 5
    assert list(folder.glob("warc/*/*")) == []


def test_a_disk_that_is_full_when_notes_are_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write WARC records"):
        WarcWriter(tmp_path, "example", "test").write(exchange())


# decisions


def test_a_decision_is_a_line_of_a_file_beside_the_captures(folder: Path) -> None:
    desk = Desk(folder)
    capture_id = desk.capture("page")
    desk.store.decide("accept", str(capture_id), "accepted", "it is the article")
    desk.store.decide("label", "00112233aabbccdd", "bio")
    desk.store.close()
    lines = [json.loads(line) for line in (folder / "warc/decisions.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["ref"], line["value"], line["reason"]) for line in lines] == [
        ("accept", str(capture_id), "accepted", "it is the article"),
        ("label", "00112233aabbccdd", "bio", None),
    ]
    assert lines[0]["record_id"].startswith("<urn:uuid:")


def test_an_archive_without_a_file_of_decisions_gets_one_and_each_decision_once(folder: Path) -> None:
    desk = Desk(folder)
    desk.store.decide("label", "00112233aabbccdd", "bio")
    desk.store.close()
    path = folder / "warc/decisions.jsonl"
    written = path.read_bytes()
    path.unlink()
    Desk(folder).store.close()
    assert path.read_bytes() == written
    path.write_bytes(written + b'{"kind": "lab')  # what a full disk leaves
    reopened = Desk(folder)
    reopened.store.decide("label", "00112233aabbccdd", "undone")
    reopened.store.close()
    assert [line["value"] for line in read_decisions(folder)] == ["bio", "undone"]
