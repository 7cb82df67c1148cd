"""REST and pages of one site, side by side: they differ in what only one of them can show, and in nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.text.content_key import normalised
from tests.crawls import content, crawl, rows
from tests.demosite import DemoSite
from tests.demosite.public import shown

Content = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Doors:
    """One site in three archives: through REST alone, through pages alone, through both."""

    site: DemoSite
    rest: Content
    page: Content
    both: Path


@pytest.fixture(scope="module", params=["classic", "html5"])
def doors(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Doors:
    place = tmp_path_factory.mktemp("doors")
    with DemoSite(theme=request.param) as site:
        assert crawl(site, place / "rest", "pages=none").code == 0
        assert crawl(site, place / "both", "pages=all").code == 0
        site.rest = "404"
        assert crawl(site, place / "page").code == 0
        return Doors(site, content(place / "rest"), content(place / "page"), place / "both")


def fields(held: Content, table: str, *columns: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(first column,) -> these columns."""
    return {row[:1]: tuple(row[i] for i in columns) for row in held[table]}


def test_the_same_articles_with_the_same_address_kind_title_and_day(doors: Doors) -> None:
    def facts(held: Content) -> dict[Any, Any]:
        return {row[0]: (row[1], row[2], normalised(row[3]), row[6], row[9], row[10]) for row in held["articles"]}

    assert facts(doors.page) == facts(content(doors.both))


def test_the_same_moment_of_publication_at_the_coarser_precision(doors: Doors) -> None:
    times, pages = fields(doors.rest, "articles", 5, 7), fields(doors.page, "articles", 5, 7)
    for number, (at, precision) in pages.items():
        rest, _ = times[number]
        length = 19 if precision == "second" else 16
        skewed = doors.site.posts[int(number[0])].gmt_skew
        assert at[:length] == rest[:length] or skewed, number


def test_pages_name_the_authors_that_rest_names_and_those_whom_it_cannot(doors: Doors) -> None:
    def names(held: Content) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for number, name, _ in held["article_authors"]:
            found[number].add(name)
        return found

    rest, page = names(doors.rest), names(doors.page)
    more = {number for number in page if rest[number] < page[number]}
    assert {number for number in page if not rest[number] <= page[number]} == set()
    assert more == {str(post.id) for post in doors.site.published() if len(post.authors) > 1 and not post.password}


def test_the_same_tags_categories_and_captions(doors: Doors) -> None:
    assert doors.page["article_tags"] == doors.rest["article_tags"]
    captions = [[(row[0], normalised(row[3])) for row in held["images"] if row[3]] for held in (doors.page, doors.rest)]
    assert captions[0] == captions[1] != []


def texts(held: Content, *kinds: str) -> dict[str, list[str]]:
    """An article's blocks of these kinds (none named: of all), in reading order."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, _, _, kind, text, *_ in sorted(held["blocks"], key=lambda row: (row[0], row[1], row[2])):
        found[number] += [normalised(text)] if not kinds or kind in kinds else []
    return found


def test_the_same_text_block_by_block(doors: Doors) -> None:
    both, page = texts(content(doors.both), "body"), texts(doors.page, "body")
    assert {n: page[n] for n in page if page[n] != both[n]} == {n: both[n] for n in page if page[n] != both[n]}


def test_no_paragraph_of_the_pages_is_lacking_in_rest_alone(doors: Doors) -> None:
    """REST names one author of each article: whose bio a paragraph is cannot always be told by it, but it is there."""
    rest, page = texts(doors.rest), texts(doors.page, "body")
    assert {n: [t for t in page[n] if t not in rest[n]] for n in page} == {n: [] for n in page}


def test_the_same_comments_but_those_that_one_door_hides(doors: Doors) -> None:
    def thread(held: Content) -> dict[str, tuple[Any, ...]]:
        return {
            row[1]: (row[0], row[3], row[6], row[7] or "Anonymous", row[8], row[9][:16], normalised(row[11])) for row in held["comments"]
        }

    rest, page = thread(doors.rest), thread(doors.page)
    visible = shown(doors.site)
    assert {n for n in rest if n not in page} == {n for n in rest if n not in visible}, "answers to what is hidden: in REST alone"
    assert {n for n in page if n not in rest} == {n for n, c in visible.items() if c.kind != "comment"}, "pings: in pages alone"
    assert {n: page[n] for n in page if n in rest and page[n] != rest[n]} == {n: rest[n] for n in page if n in rest and page[n] != rest[n]}


def test_a_crawl_through_both_doors_finds_no_difference(doors: Doors) -> None:
    assert rows(doors.both, "select source_id, field, rest, page from differences join articles on articles.id = article_id") == []
    assert rows(doors.both, "select count(*) from revisions where number > 1") == [(0,)]


def test_a_real_difference_is_recorded_and_forgotten_when_it_ends(folder: Path) -> None:
    with DemoSite() as site:
        assert crawl(site, folder, "pages=none").code == 0
        site.edit(130, title="A headline that REST has not given yet", touch_modified=False)
        assert crawl(site, folder, "pages=all").code == 0
        sql = "select source_id, field from differences join articles on articles.id = article_id"
        assert rows(folder, sql) == [("130", "title")]
        site.edit(130)  # its date of change moves on: REST is asked again
        assert crawl(site, folder, "pages=all").code == 0
        assert rows(folder, sql) == []
