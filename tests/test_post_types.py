"""Types of posts beside a WordPress site's posts: which hold articles, and that they are read as posts are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import DoorClosed
from crawler.wordpress import api
from crawler.wordpress.types import PostType, left_out, read_routes, read_types, without_articles
from tests.crawls import content, rows, scrapy
from tests.othersites import ManyTypes
from tests.type_lists import asked, crawl, held, lists

TYPES = {
    "post": {"slug": "post", "rest_base": "posts", "rest_namespace": "wp/v2"},
    "page": {"slug": "page", "rest_base": "pages", "rest_namespace": "wp/v2"},
    "briefing": {"slug": "briefing", "rest_base": "briefings", "rest_namespace": "wp/v2"},
    "dossier": {"slug": "dossier", "rest_base": "dossiers", "rest_namespace": "desk/v1"},
    "note": {"slug": "note", "rest_base": False},
}


@pytest.fixture
def site() -> Iterator[ManyTypes]:
    with ManyTypes() as running:
        yield running


def test_the_types_are_named_with_the_route_of_their_list() -> None:
    found = read_types(json.dumps(TYPES).encode())
    assert [(t.slug, t.route, t.list_name) for t in found] == [
        ("page", "wp/v2/pages", "wp/v2/pages"),
        ("briefing", "wp/v2/briefings", "briefings"),
        ("dossier", "desk/v1/dossiers", "desk/v1/dossiers"),
        ("note", "wp/v2/note", "note"),
    ]


@pytest.mark.parametrize("body", [b"[]", b"<html>", b'{"code": "rest_forbidden", "message": "no"}'])
def test_an_answer_that_is_no_list_of_types_is_none(body: bytes) -> None:
    with pytest.raises(DoorClosed):
        read_types(body)


def test_types_are_supposed_from_the_routes_of_the_api() -> None:
    of_posts, of_terms = ({"endpoints": [{"methods": ["GET"], "args": {name: {}}}]} for name in ("after", "hide_empty"))
    routes = {f"/wp/v2/{name}{more}": of_posts for name in ("posts", "media", "briefings") for more in ("", "/(?P<id>[\\d]+)")}
    routes |= {"/wp/v2/genres": of_terms, "/wp/v2/genres/(?P<id>[\\d]+)": of_terms, "/wp/v2/stats": of_posts}
    assert [t.route for t in read_routes(json.dumps({"routes": routes}).encode())] == ["wp/v2/briefings"]


@pytest.mark.parametrize(
    ("slug", "declared", "out"),
    [
        ("briefing", (), False),
        ("event", (), False),
        ("attachment", (), True),
        ("wp_font_face", (), True),
        ("product", (), True),
        ("product", ("product",), False),
        ("event", ("-event",), True),
    ],
)
def test_a_type_is_left_out_by_its_name_and_the_declaration_has_the_last_word(slug: str, declared: tuple[str, ...], out: bool) -> None:
    assert bool(left_out(PostType(slug, f"wp/v2/{slug}"), declared)) is out


def test_rows_without_text_or_without_a_page_of_the_site_are_no_articles() -> None:
    text, none = {"content": {"rendered": "<p>So it was.</p>"}}, {"content": {"rendered": " \n"}}
    locked = {"content": {"rendered": "", "protected": True}}
    assert without_articles([], []) == "empty"
    assert "no text" in str(without_articles([none, {"title": {}}], [True, True]))
    assert "no page" in str(without_articles([text], [False]))
    assert without_articles([none, text], [True, True]) is None
    assert without_articles([locked], [True]) is None


@pytest.mark.parametrize("root", ["https://a.org/wp-json/", "https://a.org/?rest_route=/"])
def test_one_item_of_a_list_is_asked_for_by_its_path_in_every_language(root: str) -> None:
    url = api.endpoint(root, "wp/v2/posts")
    assert api.item_url(url, "7") == f"{root}wp/v2/posts/7"
    assert api.item_url(api.endpoint(url, "", lang="de"), "7") == api.endpoint(f"{root}wp/v2/posts/7", "", lang="de")


def test_rows_of_any_type_that_were_asked_for_whole_are_posts() -> None:
    url = "https://a.org/wp-json/desk/v1/dossiers"
    assert api.collection_of(api.walk_url(url, "dossiers", api.Cursor(), "desc")) == "posts"
    assert api.collection_of(api.include_url(url, "posts", [1])) == "posts"
    assert api.collection_of(api.probe_url(url, "dossiers")) is None
    assert api.collection_of("https://a.org/wp-json/wp/v2/comments?per_page=100") == "comments"


# runs


@pytest.mark.parametrize("route", ["wp/v2/briefings", "wp/v2/briefing", "desk/v1/briefings", "wp/v2/pages_of_the_desk"])
def test_a_further_type_is_read_counted_and_kept_up_to_date_as_posts_are(route: str, site: ManyTypes, folder: Path) -> None:
    site.register("briefing", route)
    numbers = site.add("briefing", 4)
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert [count for _, count in held(folder)] == [4, 5]
    assert rows(folder, "select reported, held from coverage where kind = 'article' and month = 'all'") == [(9, 9)]
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert len(site.requests) == 4, "robots.txt, posts, the further type, comments"
    site.edit(numbers[0], "A sentence that was added later.")
    [new] = site.add("briefing")
    assert crawl(site, folder).code == 0
    changed = "select source_id, number from revisions join articles on articles.id = article_id where number > 1"
    assert rows(folder, changed) == [(str(numbers[0]), 2)]
    assert rows(folder, "select word_count > 40 from articles where source_id = ?", str(new)) == [(1,)]
    assert rows(folder, "select reported, held from coverage where kind = 'article' and month = 'all'") == [(10, 10)]
    assert rows(folder, "select * from gaps") == []


def test_a_site_with_posts_alone_costs_three_requests(site: ManyTypes, folder: Path) -> None:
    assert crawl(site, folder).code == 0
    assert crawl(site, folder).code == 0
    assert len(site.requests) == 3


def test_a_removed_article_of_a_type_is_confirmed_by_its_own_list_and_marked(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    numbers = site.add("briefing", 4)
    assert crawl(site, folder, NOW="2026-03-01T00:00:00Z").code == 0
    site.trash(numbers[1])
    site.trash(101)
    assert crawl(site, folder, NOW="2026-03-02T00:00:00Z").code == 0
    of = "join articles on articles.id = absences.article_id join captures on captures.id = capture_id"
    found = dict(rows(folder, f"select source_id, captures.url from absences {of}"))
    assert found.keys() == {"101", str(numbers[1])}
    assert "/wp/v2/briefings?include=" in found[str(numbers[1])]
    assert "/wp/v2/posts?include=" in found["101"]
    assert crawl(site, folder, NOW="2026-03-03T12:00:00Z").code == 0
    assert rows(folder, "select count(*) from articles where gone_at is not null") == [(2,)]
    site.entry(numbers[1]).status = "publish"
    assert crawl(site, folder, NOW="2026-03-04T12:00:00Z").code == 0
    assert rows(folder, "select count(*) from articles where missing_since is not null") == [(1,)]


def test_the_last_article_of_a_type_may_go(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    [number] = site.add("briefing")
    assert crawl(site, folder).code == 0
    site.trash(number)
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert rows(folder, "select source_id from articles where missing_since is not null") == [(str(number),)]


def test_many_that_go_at_once_from_several_types_are_counted_together(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    numbers = site.add("briefing", 6)
    assert crawl(site, folder).code == 0
    for number in (101, 102, 103, *numbers[:3]):
        site.trash(number)
    run = crawl(site, folder)
    assert run.code == 4, run.lines
    assert "6 articles are missing at once" in run.err
    assert rows(folder, "select count(*) from articles where missing_since is not null") == [(0,)]


def test_an_article_that_changes_its_type_is_not_missing(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    numbers = site.add("briefing", 4)
    assert crawl(site, folder).code == 0
    site.entry(numbers[0]).kind = "post"
    site.entry(101).kind = "briefing"
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert rows(folder, "select count(*) from absences") == [(0,)]
    moved = rows(folder, "select source_id, list from articles where source_id in ('101', ?) order by source_id", str(numbers[0]))
    assert moved == [("101", "briefings"), (str(numbers[0]), "posts")]
    assert crawl(site, folder).code == 0
    assert len(site.requests) == 4


def test_comments_under_a_further_type_are_attached_and_followed(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    numbers = site.add("briefing", 2)
    site.remark(numbers[0], "I was there on that day.")
    assert crawl(site, folder).code == 0
    site.remark(numbers[1], "So was I.")
    assert crawl(site, folder).code == 0
    under = "select articles.source_id, text from comments join articles on articles.id = article_id order by comments.source_id"
    assert rows(folder, under) == [(str(numbers[0]), "I was there on that day."), (str(numbers[1]), "So was I.")]
    assert rows(folder, "select reported, held from coverage where kind = 'comment' and month = 'all'") == [(2, 2)]


def test_a_type_that_appears_later_is_found_by_the_sweep_and_by_a_full_run(site: ManyTypes, folder: Path) -> None:
    assert crawl(site, folder, NOW="2026-03-01T00:00:00Z").code == 0
    site.register("briefing", "wp/v2/briefings")
    numbers = site.add("briefing", 3)
    site.remark(numbers[0], "New here.")
    assert crawl(site, folder, NOW="2026-03-02T00:00:00Z").code == 0
    assert crawl(site, folder, NOW="2026-04-01T00:00:00Z").code == 0
    assert held(folder) == [("briefings", 3), ("posts", 5)]
    assert rows(folder, "select count(*) from comments") == [(1,)]
    site.register("dossier", "wp/v2/dossiers")
    site.add("dossier", 2)
    assert crawl(site, folder, "mode=full", NOW="2026-04-02T00:00:00Z").code == 0
    assert held(folder) == [("briefings", 3), ("dossiers", 2), ("posts", 5)]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_where_the_types_are_not_told_the_routes_of_the_api_tell_them(status: int, site: ManyTypes, folder: Path) -> None:
    site.faults.closed = {r"wp/v2/types": status}
    site.register("briefing", "wp/v2/briefings")
    site.add("briefing", 3)
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert held(folder) == [("briefings", 3), ("posts", 5)]


def test_what_no_visitor_sees_is_left_out_with_a_reason(site: ManyTypes, folder: Path) -> None:
    site.register("offer", "wp/v2/offers", public=False)
    site.add("offer", 2, pretty=False)
    site.register("banner_text", "wp/v2/banner_text", public=False)
    site.add("banner_text", 2)
    site.register("product", "wp/v2/product")
    site.add("product", 2)
    site.register("empty")
    site.register("wordless")
    site.add("wordless", 2, text="")
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert held(folder) == [("posts", 5)]
    reasons = lists(folder)
    assert reasons["offers"].startswith("no articles: ")
    assert "404" in reasons["banner_text"]
    assert "products and orders of a shop" in reasons["product"]
    assert reasons["empty"] == "empty"
    assert "no text" in reasons["wordless"]
    assert not asked(site, "wp/v2/product?")
    assert crawl(site, folder).code == 0
    assert len(site.requests) == 3
    site.add("empty", 1)
    assert crawl(site, folder, "mode=full").code == 0
    assert held(folder) == [("empty", 1), ("posts", 5)]


def test_a_list_that_fails_for_a_night_stops_no_other_and_is_read_the_next(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    numbers = site.add("briefing", 3)
    assert crawl(site, folder).code == 0
    site.faults.closed = {"wp/v2/briefings": 500}
    site.add("post")
    run = crawl(site, folder, RETRY_TIMES=0)
    assert run.code == 5, run.lines
    assert "briefings was not read in this run" in run.err
    assert held(folder) == [("briefings", 3), ("posts", 6)]
    site.faults.closed = {"wp/v2/briefings": 403}
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert "REST does not give briefings" in run.out
    site.edit(numbers[0], "A sentence of that night.")
    site.faults.closed = {}
    assert crawl(site, folder).code == 0
    assert rows(folder, "select max(number) from revisions") == [(2,)]
    assert lists(folder)["briefings"] is None


def test_a_type_that_the_site_gives_up_loses_no_article(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    site.add("briefing", 3)
    assert crawl(site, folder).code == 0
    site.unregister("briefing")
    run = crawl(site, folder)
    assert run.code == 0, run.lines
    assert "no longer among the site's types" in run.out
    assert rows(folder, "select count(*) from articles where missing_since is null") == [(8,)]
    assert held(folder)[0] == (None, 3)
    assert crawl(site, folder).code == 0
    assert not any("feed" in path for path in site.requests)  # they may stand in the feeds alone now, but there are none: they wait a day
    site.register("briefing", "wp/v2/briefings")
    assert crawl(site, folder, "mode=full").code == 0
    assert held(folder) == [("briefings", 3), ("posts", 5)]


def test_what_the_captures_say_of_a_type_is_what_the_run_said(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "desk/v1/briefings")
    numbers = site.add("briefing", 3)
    site.remark(numbers[0], "So it was.")
    assert crawl(site, folder).code == 0
    site.edit(numbers[0], "Added.")
    assert crawl(site, folder).code == 0
    before = content(folder)
    assert scrapy("reextract", folder=folder).code == 0
    assert content(folder) == before


def test_a_limit_holds_for_all_types_together(site: ManyTypes, folder: Path) -> None:
    site.register("briefing", "wp/v2/briefings")
    site.add("briefing", 4)
    assert crawl(site, folder, "limit=7").code == 0
    assert sum(count for _, count in held(folder)) == 7
    assert crawl(site, folder).code == 0
    assert held(folder) == [("briefings", 4), ("posts", 5)]
