"""A site without REST is read through its pages: the same archive, in each of a WordPress's shapes, and through its changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from crawler.pages.assemble import VAIN
from tests.conftest import Stage
from tests.crawls import WRITTEN, content, copied, crawl, dump, rows
from tests.demosite import DemoSite
from tests.demosite.markup import render_comment
from tests.demosite.model import Comment, Post, local
from tests.demosite.public import readable, shown
from tests.demosite.script import FIRST
from tests.kills import assert_whole, kill

OLD_EDITED, RENAMED, TRASHED, GONE, FAILING = 105, 138, 127, 121, 125  # no other article links to these: an address is content
SHAPES: dict[str, dict[str, Any]] = {
    "html5": {"theme": "html5", "sitemap_lastmod": True},
    "short thread pages, oldest first": {"comments_per_page": 3, "comments_default": "oldest", "feeds": False},
    "short thread pages, newest first": {"comments_per_page": 3, "comments_default": "newest", "theme": "html5", "sitemap": False},
    "thread pages that nothing leads to": {"comments_per_page": 3, "thread_pager": False},
    "the same, oldest first": {"comments_per_page": 3, "comments_default": "oldest", "thread_pager": False, "theme": "html5"},
    "plain links": {"links": "plain", "comments_order": "desc"},
    "listings alone": {"sitemap": False, "feeds": False, "boilerplate": "theme"},
    "sitemap in small files": {"sitemap_size": 7, "boilerplate": "off", "comments_per_page": 0},
}


def minute(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def letters(text: str) -> str:
    """WordPress turns quotes and dashes."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def assert_holds_the_site(site: DemoSite, folder: Path, *, zone: bool = True) -> None:
    """Everything that pages show, and nothing else."""
    posts = readable(site)
    held = {
        r[0]: r[1:] for r in rows(folder, "select source_id, url, title, published_at, published_on, published_precision from articles")
    }
    assert held.keys() == posts.keys()
    for number, post in posts.items():
        url, title, at, on, _ = held[number]
        assert (url, letters(title), on) == (site.urls.post(post), letters(post.title), f"{local(post.date):%Y-%m-%d}"), number
        if zone:
            assert at[:16] == minute(post.date), number
            assert at.endswith("Z")
        else:
            assert (at[:16], at.endswith("Z")) == (minute(local(post.date)), False), f"{number}: the wall clock, and not called UTC"
    assert_terms(site, folder, posts)
    assert_comments(site, folder, zone=zone)
    assert rows(folder, "select url from articles where url like '%/about%' or url like '%/donate%' or url like '%page_id%'") == []


def assert_terms(site: DemoSite, folder: Path, posts: dict[str, Post]) -> None:
    held = set(
        rows(
            folder,
            "select articles.source_id, tags.kind, tags.name from article_tags join tags on tags.id = tag_id "
            "join articles on articles.id = article_id",
        )
    )
    kinds = {"tag": "post_tag", "category": "category"}
    assert held == {(n, kind, term.name) for n, post in posts.items() for kind, of in kinds.items() for term in site.terms_of(post, of)}
    names = rows(
        folder,
        "select articles.source_id, name from article_authors join authors on authors.id = author_id "
        "join articles on articles.id = article_id order by position",
    )
    for number, post in posts.items():
        assert [name for held_by, name in names if held_by == number] == [site.authors[slug].name for slug in post.authors], number


def assert_comments(site: DemoSite, folder: Path, *, zone: bool) -> None:
    sql = """
        select comments.source_id, articles.source_id, source_parent_id, comments.kind, author, author_url, posted_at, comments.text
        from comments join articles on articles.id = article_id
        """
    held = {r[0]: r[1:] for r in rows(folder, sql)}
    expected = shown(site)
    assert held.keys() == expected.keys()
    assert rows(folder, "select count(*) from comments") == [(len(expected),)], "none is there twice"
    for number, comment in expected.items():
        post, parent, kind, author, url, at, text = held[number]
        assert (post, parent, kind) == (str(comment.post), str(comment.parent) if comment.parent else None, comment.kind), number
        assert (author, url) == (comment.author or "Anonymous", comment.url), number
        assert letters(text) == letters(unescape(re.sub(r"<[^>]+>", "", render_comment(comment.text)))), number
        assert not zone or at[:16] == minute(comment.date), number


