"""Searches, changes and citations as files for other programs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from archive.publish.cite import citation
from archive.publish.search import exports
from tests.publish_archive import HOME
from tests.publish_site import RAID, Site

CITED = citation.Citation(
    "Drones & more", ("Jane Doe",), "The Journal", "2014-03-07", "https://e.org/a", "http://h/2/e.org/a", "2024-02-01T06:00:10Z"
)


@pytest.fixture
def site(example: Site) -> Site:
    return example


def entries(site: Site, path: str) -> list[dict[str, str]]:
    feed = ElementTree.fromstring(site.get(path).text)
    return [{child.tag.partition("}")[2]: child.text or "" for child in entry} for entry in feed.findall("{*}entry")]


def test_a_feed_reader_is_given_text_not_the_markup_that_a_text_quotes(site: Site) -> None:
    [entry] = entries(site, "/search.atom?q=in:comments+zebra")
    assert entry["content"] == "&lt;img src=x onerror=alert(1)&gt; zebra"


def test_a_feed_tells_when_an_article_appeared_and_when_it_was_edited(site: Site) -> None:
    times = {entry["title"]: (entry["published"], entry["updated"]) for entry in entries(site, "/search.atom?q=marib")}
    assert times["Drone strike kills five in Yemen"] == ("2014-03-07T00:00:00Z", "2024-02-01T06:00:10Z")
    assert times["Charter of a new emirate"] == ("2014-04-01T00:00:00Z", "2014-04-01T00:00:00Z")


def test_an_article_without_a_date_is_as_old_as_its_first_sight(site: Site) -> None:
    [entry] = entries(site, "/search.atom?q=in:articles+%22a+day+old%22")
    assert entry["updated"] == "2024-01-01T06:00:10Z" and "published" not in entry


def test_an_edit_in_the_feed_names_its_kind_and_its_interval(site: Site) -> None:
    words = next(entry["content"] for entry in entries(site, "/changes.atom?event=edited") if "comment" not in entry["title"])
    bare = re.sub("<[^>]+>", "", words)
    when = "between 1 January 2024, 06:00 UTC and 1 February 2024, 06:00 UTC"
    assert bare.startswith(f"a number changed, not declared by the article · {when}")


def test_two_articles_with_one_key_stay_two(site: Site) -> None:
    keys = [one.key for one in citation.distinct([CITED, replace(CITED, title="More drones"), replace(CITED, title="Charter")])]
    assert keys == ["doe2014drones", "doe2014more", "doe2014charter"]
    again = citation.distinct([CITED, replace(CITED, url="https://e.org/b"), CITED])
    assert [one.key for one in again] == ["doe2014drones", "doe2014drones-2", "doe2014drones-3"]
    both = f"url={HOME}2014/03/raid&url={HOME}2014/03/raid"
    assert re.findall(r"@online\{([^,]+),", site.get(f"/cite.bib?{both}").text) == ["doe2014drone", "doe2014drone-2"]


def test_a_citation_carries_its_topics_once_each() -> None:
    cited = replace(CITED, keywords=("Al Qaeda", "Yemen, north & south"))
    assert r"  keywords = {Al Qaeda, Yemen north \& south}," in citation.as_bibtex(cited)
    assert "KW  - Al Qaeda\r\nKW  - Yemen, north & south\r\n" in citation.as_ris(cited)
    assert citation.as_csl(cited)["keyword"] == "Al Qaeda, Yemen, north & south" and "keyword" not in citation.as_csl(CITED)


@pytest.mark.parametrize("form", ["ris", "bib"])
def test_a_search_for_a_reference_manager_names_authors_and_topics(site: Site, form: str) -> None:
    text = site.get(f"/search.{form}?q=author:%22Jane+Doe%22").text
    starts = {"ris": "TY  - BLOG\r\n", "bib": "@online{"}
    assert text.count(starts[form]) == 2 and "Al Qaeda" in text and "al-Masri, Karim" in text


def test_json_says_how_many_there_are_and_what_is_gone(site: Site) -> None:
    found = site.get("/search.json?q=in:articles+kept").json()
    assert (found["articles"], found["comments"], found["page"]) == (1, None, 1)
    assert found["hits"][0]["missing_since"] == "2024-02-01T06:00:20Z" and found["hits"][0]["seen_at"] == "2024-01-01T06:00:10Z"


@pytest.mark.parametrize("form", ["csv", "json", "ris", "bib"])
def test_a_long_search_goes_on_in_the_next_file(site: Site, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST", 1)
    first = site.get(f"/search.{form}?q=in:articles%20marib")
    assert first.headers["link"] == f'<http://localhost/search.{form}?q=in%3Aarticles%20marib&page=2>; rel="next"'
    second = site.get(f"/search.{form}?q=in:articles%20marib&page=2")
    assert "link" not in second.headers and "raid" in second.text and "raid" not in first.text.replace("the raid", "")
    assert "1 hits a file" in site.text("/search?q=in:articles%20marib")


def test_every_state_of_a_date_makes_valid_csl() -> None:
    for date, parts in (("2014-03-07", [2014, 3, 7]), ("2014-03", [2014, 3]), ("2014", [2014])):
        assert citation.as_csl(replace(CITED, published_on=date))["issued"] == {"date-parts": [parts]}
    assert "issued" not in json.dumps(citation.as_csl(replace(CITED, published_on="")))


def test_an_article_is_cited_with_what_it_is_about(site: Site) -> None:
    assert f"url = {{{HOME}2014/03/raid}}" in site.get(f"/cite.bib?url={HOME}2014/03/raid").text
    assert "keywords = {Yemen, Al Qaeda, Analysis}" in site.get(f"/cite.bib?url={HOME}2014/03/raid").text
    assert site.get(RAID).text.count("KW  - ") == 3


def test_zotero_takes_the_state_that_is_read(site: Site) -> None:
    page = site.get("/20240115" + RAID).text
    identifier = f"20240115/{HOME}2014/03/raid"
    assert f'<abbr class="unapi-id" title="{identifier}">' in page
    assert "TI  - Drone strike kills four in Yemen" in site.get(f"/unapi?id={identifier}&format=ris").text
    assert "TI  - Drone strike kills five in Yemen" in site.get(f"/unapi?id={HOME}2014/03/raid&format=ris").text
    [linked] = re.findall(r'type="application/x-research-info-systems" href="([^"]*)"', page)
    assert "kills four" in site.get(linked.replace("&amp;", "&")).text
    assert site.get(f"/unapi?id=2013/{HOME}2014/03/raid&format=ris").status_code == 404
