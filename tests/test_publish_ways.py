"""Ways through the archive: from what the home and the status page name, and from a row of data, to where it is read."""

from __future__ import annotations

import re

import pytest

from archive.db.schema import TABLES
from archive.publish import formats
from archive.publish.server import core_pages
from tests.publish_site import RAID, Site

GONE = "/www.example.org/2015/05/gone"


@pytest.fixture
def site(example: Site) -> Site:
    return example


def part(page: str, heading: str) -> str:
    """What stands below a heading of the second level, up to the next."""
    return page.partition(f"<h2>{heading}</h2>")[2].partition("<h2")[0]


def test_the_home_names_each_removal_once_as_it_stands(site: Site) -> None:
    removals = part(site.get("/").text, "Latest removals")
    assert removals.count(f'href="{GONE}"') == 1 and removals.count(f'href="{RAID}#c-4"') == 1
    assert re.findall(r'<span class="event">(\w+)</span>', removals) == ["gone", "missing"]
    assert re.findall(r'<span class="event">(\w+)</span>', site.get("/changes?event=removed").text) == ["gone", "missing"]


def test_the_home_says_in_words_what_kind_of_edit_it_was(site: Site) -> None:
    assert "a number changed" in part(site.get("/").text, "Latest changes")


def test_every_kind_of_change_has_words() -> None:
    [told] = re.findall(r"change text,  -- weightiest change since the revision before: (.*)", TABLES)
    assert told.split(", ") == list(formats.CHANGES)


def test_an_edit_in_a_list_leads_to_what_changed(site: Site) -> None:
    assert f'href="{RAID}#revisions"' in site.get("/changes?event=edited").text and 'id="revisions"' in site.get(RAID).text


@pytest.mark.parametrize("path", ["/", "/status"])
def test_what_is_gone_is_a_click_away(site: Site, path: str) -> None:
    [way] = re.findall(r'<a href="(/search\?q=is%3Amissing[^"]*)"><data [^>]*>1 article', site.get(path).text)
    assert "1 article" in site.text(way) and GONE in site.get(way).text


def test_a_month_that_is_short_leads_to_what_is_held_of_it(site: Site) -> None:
    assert '<a href="/search?q=month%3A2014-03%20site%3A%22example%22">2014-03</a>' in site.get("/status").text


@pytest.mark.parametrize(
    ("path", "leads_to"), [("/article/1", RAID), ("/comment/3", f"{RAID}#c-3"), ("/article/4", "/www.example.org/?p=104")]
)
def test_an_id_leads_to_where_it_is_read(site: Site, path: str, leads_to: str) -> None:
    assert site.get(path).headers["location"] == leads_to


@pytest.mark.parametrize("path", ["/article/999", "/comment/999", "/article/999999999999999", "/article/x", "/comment/"])
def test_an_id_of_nothing_is_not_found(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


def test_rows_of_data_lead_to_where_they_are_read(site: Site) -> None:
    assert '<a href="/article/2">2</a>' in site.get("/archive/citations").text
    assert '<a href="/article/1">1</a>' in site.get("/archive?sql=select+article_id,+url+from+links").text
    assert '<a href="/comment/3">3</a>' in site.get("/archive/comment_edits").text
    labelled = core_pages.cell({}, "article_id", "revisions", {"value": 1, "label": "<x>"})
    assert labelled == '<a href="/article/1">&lt;x&gt;</a>&nbsp;<em><a href="/archive/articles/1">1</a></em>'
    assert core_pages.cell({}, "article_id", None, None) is None


def test_robots_are_kept_from_searches_and_tables_not_from_articles(site: Site) -> None:
    answer = site.get("/robots.txt")
    rules = [re.escape(line.removeprefix("Disallow: ")) for line in answer.text.splitlines()[1:]]
    kept_out = re.compile("|".join(rule.replace(r"\*", ".*").replace(r"\$", "$") for rule in rules))
    for path in ("/archive", "/archive/articles?year=2014", "/search?q=x", "/search.csv?q=x", "/cite.ris?url=x", "/changes?event=new"):
        assert kept_out.match(path), path
    for path in ("/", RAID, "/archive.org/web", "/search.example.org/", "/static/site.css"):
        assert not kept_out.match(path), path
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/changes?event=removed", "/", "/changes.atom?event=removed"])
def test_a_removal_says_what_was_removed(site: Site, path: str) -> None:
    page = site.get(path).text
    assert "This comment was removed." in page and "This text is kept although the site removed it." in page


def test_a_new_comment_is_told_with_its_words_and_no_markup_of_its_own(site: Site) -> None:
    for path in ("/changes?event=first", "/changes.atom?event=first"):
        page = site.get(path).text
        assert "onerror=alert(1)" in page and "<img" not in page
    assert "&lt;p&gt;" in site.get("/changes.atom?event=first").text and "&lt;img" not in site.get(
        "/changes.atom?event=first"
    ).text.replace("&amp;lt;", "")


@pytest.mark.parametrize("path", [f"/20240115{RAID}", "/search?q=in:history+four"])
def test_an_older_state_leads_to_what_changed_since(site: Site, path: str) -> None:
    [way] = re.findall(r'href="(/compare\?[^"]*)"', site.get(path).text)
    assert "Drone strike kills <del>four</del><ins>five</ins>" in site.get(way.replace("&amp;", "&")).text