# each shape of a site


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_wordpress_gives_the_same_archive(shape: str, folder: Path) -> None:
    with DemoSite(rest="404", **SHAPES[shape]) as site:
        run = crawl(site, folder)
        assert (run.code, run.err) == (0, "")
        feeds, times = site.feeds, site.theme == "html5"
        assert_holds_the_site(site, folder, zone=feeds or times)
        precisions = dict(rows(folder, "select published_precision, count(*) from articles group by 1"))
        assert precisions == ({"second": 45} if times else {"minute": 45} if not feeds else precisions)
        locked = [site.urls.post(post) for post in site.published() if post.password]
        reasons = dict(rows(folder, "select ref, reason from gaps where explained = 1"))
        assert {ref for ref, reason in reasons.items() if reason == "behind a password"} == set(locked)
        assert rows(folder, "select count(*) from gaps where explained = 0") == [(0,)]
        before = dump(folder, WRITTEN)
        site.clear_requests()
        again = crawl(site, folder)
        assert again.code == 0
        assert "nothing new" in again.out
        assert dump(folder, WRITTEN) == before
        lists = 8 if "small files" in shape else 2 if site.sitemap else 0
        assert len(site.requests) <= 3 + lists + (0 if site.feeds and site.sitemap else 1), [request.path for request in site.requests]


def test_what_robots_txt_forbids_is_an_explained_gap_and_is_read_once_it_may_be(folder: Path) -> None:
    with DemoSite(rest="404", robots="User-agent: *\nDisallow: /archives/2011/\n") as site:
        assert crawl(site, folder).code == 0
        forbidden = {site.urls.post(post) for post in site.published() if post.archive.startswith("2011")}
        assert forbidden
        sql = "select ref from gaps where reason = 'robots.txt' and explained = 1"
        assert {ref for (ref,) in rows(folder, sql)} == forbidden
        assert not [request.path for request in site.requests if request.path.startswith("/archives/2011")]
        site.robots = None
        assert crawl(site, folder).code == 0
        assert rows(folder, sql) == []
        assert_holds_the_site(site, folder)


# one site through its changes


@dataclass(frozen=True)
class Pages:
    """``first``: everything is new. ``unchanged``: at once again. ``update``: after changes. ``full``: everything again.
    ``failing``: one article is no longer listed and answers 503."""

    site: DemoSite
    first: Stage
    unchanged: Stage
    update: Stage
    full: Stage
    failing: Stage
    newest: int
    lost: int
    fresh: int


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    place = tmp_path_factory.mktemp("pages")

    def stage(name: str, *arguments: str) -> Stage:
        site.clear_requests()
        run = crawl(site, place / "live", *arguments)
        return Stage(run, copied(place / "live", place / name), list(site.requests))

    with DemoSite(rest="404") as site:
        first, unchanged = stage("first"), stage("unchanged")
        newest = [post for post in site.published() if not post.password][-10:]
        site.edit(newest[-1].id, append="A last paragraph that was not there before.", touch_modified=False)
        lost = next(
            c.id for c in shown(site).values() if c.post in {p.id for p in newest[:-1]} and c.kind == "comment" and is_leaf(site, c)
        )
        site.trash_comment(lost)
        site.rename(RENAMED, "corridor-renamed")
        site.trash(TRASHED)
        site.gone(GONE)
        fresh = site.add_comment(FIRST, "Toll House Museum", "We have the wardrobe. Come and wait in front of it.").id
        site.add_post("A new report", "<p>Nobody had seen the mill for a year. It was still there.</p>", tags=["Smuggling"])
        site.reword_bio("tobin-raske", "Tobin Raske is deputy editor of The Harrow Desk and lives in Lower Veska.")
        update = stage("update")
        site.edit(OLD_EDITED, append="Seen only by those who read everything again.", touch_modified=False)
        full = stage("full", "mode=full")
        address = site.urls.post(site.post(FAILING)).removeprefix(site.home)
        site.trash(FAILING)
        site.fault(f"^{address}", status=503)
        return Pages(site, first, unchanged, update, full, stage("failing"), newest[-1].id, lost, fresh)


def is_leaf(site: DemoSite, comment: Comment) -> bool:
    return not [c for c in site.comments.values() if c.parent == comment.id]


def test_the_first_run_reads_each_page_once(pages: Pages) -> None:
    assert pages.first.run.code == 0
    asked = [request.path for request in pages.first.requests]
    assert len(asked) == len(set(asked))
    looked_for = [path for path in asked if "/comment-page-" in path]  # where a page counts more comments than it shows
    assert len(asked) - len(looked_for) <= 76 and len(looked_for) <= 2 * VAIN
    assert pages.first.rows("select count(*) from revisions where number > 1") == [(0,)]


def test_dates_are_to_the_second_where_the_feed_tells_and_to_the_minute_elsewhere(pages: Pages) -> None:
    precision = dict(pages.first.rows("select source_id, published_precision from articles"))
    newest = [str(post.id) for post in pages.site.published() if post.date < pages.site.post("a-new-report").date]
    assert precision[str(pages.newest)] == "second"
    assert precision[newest[0]] == "minute"


