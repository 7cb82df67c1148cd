"""May a request leave, and when? Asked of real runs, by what the site saw of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy.http import Response
from scrapy.http.request import Request

from crawler.http.retry import retry_after
from tests.crawls import crawl, rows
from tests.demosite import DemoSite

AT = "2026-01-01T00:00:00Z"


def gaps(site: DemoSite) -> list[float]:
    """Seconds between the requests that the site saw."""
    return [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(site.requests)]


def assert_kept(seen: list[float], delay: float) -> None:
    """All together, less one: a busy machine lets one request arrive late and the next seem early, but it never shortens the whole."""
    assert sum(seen) >= delay * (len(seen) - 1)


def test_requests_keep_their_distance(site: DemoSite, folder: Path) -> None:
    assert crawl(site, folder, "limit=2", "pages=none", DOWNLOAD_DELAY=0.3).code == 0
    assert len(site.requests) >= 6
    assert_kept(gaps(site), 0.3)


def test_a_crawl_delay_lengthens_the_distance(site: DemoSite, folder: Path) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.4\n"
    assert crawl(site, folder, "limit=1", "pages=none").code == 0
    assert len(site.requests) >= 5
    assert_kept(gaps(site)[1:], 0.4)


def test_robots_txt_is_obeyed_and_what_it_forbids_is_an_explained_gap(site: DemoSite, folder: Path) -> None:
    path = site.urls.post(site.post(128)).removeprefix(site.home)
    site.robots = f"User-agent: *\nDisallow: {path}\n"
    assert crawl(site, folder).code == 0
    assert path not in [request.path for request in site.requests]
    assert ("robots.txt", 1) in rows(folder, "select reason, explained from gaps where ref like ?", f"%{path}")
    assert rows(folder, "select count(*) from articles where source_id = '128'") == [(1,)], "REST was not forbidden"


def test_a_site_that_forbids_everything_is_left_alone(site: DemoSite, folder: Path) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"
    run = crawl(site, folder)
    assert {request.path for request in site.requests} == {"/robots.txt"}
    assert len(run.lines) == 1 and "robots.txt" in run.lines[0]


def test_a_robots_txt_that_is_not_there_forbids_nothing(site: DemoSite, folder: Path) -> None:
    site.fault("^/robots.txt", status=404)
    assert crawl(site, folder, "limit=1").code == 0


def test_a_retry_after_is_waited_for(site: DemoSite, folder: Path) -> None:
    site.fault(r"wp/v2/posts\?", status=429, retry_after=1, count=1)
    assert crawl(site, folder, "limit=1", "pages=none").code == 0
    first, second = [request for request in site.requests if "wp/v2/posts?" in request.path][:2]
    assert (first.status, second.status) == (429, 200)
    assert second.at - first.at >= timedelta(seconds=1)


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
def test_what_fails_once_is_tried_again(site: DemoSite, folder: Path, fault: dict[str, object]) -> None:
    site.fault(r"/archives/", count=1, **fault)
    run = crawl(site, folder, "limit=3")
    assert run.code == 0, run
    assert rows(folder, "select count(*) from gaps") == [(0,)]


def test_a_page_that_keeps_failing_is_a_named_gap_and_stops_no_other(site: DemoSite, folder: Path) -> None:
    path = site.urls.post(site.post(128)).removeprefix(site.home)
    site.fault(path.replace(".", r"\.") + "$", status=500)
    run = crawl(site, folder)
    assert run.code == 4
    assert len(run.lines) == 1 and path in run.err and "500" in run.err
    assert rows(folder, "select count(*) from gaps where explained = 0 and ref like ?", f"%{path}") == [(1,)]
    captured = "select count(distinct article_id) from captures where door = 'page' and article_id is not null"
    assert rows(folder, captured)[0][0] == rows(folder, "select count(*) - 1 from articles")[0][0]
    site.clear_faults()
    assert crawl(site, folder).code == 0
    assert rows(folder, "select count(*) from gaps where explained = 0") == [(0,)]


def test_a_truncated_page_is_kept_as_evidence_and_not_believed(folder: Path) -> None:
    with DemoSite(rest="404") as site:
        assert crawl(site, folder).code == 0
        before = rows(folder, "select article_id, number, text from revisions")
        site.fault(r"/archives/\d", truncate=True)
        run = crawl(site, folder, "mode=full")
    assert run.code == 4
    assert len(run.lines) == 1
    assert rows(folder, "select article_id, number, text from revisions") == before
    assert rows(folder, "select count(*) from absences") == [(0,)]


def response(**headers: str) -> Response:
    return Response("https://example.org/", status=429, headers=headers, request=Request("https://example.org/"))


def test_a_retry_after_may_be_seconds_or_a_date() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    date = format_datetime(at + timedelta(seconds=90), usegmt=True)
    assert retry_after(response(**{"Retry-After": "7"}), AT) == 7
    assert retry_after(response(**{"Retry-After": date, "Date": format_datetime(at, usegmt=True)}), AT) == 90
    assert retry_after(response(**{"Retry-After": format_datetime(at, usegmt=True), "Date": date}), AT) == 0


@pytest.mark.parametrize("value", ["", "soon", "-3", "1e9", "9" * 400 + "x"])
def test_a_retry_after_that_says_nothing_is_none(value: str) -> None:
    assert retry_after(response(**{"Retry-After": value}), AT) is None
