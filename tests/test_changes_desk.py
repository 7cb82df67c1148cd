"""What happened, as a desk: asked by kind, declaration, author, topic, dates and phrase; page, files and feed show the same."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from archive.db.connection import open_for_reading, open_for_writing
from archive.publish.changes import asked as questions
from archive.publish.changes import desk as changes_desk
from archive.publish.changes.fresh import find_fresh
from archive.publish.changes.phrases import phrase_pattern
from archive.publish.formats import with_times
from archive.queries.change_report import events_since, report_paragraphs
from archive.queries.search_query import Query, parse_query
from archive.text.event_words import EVENTS
from archive.text.markup_diff import beside_line_markup
from tests.literal import HOME as HERE
from tests.literal import Desk, article, comment
from tests.publish_archive import HOME, build_archive, open_archive
from tests.publish_site import RAID, Site

LATER = "2024-03-01T06:00:10Z"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The archive of literal rows, and a third run: another article, a declared correction, a rename, a comment that came back."""
    folder = build_archive(tmp_path_factory.mktemp("desk"))
    db = open_for_writing(folder)
    with db.conn:
        db["crawls"].insert(
            {"id": 3, "site_id": 1, "started_at": "2024-03-01T06:00:00Z", "finished_at": "2024-03-01T06:01:00Z",
             "mode": "update", "outcome": "complete", "exit_code": 0}
        )  # fmt: skip
        row = dict(next(db.query("select * from revisions where article_id = 2")))
        text = row["text"].replace("on Sunday", "on Monday, at 11,400 metres") + "\n\nCorrection: it was Monday."
        later = {"id": 900, "number": 2, "seen_at": LATER, "last_seen_at": LATER, "change": "correction", "declared": 1,
                 "content_key": "2-2", "text": text}  # fmt: skip
        db["revisions"].insert(row | later)
        db.execute("update articles set revision_id = 900 where id = 2")
        article = dict(next(db.query("select * from articles where id = 4")))
        db["articles"].insert(
            article | {"id": 40, "source_id": "140", "url": f"{HOME}2024/02/news", "title": "News of March", "published_on": "2024-02-29",
                       "published_at": "2024-02-29T10:00:00Z", "first_seen_at": LATER, "revision_id": None, "comment_count": 0}
        )  # fmt: skip
        db.execute("update urls set url = ?, first_seen_at = ? where article_id = 2 and kind = 'current'", [f"{HOME}new-charter", LATER])
        db.execute("update articles set url = ? where id = 2", [f"{HOME}new-charter"])
        db.execute("update absences set back_at = ? where comment_id = 4", [LATER])
    db.conn.close()
    with Site(folder) as own:
        yield own


def told(site: Site, query: str) -> list[tuple[str, str]]:
    """(what happened, to what) of each story, in the order of the page."""
    page = site.get(f"/changes?{query}").text
    return [
        (event, re.sub("<[^>]+>", "", title))
        for event, title in re.findall(r'class="event">(\w+)</span>.*?<h3[^>]*>(.*?)</h3>', page, re.S)
    ]


def facet(site: Site, query: str, name: str) -> dict[str, int]:
    """A facet's values and numbers."""
    _, _, rest = site.get(f"/changes?{query}").text.partition(f"<h2>{name}</h2>")
    items = re.findall(r"<li>(.*?)</li>", rest.partition("</section>")[0], re.S)
    return {
        re.sub(r"<[^>]+>|\d+\s*$", "", re.sub("<small>.*", "", one, flags=re.S)).strip(): int(
            re.findall(r"(\d+)\D*$", re.sub("<[^>]+>", " ", one))[0]
        )
        for one in items
    }


CHARTER, RAIDED, GONE = "Charter of a new emirate", "Drone strike kills five in Yemen", "An article that went away"
BACK = ("back", f"Comment by Gone Guy on {RAIDED}")
REWORDED = ("edited", f"Comment by Bill on {RAIDED}")


