"""What is new in what a reader keeps, and which footnote belongs to which mark."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from markupsafe import Markup

from archive.publish.reading.footnotes import with_notes
from tests.publish_archive import HOME, build_archive
from tests.publish_site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    own = Site(build_archive(tmp_path_factory.mktemp("archive")))
    yield own
    own.close()


def news(site: Site, *asked: tuple[str, str]) -> list[str]:
    query = "&".join(f"of={quote(about)}&since={since}" for about, since in asked)
    told = site.get(f"/notebook/new.json?{query}").json()["new"]
    assert isinstance(told, list)
    return told


def test_news_are_told_in_the_order_of_the_questions(site: Site) -> None:
    long_ago, between, late = "2023-01-01T00:00:00Z", "2024-01-15T00:00:00Z", "2025-01-01T00:00:00Z"
    raid = f"url:{HOME}2014/03/raid"
    assert news(site, (raid, long_ago), (raid, between), (raid, late)) == ["4 new comments, 1 edit", "1 edit", ""]
    assert news(site, (f"url:{HOME}2015/05/gone", between)) == ["missing from its site"]
    assert news(site, ("q:marib", between), ("q:in:comments convoy", long_ago)) == ["1 new or edited article", "1 new comment"]
    assert news(site, ("url:nonsense", long_ago), ("q:marib", "yesterday"), ("", long_ago)) == ["", "", ""]
    assert news(site) == []


def test_no_more_searches_are_made_than_one_question_may_cost(site: Site) -> None:
    told = news(site, *[("q:marib", "2023-01-01T00:00:00Z")] * 25)
    assert sum(map(bool, told)) == 20


def test_footnotes_are_tied_to_their_marks_by_the_names_that_sites_give() -> None:
    def tied(mark: str, back: str) -> bool:
        blocks = [Markup(f'<p>x <a href="{mark}">1</a></p>'), Markup(f'<ol><li><p>note <a href="{back}">↩</a></p></li></ol>')]
        first, second = with_notes(blocks, "https://e.org/a")
        return 'id="mark-1" href="#note-1"' in first and '<li id="note-1"><p>note <a class="note-back" href="#mark-1"' in second

    for mark_name, back_name in (
        ("#fn-1", "#fnref-1"),
        ("#_ftn2", "#_ftnref2"),
        ("https://e.org/a#footnote-3", "https://e.org/a/#footnote-ref-3"),
        ("#4be2-aa", "#4be2-aa-link"),
        ("#easy-footnote-bottom-1-77", "#easy-footnote-1-77"),
        ("#fn:note", "#fnref:note"),
        ("#cite_note-1", "#cite_ref-1"),
        ("#sdfootnote1sym", "#sdfootnote1anc"),
    ):
        assert tied(mark_name, back_name), mark_name
    for mark_name, back_name in (("#fn-1", "#fnref-2"), ("#fn-1", "#fn-1"), ("https://other.org/a#fn-1", "#fnref-1"), ("#top", "#bottom")):
        assert not tied(mark_name, back_name), mark_name
