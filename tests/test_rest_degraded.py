"""A REST API that half works: less is asked for, what is malformed is left out and named, and the rest comes from the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.extract.rest import LACKS, extract_post
from crawler.extract.rest_text import text_in
from crawler.site import Site
from crawler.wordpress.question import ListQuestion
from crawler.wordpress.salvage import as_rows, error_in, read_json
from tests import crawls
from tests.demosite import DemoSite
from tests.demosite.response import Response

POSTS, COMMENTS = r"/wp/v2/posts", r"/wp/v2/comments"
LINK = "https://own.example/2014/07/a/"
SITE = Site(name="own", home="https://own.example/")


def status(code: int, body: bytes = b"<h1>Error</h1>") -> Callable[[Response], None]:
    def edit(response: Response) -> None:
        response.status, response.body = code, body

    return edit


def rows(change: Callable[[dict[str, Any]], object], only: int) -> Callable[[Response], None]:
    """Change the row with an id in every answer that is a list."""

    def edit(response: Response) -> None:
        said = json.loads(response.body) if response.status == 200 else None
        for row in said if isinstance(said, list) else ():
            if row["id"] == only:
                change(row)
        response.body = json.dumps(said).encode() if isinstance(said, list) else response.body

    return edit


class Rows:
    """A list of which no answer survives that holds one row, whatever is asked of it."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.number = name, number

    def kill(self, response: Response) -> None:
        said = json.loads(response.body) if response.status == 200 else None
        if isinstance(said, list) and any(row["id"] == self.number for row in said):
            status(500)(response)


def public(site: DemoSite) -> set[tuple[str]]:
    return {(str(post.id),) for post in site.published() if not post.password}


def held(folder: Path) -> set[tuple[str]]:
    return set(crawls.rows(folder, "select source_id from articles"))


# smaller questions


@pytest.mark.parametrize("edit", [status(413), status(200, b"<b>Fatal error</b>: Allowed memory size of 134217728 bytes exhausted")])
def test_a_list_that_fails_at_a_hundred_rows_is_asked_for_fewer_and_that_is_remembered(
    edit: Callable[[Response], None], site: DemoSite, folder: Path
) -> None:
    site.fault(rf"{POSTS}\?.*per_page=(?:100|50)\b", edit=edit)
    run = crawls.crawl(site, folder, "pages=none", NOW="2026-03-01T00:00:00Z")
    assert run.code == 0, run.lines
    assert held(folder) == public(site)
    assert "REST gives no more than 20 of its posts at a time" in run.out
    site.clear_requests()
    assert crawls.crawl(site, folder, "mode=full", "pages=none", NOW="2026-03-01T12:00:00Z").code == 0
    assert not [request for request in site.asked(POSTS) if "per_page=100" in str(request)]
    site.clear_faults()
    for at, limit in (("03-09", [(50,)]), ("03-19", [])):
        assert crawls.crawl(site, folder, "mode=full", "pages=none", NOW=f"2026-{at}T00:00:00Z").code == 0
        assert crawls.rows(folder, "select count from checkpoints where kind = 'list_limits'") == limit


def test_one_article_that_no_answer_survives_is_read_through_its_page(site: DemoSite, folder: Path) -> None:
    def kill(response: Response) -> None:
        said = json.loads(response.body) if response.status == 200 else None
        if isinstance(said, list) and any(row["id"] == 130 and "content" in row for row in said):
            status(500)(response)

    site.fault(POSTS, edit=kill)
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 0, run.lines
    assert held(folder) == public(site)
    assert crawls.rows(folder, "select word_count > 20 from articles where source_id = '130'") == [(1,)]
    assert crawls.rows(folder, "select ref from gaps where explained = 0") == []
    assert crawls.rows(folder, "select count(*) from checkpoints where kind = 'list_limits'") == [(0,)], "it was one row, and not the size"


