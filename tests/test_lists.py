"""Lists that shrink, break or lie: nothing is called missing that did not say so itself, and nothing outside is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawls import WRITTEN, copied, crawl, dump, rows, scrapy
from tests.demosite import DemoSite, feeds
from tests.demosite.public import readable
from tests.othersites import Leaflet
from tests.othersites.server import XML

ARTICLES = "/wp-sitemap-posts-post-1.xml"


@dataclass(frozen=True)
class Held:
    """A site that is held; each test goes on from a copy of its archive, and leaves the site as it was."""

    site: DemoSite
    folder: Path


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("lists") / "archive"
    with DemoSite(rest="404") as site:
        assert crawl(site, folder).code == 0
        yield Held(site, folder)


@pytest.fixture
def held(archived: Held, folder: Path) -> Iterator[Held]:
    site = archived.site
    published = {number: post.status for number, post in site.posts.items()}
    site.clear_requests()
    yield Held(site, copied(archived.folder, folder))
    site.clear_faults()
    for number, status in published.items():
        site.posts[number].status = status


def asked_articles(site: DemoSite) -> list[str]:
    return [request.path for request in site.requests if request.path.startswith("/archives/2")]


def shrink(monkeypatch: pytest.MonkeyPatch, keep: int) -> None:
    """The sitemap names only so many articles; the articles stay where they are."""
    whole = feeds.sitemap_urls
    monkeypatch.setattr(
        feeds, "sitemap_urls", lambda state, name: whole(state, name)[:keep] if name == "posts-post" else whole(state, name)
    )


def test_a_sitemap_that_shrinks_marks_nothing_and_what_answers_is_not_asked_again(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(held.folder, ["revisions", "absences"])
    shrink(monkeypatch, 5)
    assert crawl(held.site, held.folder).code == 0
    assert dump(held.folder, ["absences"])["absences"] == before["absences"] == []
    assert len(asked_articles(held.site)) > 25
    held.site.clear_requests()
    assert crawl(held.site, held.folder).code == 0
    assert asked_articles(held.site) == []
    assert rows(held.folder, "select count(*) from revisions") == [(len(before["revisions"]),)]


@pytest.mark.parametrize("what", [{"truncate": True}, {"lie": "donate"}, {"status": 503}])
def test_a_sitemap_that_breaks_is_no_list_and_the_next_list_is_read(held: Held, what: dict[str, object]) -> None:
    before = dump(held.folder, WRITTEN)
    held.site.fault(ARTICLES, **what)
    run = crawl(held.site, held.folder)
    assert (run.code, run.err) == (0, "")
    assert dump(held.folder, WRITTEN) == before
    assert asked_articles(held.site) == []
    assert len(held.site.requests) <= 10


def test_mass_loss_marks_nothing_and_exits_4(held: Held) -> None:
    for number in list(readable(held.site))[:8]:
        held.site.trash(int(number))
    run = crawl(held.site, held.folder)
    assert run.code == 4
    assert len(run.lines) == 1 and "missing at once" in run.err
    assert rows(held.folder, "select count(*) from absences") == [(0,)]


def test_a_few_that_are_gone_are_marked_and_become_gone_only_later(held: Held) -> None:
    numbers = list(readable(held.site))[:3]
    for number in numbers:
        held.site.trash(int(number))
    for gone in (0, 0, 3):
        assert crawl(held.site, held.folder, GONE_AFTER=24 if not gone else 0).code == 0
        assert rows(held.folder, "select count(*), count(gone_at) from absences where comment_id is null") == [(3, gone)]
    held.site.publish(int(numbers[0]))
    assert crawl(held.site, held.folder).code == 0
    assert rows(held.folder, "select count(*) from absences where back_at is not null") == [(1,)]


def test_a_sitemap_that_names_files_and_pages_outside_the_site_leads_nowhere_else(folder: Path) -> None:
    with DemoSite(rest="404") as other, DemoSite(rest="404", feeds=False) as site:
        site.robots = f"User-agent: *\nSitemap: {other.home}/wp-sitemap.xml\nSitemap: {site.home}/wp-sitemap.xml\n"
        assert crawl(site, folder).code == 0
        assert other.requests == []
        assert rows(folder, "select count(*) from articles") == [(len(readable(site)),)]


def test_lists_that_are_all_gone_leave_the_archive_as_it_is(held: Held) -> None:
    before = dump(held.folder, WRITTEN)
    held.site.fault(r"sitemap|feed", status=404)
    held.site.fault(r"^/(page/\d+)?$|^/(archives|about|donate|page)", lie="empty")
    run = crawl(held.site, held.folder)
    assert run.code == 5
    assert "untouched" in run.err
    assert dump(held.folder, WRITTEN) == before


def test_lists_that_fail_end_the_run_as_unreachable(held: Held) -> None:
    before = dump(held.folder, WRITTEN)
    held.site.fault(r"sitemap|feed|^/(page/\d+)?$", status=503)
    run = crawl(held.site, held.folder)
    assert run.code == 5
    assert len(run.lines) == 1 and "503" in run.err
    assert dump(held.folder, WRITTEN) == before


def test_an_unchanged_site_without_sitemap_is_not_listed_to_its_end_again(folder: Path) -> None:
    with DemoSite(rest="404", sitemap=False) as site:
        assert crawl(site, folder).code == 0
        assert [request.path for request in site.requests if "paged=" in request.path][-1].endswith("paged=6")
        site.clear_requests()
        assert crawl(site, folder).code == 0
        assert [request.path for request in site.requests] == ["/robots.txt", "/feed", "/comments/feed"]
        site.trash(105)
        site.clear_requests()
        assert crawl(site, folder, "mode=full").code == 0
        assert rows(folder, "select source_id from articles where missing_since is not null") == [("105",)]


def test_a_comment_that_the_feed_names_and_the_page_hides_is_looked_for_once(folder: Path) -> None:
    with DemoSite(rest="404") as site:
        hidden = site.add_comment(128, "Held Back", "This one waits.", status="hold")
        answer = site.add_comment(128, "Too Early", "I agree.", parent=hidden.id)
        assert crawl(site, folder).code == 0
        assert rows(folder, "select count(*) from comments where source_id = ?", str(answer.id)) == [(0,)]
        site.clear_requests()
        assert crawl(site, folder).code == 0
        assert asked_articles(site) == []
        site.approve_comment(hidden.id)
        assert crawl(site, folder).code == 0
        assert rows(folder, "select count(*) from comments where source_id = ?", str(answer.id)) == [(1,)]


def test_a_feed_that_ends_with_its_first_page_is_not_asked_for_one_of_half_a_year_ago(folder: Path) -> None:
    """The time zone is told by items of both halves of the year."""
    with Leaflet() as site:
        paths = tuple(f"/note-{number}/" for number in range(4))
        items = ""
        for number, path in enumerate(paths):
            site.article(path, number)
            date = f"<pubDate>0{number + 1} Jun 2019 10:00:00 GMT</pubDate>"
            items += f"<item><title>Part {number}</title><link>{{home}}{path}</link>{date}</item>"
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
        site.front(paths, '<link rel="alternate" type="application/rss+xml" href="{home}/feed/">')
        site.answers["/feed/"] = (200, XML, feed)
        site.answers["/feed/?paged=2"] = (404, XML, "")
        assert scrapy("crawl", "site", "-a", f"home={site.home}/", folder=folder).code == 0
        assert [path for path in site.requests if path.startswith("/feed/")] == ["/feed/", "/feed/?paged=2"]
    assert rows(folder, "select count(*) from articles") == [(4,)]
