"""Index pages: sites without feed and sitemap that lead to older articles by month, by year, or by one list of all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.discover.index_pages import is_index, latest_first
from crawler.discover.limits import INDEXES_IN_VAIN
from tests.crawls import Run, rows, scrapy
from tests.othersites import Leaflet
from tests.othersites.server import HTML

PATHS = tuple(f"/{2018 + number // 4}/0{1 + number % 4}/report-{number}.html" for number in range(8))
FRAME = '<div id="about"><a href="/about-us.html">About us</a> <a href="/contact.html">Contact</a></div>'


@pytest.fixture
def leaflet() -> Iterator[Leaflet]:
    """Eight articles of two years, of which the front page links the last; the frame of every page has two more links."""
    with Leaflet() as site:
        for number, path in enumerate(PATHS):
            site.article(path, number, below=FRAME)
        yield site


def front(site: Leaflet, indexes: str) -> None:
    page = (
        f'<html><head><title>The Dyke</title></head><body><h2><a href="{PATHS[-1]}">The last report</a></h2>{indexes}{FRAME}</body></html>'
    )
    site.answers["/"] = (200, HTML, page)


def index(site: Leaflet, address: str, *links: str) -> None:
    entries = "".join(f'<li><a href="{link}">The report behind {link}</a></li>' for link in links)
    site.answers[address] = (200, HTML, f"<html><head><title>Index</title></head><body><ul>{entries}</ul>{FRAME}</body></html>")


def crawl(site: Leaflet, folder: Path, *arguments: str) -> Run:
    given = [word for argument in arguments for word in ("-a", argument)]
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *given, folder=folder)


def held(site: Leaflet, folder: Path) -> list[str]:
    return sorted(url.removeprefix(site.home) for (url,) in rows(folder, "select url from articles"))


def months(site: Leaflet) -> list[str]:
    """An index of every month that has articles; their addresses."""
    for path in PATHS:
        index(site, f"{path.rsplit('/', 1)[0]}/", path)
    return [f"{path.rsplit('/', 1)[0]}/" for path in PATHS]


def test_months_beside_the_front_pages_articles_are_read_to_the_first(leaflet: Leaflet, folder: Path) -> None:
    front(leaflet, "".join(f'<a href="{month}">{month}</a> ' for month in months(leaflet)))
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


def test_a_list_of_years_leads_to_their_months(leaflet: Leaflet, folder: Path) -> None:
    every = months(leaflet)
    for year in ("2018", "2019"):
        index(leaflet, f"/archive/{year}.html", *(month for month in every if month.startswith(f"/{year}/")))
    front(leaflet, '<nav><a href="/archive/2018.html">2018</a> <a href="/archive/2019.html">2019</a></nav>')
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


def test_months_in_a_drop_down_list_are_index_pages(leaflet: Leaflet, folder: Path) -> None:
    for path in PATHS:
        index(leaflet, f"/?m={path[1:5]}{path[6:8]}", path)
    choices = "".join(f'<option value="{leaflet.home}/?m={path[1:5]}{path[6:8]}">{path[6:8]}/{path[1:5]}</option>' for path in PATHS)
    front(leaflet, f'<select name="archive-dropdown"><option value="">Select a month</option>{choices}</select>')
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


def test_one_page_of_all_articles_is_an_index_page(leaflet: Leaflet, folder: Path) -> None:
    index(leaflet, "/archives.html", *PATHS)
    front(leaflet, '<p>See also <a href="/archives.html">all reports</a></p>')
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


def test_an_update_asks_for_the_latest_months_alone(leaflet: Leaflet, folder: Path) -> None:
    front(leaflet, "".join(f'<a href="{month}">{month}</a> ' for month in months(leaflet)))
    crawl(leaflet, folder)
    before = rows(folder, "select max(id) from captures")[0][0]
    crawl(leaflet, folder)
    asked = [url.removeprefix(leaflet.home) for (url,) in rows(folder, f"select url from captures where id > {before}")]
    assert [path for path in asked if is_index(path)] == ["/2019/04/", "/2019/03/"], "the latest has only what the front page has"


def test_an_index_page_that_fails_is_named_and_the_run_is_not_complete(leaflet: Leaflet, folder: Path) -> None:
    front(leaflet, "".join(f'<a href="{month}">{month}</a> ' for month in months(leaflet)))
    leaflet.answers["/2018/02/"] = (500, HTML, "<title>Error</title>")
    run = crawl(leaflet, folder)
    assert run.code == 5
    assert "/2018/02/" in run.err
    assert held(leaflet, folder) == sorted(path for path in PATHS if not path.startswith("/2018/02/"))


def test_months_that_the_site_does_not_have_are_given_up_where_a_sitemap_names_the_articles(leaflet: Leaflet, folder: Path) -> None:
    calendar = [f"/{year}/{month:02}/" for year in (2016, 2017) for month in range(1, 13)]
    front(leaflet, "".join(f'<a href="{month}">{month}</a> ' for month in calendar))
    locations = "".join(f"<url><loc>{{home}}{path}</loc></url>" for path in PATHS)
    leaflet.answers["/sitemap.xml"] = (
        200,
        "application/xml",
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>',
    )
    assert crawl(leaflet, folder).code == 0
    asked = [url.removeprefix(leaflet.home) for (url,) in rows(folder, "select url from captures order by id")]
    assert [path for path in asked if is_index(path)] == calendar[: -INDEXES_IN_VAIN - 1 : -1]
    assert held(leaflet, folder) == sorted(PATHS)


def test_months_that_a_site_without_other_lists_lacks_do_not_hide_those_it_has(leaflet: Leaflet, folder: Path) -> None:
    lacking = [f"/{year}/{month:02}/" for year in (2020, 2021) for month in range(1, 13)]
    front(leaflet, "".join(f'<a href="{month}">{month}</a> ' for month in (*lacking, *months(leaflet))))
    assert crawl(leaflet, folder).code == 0
    assert held(leaflet, folder) == sorted(PATHS)


@pytest.mark.parametrize(
    "address",
    ["/2019/", "/2019/05/", "/blog/2019/5", "/archive/2019.html", "/2012/07.html", "/archives/2019-05/", "/2019/may.php", "/?m=201905",
     "/archives", "/arkiv/index.html", "/sitemap.html", "/all-posts/"],
)  # fmt: skip
def test_the_form_of_an_index_pages_address(address: str) -> None:
    assert is_index(f"https://example.org{address}")


@pytest.mark.parametrize(
    "address",
    ["/", "/2019/05/a-report/", "/2019/05/17/", "/2019/13/",
      "/report-2019/", "/?p=2019", "/?m=2019&p=3", "/archives/1234", "/archives/report",
     "/1850/", "/2019/05/index-of-losses.html"],
)  # fmt: skip
def test_what_is_no_index_page(address: str) -> None:
    assert not is_index(f"https://example.org{address}")


def test_the_latest_month_comes_first_behind_pages_of_all() -> None:
    addresses = [
        "https://e.org/2019/",
        "https://e.org/2019/03/",
        "https://e.org/?m=201904",
        "https://e.org/2020/jan/",
        "https://e.org/archive/",
    ]
    assert latest_first(addresses) == [addresses[4], addresses[3], addresses[2], addresses[1], addresses[0]]
