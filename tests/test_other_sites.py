"""Sites without WordPress, archived without any configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Stage
from tests.crawls import Run, copied, dump, rows, scrapy
from tests.othersites import Magazine, StaticSite
from tests.othersites.pieces import Piece
from tests.othersites.server import OtherSite

WRITTEN = ["articles", "revisions", "blocks", "comments", "comment_revisions", "absences", "urls", "links", "gaps"]
SITES: dict[str, Callable[[], OtherSite]] = {
    "static, sitemap and rss": StaticSite,
    "static, atom and listing": lambda: StaticSite(feed="atom", sitemap=False),
    "static, sitemap alone, unmarked": lambda: StaticSite(feed="", marked=False),
    "static, listing alone, unmarked": lambda: StaticSite(feed="", sitemap=False, marked=False),
    "magazine": Magazine,
}
UNCHANGED = {"static, sitemap and rss": 4, "static, atom and listing": 3, "magazine": 5}  # requests; else 4


def crawl(site: OtherSite, folder: Path, *arguments: str, **settings: object) -> Run:
    given = [word for argument in arguments for word in ("-a", argument)]
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *given, folder=folder, **settings)


def held(folder: Path) -> dict[str, tuple[Any, ...]]:
    sql = """
        select url, articles.title, articles.byline, articles.published_at, published_on, published_precision, text
        from articles join revisions on revisions.id = articles.revision_id
        """
    return {row[0]: row[1:] for row in rows(folder, sql)}


def terms(folder: Path, url: str) -> list[str]:
    sql = """
        select tags.name from tags join article_tags on tag_id = tags.id join articles on articles.id = article_id
        where url = ? order by 1
        """
    return [name for (name,) in rows(folder, sql, url)]


def assert_is(piece: Piece, row: tuple[Any, ...], zone: tzinfo, *, marked: bool) -> None:
    title, byline, at, on, precision, text = row
    assert title == piece.title
    assert text == "\n\n".join(piece.paragraphs)
    assert on == f"{piece.at.astimezone(zone):%Y-%m-%d}"
    assert byline == piece.author
    if marked:
        assert (at, precision) == (f"{piece.at:%Y-%m-%dT%H:%M:%SZ}", "second")
    else:
        assert (at[:10], precision) == (f"{piece.at:%Y-%m-%d}", "day")


@dataclass(frozen=True)
class Archived:
    """A site as it was crawled once, and at once again."""

    name: str
    site: OtherSite
    first: Stage
    again: Stage

    @property
    def marked(self) -> bool:
        return "unmarked" not in self.name


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Archived]:
    found = {}
    for name, make in SITES.items():
        place = tmp_path_factory.mktemp("other")
        with make() as site:
            run = crawl(site, place / "live")
            first = Stage(run, copied(place / "live", place / "first"), [*site.requests])
            site.requests.clear()
            run = crawl(site, place / "live")
            found[name] = Archived(name, site, first, Stage(run, place / "live", [*site.requests]))
    return found


@pytest.fixture(params=SITES)
def archived(request: pytest.FixtureRequest, archives: dict[str, Archived]) -> Archived:
    return archives[request.param]


def test_every_article_is_there_and_nothing_else(archived: Archived) -> None:
    assert (archived.first.run.code, archived.first.run.err) == (0, "")
    assert held(archived.first.folder).keys() == {archived.site.address(piece) for piece in archived.site.pieces}
    assert archived.first.rows("select count(*) from gaps where explained = 0") == [(0,)]
    assert archived.first.rows("select count(*) from quarantine") == [(0,)]


def test_title_text_author_date_and_tags_are_the_sites(archived: Archived) -> None:
    found = held(archived.first.folder)
    for piece in archived.site.pieces:
        address = archived.site.address(piece)
        assert_is(piece, found[address], archived.site.zone, marked=archived.marked)
        if archived.marked or isinstance(archived.site, StaticSite):
            assert terms(archived.first.folder, address) == sorted(piece.tags)


def test_a_second_run_finds_nothing_new_and_asks_little(archived: Archived) -> None:
    assert (archived.again.run.code, archived.again.run.err) == (0, "")
    assert "nothing new" in archived.again.run.out
    assert dump(archived.again.folder, WRITTEN) == dump(archived.first.folder, WRITTEN)
    assert len(archived.again.requests) <= UNCHANGED.get(archived.name, 4), archived.again.requests


def test_pages_that_are_no_articles_are_explained_gaps(archives: dict[str, Archived]) -> None:
    static = archives["static, sitemap and rss"]
    found = static.first.rows("select ref, reason from gaps where explained = 1")
    reasons = {ref.removeprefix(static.site.home): reason for ref, reason in found}
    assert isinstance(static.site, StaticSite)
    lists = {base for base, _, _ in static.site.tag_lists()} | {"/posts/"}
    assert reasons.keys() == lists | {"/about/", "/tags/"}
    assert all(reasons[base].startswith("a listing page") for base in lists)
    assert reasons["/about/"].startswith("a page of the site")


def test_a_thread_of_another_system_keeps_its_parents(archives: dict[str, Archived]) -> None:
    magazine = archives["magazine"]
    found = magazine.first.rows("select source_id, source_parent_id, author, comments.text, substr(posted_at, 1, 16) from comments")
    assert sorted(found) == sorted(
        (str(r.number), str(r.answers) if r.answers else None, r.author, r.text, f"{r.at.astimezone(magazine.site.zone):%Y-%m-%dT%H:%M}")
        for piece in magazine.site.pieces
        for r in piece.remarks
    )


def test_an_article_under_two_addresses_is_one_article_with_an_alias(archives: dict[str, Archived]) -> None:
    """The front page links /node/23, which shows what /analysis/... shows and calls itself so."""
    magazine = archives["magazine"]
    sql = "select urls.url, articles.url from urls join articles on articles.id = article_id where urls.kind = 'alias'"
    site = magazine.site
    assert dict(magazine.first.rows(sql)) == {f"{site.home}/node/{n}": site.address(site.piece(n)) for n in (21, 22, 23)}


def test_what_robots_txt_and_menus_do_not_lead_to_is_not_asked(archives: dict[str, Archived]) -> None:
    assert not [path for path in archives["magazine"].first.requests if path.startswith(("/user", "/admin", "/comment/"))]


@pytest.mark.parametrize("name", ["static, sitemap and rss", "magazine"])
def test_renamed_removed_edited_and_new_articles_are_noticed(name: str, folder: Path) -> None:
    with SITES[name]() as site:
        assert crawl(site, folder).code == 0
        renamed, removed, edited = site.pieces[3], site.pieces[5], site.pieces[7]
        old, lost = site.address(renamed), site.address(removed)
        renamed.old_slugs, renamed.slug = [renamed.slug], "a-new-name-for-it"
        site.pieces.remove(removed)
        edited.paragraphs[1] += " The second figure was wrong."
        edited.modified = max(piece.at for piece in site.pieces).replace(year=2035)
        run = crawl(site, folder, "mode=full")
        assert (run.code, run.err) == (0, "")
        sql = "select urls.url, urls.kind from urls join articles on articles.id = article_id where articles.url = ? order by urls.kind"
        assert rows(folder, sql, site.address(renamed))[:2] == [(old, "alias"), (site.address(renamed), "current")]
        assert rows(folder, "select articles.url, status from absences join articles on articles.id = absences.article_id "
                            "join captures on captures.id = capture_id") == [(lost, 404)]  # fmt: skip
        assert rows(folder, "select articles.url from edits join articles on articles.id = edits.article_id") == [(site.address(edited),)]
        assert rows(folder, "select count(*) from articles") == [(len(site.pieces) + 1,)]


def test_what_a_feed_told_is_no_change_when_its_item_has_left_the_feed(folder: Path) -> None:
    with StaticSite(feed="atom", marked=False, signed=False) as site:
        later, site.pieces = site.pieces[-4:], site.pieces[:-4]
        assert crawl(site, folder).code == 0
        sql = "select url, byline, published_at, published_precision from articles where byline is not null"
        told = rows(folder, sql)
        assert {url for url, *_ in told} == {site.address(piece) for piece in site.pieces[-4:]}
        site.pieces += later
        assert crawl(site, folder, "mode=full").code == 0
        assert set(told) < set(rows(folder, sql))
        assert rows(folder, "select count(*) from revisions where number > 1") == [(0,)]


def test_a_wall_at_an_articles_address_is_not_believed(folder: Path) -> None:
    with StaticSite() as site:
        assert crawl(site, folder).code == 0
        before = held(folder)
        site.post = lambda piece: "<html><title>Support us</title><body><h1>Give</h1><p>We need your help today.</p></body></html>"  # type: ignore[method-assign]
        run = crawl(site, folder, "mode=full")
        assert run.code == 4
        assert held(folder) == before


class Empty(OtherSite):
    """Answers, and lists nothing."""

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, str] | None:
        return (200, "text/html", "<html><body><h1>Coming soon</h1></body></html>") if path == "/" else None

    def not_found(self) -> str:
        return "<h1>Not found</h1>"

    def address(self, piece: Piece) -> str:
        return f"{self.home}/analysis/{piece.number}"


class Calendar(Empty):
    """Every month leads to the next, for ever, and none has an article."""

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, str] | None:
        number = int(query.get("page", "0"))
        rest = (
            '<h2><a href="/analysis/the-only-one">The only one</a></h2>' if path == "/" else "<h1>The only one</h1><time>2020-05-05</time>"
        )
        return 200, "text/html", f'<html><body>{rest}<p>Text.</p><a rel="next" href="/?page={number + 1}">next month</a></body></html>'


def test_a_site_that_lists_nothing_is_a_wrong_address_and_said_so_in_one_line(folder: Path) -> None:
    with Empty() as site:
        run = crawl(site, folder)
        assert run.code == 2
        assert len(run.lines) == 1 and "lists no articles" in run.err
        assert len(site.requests) <= 12
        assert rows(folder, "select count(*) from sites") == [(0,)]


def test_a_site_whose_lists_all_fail_is_unreachable_and_not_a_wrong_address(folder: Path) -> None:
    with Empty() as site:
        site.broken = {r"^/(feed|comments|wp-sitemap|sitemap)": 503}
        run = crawl(site, folder)
        assert run.code == 5
        assert len(run.lines) == 1 and "503" in run.err


def test_a_calendar_without_end_ends(folder: Path) -> None:
    with Calendar() as site:
        assert crawl(site, folder).code == 0
        assert len([path for path in site.requests if "page=" in path]) <= 4