def test_an_unchanged_site_costs_robots_two_feeds_and_the_sitemap(pages: Pages) -> None:
    paths = ["/robots.txt", "/feed", "/comments/feed", "/wp-sitemap.xml", "/wp-sitemap-posts-post-1.xml"]
    assert [request.path for request in pages.unchanged.requests] == paths
    assert dump(pages.unchanged.folder, WRITTEN) == dump(pages.first.folder, WRITTEN)


def test_the_update_ends_well_and_asks_little(pages: Pages) -> None:
    assert (pages.update.run.code, pages.update.run.err) == (0, "")
    assert len(pages.update.requests) <= 5 + 2 * 7, [request.path for request in pages.update.requests]


def test_an_edit_of_a_new_article_shows_in_the_feed(pages: Pages) -> None:
    sql = "select number, old_text, text from edits join articles on articles.id = article_id where source_id = ?"
    [(number, old, new)] = pages.update.rows(sql, str(pages.newest))
    assert number == 2
    assert "not there before" in new and "not there before" not in old


def test_a_renamed_article_is_the_same_article_and_keeps_its_old_address(pages: Pages) -> None:
    sql = "select urls.url, urls.kind from urls join articles on articles.id = article_id where source_id = ? order by urls.kind"
    [(alias, _), (current, _)] = pages.update.rows(sql, str(RENAMED))
    assert current.endswith("/corridor-renamed.php") and not alias.endswith("/corridor-renamed.php")
    assert pages.update.rows(
        "select max(number) from revisions join articles on articles.id = article_id where source_id = ?", str(RENAMED)
    ) == [(1,)]


def test_removed_articles_are_missing_after_a_request_of_their_own(pages: Pages) -> None:
    sql = """
        select source_id, captures.status, captures.url = articles.url
        from absences join articles on articles.id = absences.article_id join captures on captures.id = absences.capture_id
        where comment_id is null order by source_id
        """
    assert pages.update.rows(sql) == [(str(GONE), 410, 1), (str(TRASHED), 404, 1)]


def test_a_removed_comment_is_missing_after_a_second_request(pages: Pages) -> None:
    post = pages.site.comments[pages.lost].post
    missing = pages.update.rows("select source_id from comments where missing_since is not null")
    assert missing == [(str(pages.lost),)]
    address = pages.site.urls.post(pages.site.post(post)).removeprefix(pages.site.home)
    assert [request.path for request in pages.update.requests].count(address) == 2


def test_a_new_comment_on_an_old_article_comes_by_the_comments_feed(pages: Pages) -> None:
    sql = """
        select author, comments.text, articles.source_id
        from comments join articles on articles.id = article_id where comments.source_id = ?
        """
    assert pages.update.rows(sql, str(pages.fresh)) == [
        ("Toll House Museum", "We have the wardrobe. Come and wait in front of it.", str(FIRST))
    ]


def test_a_full_run_finds_the_edit_that_no_list_shows_and_a_reworded_bio_is_no_revision(pages: Pages) -> None:
    assert pages.full.run.code == 0
    revised = pages.full.rows(
        "select source_id, number from revisions join articles on articles.id = article_id where number > 1 order by 1"
    )
    assert revised == sorted([(str(OLD_EDITED), 2), (str(pages.newest), 2)])


def test_what_was_known_to_the_second_stays_so_when_the_feed_has_moved_on(pages: Pages) -> None:
    before = dict(pages.first.rows("select source_id, published_at from articles where published_precision = 'second'"))
    after = dict(pages.full.rows("select source_id, published_at from articles where published_precision = 'second'"))
    assert before.items() <= after.items()


def test_an_article_that_answers_503_is_never_missing(pages: Pages) -> None:
    assert pages.failing.run.code == 4
    assert "503" in pages.failing.run.err
    assert pages.failing.rows("select missing_since from articles where source_id = ?", str(FAILING)) == [(None,)]
    assert pages.failing.rows("select explained from gaps where reason like '%503%'") == [(0,)]


# kills


def test_a_killed_crawl_of_pages_goes_on_and_ends_with_the_same_rows(tmp_path: Path) -> None:
    with DemoSite(rest="404", theme="html5") as site:
        whole, killed = tmp_path / "whole", tmp_path / "killed"
        assert crawl(site, whole).code == 0
        for after in (8, 25):
            assert kill(site, killed, after, slowness=0.02)
        assert crawl(site, killed).code == 0
        assert_whole(killed)
        assert content(killed) == content(whole)