@pytest.mark.parametrize("names", ["users", "categories"])
def test_a_name_at_which_rest_fails_ends_no_run_and_is_learnt_later(names: str, site: DemoSite, folder: Path) -> None:
    def kill(response: Response) -> None:
        said = json.loads(response.body) if response.status == 200 else None
        if isinstance(said, list) and any(row["id"] == 2 and "name" in row for row in said):
            status(500)(response)

    site.fault(rf"/wp/v2/{names}", edit=kill)
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code in (0, 4) and "Traceback" not in run.out + run.err, run.lines
    assert held(folder) == public(site)
    site.clear_faults()
    assert crawls.crawl(site, folder, "pages=none", "mode=full").code == 0
    table = "tags" if names == "categories" else "authors"
    assert crawls.rows(folder, f"select count(*) > 0 from {table} where source_id = '2'") == [(1,)]


LOST = "select count(*) from gaps where kind = ? and ref like '%: row %' and explained = 0"


def test_an_article_whose_id_was_not_told_is_no_gap_once_the_list_is_read_whole(site: DemoSite, folder: Path) -> None:
    site.fault(POSTS, edit=Rows("posts", 130).kill)
    assert crawls.crawl(site, folder, "pages=none").code == 4
    assert crawls.rows(folder, LOST, "article")[0][0] > 0
    site.clear_faults()
    assert crawls.crawl(site, folder, "pages=none").code == 0
    assert crawls.rows(folder, LOST, "article") == [(0,)]
    assert held(folder) == public(site)


def test_a_comment_whose_id_is_not_told_stays_a_gap_until_the_list_is_read_whole(site: DemoSite, folder: Path) -> None:
    number = min(site.comments)
    site.fault(COMMENTS, edit=Rows("comments", number).kill)
    for _ in range(2):
        assert crawls.crawl(site, folder, "pages=none").code == 4
        assert crawls.rows(folder, LOST, "comment")[0][0] > 0
    site.clear_faults()
    assert crawls.crawl(site, folder, "pages=none").code == 0
    assert crawls.rows(folder, LOST, "comment") == [(0,)]
    assert crawls.rows(folder, "select count(*) from comments where source_id = ?", str(number)) == [(1,)]


def test_a_row_without_an_id_is_read_at_its_address(site: DemoSite, folder: Path) -> None:
    site.fault(POSTS, edit=rows(lambda row: row.pop("id"), only=130))
    run = crawls.crawl(site, folder)
    assert held(folder) == public(site), run.lines
    assert crawls.rows(folder, "select ref, reason from gaps where explained = 0") == []


def test_a_row_without_id_and_address_is_a_gap_until_it_is_given(site: DemoSite, folder: Path) -> None:
    site.fault(POSTS, edit=rows(lambda row: (row.pop("id"), row.pop("link", None)), only=130))
    for _ in range(2):
        assert crawls.crawl(site, folder, "pages=none").code == 4
        assert crawls.rows(folder, LOST, "article") == [(1,)]
    site.clear_faults()
    assert crawls.crawl(site, folder, "pages=none").code == 0
    assert crawls.rows(folder, LOST, "article") == [(0,)]
    assert held(folder) == public(site)


def test_a_category_that_is_not_told_is_no_article_that_is_lacking(site: DemoSite, folder: Path) -> None:
    site.fault(r"/wp/v2/categories", edit=Rows("categories", 1).kill)
    crawls.crawl(site, folder, "pages=none")
    assert crawls.rows(folder, "select ref from gaps where ref like '%categories%' or ref like '%: row %'") == []


def test_a_site_that_asks_to_be_left_alone_is_not_asked_for_less(site: DemoSite, folder: Path) -> None:
    assert crawls.crawl(site, folder, "pages=none").code == 0
    site.clear_requests()
    site.fault(r"/wp/v2/", status=429)
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 5, run.lines
    assert not [request for request in site.asked(POSTS) if re.search(r"per_page=10?\b(?!0)", str(request))]


