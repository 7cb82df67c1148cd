"""What an edit did, on the pages that show it: words, captions, links; and any two states of an article beside each other."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from markupsafe import Markup

from archive.db.connection import open_for_writing
from archive.publish.reading.article import with_headings_from_two
from tests.publish_archive import HOME, build_archive, insert_revision
from tests.publish_site import RAID, Site

AGAIN = "2024-03-01T06:00:10Z"
URL = f"{HOME}2014/03/raid"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The raid once more: the number taken back, another link, another caption; then all of it taken back."""
    folder = build_archive(tmp_path_factory.mktemp("archive"))
    db = open_for_writing(folder)
    blocks = [
        {"kind": "body", "text": "A drone strike hit a convoy near Marib, killing five fighters.", "rule": "trafilatura"},
        {"kind": "caption", "text": "The road to Aden.", "rule": "figcaption"},
        {"kind": "body", "text": "Officials named the commander as Abu Hurayra.", "rule": "trafilatura",
         "html": '<h4>The commander</h4><p>Officials named the commander as <a href="https://source.example.net/y">Abu Hurayra</a>.</p>'},
    ]  # fmt: skip
    given = {"change": "link", "declared": 0, "byline": "Jane Doe and Karim al-Masri", "published_at": "2014-03-08T01:30:00Z"}
    tags = db.execute("select tags from revisions where id = 12").fetchone()[0]
    insert_revision(db, 13, 1, 3, AGAIN, "Drone strike kills five in Yemen", blocks, given, tags)
    first = db["revisions"].get(11)
    last = "2024-04-01T06:00:10Z"
    db["revisions"].insert(first | {"id": 14, "number": 4, "seen_at": last, "last_seen_at": last, "change": "link"})
    db.execute("insert into blocks select 14, position, kind, text, html, rule, fingerprint, vote from blocks where revision_id = 11")
    db.execute("update articles set revision_id = 14 where id = 1")
    db.conn.commit()
    db.conn.close()
    with closing(Site(folder)) as site:
        yield site


@pytest.mark.parametrize("path", [RAID, "/changes?event=edited", "/changes.atom?event=edited"])
def test_a_link_that_leads_elsewhere_is_shown(site: Site, path: str) -> None:
    page = site.get(path).text.replace("&lt;", "<").replace("&gt;", ">")
    assert "<p><del>https://source.example.net/x</del></p>" in page and "<p><ins>https://source.example.net/y</ins></p>" in page
    assert "<p><del>The road to Marib.</del></p>" in page and "<p><ins>The road to Aden.</ins></p>" in page


@pytest.mark.parametrize("path", [RAID, "/changes?event=edited", "/changes.atom?event=edited"])
def test_a_link_is_shown_beside_the_words_that_changed_with_it(site: Site, path: str) -> None:
    page = site.get(path).text.replace("&lt;", "<").replace("&gt;", ">")
    assert "kills <del>five</del><ins>four</ins>" in page and "<p><del>https://source.example.net/y</del></p>" in page


def test_any_two_states_are_compared(site: Site) -> None:
    page, text = site.get(f"/compare?url={URL}&from=1&to=3").text, site.text(f"/compare?url={URL}&from=1&to=3")
    assert "Drone strike kills <del>four</del><ins>five</ins> in Yemen" in page and "<ins>The road to Aden.</ins>" in page
    assert "What changed from revision 1 to revision 3" in text
    assert (
        "Changed between 1 January 2024, 06:00 UTC and 1 March 2024, 06:00 UTC, in 2 edits: a number changed, not declared by the article; "
        "a link leads elsewhere, not declared by the article" in text
    )
    assert site.text(f"/compare?url={URL}&from=3&to=1") == text


def test_neighbours_are_compared_too(site: Site) -> None:
    text = site.text(f"/compare?url={URL}&from=2&to=3")
    assert (
        "Changed between 1 February 2024, 06:00 UTC and 1 March 2024, 06:00 UTC: a link leads elsewhere, "
        "not declared by the article What differs Captions" in text
    )
    assert "four" not in text


@pytest.mark.parametrize("numbers", ["from=1&to=1", "from=2&to=9", "from=0&to=-1&to=x", "from=9999999&to=99999999999"])
def test_two_states_that_are_not_there_lead_to_those_that_are(site: Site, numbers: str) -> None:
    response = site.get(f"/compare?url={URL}&{numbers}")
    known = (200, None) if "x" in numbers else (302, f"{RAID}#revisions")
    assert (response.status_code, response.headers.get("location")) == known


def test_two_states_stand_side_by_side_or_in_one_column_without_a_script(site: Site) -> None:
    page = site.get(f"/compare?url={URL}&from=1&to=3").text
    side = html.unescape(re.findall(r'href="([^"]*)">side by side</a>', page)[0])
    shown = site.get(side).text
    assert re.search(r"<td[^>]*>Drone strike kills <del>four</del> in Yemen<td[^>]*>Drone strike kills <ins>five</ins> in Yemen", shown)
    assert "<p>Drone strike kills <del>four</del><ins>five</ins> in Yemen</p>" in shown, "for a narrow screen"
    assert 'name="view" value="side"' in shown and "Lasting address" in site.text(side)
    back = html.unescape(re.findall(r'href="([^"]*)">inline</a>', shown)[0])
    assert site.get(back).text == page


def test_only_articles_are_compared(site: Site) -> None:
    assert site.get("/compare").status_code == 404
    assert site.get(f"/compare?url={HOME}2014/03/nothing").status_code == 404
    assert site.get(f"/compare?url={HOME}2014/04/charter").headers["location"] == "/www.example.org/2014/04/charter#revisions"


def test_the_reading_page_offers_the_comparison_where_there_is_a_choice(site: Site) -> None:
    assert site.get(RAID).text.count('<option value="2"') == 2
    assert 'action="/compare"' not in site.get("/www.example.org/2014/04/charter").text


def test_an_edit_that_was_taken_back_says_so(site: Site) -> None:
    text = site.text(f"/compare?url={URL}")
    assert "What changed from revision 1 to revision 4" in text
    assert "Nothing of the author's content differs between the two: what was changed was changed back." in text


def test_headings_follow_the_headline() -> None:
    blocks = [Markup("<h3>One</h3><p>&lt;h3&gt;</p>"), Markup('<h4 dir="rtl">Two</h4>'), Markup("<p>h3</p>")]
    assert with_headings_from_two(blocks) == ["<h2>One</h2><p>&lt;h3&gt;</p>", '<h3 dir="rtl">Two</h3>', "<p>h3</p>"]
    assert with_headings_from_two([Markup("<h2>One</h2><h4>Two</h4>")]) == ["<h2>One</h2><h4>Two</h4>"]
    assert with_headings_from_two([]) == []


def test_a_thread_names_what_happened_in_it(site: Site) -> None:
    text, page = site.text(RAID), site.get(RAID).text
    assert "4 comments 1 no longer on the site: Gone Guy. 1 reworded: Bill." in text
    assert '<a href="#c-4">Gone Guy</a>' in page and '<a href="#c-3">Bill</a>' in page


def test_topics_and_authors_come_by_number_or_by_name(site: Site) -> None:
    assert "3 topics Al Qaeda 2 Yemen 2 Analysis 1 2 authors" in site.text("/topics")
    assert "3 topics Al Qaeda 2 Analysis 1 Yemen 2" in site.text("/topics?sort=name")