def test_pages_of_what_came_at_one_moment_show_each_thing_once(desk: Desk) -> None:
    for threads in ({"_1": ["5"], "_2": ["6", "7"]}, {"_3": ["8"], "_1": ["5", *map(str, range(20, 29))]}):
        seen = [article(source_id=name[1:], url=f"{HERE}{name}/") for name in threads]
        desk.see(*seen, **{name: [comment(one) for one in ids] for name, ids in threads.items()})
    desk.see(article(source_id="4", url=f"{HERE}4/"), _3=[comment("8"), comment("10")], at="2026-01-02T00:00:00Z")
    asked = questions.read_asked({"event": "first"}, Query())
    whole = find_fresh(desk.db.conn, asked, 100)
    assert len({(story.article_id, story.comment_id) for story in whole}) == len(whole) == 4 + 14
    assert [story.at for story in whole] == sorted((story.at for story in whole), reverse=True)
    assert [story for first in range(0, 18, 3) for story in find_fresh(desk.db.conn, asked, 3, first)] == whole


def test_stories_stand_under_the_run_that_saw_them_the_latest_first(site: Site) -> None:
    assert told(site, "") == [
        ("edited", CHARTER), ("renamed", CHARTER), BACK, ("gone", GONE), ("edited", RAIDED), REWORDED,
    ]  # fmt: skip
    runs = re.findall(r'<section class="run"><h2>Run of <time datetime="([^"]+)"', site.get("/changes").text)
    assert runs == ["2024-03-01T06:00:00Z", "2024-02-01T06:00:00Z"]


def test_missing_and_gone_of_one_thing_are_one_story(site: Site) -> None:
    text = site.text("/changes?event=gone")
    assert "went between 1 January 2024, 06:00 UTC and 1 February 2024, 06:00 UTC · confirmed 3 February 2024, 06:00 UTC" in text
    assert told(site, "event=removed") == [BACK, ("gone", GONE)]


def test_a_disappearance_is_told_in_the_same_words_on_pages_in_the_feed_and_in_the_mail(site: Site) -> None:
    folder = Path(site.datasette.get_database("archive").path).parent
    with closing(open_for_reading(folder)) as db:
        found = events_since(db, 1, "2024-01-15T00:00:00Z")
        mail = "\n\n".join(report_paragraphs(db, next(db.query("select * from sites where id = 1")), found))
    [told_by_mail] = [part for part in mail.split("\n\n") if GONE in part]
    assert told_by_mail.startswith(f"gone, confirmed: {GONE}\n")
    said = with_times(told_by_mail.splitlines()[2].strip().removesuffix("; its text is kept"))
    assert said.startswith("went between 1 January 2024, 06:00 UTC and 1 February 2024, 06:00 UTC; confirmed 3 February")
    feed = ElementTree.fromstring(site.get("/changes.atom?event=gone").text)
    assert feed.findtext("{*}entry/{*}title") == f"gone, confirmed: {GONE}"
    assert said in " ".join(re.sub("<[^>]+>", "", feed.findtext("{*}entry/{*}content", "")).split())
    for path in ("/changes?event=gone", "/"):
        assert said.replace("; ", " · ") in site.text(path).replace(" ·", " ·"), path
    assert "gone, confirmed" in site.text("/changes")


def test_what_the_first_archiving_brought_is_folded_and_what_came_later_is_news(site: Site) -> None:
    assert ("new", "News of March") not in told(site, "") and told(site, "event=new") == [("new", "News of March")]
    assert "The first archiving of The Example Journal, 1 January 2024, is not told here" in site.text("/changes")
    assert len(told(site, "event=first&of=article&site=example")) == 6


