"""No list is taken for the whole site: what REST, sitemap, feed and listing name together is held, or named as a gap."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.crawls import Run, rows, scrapy
from tests.othersites.newsroom import Newsroom

SIX = {3: "sitemap", 5: "sitemap", 8: "sitemap", 11: "feed", 13: "feed", 14: "listing"}


def crawl(site: Newsroom, folder: Path, *arguments: str, **settings: object) -> Run:
    given = [word for argument in arguments for word in ("-a", argument)]
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *given, folder=folder, **settings)


def value(folder: Path, sql: str) -> object:
    [[found]] = rows(folder, sql)
    return found


def test_what_one_list_alone_names_is_held_through_its_page(tmp_path: Path) -> None:
    with Newsroom(only=SIX) as site:
        run = crawl(site, tmp_path)
        held = {url for (url,) in rows(tmp_path, "select url from articles")}
        assert held == {site.address(piece) for piece in site.pieces}
        assert (run.code, value(tmp_path, "select count(*) from gaps")) == (0, 0), run.lines


def test_what_is_named_and_not_given_is_an_unexplained_gap_until_it_is_given(tmp_path: Path) -> None:
    with Newsroom(only=SIX, walled={3, 11}) as site:
        assert crawl(site, tmp_path).code == 4
        gaps = {ref for (ref,) in rows(tmp_path, "select ref from gaps where not explained")}
        assert gaps == {site.address(site.piece(3)), site.address(site.piece(11))}
        assert value(tmp_path, "select count(*) from articles") == 12
        site.walled.clear()
        assert crawl(site, tmp_path).code == 0
        assert value(tmp_path, "select count(*) from articles") == 14
        assert value(tmp_path, "select count(*) from gaps") == 0


def test_a_site_whose_lists_agree_costs_three_requests_a_night(tmp_path: Path) -> None:
    with Newsroom() as site:
        assert crawl(site, tmp_path).code == 0
        for _ in range(2):
            site.requests.clear()
            assert crawl(site, tmp_path).code == 0
            assert len(site.requests) == 3, site.requests


def test_where_a_list_named_what_rest_lacks_the_feed_is_asked_in_every_run(tmp_path: Path) -> None:
    with Newsroom(only=SIX) as site:
        crawl(site, tmp_path)
        site.requests.clear()
        assert crawl(site, tmp_path).code == 0
        assert Counter(path.split("?")[0] for path in site.requests)["/feed/"] == 1
        assert "/wp-sitemap.xml" not in site.requests
        site.only[9] = "feed"
        site.pieces.append(site.pieces.pop(8))  # the newest of the feed
        crawl(site, tmp_path)
        assert site.address(site.piece(9)) in {url for (url,) in rows(tmp_path, "select url from urls")}


def test_an_article_of_which_only_its_page_tells_is_missing_when_its_page_is(tmp_path: Path) -> None:
    with Newsroom(only=SIX) as site:
        crawl(site, tmp_path)
        site.broken[site.address(site.piece(5)).removeprefix(site.home)] = 404
        assert crawl(site, tmp_path, "mode=full").code == 0
        missing = [url for (url,) in rows(tmp_path, "select url from articles where missing_since is not null")]
        assert missing == [site.address(site.piece(5))]


def test_nothing_is_revised_and_nothing_missing_when_the_lists_are_compared_again(tmp_path: Path) -> None:
    with Newsroom(only=SIX) as site:
        crawl(site, tmp_path)
        assert crawl(site, tmp_path, "mode=full").code == 0
        assert value(tmp_path, "select count(*) from revisions where number > 1") == 0
        assert value(tmp_path, "select count(*) from articles where missing_since is not null") == 0


@pytest.mark.parametrize("name", ["sitemap", "feed"])
def test_status_counts_for_each_list_what_it_names_and_what_is_held(tmp_path: Path, name: str) -> None:
    with Newsroom(only=SIX, walled={3, 11}) as site:
        crawl(site, tmp_path)
        [(named, held, explained)] = rows(tmp_path, "select total, held, explained from lists where name = ?", name)
        assert named == len(site.named_by(name))
        assert (held, explained) == (named - 1, 0)


def test_a_list_that_the_site_names_and_that_fails_is_no_complete_run(tmp_path: Path) -> None:
    with Newsroom() as site:
        crawl(site, tmp_path)
        site.broken["wp-sitemap"] = 500
        assert crawl(site, tmp_path, "mode=full").code == 5
        site.broken.clear()
        assert crawl(site, tmp_path).code == 0


def test_a_page_about_the_site_is_explained_where_it_names_its_own_address(tmp_path: Path) -> None:
    with Newsroom(pages=["about"]) as site:
        run = crawl(site, tmp_path)
        assert run.code == 0, run.lines
        assert rows(tmp_path, "select ref, explained from gaps") == [(f"{site.home}/about/", 1)]
