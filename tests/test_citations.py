"""The same proof in every citation: of an article, of what a search finds, of a comparison; what is gone says so; linked data."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from archive.__main__ import main as archive
from archive.publish.cite import citation
from archive.publish.cite.linked_data import as_script
from archive.publish.cite.proofs import Proof
from tests.captured_site import build_captured
from tests.publish_archive import HOME, open_archive
from tests.publish_site import RAID, Site

URL = f"{HOME}2014/03/raid"
GONE = f"{HOME}2015/05/gone"
COMPARED = f"/compare/20240101060010..20240201060010{RAID}"
WENT = "Gone from the site: last seen there 2024-02-01T06:00:10Z, missing since 2024-02-01T06:00:20Z, confirmed 2024-02-03T06:00:20Z"


@pytest.fixture
def site(captured_site: Site) -> Site:
    return captured_site


def proof_of(folder: Path, capture: int) -> str:
    db = open_archive(folder)
    [(payload, record)] = db.execute("select payload_digest, record_id from captures where id = ?", [capture]).fetchall()
    db.close()
    return f"payload {payload}; WARC record {record}"


def unlatexed(text: str) -> str:
    return text.replace("\\_", "_")


@pytest.mark.parametrize("form", ["txt", "bib", "ris", "json"])
def test_an_article_is_cited_with_its_proof_in_every_format(site: Site, captured: Path, form: str) -> None:
    text = site.get(f"/cite.{form}?url={URL}").text
    assert f"Archived at http://localhost/20240201060010{RAID} (seen 2024-02-01T06:00:10Z; {proof_of(captured, 12)})" in unlatexed(text)


@pytest.mark.parametrize("form", ["txt", "bib", "ris", "json"])
def test_the_citation_of_what_is_gone_says_so(site: Site, form: str) -> None:
    assert WENT in site.get(f"/cite.{form}?url={GONE}").text
    assert "from the site" not in site.get(f"/cite.{form}?url={URL}").text


def test_one_missing_article_is_not_yet_gone() -> None:
    row = {"missing_since": "2024-02-01T00:00:00Z", "last_seen_at": "2024-01-01T00:00:00Z", "gone_at": None}
    said = "Missing from the site: last seen there 2024-01-01T00:00:00Z, missing since 2024-02-01T00:00:00Z, not yet confirmed"
    assert citation.missing_sentence(row) == said and citation.missing_sentence({"missing_since": None}) == ""


@pytest.mark.parametrize("form", ["ris", "bib", "csl", "json", "csv"])
def test_what_a_search_finds_carries_the_same_proof(site: Site, captured: Path, form: str) -> None:
    text = unlatexed(site.get(f"/search.{form}?q=in:articles").text)
    for part in re.findall(r"sha256:\w+|<urn:uuid:[^>]+>", proof_of(captured, 12) + proof_of(captured, 31)):
        assert part in text
    assert f"http://localhost/20240201060010{RAID}" in text
    if form in ("ris", "bib", "csl"):
        assert WENT in text and f"(seen 2024-02-01T06:00:10Z; {proof_of(captured, 12)})" in text


def test_a_search_is_csl_too(site: Site) -> None:
    response = site.get("/search.csl?q=author:%22Jane+Doe%22")
    assert response.headers["content-type"].startswith("application/vnd.citationstyles.csl+json")
    found = {one["title"]: one for one in response.json()}
    assert set(found) == {"Drone strike kills five in Yemen", "Charter of a new emirate"}
    assert found["Charter of a new emirate"]["author"] == [{"family": "Doe", "given": "Jane"}]
    assert '<a href="/search.csl?q=marib">' in site.get("/search?q=marib").text


def test_a_comment_that_is_found_names_the_record_that_shows_it(site: Site, captured: Path) -> None:
    [row] = site.get("/search.json?q=in:comments+reworded").json()["hits"]
    assert f"payload {row['payload_digest']}; WARC record {row['record_id']}" == proof_of(captured, 12)
    assert row["dated_address"] == f"http://localhost/20240101060010{RAID}#c-3"
    [row] = list(csv.DictReader(io.StringIO(site.get("/search.csv?q=in:comments+reworded").text)))
    assert row["record_id"] in proof_of(captured, 12)


# comparisons


def test_a_comparison_has_an_address_that_names_two_times_and_no_number(site: Site) -> None:
    page = site.get(COMPARED)
    assert page.status_code == 200 and "Drone strike kills <del>four</del><ins>five</ins> in Yemen" in page.text
    assert f'<a href="{COMPARED}">Compare and cite</a>' in site.get(RAID).text
    assert f'<a href="{COMPARED}">http://localhost{COMPARED}</a>' in site.get(f"/compare?url={URL}&from=1&to=2").text


@pytest.mark.parametrize("path", ["/compare/20240201060010..20240101060010", "/compare/20240115..202403", "/compare/202401..2024"])
def test_any_two_times_find_the_states_of_then(site: Site, path: str) -> None:
    page = site.get(path + RAID)
    assert page.status_code == 200 and f'href="{COMPARED}"' in page.text


def test_a_comparison_outlives_ids_and_numbers(tmp_path: Path) -> None:
    """An earlier state comes in between: the numbers move on, the two times stay."""
    folder = build_captured(tmp_path / "own")
    db = open_archive(folder)
    with db:
        db.execute("update revisions set number = number + 5 where article_id = 1")
    db.close()
    own = Site(folder)
    assert "kills <del>four</del><ins>five</ins>" in own.get(COMPARED).text
    for database in own.datasette.databases.values():
        database.close()
    own.loop.close()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (f"/compare/2023..20240201060010{RAID}", 302),
        (f"/compare/20240101060010..20240101060011{RAID}", 302),
        ("/compare/20240101060010..20240201060010/www.example.org/none", 404),
        ("/compare/20240101060010..20240201060010/", 404),
        (f"/compare/one..two{RAID}", 404),
        ("/compare/x", 404),
    ],
)
def test_two_states_that_are_not_there_lead_elsewhere(site: Site, path: str, answer: int) -> None:
    assert site.get(path).status_code == answer


def test_a_comparison_shows_both_digests_and_both_records(site: Site, captured: Path) -> None:
    text = site.text(COMPARED)
    for capture in (11, 12):
        for part in re.findall(r"sha256:\w+|<urn:uuid:[^>]+>", proof_of(captured, capture)):
            assert part in text
    assert "Before revision 1, first seen 1 January 2024, 06:00 UTC" in text and "After revision 2" in text


@pytest.mark.parametrize("form", ["txt", "bib", "ris", "json"])
def test_a_comparison_is_cited_in_every_format(site: Site, captured: Path, form: str) -> None:
    response = site.get(f"/cite.{form}?url={URL}&from=20240101060010&to=20240201060010")
    text = unlatexed(response.text)
    before, after = (
        f"seen {at}; {proof_of(captured, capture)}" for at, capture in (("2024-01-01T06:00:10Z", 11), ("2024-02-01T06:00:10Z", 12))
    )
    assert f"Archived at http://localhost{COMPARED} (before: {before}; after: {after})" in text
    assert "Changes of “Drone strike kills five in Yemen” from 2024-01-01T06:00:10Z to 2024-02-01T06:00:10Z" in text
    assert response.headers["content-disposition"].startswith("attachment;")
    assert (
        f"/cite.{form}?url=https%3A//www.example.org/2014/03/raid&amp;from=20240101060010&amp;to=20240201060010" in site.get(COMPARED).text
    )
    assert site.get(f"/cite.{form}?url={URL}&from=2023&to=2024").status_code == 404


def test_a_seal_is_part_of_the_proof() -> None:
    sealed = Proof("2024-01-01T00:00:00Z", "sha256:a", "<urn:uuid:1>", "2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z")
    assert str(sealed) == (
        "seen 2024-01-01T00:00:00Z; payload sha256:a; WARC record <urn:uuid:1>; sealed 2024-01-01T01:00:00Z; stamped 2024-01-01T02:00:00Z"
    )
    assert str(Proof("2024-01-01T00:00:00Z")) == "seen 2024-01-01T00:00:00Z"


# linked data


def linked(site: Site, path: str) -> Any:
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', site.get(path).text, re.S)
    return json.loads(data)


def test_a_reading_page_says_to_machines_what_it_shows(site: Site, captured: Path) -> None:
    item = linked(site, RAID)
    assert (item["@context"], item["@type"], item["url"]) == ("https://schema.org", "NewsArticle", URL)
    assert item["headline"] == "Drone strike kills five in Yemen" and item["datePublished"] == "2014-03-08T01:30:00Z"
    assert [one["familyName"] for one in item["author"]] == ["Doe", "al-Masri"] and item["keywords"] == ["Yemen", "Al Qaeda", "Analysis"]
    archived = item["archivedAt"]
    assert archived["@type"] == ["WebPage", "ArchiveComponent"] and archived["url"] == f"http://localhost/20240201060010{RAID}"
    assert archived["holdingArchive"]["@type"] == "ArchiveOrganization" and archived["dateCreated"] == "2024-02-01T06:00:10Z"
    known = {one["propertyID"]: one["value"] for one in archived["identifier"]}
    assert f"payload {known['payload digest']}; WARC record <{known['WARC-Record-ID']}>" == proof_of(captured, 12)
    assert archived["itemLocation"] == f"http://localhost/record/{known['WARC-Record-ID']}"


def test_linked_data_is_of_the_state_that_is_read(site: Site) -> None:
    item = linked(site, "/20240115" + RAID)
    assert item["headline"] == "Drone strike kills four in Yemen" and "20240101060010" in item["archivedAt"]["url"]
    assert linked(site, "/www.example.org/2015/05/gone")["creativeWorkStatus"] == WENT


def test_nothing_in_linked_data_ends_the_script(site: Site) -> None:
    assert (
        as_script({"a": "</script><!--<script>&\u2028"})
        == '{\n "a": "\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026\\u2028"\n}'
    )
    page = site.get("/www.example.org/2016/hostile").text
    usual = site.get(RAID).text
    assert page.count("<script") == page.count("</script>") == usual.count("</script>")
    assert linked(site, "/www.example.org/2016/hostile")["headline"].startswith("<script>alert('t')</script> & ")


def test_a_sealed_record_says_since_when_and_so_do_its_citations(tmp_path: Path) -> None:
    pytest.importorskip("archive.seal.proofs", reason="this release seals no records")
    folder = build_captured(tmp_path / "own")
    assert archive(["seal", "--archive-dir", str(folder)]) == 0
    own = Site(folder)
    assert "Sealed" in own.text("/record/12") and "no authority has stamped it" in own.text("/record/12")
    for path in (
        f"/cite.txt?url={URL}",
        f"/cite.ris?url={URL}",
        f"/cite.json?url={URL}",
        "/search.bib?q=in:articles",
        "/search.csl?q=in:articles",
    ):
        assert re.search(r"WARC record <[^>]+>; sealed \d{4}-\d\d-\d\dT[\d:]+Z\)", own.get(path).text), path
    assert own.get(f"/cite.txt?url={URL}&from=20240101060010&to=20240201060010").text.count("; sealed ") == 2
    assert own.text(COMPARED).count("sealed ") >= 2 and "sealed at" in json.dumps(linked(own, RAID))
    assert own.get("/search.json?q=in:articles").json()["hits"][0]["sealed_at"]
    for database in own.datasette.databases.values():
        database.close()
    own.loop.close()