@pytest.mark.parametrize("name", ["orderby", "_fields", "before"])
def test_a_parameter_that_is_refused_is_left_out(name: str, site: DemoSite, folder: Path) -> None:
    said = json.dumps({"code": "rest_invalid_param", "message": "no", "data": {"status": 400, "params": {name: f"{name} is refused"}}})
    site.fault(rf"{POSTS}\?.*\b{name}=", edit=status(400, said.encode()))
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 0, run.lines
    assert held(folder) == public(site)


def test_a_door_that_gives_nothing_sensible_is_closed_for_the_run_and_the_pages_are_read(site: DemoSite, folder: Path) -> None:
    site.fault(r"/wp/v2/", edit=status(200, b"<h1>There has been a critical error on this website.</h1>"))
    run = crawls.crawl(site, folder)
    assert run.code == 5, run.lines
    assert held(folder) == public(site)
    site.clear_faults()
    assert crawls.crawl(site, folder).code == 0
    assert crawls.rows(
        folder, "select count(*), count(distinct url), max(door) from articles join revisions on revisions.id = revision_id"
    )[0][:2] == (len(public(site)), len(public(site)))
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(0,)]


def test_pieces_of_a_question_are_the_question() -> None:
    url = "https://own.example/?rest_route=/wp/v2/posts&per_page=100&orderby=date&page=3&_fields=id"
    question = ListQuestion.parse(url, 100)
    assert (question.name, question.offset, question.whole()) == ("posts", 200, url)
    assert "page=11" in question.piece(0, 20) and "per_page=20" in question.piece(0, 20)
    assert "offset=250" in question.piece(50, 20).replace("page=", "offset=") or "offset=250" in question.piece(50, 20)
    ids = ListQuestion.parse("https://own.example/wp-json/wp/v2/posts?include=1,2,3&per_page=100", 100)
    assert "include=3" in ids.piece(2, 1)


# what stands around the JSON


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf[{"id": 1}]',
        b"<br />\n<b>Notice</b>: Undefined index: x in <b>/p.php</b> on line <b>95</b><br />\n" + b'[{"id": 1}]',
        b'[{"id": 1}]\n<!-- Dynamic page generated in 1.2 seconds. -->',
        b'{"a": 1}[{"id": 1}]',
        b'[29-Nov-2026 10:00:00 UTC] PHP Warning: Array [0] \n[{"id": 1}]',
    ],
)
def test_rows_are_found_among_what_stands_around_them(body: bytes) -> None:
    assert read_json(body)[0] == [{"id": 1}]


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": 1}, {"id": 2, "tags": []',
        b'Notice: x [{"id": 1, "tags": [], "te',
        b"<html><body><script>var a = [];</script></body></html>",
        b"",
    ],
)
def test_what_is_cut_off_or_a_page_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError, match="JSON"):
        read_json(body)


def test_a_list_that_php_made_an_object_of_is_a_list() -> None:
    assert as_rows({"0": {"id": 1}, "2": {"id": 3}}) == [{"id": 1}, {"id": 3}]
    assert as_rows({"code": {"id": 1}}) is None


def test_an_error_sent_with_status_200_is_an_error() -> None:
    assert error_in(b'Notice {"code": "rest_forbidden", "message": "x", "data": {"status": 403}}') == ("rest_forbidden", 403, set())
    assert error_in(b"[]") is None


def test_comments_that_are_refused_with_status_200_come_with_the_pages(site: DemoSite, folder: Path) -> None:
    site.fault(COMMENTS, edit=status(200, b'{"code": "rest_forbidden", "message": "Comments are closed", "data": {"status": 403}}'))
    run = crawls.crawl(site, folder)
    assert run.code == 0, run.lines
    assert "REST does not give comments" in run.out
    assert crawls.rows(folder, "select count(*) > 50 from comments where door = 'page'") == [(1,)]


def test_notices_around_every_answer_are_said_once(site: DemoSite, folder: Path) -> None:
    site.fault(r"/wp-json/", edit=lambda response: setattr(response, "body", b"<br />Deprecated: each()\n" + response.body))
    run = crawls.crawl(site, folder, "pages=none")
    assert run.code == 0, run.lines
    assert run.out.count("prints more than its JSON") == 1
    assert held(folder) == public(site)


