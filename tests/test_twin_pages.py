"""One page at several addresses of which nothing on it says so, and lists that lie where few sites have them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.pages.twins import plain_key, plainest_of, slashed
from tests.crawls import Run, rows, scrapy
from tests.othersites import Leaflet
from tests.othersites.server import HTML, TEXT, XML

PATHS = ("/n/one", "/n/two", "/n/three")
TWINS = {"/n/one/": "/n/one", "/N/One": "/n/one", "/n/two/index.html": "/n/two", "/print/n/three": "/n/three"}


@pytest.fixture
def leaflet() -> Iterator[Leaflet]:
    with Leaflet() as site:
        site.front()
        for number, path in enumerate(PATHS):
            site.article(path, number)
        yield site


def crawl(site: Leaflet, folder: Path, *arguments: str) -> Run:
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *(word for one in arguments for word in ("-a", one)), folder=folder)


def sitemap(*paths: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{{home}}{path}</loc></url>' for path in paths)}</urlset>"


def test_one_page_at_several_addresses_is_one_article(leaflet: Leaflet, tmp_path: Path) -> None:
    for twin, path in TWINS.items():
        leaflet.answers[twin] = leaflet.answers[path]
    leaflet.article("/n/Two", 9)
    leaflet.answers["/sitemap.xml"] = (200, XML, sitemap(*TWINS, *PATHS, "/n/Two"))
    held = [(f"{leaflet.home}{path}",) for path in ("/n/Two", "/n/one", "/n/three", "/n/two")]
    for mode in ("update", "full"):
        assert crawl(leaflet, tmp_path, f"mode={mode}").code == 0
        assert rows(tmp_path, "select url from articles order by url") == held, "what differs in its text is another article"
        assert rows(tmp_path, "select count(*), max(number) from revisions") == [(4, 1)]
    aliases = rows(tmp_path, "select count(*) from urls where kind = 'alias'")
    assert aliases == [(len(TWINS),)]


@pytest.mark.parametrize("place", ["/sitemap.txt", "/sitemap.xml.gz", "/maps/mine.xml"])
def test_a_sitemap_that_robots_txt_does_not_name_is_found(place: str, leaflet: Leaflet, tmp_path: Path) -> None:
    if place == "/sitemap.txt":
        leaflet.answers[place] = (200, TEXT, "\n".join(f"{leaflet.home}{path}" for path in PATHS))
    elif place == "/sitemap.xml.gz":
        leaflet.answers[place] = (200, "application/gzip", gzip.compress(sitemap(*PATHS).replace("{home}", leaflet.home).encode()))
    else:
        leaflet.front(head=f'<link rel="sitemap" href="{place}">')
        leaflet.answers[place] = (200, XML, sitemap(*PATHS))
    assert crawl(leaflet, tmp_path).code == 0
    assert rows(tmp_path, "select count(*) from articles") == [(3,)]
    asked = len(leaflet.requests)
    assert crawl(leaflet, tmp_path).code == 0
    assert place in leaflet.requests[asked:], "it is remembered"


def test_pages_that_may_be_one_have_one_key_and_one_plainest_address() -> None:
    home = "https://example.org"
    for twin, path in TWINS.items():
        assert plain_key(home + twin) == plain_key(home + path)
    assert plain_key(f"{home}/v?id=a") != plain_key(f"{home}/v?id=A"), "a query tells pages apart by its capitals"
    assert plainest_of([home + path for path in ("/n/One", "/n/one", "/n/one/", "/n/two")]) == {
        f"{home}/n/One": f"{home}/n/one",
        f"{home}/n/one/": f"{home}/n/one",
    }
    assert [slashed(home + path) for path in ("/", "/a", "/a/", "/a?b=1")] == [home + path for path in ("/", "/a/", "/a", "/a?b=1")]


def test_a_page_of_html_is_no_sitemap_in_a_rare_place(leaflet: Leaflet, tmp_path: Path) -> None:
    leaflet.answers["/sitemap.txt"] = (200, HTML, "<html><h1>Welcome</h1><a href='/n/one'>One</a></html>")
    assert crawl(leaflet, tmp_path).code == 2
