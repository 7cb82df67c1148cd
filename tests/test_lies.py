"""A site that lies, breaks or is rebuilt: over a filled archive nothing that is held is changed, and a person is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import crawls
from tests.demosite import DemoSite
from tests.demosite.response import Response

ARTICLES = r"^/archives/\d{4}/"
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "challenge": (ARTICLES, {"lie": "challenge"}),
    "donate wall": (ARTICLES, {"lie": "donate"}),
    "soft 404": (ARTICLES, {"lie": "soft404"}),
    "empty": (ARTICLES, {"lie": "empty"}),
    "redesign": (ARTICLES, {"lie": "redesign"}),
    "garbage": (ARTICLES, {"lie": "garbage"}),
    "all 404": (ARTICLES, {"status": 404}),
    "all 410": (ARTICLES, {"status": 410}),
    "all 503": (ARTICLES, {"status": 503}),
    "truncated": (ARTICLES, {"truncate": True}),
    "torn in its packing": (ARTICLES, {"packed": "torn"}),
    "falsely packed": (ARTICLES, {"packed": "falsely"}),
    "partial content": (ARTICLES, {"edit": lambda response: part_of(response)}),
    "breaks off without a word": (ARTICLES, {"edit": lambda response: cut(response)}),
    "redirected to no address": (ARTICLES, {"redirect": "http://[bad"}),
    "redirected to another port": (ARTICLES, {"redirect": "http://127.0.0.1:9/"}),
    "asks to keep away": (ARTICLES, {"status": 429, "retry_after": 99_999_999}),
    "home 403": (r"^/(?!robots)", {"status": 403}),
    "all 404, home too": (r"^/(?!robots)", {"status": 404}),
    "robots elsewhere": (r"^/robots\.txt$", {"redirect": "http://127.0.0.1:9/robots.txt"}),
    "robots 503": (r"^/robots\.txt$", {"status": 503}),
}


def part_of(response: Response) -> None:
    response.status, response.body = 206, response.body[: len(response.body) * 3 // 4]


def cut(response: Response) -> None:
    response.body = response.body[: len(response.body) * 4 // 5]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoSite, Path]]:
    """A site without REST, and an archive filled through its pages."""
    folder = tmp_path_factory.mktemp("filled")
    with DemoSite(rest="404") as running:
        for number in range(20):
            running.add_post(f"Notice {number} of the pass", f"The pass was closed {number + 2} times this month, says notice {number}.")
        assert crawls.crawl(running, folder).code == 0
        yield running, folder


def states(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a reader sees as current."""
    return {
        "articles": crawls.rows(folder, "select id, url, title, byline, revision_id, missing_since, gone_at from articles order by id"),
        "revisions": crawls.rows(folder, "select id, article_id, number, title, text, digest from revisions order by id"),
        "comments": crawls.rows(folder, "select id, author, text, parent_id, missing_since from comments order by id"),
    }


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_held_is_lost_when_every_page_is(name: str, filled: tuple[DemoSite, Path], tmp_path: Path) -> None:
    site, folder = filled
    copy = crawls.copied(folder, tmp_path / "archive")
    before = states(copy)
    assert len(before["articles"]) >= 60
    pattern, what = FAULTS[name]
    fault = site.fault(pattern, **what)
    try:
        run = crawls.crawl(site, copy, "mode=full", PATIENCE=1)
    finally:
        site.clear_faults()
    assert fault.hits > 0
    assert states(copy) == before
    assert run.code in (4, 5), run.lines
    assert len(run.lines) == 1, run.lines


def test_the_site_is_whole_again_and_nothing_is_new(filled: tuple[DemoSite, Path], tmp_path: Path) -> None:
    site, folder = filled
    copy = crawls.copied(folder, tmp_path / "archive")
    before = states(copy)
    site.fault(ARTICLES, lie="donate")
    assert crawls.crawl(site, copy, "mode=full").code == 4
    site.clear_faults()
    assert crawls.crawl(site, copy, "mode=full").code == 0
    assert states(copy) == before


# pages that only continue an article or its thread

PARTS = r"/comment-page-\d|/archives/[^?]*\.php/2$"
PART_FAULTS: dict[str, dict[str, Any]] = {
    "challenge": {"lie": "challenge"},
    "empty": {"lie": "empty"},
    "404": {"status": 404},
    "500": {"status": 500},
}
THREADS = "select ref, explained from gaps where kind = 'comment' order by ref"