# one bad field


def item(**changes: Any) -> dict[str, Any]:
    at = dict.fromkeys(("date", "date_gmt", "modified", "modified_gmt"), "2014-07-09T18:05:09")
    text = {"title": {"rendered": "A quay"}, "content": {"rendered": "<p>The quay was closed.</p>", "protected": False}}
    return {"id": 7, "link": LINK, **at, **text, **changes}


@pytest.mark.parametrize("lost", ["-0001-11-30T00:00:00", "0000-00-00T00:00:00", "0000-00-00 00:00:00", None, "", 0, False])
def test_a_date_that_is_none_is_empty_and_named(lost: object) -> None:
    article = extract_post(item(date=lost, date_gmt=lost), authors=[], terms=[], site=SITE, timezone="Europe/Oslo")
    assert (article.published_at, article.published_on, article.text) == (None, None, "The quay was closed.")
    assert article.warnings == (f"{LACKS}date",)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"date": "2014-07-09 20:05:09"}, "2014-07-09T18:05:09Z"),
        ({"date": "2014-07-09T20:05:09+02:00", "date_gmt": None}, "2014-07-09T18:05:09Z"),
        ({"date": None}, "2014-07-09T18:05:09Z"),
        ({"date": "2014-07-09T20:05:09", "date_gmt": "-0001-11-30T00:00:00"}, "2014-07-09T18:05:09Z"),
    ],
)
def test_one_of_two_times_is_enough(fields: dict[str, Any], at: str) -> None:
    article = extract_post(item(**fields), authors=[], terms=[], site=SITE, timezone="Europe/Oslo")
    assert (article.published_at, article.published_on) == (at, "2014-07-09")


@pytest.mark.parametrize(
    ("fields", "url", "title"),
    [
        ({"link": "/2014/07/a/"}, LINK, "A quay"),
        ({"link": None}, "https://own.example/?p=7", "A quay"),
        ({"title": "A plain quay"}, LINK, "A plain quay"),
        ({"title": None}, LINK, ""),
        ({"content": "<p>The quay was closed.</p>"}, LINK, "A quay"),
        ({"modified": [], "modified_gmt": {}}, LINK, "A quay"),
    ],
)
def test_a_malformed_field_costs_nothing_but_itself(fields: dict[str, Any], url: str, title: str) -> None:
    article = extract_post(item(**fields), authors=[], terms=[], site=SITE)
    assert (article.url, article.title, article.text) == (url, title, "The quay was closed.")


def test_what_rest_lacks_of_a_field_the_page_shows(site: DemoSite, folder: Path) -> None:
    lost = {"date": "-0001-11-30T00:00:00", "date_gmt": None, "title": None, "categories": None}
    site.fault(POSTS, edit=rows(lambda row: row.update({name: value for name, value in lost.items() if name in row}), only=130))
    run = crawls.crawl(site, folder)
    assert run.code == 0, run.lines
    assert "REST gives no usable date of article 130" in run.out
    [(title, at)] = crawls.rows(folder, "select title, published_at from articles where source_id = '130'")
    assert title and at
    assert crawls.rows(folder, "select count(*) from article_tags join articles on articles.id = article_id where source_id = '130'") != [
        (0,)
    ]
    site.clear_faults()
    assert crawls.crawl(site, folder, "mode=full").code == 0
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(0,)], "what is told later is no edit"


