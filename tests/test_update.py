"""``scrapy update``: the cron line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.crawls import crawl, rows, scrapy, scrapy_process
from tests.demosite import DemoSite


def test_update_visits_every_remembered_site_and_says_one_line_for_each(site: DemoSite, folder: Path) -> None:
    with DemoSite() as other:
        crawl(site, folder, "pages=none")
        crawl(other, folder, "pages=none")
        site.change()
        run = scrapy("update", "-a", "pages=none", folder=folder)
    assert (run.code, run.err) == (0, "")
    assert len(run.out.splitlines()) == 3
    assert run.out.splitlines()[2] == "2 sites: 2 complete; 2 new, 1 revised, 2 missing"
    assert rows(folder, "select count(*) from crawls where exit_code = 0") == [(4,)]
    assert rows(folder, "select count(*) from absences") == [(2,)]


def test_in_a_process_of_its_own_the_cron_line_is_as_quiet_as_cron_wants_it(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "limit=1", "pages=none")
    run = scrapy_process("update", "--quiet", "-a", "pages=none", folder=folder)
    assert (run.code, run.out, run.err) == (0, "", "")


def test_the_worst_sites_exit_code_is_told_and_the_others_are_visited(site: DemoSite, folder: Path) -> None:
    with DemoSite() as other:
        crawl(other, folder, "pages=none")
    crawl(site, folder, "pages=none")
    run = scrapy("update", folder=folder)
    assert run.code == 5
    assert [len(run.out.splitlines()), len(run.err.splitlines())] == [1, 2]
    assert "does not answer" in run.err
    assert run.err.splitlines()[1].startswith("2 sites: 1 complete, 1 unreachable or limiting")


def test_update_of_nothing_says_what_to_do(folder: Path) -> None:
    run = scrapy("update", folder=folder)
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert "scrapy crawl site -a home=URL" in run.err


def test_update_of_an_unknown_name_names_the_known(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "limit=1", "pages=none")
    run = scrapy("update", "elsewhere", folder=folder)
    assert (run.code, len(run.err.splitlines())) == (2, 1)
    assert "'elsewhere'" in run.err and "127.0.0.1" in run.err


@pytest.mark.parametrize("rest", ["on", "404"])
def test_an_edited_comment_under_a_young_article_is_noticed_the_next_day_though_no_list_tells(rest: str, folder: Path) -> None:
    with DemoSite(rest=rest) as site:
        site.clock = lambda: datetime(2027, 1, 1, 6, tzinfo=UTC)
        crawl(site, folder, "pages=none", NOW="2027-01-01T08:00:00Z")
        post = site.add_post("The ferry", "The ferry is back, and nobody knows for how long.")
        comment = site.add_comment(post.id, "Shepherd", "I was on it.")
        for number in range(10):  # the feed of comments holds ten
            site.add_comment(101, f"Reader {number}", f"Still true after {number + 20} years.")
        crawl(site, folder, "pages=none", NOW="2027-01-02T08:00:00Z")
        site.edit_comment(comment.id, "I was not on it.")
        site.clear_requests()
        assert crawl(site, folder, "pages=none", NOW="2027-01-03T08:00:00Z").code == 0
        assert len(site.requests) <= 14
    edits = rows(folder, "select old_text, text, seen_at from comment_edits")
    assert edits == [("I was on it.", "I was not on it.", "2027-01-03T08:00:00Z")]