@pytest.mark.parametrize(
    ("query", "stories"),
    [
        ("said=silent", [("edited", RAIDED)]),
        ("said=declared", [("edited", CHARTER)]),
        ("edit=number", [("edited", RAIDED)]),
        ("of=comment", [BACK, REWORDED]),
        ("author=Karim al-Masri&event=gone", [("gone", GONE)]),
        ("topic=Yemen&event=edited", [("edited", RAIDED), REWORDED]),
        ("site=local", []),
        ("seen_from=2024-03", [("edited", CHARTER), ("renamed", CHARTER), BACK]),
        ("seen_to=2024-01-31", []),
        ("published_from=2015", [("gone", GONE)]),
        ("published_to=2014-03&said=silent", [("edited", RAIDED)]),
        ("q=after:2015", [("gone", GONE)]),
        ("q=before:2014-04&said=silent", [("edited", RAIDED)]),
        ("q=is:gone", [("gone", GONE)]),
        ("q=is:silent", [("edited", RAIDED)]),
        ("q=is:declared seen:2024-03..", [("edited", CHARTER)]),
        ("q=seen:2024-02 in:articles", [("gone", GONE), ("edited", RAIDED)]),
        ("q=published:2014-03..2014-04 is:silent", [("edited", RAIDED)]),
        ("q=-is:gone&event=removed", [BACK]),
        ("q=in:comments", [BACK, REWORDED]),
        ("q=emirate", [("edited", CHARTER), ("renamed", CHARTER)]),
        ("run=2&of=article", [("gone", GONE), ("edited", RAIDED)]),
        ("said=silent&author=Jane Doe&topic=Al Qaeda&of=article&edit=number", [("edited", RAIDED)]),
    ],
)  # fmt: skip
def test_changes_are_narrowed(site: Site, query: str, stories: list[tuple[str, str]]) -> None:
    assert told(site, quote(query, safe="=&")) == stories


def test_each_number_beside_a_facet_is_how_many_stories_it_leads_to(site: Site) -> None:
    page = site.get("/changes").text
    links = re.findall(r'<li><a href="(/changes\?[^"]+)"[^>]*>.*?</a> <small>.*?(\d+).*?</small>', page)
    assert len(links) > 15
    for href, number in links:
        asked = href.partition("?")[2].replace("&amp;", "&")
        assert len(told(site, asked)) == int(number), href


@pytest.mark.parametrize("event", ["", "changed", "edited", "missing", "gone", "new"])
def test_no_facet_is_empty(site: Site, event: str) -> None:
    assert not re.search(r'<section class="facet"><h2>[^<]*</h2>\s*<ul>\s*</ul>', site.get(f"/changes?event={event}").text)


def test_a_phrase_tells_the_edits_that_brought_it_or_took_it_away(site: Site) -> None:
    assert told(site, "phrase=at+11,400+METRES") == [("edited", CHARTER)] and "phrase was added here" in site.text("/changes?phrase=11,400")
    assert told(site, "phrase=on+Sunday") == [("edited", CHARTER)] and "phrase was removed here" in site.text("/changes?phrase=on+sunday")
    assert told(site, "phrase=which+was+reworded") == [REWORDED]
    assert told(site, "phrase=un") == [], "whole words"
    assert "In 1 article these words stood in every state that was seen" in site.text("/changes?phrase=an+article+at+a+query+string")
    assert told(site, "phrase=...") == [] and told(site, "phrase=%22%29%28") == []


def test_a_phrase_of_a_script_without_blanks_is_found_inside_a_text() -> None:
    assert (pattern := phrase_pattern("停戦")) and pattern.search("本日停戦となった")
    assert (pattern := phrase_pattern("“the bridge’s end”")) and pattern.search('at "the  bridge\'s\nend"')


def test_files_and_feed_hold_exactly_what_the_page_shows(site: Site) -> None:
    for query in ("", "said=silent", "event=removed", "phrase=on+Sunday", "q=emirate&of=article", "event=new"):
        shown = told(site, query)
        rows = list(csv.DictReader(io.StringIO(site.get(f"/changes.csv?{query}").text)))
        listed = site.get(f"/changes.json?{query}").json()
        entries = ElementTree.fromstring(site.get(f"/changes.atom?{query}").text).findall("{*}entry")
        assert [row["event"] for row in rows] == [event for event, _ in shown], query
        assert [row["event"] for row in listed["changes"]] == [event for event, _ in shown] and listed["stories"] == len(shown)
        assert [entry.findtext("{*}title", "").partition(":")[0] for entry in entries] == [EVENTS[event] for event, _ in shown]
        assert site.get(f"/changes.csv?{query}&excel=1").content.startswith(b"\xef\xbb\xbfat,event"), "Excel reads UTF-8 by this mark"
        assert f'href="/changes.csv{"?" + query if query else ""}"'.replace("&", "&amp;") in site.get(f"/changes?{query}").text


