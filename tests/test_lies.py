"""A site that lies, breaks or is rebuilt: over a filled archive nothing that is held is changed, and a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import crawls
from tests.demosite import DemoSite

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
    "robots 503": (r"^/robots\.txt$", {"status": 503}),
}


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
