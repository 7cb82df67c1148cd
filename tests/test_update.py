"""``scrapy update``: the cron line."""

from __future__ import annotations

from pathlib import Path

from tests.crawls import crawl, rows, scrapy
from tests.demosite import DemoSite


def test_update_visits_every_remembered_site_and_says_one_line_for_each(site: DemoSite, folder: Path) -> None:
    with DemoSite() as other:
        crawl(site, folder, "pages=none")
        crawl(other, folder, "pages=none")
        site.change()
        run = scrapy("update", "-a", "pages=none", folder=folder)
    assert (run.code, run.err) == (0, "")
    assert len(run.out.splitlines()) == 2
    assert rows(folder, "select count(*) from crawls where exit_code = 0") == [(4,)]
    assert rows(folder, "select count(*) from absences") == [(2,)]


def test_the_worst_sites_exit_code_is_told_and_the_others_are_visited(site: DemoSite, folder: Path) -> None:
    with DemoSite() as other:
        crawl(other, folder, "pages=none")
    crawl(site, folder, "pages=none")
    run = scrapy("update", folder=folder)
    assert run.code == 5
    assert len(run.out.splitlines()) == len(run.err.splitlines()) == 1
    assert "does not answer" in run.err


def test_update_of_nothing_says_what_to_do(folder: Path) -> None:
    run = scrapy("update", folder=folder)
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert "scrapy crawl site -a home=URL" in run.err


def test_update_of_an_unknown_name_names_the_known(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "limit=1", "pages=none")
    run = scrapy("update", "elsewhere", folder=folder)
    assert (run.code, len(run.err.splitlines())) == (2, 1)
    assert "'elsewhere'" in run.err and "127.0.0.1" in run.err