# text that is none


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>&nbsp;</p>\n<!-- wp:shortcode -->",
        "<p>[vc_row full_width=&#8221;stretch_row&#8221;][vc_column_text]</p><p>The quay.</p><p>[/vc_column_text][/vc_row]</p>",
        '[et_pb_section bb_built="1"][et_pb_text]The quay.[/et_pb_text][/et_pb_section]',
        "[fusion_builder_container]The quay.[/fusion_builder_container]",
        "<p>[x_unheard_of type=&#8217;wide&#8217;]The quay.</p>",
        "<p>[notice]The quay.[/notice]</p>",
        f'<p>The quay was closed <a href="{LINK}#more-7" class="more-link">Weiterlesen</a></p>',
        f'<p>The quay was closed</p><p><a href="{LINK}">Czytaj dalej</a></p>',
        "<p>The quay was closed and [&hellip;]</p>",
    ],
)
def test_what_is_not_the_text_is_told_apart(html: str) -> None:
    article = extract_post(item(content={"rendered": html, "protected": False}), authors=[], terms=[], site=SITE)
    assert not article.text_shown
    assert "[/" not in article.text and "vc_" not in article.text


@pytest.mark.parametrize(
    "html",
    [
        "<p>“We [sic] left [1] the quay,” he said [laughs]. [Update: it is open.]</p>",
        "<p>Write <code>[gallery ids=&#8221;1,2&#8221;]</code> into the text.</p>",
        f'<p>As <a href="{LINK}">we wrote</a>, the quay is closed, and will be for a year.</p>',
        '<p>More at <a href="https://own.example/2015/b/">the second part</a></p>',
    ],
)
def test_brackets_and_links_of_a_text_are_its_own(html: str) -> None:
    assert text_in(html, LINK).lacks == ""


BUILDER = "<p>[vc_row css=&#8221;a&#8221;][vc_column_text]</p>{}<p>[/vc_column_text][/vc_row]</p>"


@pytest.mark.parametrize("change", [lambda html: "", BUILDER.format, lambda html: html[:60] + " [&hellip;]"])
def test_the_page_is_the_text_where_rest_has_none_and_nothing_flips(change: Callable[[str], str], site: DemoSite, folder: Path) -> None:
    def broken(row: dict[str, Any]) -> None:
        if row.get("content") and not row["content"]["protected"]:
            row["content"]["rendered"] = change(row["content"]["rendered"])

    site.fault(POSTS, edit=rows(broken, only=130))
    assert crawls.crawl(site, folder, "pages=none").code == 0
    sql = "select word_count, revisions.door, text from articles join revisions on revisions.id = revision_id where source_id = '130'"
    [(words, door, text)] = crawls.rows(folder, sql)
    assert words > 60 and door == "page" and "vc_" not in text
    assert crawls.rows(folder, "select field from differences where field = 'text_key'") == [("text_key",)]
    for mode in ("update", "full"):
        assert crawls.crawl(site, folder, f"mode={mode}", "pages=none").code == 0
        assert crawls.rows(folder, sql) == [(words, door, text)]
    site.clear_faults()
    assert crawls.crawl(site, folder, "mode=full", "pages=none").code == 0
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(0,)]
    assert crawls.rows(folder, sql)[0][2] == text


def test_a_text_that_rest_does_not_have_and_whose_page_fails_is_a_gap(site: DemoSite, folder: Path) -> None:
    site.fault(POSTS, edit=rows(lambda row: row.update(content=None) if "content" in row else None, only=130))
    site.fault(r"election-ostrel", status=500)
    assert crawls.crawl(site, folder, "pages=none").code == 4
    assert crawls.rows(folder, "select count(*) from gaps where explained = 0") == [(1,)]


# a closed door


def test_a_closed_door_is_looked_at_again_after_1_2_4_days(site: DemoSite, folder: Path) -> None:
    site.rest = "404"
    looked = []
    for day in range(1, 5):
        site.clear_requests()
        assert crawls.crawl(site, folder, NOW=f"2026-03-{day:02}T01:00:00Z").code == 0
        looked += [day] if site.asked("/wp-json/") else []
    assert looked == [1, 2, 4]
    site.rest = "open"
    for day in (5, 8):
        assert crawls.crawl(site, folder, NOW=f"2026-03-{day:02}T01:00:00Z").code == 0
    assert crawls.rows(folder, "select closed from lists where name = 'posts'") == [(None,)]
    assert held(folder) == public(site)
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(0,)]
