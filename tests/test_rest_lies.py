"""A REST API that lies, leaves out, or is closed in part: nothing held is changed, nothing is lost without a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import crawls
from tests.demosite import DemoSite
from tests.demosite.response import Response

POSTS, COMMENTS = r"/wp/v2/posts", r"/wp/v2/comments"
WPJSON_CLOSED = "User-agent: *\nDisallow: /wp-json/\n"
Edit = Callable[[Response], None]


def without(*names: str) -> Edit:
    def edit(response: Response) -> None:
        response.headers = [pair for pair in response.headers if pair[0] not in names]

    return edit


def rows(change: Callable[[dict[str, Any]], object], only: int | None = None) -> Edit:
    """Change every row of an answer that is a list, or the one with an id."""

    def edit(response: Response) -> None:
        said = json.loads(response.body) if response.status == 200 else None
        for row in said if isinstance(said, list) else ():
            if only in (None, row["id"]):
                change(row)
        response.body = json.dumps(said).encode() if isinstance(said, list) else response.body

    return edit


def held(folder: Path) -> list[tuple[Any, ...]]:
    return crawls.rows(folder, "select source_id, title, byline, word_count, missing_since from articles order by source_id")


def tagged(folder: Path) -> list[tuple[Any, ...]]:
    return crawls.content(folder)["article_tags"]


def test_totals_that_are_not_told_are_no_end_of_the_list(folder: Path) -> None:
    with DemoSite() as site:
        for number in range(80):
            site.add_post(f"Notice {number}", f"The pass was closed {number} times.")
        site.fault(POSTS, edit=without("X-WP-Total", "X-WP-TotalPages"))
        run = crawls.crawl(site, folder, "pages=none")
        assert run.code == 0, run.lines
        assert "REST does not say how many posts there are" in run.out
        public = {(str(post.id),) for post in site.published() if not post.password}
        assert set(crawls.rows(folder, "select source_id from articles")) == public
        assert crawls.rows(folder, "select total from lists where name = 'posts'") == [(None,)]


@pytest.mark.parametrize("closed", ["/wp-json/", "/wp-json/wp/v2/comments", "/wp-json/wp/v2/users"])
def test_what_robots_txt_keeps_of_rest_is_read_through_pages(closed: str, steady: crawls.Any, folder: Path) -> None:
    with DemoSite(robots=f"User-agent: *\nDisallow: {closed}\n") as site:
        run = crawls.crawl(site, folder)
        assert run.code == 0, run.lines
        got, wanted = crawls.content(folder), steady.content
        assert [row[0] for row in got["articles"]] == [row[0] for row in wanted["articles"]]
        assert not site.asked(closed)


def test_rest_that_robots_txt_closes_later_is_left_for_the_pages(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    site.robots = WPJSON_CLOSED
    site.add_post("A new notice", "It was written after the API was closed.")
    site.clear_requests()
    run = crawls.crawl(site, folder)
    assert run.code == 0, run.lines
    assert "REST is no longer open" in run.out
    assert crawls.rows(folder, "select title from articles where title = 'A new notice'")
    assert not site.asked("/wp-json/")


@pytest.mark.parametrize("fields", [{"title": None, "content": None}, {"link": None, "content": {"rendered": None}}])
def test_an_article_of_which_nothing_is_left_is_read_through_its_page_or_is_a_gap(
    fields: dict[str, Any], site: DemoSite, folder: Path
) -> None:
    site.fault(POSTS, edit=rows(lambda row: row.update({name: value for name, value in fields.items() if name in row}), only=130))
    site.fault(r"election-ostrel", status=500)
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 4, run.lines
    gaps = {ref for (ref,) in crawls.rows(folder, "select ref from gaps where explained = 0")}
    assert gaps <= {"130", f"{site.home}/archives/2020/10/election-ostrel.php"} and gaps  # REST names it by its id, the feed by its address
    public = {(str(post.id),) for post in site.published() if not post.password and post.id != 130}
    assert set(crawls.rows(folder, "select source_id from articles")) == public
    site.clear_faults()
    assert crawls.crawl(site, folder, "mode=full", "pages=none").code == 0
    assert crawls.rows(folder, "select ref from gaps where explained = 0") == []
    assert crawls.rows(folder, "select count(*) from articles where source_id = '130'") == [(1,)]


def test_strange_names_are_borne(site: DemoSite, folder: Path) -> None:
    site.fault(r"/wp/v2/(?:users|tags|categories)", edit=rows(lambda row: row.update(name="Bad \ud800 name", link=["x"], slug=7)))
    site.fault(r"/wp-json/?(?:\?|$)", edit=lambda response: odd_root(response))
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 0, run.lines
    assert crawls.rows(folder, "select distinct name from authors") == [("Bad name",)]


def odd_root(response: Response) -> None:
    said = json.loads(response.body)
    response.body = json.dumps(said | {"name": {"rendered": "x"}, "timezone_string": "../../etc/passwd"}).encode()


def test_tags_that_are_not_told_today_are_no_edit_when_they_are_told_again(site: DemoSite, steady: crawls.Any, folder: Path) -> None:
    site.fault(r"/wp/v2/(?:tags|categories)", status=503)
    assert crawls.crawl(site, folder).code == 0
    site.clear_faults()
    assert crawls.crawl(site, folder, "mode=full").code == 0
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(0,)]
    assert tagged(folder) == steady.content["article_tags"]


def test_what_is_listed_as_new_and_not_given_is_a_gap_and_asked_for_again(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    number = site.add_post("A new notice", "It is listed and not given.").id
    site.edit(130, append="A sentence that is not given either.")
    site.fault(r"include=", edit=lambda response: setattr(response, "body", b"[]"))
    run = crawls.crawl(site, folder)
    assert run.code == 4, run.lines
    assert crawls.rows(folder, "select ref, explained from gaps where explained = 0") == [(str(number), 0)]
    site.clear_faults()
    assert crawls.crawl(site, folder).code == 0
    assert crawls.rows(folder, "select ref from gaps where explained = 0") == []
    assert crawls.rows(folder, "select max(number) from revisions join articles on articles.id = article_id where source_id = '130'") == [
        (2,)
    ]


def empty(response: Response, total: str) -> None:
    response.body = b"[]"
    response.headers = [(name, total if name.startswith("X-WP") else value) for name, value in response.headers]


@pytest.mark.parametrize("total", ["0", "50"])
def test_a_list_that_is_empty_all_at_once_is_not_believed(total: str, site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    before = held(folder)
    site.fault(rf"{POSTS}\?", edit=lambda response: empty(response, total))
    site.clear_requests()
    run = crawls.crawl(site, folder)
    assert run.code == 5, run.lines
    assert "REST lists nothing" in run.err
    assert held(folder) == before
    assert len(site.requests) < 15


def test_rest_that_ignores_which_ids_it_is_asked_for_says_nothing_of_what_is_missing(site: DemoSite, folder: Path) -> None:
    """A cache that does not look at the question: the newest articles come, whatever was asked. What they lack is not missing."""
    assert crawls.crawl(site, folder).code == 0
    site.trash(130)
    site.fault(r"include=", ignore=("include",))
    run = crawls.crawl(site, folder)
    assert run.code == 5, run.lines
    assert "ignores include" in run.err
    asked = crawls.rows(folder, "select url from absences join captures on captures.id = capture_id")
    assert [url.removeprefix(site.home) for (url,) in asked] == ["/archives/2020/10/election-ostrel.php"], "its own page says it, not REST"


def test_comments_without_end_end(site: DemoSite, folder: Path) -> None:
    def endless(response: Response) -> None:
        response.headers = [(name, "999999" if name.startswith("X-WP") else value) for name, value in response.headers]

    site.fault(COMMENTS, edit=endless)
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 5, run.lines
    assert len(site.asked(COMMENTS)) < 40


# a text that is not the article's

WALL = "<p>Please log in to read this report. Membership of the desk is free for a month, and can be ended at any time by a letter.</p>"


def rendered(html: str) -> Edit:
    def change(row: dict[str, Any]) -> None:
        if not row.get("content", {"protected": True})["protected"]:
            row["content"]["rendered"] = html

    return rows(change)


@pytest.mark.torture
def test_a_short_wall_in_place_of_every_text_changes_none_and_the_pages_say_what_did(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    before = held(folder)
    site.edit(130, append=ADDED)
    site.fault(POSTS, edit=rendered(WALL))
    for mode in ("update", "full"):
        assert crawls.crawl(site, folder, f"mode={mode}", "pages=none").code == 0
    assert crawls.rows(folder, REVISIONS, ADDED) == [(1, 0), (2, 1)]
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(1,)]
    columns = slice(0, 3)  # the count of words is that of the page now, with its captions
    assert [row[columns] for row in held(folder)] == [row[columns] for row in before]
    site.clear_faults()
    site.clear_requests()
    assert crawls.crawl(site, folder).code == 0
    assert len(site.requests) == 3


def test_a_long_wall_in_place_of_every_text_changes_none(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    before = held(folder)
    site.edit(130, append=ADDED)
    site.fault(POSTS, edit=rendered(f"<h2>Members</h2>{WALL * 40}"))
    for mode in ("update", "full"):
        run = crawls.crawl(site, folder, f"mode={mode}", "pages=none")
        assert run.code == 4, run.lines
        assert (len(run.lines), "not believed" in run.err) == (1, True)
    assert [row for row in held(folder) if row in before] == before
    assert crawls.rows(folder, "select title, change, revisions.text from revisions where number > 1") == []
    site.clear_faults()
    assert crawls.crawl(site, folder).code == 0
    assert crawls.rows(folder, REVISIONS, ADDED) == [(1, 0), (2, 1)], "it was asked for again, though no list said that it is new"
    site.clear_requests()
    assert crawls.crawl(site, folder).code == 0
    assert len(site.requests) == 3


def test_episodes_that_have_but_a_standing_text_are_no_wall(site: DemoSite, folder: Path) -> None:
    for number in range(6):
        site.add_post(f"The Ledger, episode {number}", "Two reporters talk about the week. Powered by a host of podcasts.")
    assert crawls.crawl(site, folder, "pages=none").code == 0
    run = crawls.crawl(site, folder, "mode=full", "pages=none")
    assert run.code == 0, run.lines


@pytest.mark.torture
def test_a_text_that_rest_shows_emptied_a_day_later_too_is_the_sites(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder, NOW="2026-03-01T00:00:00Z").code == 0
    site.edit(130, body="Withdrawn.")
    for at, code, revisions in (("03-02T00", 4, 1), ("03-02T20", 4, 1), ("03-03T01", 0, 2)):
        assert crawls.crawl(site, folder, "pages=none", NOW=f"2026-{at}:00:00Z").code == code, at
        assert len(crawls.rows(folder, REVISIONS, ADDED)) == revisions


# closed for good, or for a night

ADDED = "A sentence that was added after the API had been closed."
REVISIONS = "select number, instr(revisions.text, ?) > 0 from revisions join articles on articles.id = article_id where source_id = '130'"


def test_an_edit_after_rest_was_closed_for_good_is_a_revision(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    site.rest = "404"
    assert crawls.crawl(site, folder).code == 0
    site.edit(130, append=ADDED)
    for _ in range(2):
        assert crawls.crawl(site, folder, "mode=full").code == 0
        assert crawls.rows(folder, REVISIONS, ADDED) == [(1, 0), (2, 1)]
        assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(1,)]


@pytest.mark.torture
def test_an_edit_that_pages_showed_while_rest_failed_is_one_revision_when_rest_shows_it_too(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    site.edit(130, append=ADDED)
    site.fault(r"/wp-json/", lie="garbage")
    assert crawls.crawl(site, folder, "mode=full").code == 5
    site.clear_faults()
    assert crawls.crawl(site, folder, "mode=full").code == 0
    assert crawls.rows(folder, REVISIONS, ADDED) == [(1, 0), (2, 1)]
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(1,)]


def test_comments_that_rest_refuses_for_a_night_are_read_the_next(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    site.fault(COMMENTS, status=403)
    assert crawls.crawl(site, folder).code == 0
    site.clear_faults()
    number = site.add_comment(130, author="Later", text="After the night.").id
    assert crawls.crawl(site, folder).code == 0
    assert crawls.rows(folder, "select source_id, door from comments where author = 'Later'") == [(str(number), "rest")]


def test_new_comments_are_found_on_pages_where_rest_gives_the_articles_alone(folder: Path) -> None:
    with DemoSite(rest="nocomments") as site:
        assert crawls.crawl(site, folder).code == 0
        site.add_comment(130, author="Later", text="Under an article whose page is held.")
        assert crawls.crawl(site, folder).code == 0
        assert crawls.rows(folder, "select author from comments where author = 'Later'") == [("Later",)]
        site.clear_requests()
        assert crawls.crawl(site, folder).code == 0
        assert len(site.requests) == 3, "robots.txt, articles, the comments feed"


def test_a_site_that_keeps_us_out_for_a_night_has_not_closed_its_rest(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder).code == 0
    site.fault(r"^/(?!robots)", status=403)
    run = crawls.crawl(site, folder)
    assert (run.code, len(run.lines)) == (5, 1), run.lines
    site.clear_faults()
    site.clear_requests()
    assert crawls.crawl(site, folder).code == 0
    assert len(site.requests) == 3
