"""Feeds that are not there: they are not asked for in every run, and never given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawls import rows, scrapy
from tests.othersites import Leaflet
from tests.othersites.server import XML

PATHS = ("/note-0/", "/note-1/", "/note-2/")
FEED = '<link rel="alternate" type="application/rss+xml" href="{home}/feed/">'
DISCUSSION = '<link rel="alternate" type="application/rss+xml" href="{home}/comments/feed/">'


def rss(items: str) -> tuple[int, str, str]:
    return 200, XML, f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


def items(months: tuple[str, ...]) -> str:
    """An item for each article, published in these months."""
    return "".join(
        f"<item><title>Part {number}</title><link>{{home}}{path}</link><pubDate>03 {month} 2019 10:00:00 GMT</pubDate></item>"
        for number, (path, month) in enumerate(zip(PATHS, months, strict=True))
    )


@pytest.fixture
def site() -> Iterator[Leaflet]:
    """Three articles of one half of the year, a feed, a sitemap, no comments."""
    with Leaflet() as leaflet:
        for number, path in enumerate(PATHS):
            leaflet.article(path, number)
        leaflet.front(PATHS, FEED)
        leaflet.robots("Sitemap: /sitemap.xml")
        urls = "".join(f"<url><loc>{{home}}{path}</loc></url>" for path in PATHS)
        leaflet.answers["/sitemap.xml"] = (200, XML, f"<urlset>{urls}</urlset>")
        leaflet.answers["/feed/"] = rss(items(("May", "Jun", "Jul")))
        leaflet.answers["/feed/?paged=2"] = (404, XML, "")
        yield leaflet


def visit(site: Leaflet, folder: Path, now: str, *arguments: str) -> list[str]:
    """What a run asks for, the pages of the articles apart."""
    site.requests.clear()
    run = scrapy("crawl", "site", "-a", f"home={site.home}/", *arguments, folder=folder, NOW=now, SWEEP_DAYS=0)
    assert run.code == 0, run.err
    return [path for path in site.requests if path not in PATHS]


def test_an_unchanged_site_without_comments_feed_costs_three_requests(site: Leaflet, folder: Path) -> None:
    assert "/comments/feed/" not in visit(site, folder, "2026-03-01T03:00:00Z")  # nothing is held: under nothing something is new
    assert visit(site, folder, "2026-03-01T04:00:00Z") == ["/robots.txt", "/feed/", "/comments/feed/", "/sitemap.xml"]
    assert visit(site, folder, "2026-03-01T05:00:00Z") == ["/robots.txt", "/feed/", "/sitemap.xml"]


def test_a_comments_feed_that_was_not_there_is_looked_for_again_ever_more_rarely(site: Leaflet, folder: Path) -> None:
    days = [day for day in range(1, 11) if "/comments/feed/" in visit(site, folder, f"2026-03-{day:02d}T03:00:00Z")]
    assert days == [2, 3, 5, 9]
    assert "/comments/feed/" in visit(site, folder, "2026-03-11T04:00:00Z", "-a", "mode=full")


def test_a_comments_feed_that_appears_is_asked_for_in_every_run(site: Leaflet, folder: Path) -> None:
    for day in (1, 2, 3):
        visit(site, folder, f"2026-03-{day:02d}T03:00:00Z")
    site.answers["/comments/feed/"] = rss("")
    days = [day for day in range(4, 8) if "/comments/feed/" in visit(site, folder, f"2026-03-{day:02d}T03:00:00Z")]
    assert days == [5, 6, 7]


def test_a_feed_that_is_not_there_waits_as_long_and_finds_its_articles_when_it_comes(site: Leaflet, folder: Path) -> None:
    there = site.answers.pop("/feed/")
    assert [day for day in range(1, 6) if "/feed/" in visit(site, folder, f"2026-03-{day:02d}T03:00:00Z")] == [1, 2, 4]
    site.article("/note-3/", 3)
    feed = there[2] if isinstance(there[2], str) else ""
    site.answers["/feed/"] = (200, XML, feed.replace("/note-2/", "/note-3/"))
    assert "/feed/" in visit(site, folder, "2026-03-08T03:00:00Z")
    assert rows(folder, "select count(*) from articles") == [(4,)]


def test_a_feed_that_named_articles_is_asked_for_in_every_run_though_it_fails(site: Leaflet, folder: Path) -> None:
    visit(site, folder, "2026-03-01T03:00:00Z")
    del site.answers["/feed/"]
    assert [day for day in range(2, 5) if "/feed/" in visit(site, folder, f"2026-03-{day:02d}T03:00:00Z")] == [2, 3, 4]


def test_a_first_run_reads_the_comments_feed_that_the_front_page_names_where_it_may_tell_the_time_zone(site: Leaflet, folder: Path) -> None:
    site.front(PATHS, FEED + DISCUSSION)
    site.answers["/comments/feed/"] = rss("")
    assert "/comments/feed/" in visit(site, folder, "2026-03-01T03:00:00Z")