@pytest.fixture(scope="module")
def threads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoSite, Path]]:
    """A site without REST whose threads stand on many pages, and an archive filled through them."""
    folder = tmp_path_factory.mktemp("threads")
    with DemoSite(rest="404", comments_per_page=3) as running:
        assert crawls.crawl(running, folder).code == 0
        yield running, folder


@pytest.mark.parametrize("name", PART_FAULTS)
def test_neither_article_nor_comment_is_missing_when_only_a_further_page_of_it_fails(
    name: str, threads: tuple[DemoSite, Path], tmp_path: Path
) -> None:
    site, folder = threads
    copy = crawls.copied(folder, tmp_path / "archive")
    before = states(copy)
    fault = site.fault(PARTS, **PART_FAULTS[name])
    try:
        run = crawls.crawl(site, copy, "mode=full", PATIENCE=5)
    finally:
        site.clear_faults()
    assert fault.hits > 0
    assert run.code in (4, 5), run.lines
    assert states(copy) == before


def test_thread_that_could_not_be_read_to_its_end_is_named_and_completed_by_the_next_run(
    threads: tuple[DemoSite, Path], tmp_path: Path
) -> None:
    site, whole = threads
    folder = tmp_path / "archive"
    site.fault(PARTS, lie="empty")
    try:
        assert crawls.crawl(site, folder).code == 4
    finally:
        site.clear_faults()
    cut = crawls.rows(folder, THREADS)
    assert cut and all(ref.endswith("#comments") and explained == 0 for ref, explained in cut)
    assert crawls.crawl(site, folder).code == 0
    assert all(explained for _, explained in crawls.rows(folder, THREADS)), "answers to comments that the site hides"
    content, wanted = crawls.content(folder), crawls.content(whole)
    for table in ("articles", "revisions", "comments", "comment_revisions"):
        assert content[table] == wanted[table], table


def test_thread_pages_that_robots_txt_forbids_are_an_explained_gap_and_the_article_is_kept(tmp_path: Path) -> None:
    with DemoSite(rest="404", comments_per_page=3, robots="User-agent: *\nDisallow: /*/comment-page-\n") as site:
        assert crawls.crawl(site, tmp_path / "archive").code == 0
        cut = crawls.rows(tmp_path / "archive", THREADS)
        assert cut and all(explained for _, explained in cut)
        held = {f"{url}#comments" for (url,) in crawls.rows(tmp_path / "archive", "select url from articles where comment_count > 0")}
        assert {ref for ref, _ in cut} <= held


# pages that break off, and pages that give the address of another


def test_a_page_that_breaks_off_at_first_sight_is_named_and_what_never_had_an_end_is_believed_in_a_later_run(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with DemoSite(rest="404") as site:
        site.fault(r"/2020/10/election-ostrel", edit=cut)
        run = crawls.crawl(site, folder)
        assert (run.code, "breaks off" in run.err) == (4, True), run.lines
        assert crawls.rows(folder, "select count(*) from articles where source_id = '130'") == [(0,)]
        assert crawls.crawl(site, folder).code == 0
        assert crawls.rows(folder, "select count(*) from articles where source_id = '130'") == [(1,)]


def test_a_canonical_address_that_is_the_same_everywhere_moves_no_article(filled: tuple[DemoSite, Path], tmp_path: Path) -> None:
    site, folder = filled
    copy = crawls.copied(folder, tmp_path / "archive")
    one = site.urls.post(site.post(130)).encode()

    def same(response: Response) -> None:
        response.body = re.sub(rb'(<link rel="canonical" href=")[^"]*', lambda found: found[1] + one, response.body)

    site.fault(ARTICLES, edit=same)
    try:
        crawls.crawl(site, copy, "mode=full")
    finally:
        site.clear_faults()
    urls = "select source_id, url from articles order by id"
    assert crawls.rows(copy, urls) == crawls.rows(folder, urls)


def test_a_site_whose_articles_have_no_end_is_read_in_its_first_run(tmp_path: Path) -> None:
    """Its front page has one: that says nothing of pages that another template makes."""
    folder = tmp_path / "archive"
    with DemoSite(rest="404") as site:
        site.fault(ARTICLES, edit=unended)
        run = crawls.crawl(site, folder)
        assert run.code == 0, run.lines
        assert crawls.rows(folder, "select count(*) from articles") == [(len([p for p in site.published() if not p.password]),)]
        assert crawls.rows(folder, "select count(*) from gaps where explained = 0") == [(0,)]


def unended(response: Response) -> None:
    response.body = response.body.replace(b"</body>", b"").replace(b"</html>", b"")