def test_a_row_of_the_file_has_times_words_and_the_address_of_its_comparison(site: Site) -> None:
    [row] = csv.DictReader(io.StringIO(site.get("/changes.csv?said=silent").text))
    assert row["removed_words"].startswith("four | ") and row["added_words"].startswith("five | ")
    assert (row["seen_at"], row["last_seen_before"], row["published"]) == ("2024-02-01T06:00:10Z", "2024-01-01T06:00:10Z", "2014-03-07")
    assert row["comparison"].endswith(f"/compare/20240101060010..20240201060010{RAID}") and row["record"] == "<urn:uuid:record-12>"
    assert site.get(row["comparison"].removeprefix("http://localhost")).status_code == 200


def test_a_disappearance_keeps_its_entry_in_the_feed_when_it_is_confirmed(tmp_path: Path) -> None:
    def only_entry(at: str | None) -> tuple[str | None, str | None]:
        db = open_for_writing(tmp_path)
        with db.conn:
            db.execute("update absences set gone_at = ? where comment_id is null", [at])
        db.conn.close()
        feed = ElementTree.fromstring(own.get("/changes.atom?event=removed&of=article").text)
        return feed.findtext("{*}entry/{*}id"), feed.findtext("{*}entry/{*}updated")

    build_archive(tmp_path)
    own = Site(tmp_path)
    missing, gone = only_entry(None), only_entry("2024-02-03T06:00:20Z")
    own.close()
    assert missing[0] == gone[0] and missing[1] == "2024-02-01T06:00:20Z" and gone[1] == "2024-02-03T06:00:20Z"


def test_the_two_texts_of_an_edit_stand_side_by_side(site: Site) -> None:
    page = site.get("/changes?said=declared&view=side").text
    cell = '<td dir="auto">'
    assert re.search(f"{cell}The charter, published on <del>.*?{cell}The charter, published on <ins>", page)
    assert re.search('class="one-column"><p>The charter, published on <del>on Sunday|published on <del>', page), "for a narrow screen"
    assert f"{cell}see <del>one</del> sign{cell}see <ins>two</ins> sign" in beside_line_markup("see one sign", "see two sign")
    assert "<b>" not in beside_line_markup("<b>", "x")
    assert f"{cell}Drone strike kills <del>four</del> in Yemen" in site.get("/changes?said=silent&view=side").text, "headlines too"


def test_what_is_not_understood_is_said_and_left_out(site: Site) -> None:
    for query in ("event=nonsense", "said=x", "of=x", "view=x", "seen_from=2024-13", "published_to=x", "run=x"):
        assert "is not" in site.text(f"/changes?{query}") and len(told(site, query)) == 6, query


def test_a_question_has_one_address(site: Site) -> None:
    asked = questions.read_asked({"of": "article", "event": "edited", "x": "y", "seen_from": "", "said": "silent"}, Query())
    assert asked.but() == "/changes?event=edited&said=silent&of=article" and asked.but(event="", said="") == "/changes?of=article"
    assert asked.file("csv") == "/changes.csv?event=edited&said=silent&of=article"


PIECES = ["marib", '"', "(", ")", "NOT", "-", "is:", "is:silent", "seen:", "seen:2024..", "published:2014-03", "in:comments", "author:"]
PIECES += ["OR", "\x00", "\ud800", "\u202e", "a" * 400, "'", ";", "%", "*", "2024", "2024-02", "0000", "9999-12", "صنعاء", "停戦", "~", ""]
PIECES += ["silent", "edited", "-1", "1e9", "Jane Doe", "number", "article", "99999999999999", "<b>", "&", "NEAR(", "title:", "lang:ar"]


def test_no_question_is_an_error(tmp_path: Path) -> None:
    folder = build_archive(tmp_path)
    chance, names = random.Random(16), [*questions.NAMES]
    with closing(open_archive(folder)) as db:
        for _ in range(200):
            given = {name: " ".join(chance.choices(PIECES, k=chance.randint(0, 3))) for name in chance.sample(names, chance.randint(1, 5))}
            asked = questions.read_asked(given, parse_query(given.get("q", "")))
            context = changes_desk.desk_context(db, asked, 1)
            assert sum(len(run["stories"]) for run in context["runs"]) == min(context["total"], changes_desk.PAGE), given
            for name, value in given.items():
                read = name == "q" or not questions.UNBOUND.sub(" ", value).strip() or asked[name] or asked.notes
                assert read, f"{name}={value!r} is neither understood nor named"
