"""A site's listing beside its other lists: read to its end in any form of pager, and no complete run where a page of it fails."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.crawls import Run, rows, scrapy
from tests.othersites.leaflet import Leaflet
from tests.othersites.server import HTML, XML

PAGERS = {  # how a page leads to the next one, and how that begins its address
    "offset, in Croatian": ("/?start=", '<a href="{next}">Dalje</a>'),
    "offset, in French": ("/?offset=", '<ul><li><a href="{next}">»</a></li></ul>'),
    "class of the link, in Korean": ("/more/", '<a class="next page-numbers" href="{next}">→</a>'),
    "class of the box, in Arabic": (
        "/search?updated-max=",
        '<ul><li class="pager__item pager__item--next"><a href="{next}">☜</a></li></ul>',
    ),
    "words, in Polish": ("/archiwum/", '<p><a href="{next}">« Starsze wpisy</a></p>'),
    "words, in Russian": ("/lenta/", '<p><a href="{next}">Предыдущие записи</a></p>'),
}


class Paged(Leaflet):
    """Fourteen articles, two on a page of the listing; the feed names the newest ten, so that pages of the listing bring nothing new."""

    def __init__(self, pager: str = "offset, in Croatian") -> None:
        super().__init__()
        start, link = PAGERS[pager]
        paths = [f"/dyke/report-{number}" for number in range(14, 0, -1)]
        for number, path in enumerate(paths):
            self.article(path, number)
        places = ["/", *(f"{start}{first}" for first in range(2, 14, 2))]
        for at, place in enumerate(places):
            entries = "".join(f'<h2><a href="{path}">Report</a></h2>' for path in paths[2 * at : 2 * at + 2])
            on = link.format(next=places[at + 1]) if at + 1 < len(places) else ""
            head = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
            self.answers[place] = (200, HTML, f"<html><head><title>Dyke</title>{head}</head><body><main>{entries}</main>{on}</body></html>")
        items = "".join(f"<item><title>R</title><link>{{home}}{path}</link></item>" for path in paths[:10])
        self.answers["/rss.xml"] = (200, XML, f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>')

    def sitemap(self, *, cut: bool) -> None:
        """One that names the newest eleven, cut off behind them or not."""
        named = "".join(f"<url><loc>{{home}}/dyke/report-{number}</loc></url>" for number in range(14, 3, -1))
        end = "<url><loc>{home}/dyke/re" if cut else "</urlset>"
        urlset = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}{end}'
        self.answers["/sitemap.xml"] = (200, XML, urlset)


def crawl(site: Leaflet, folder: Path, *arguments: str, **settings: object) -> Run:
    given = [word for argument in arguments for word in ("-a", argument)]
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *given, folder=folder, **settings)


def held(folder: Path) -> int:
    return int(rows(folder, "select count(*) from articles")[0][0])


def add_gap(folder: Path, kind: str, ref: str, *, explained: int) -> None:
    add = "insert into gaps(site_id, kind, ref, reason, explained, since) values (1, ?, ?, 'it failed', ?, '2020-01-01T00:00:00Z')"
    with sqlite3.connect(folder / "archive.db") as db:
        db.execute(add, [kind, ref, explained])


@pytest.mark.parametrize("pager", PAGERS)
def test_a_listing_is_read_to_its_end_whatever_other_lists_have_named(pager: str, tmp_path: Path) -> None:
    with Paged(pager) as site:
        run = crawl(site, tmp_path)
        assert (run.code, held(tmp_path)) == (0, 14), run.lines


def test_a_listing_is_read_to_its_end_beside_a_sitemap_that_is_whole(tmp_path: Path) -> None:
    with Paged() as site:
        site.sitemap(cut=False)
        run = crawl(site, tmp_path)
        assert (run.code, held(tmp_path)) == (0, 14), run.lines


def test_a_next_page_that_fails_is_no_complete_run_and_is_asked_for_again(tmp_path: Path) -> None:
    with Paged() as site:
        site.broken[r"start=6"] = 500
        run = crawl(site, tmp_path)
        assert (run.code, held(tmp_path)) == (5, 10), run.lines
        site.broken.clear()
        run = crawl(site, tmp_path)
        assert (run.code, held(tmp_path)) == (0, 14), run.lines


def test_a_next_page_that_fails_beside_a_sitemap_is_asked_for_again(tmp_path: Path) -> None:
    with Paged() as site:
        site.sitemap(cut=False)
        site.broken[r"start=12"] = 503
        assert crawl(site, tmp_path).code == 5
        site.broken.clear()
        run = crawl(site, tmp_path)
        assert (run.code, held(tmp_path)) == (0, 14), run.lines


def test_a_listing_that_goes_in_a_circle_under_new_addresses_ends(tmp_path: Path) -> None:
    with Paged() as site:
        last = site.answers["/?start=12"][2]
        for first in range(12, 200, 2):
            site.answers[f"/?start={first}"] = (200, HTML, last.replace("</main>", f'</main><a href="/?start={first + 2}">Dalje</a>'))
        assert crawl(site, tmp_path).code == 0
        assert len([path for path in site.requests if "start=" in path]) < 12


def test_a_sitemap_that_is_cut_off_is_no_complete_run(tmp_path: Path) -> None:
    with Paged() as site:
        site.sitemap(cut=True)
        run = crawl(site, tmp_path)
        assert (run.code, held(tmp_path)) == (5, 14), run.lines
        site.sitemap(cut=False)
        assert crawl(site, tmp_path).code == 0


def test_no_run_is_complete_while_an_unexplained_gap_stands(tmp_path: Path) -> None:
    """Nothing of this gap is asked for in the second run: it is the rule at the end that finds it."""
    with Paged() as site:
        assert crawl(site, tmp_path).code == 0
        add_gap(tmp_path, "image", "https://own.example/a.png", explained=0)
        add_gap(tmp_path, "comment", "77", explained=1)
        assert crawl(site, tmp_path).code == 0, "pictures and what is explained"
        add_gap(tmp_path, "comment", "78", explained=0)
        add_gap(tmp_path, "comment", "79", explained=0)
        run = crawl(site, tmp_path)
        assert run.code == 4
        assert "comment 78 is named and not held: it failed (2 unexplained gaps in all)" in run.out + run.err
