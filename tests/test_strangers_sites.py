"""Sites as strangers reported them of crawlers: each is a small site of our own that has the same trait. No run is called complete while
something lacks that a list or a count of the site tells."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawls import Run, rows, scrapy
from tests.othersites import Leaflet
from tests.othersites.server import HTML, XML

PATHS = ("/a", "/b", "/c", "/d")


@pytest.fixture
def leaflet() -> Iterator[Leaflet]:
    """Four articles; the front page links all of them, and no other list does."""
    with Leaflet() as site:
        site.robots("User-agent: *")
        for number, path in enumerate(PATHS):
            site.article(path, number)
        site.front(PATHS)
        yield site


def crawl(site: Leaflet, folder: Path, *arguments: str) -> Run:
    named = (word for argument in arguments for word in ("-a", argument))
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *named, folder=folder)


def held(folder: Path) -> int:
    return int(rows(folder, "select count(*) from articles")[0][0])


def page(site: Leaflet, path: str) -> str:
    return str(site.answers[path][2])


def sitemap(site: Leaflet, body: str) -> None:
    site.front(PATHS[:1])
    site.robots("User-agent: *", "Sitemap: {home}/map.xml")
    site.answers["/map.xml"] = (200, XML, body)


def test_entries_that_share_a_box_are_all_read(leaflet: Leaflet, tmp_path: Path) -> None:
    files = "<sitemapindex><sitemap><loc>{home}/1.xml</loc><loc>{home}/2.xml</loc></sitemap></sitemapindex>"
    sitemap(leaflet, files)
    for name, paths in (("/1.xml", PATHS[:2]), ("/2.xml", PATHS[2:])):
        leaflet.answers[name] = (200, XML, f"<urlset><url>{''.join(f'<loc>{{home}}{path}</loc>' for path in paths)}</url></urlset>")
    assert crawl(leaflet, tmp_path).code == 0
    assert held(tmp_path) == 4


@pytest.mark.parametrize("coding", [{"Content-Encoding": "gzip"}, {}], ids=["twice", "without a word"])
def test_a_page_that_is_packed_once_more_than_it_says_is_read(coding: dict[str, str], leaflet: Leaflet, tmp_path: Path) -> None:
    packed = gzip.compress(page(leaflet, "/b").encode())
    leaflet.answers["/b"] = (200, HTML, gzip.compress(packed) if coding else packed, coding)
    torn = gzip.compress(page(leaflet, "/c").encode())[:-40]
    leaflet.answers["/c"] = (200, HTML, gzip.compress(torn) if coding else torn, coding)
    assert crawl(leaflet, tmp_path).code != 0, "a torn page is no page"
    assert held(tmp_path) == 3


STUBS = {
    "by its header": "<html><body></body></html>",
    "by meta": '<html><head><meta http-equiv="refresh" content="0; url=/new"><title>Moved</title></head><body>Moved</body></html>',
    "by a script": '<html><head><title>...</title><link rel="canonical" href="{home}/new"></head><body>'
    '<script>window.location.replace("/new")</script></body></html>',
}


@pytest.mark.parametrize("stub", STUBS)
def test_a_page_that_only_sends_on_is_a_redirect(stub: str, leaflet: Leaflet, tmp_path: Path) -> None:
    sent = {"Refresh": "0; url=/new"} if stub == "by its header" else {}
    leaflet.answers["/new"], leaflet.answers["/b"] = leaflet.answers["/b"], (200, HTML, STUBS[stub], sent)
    assert crawl(leaflet, tmp_path).code == 0
    assert rows(tmp_path, "select count(*) from urls where url in (?, ?)", f"{leaflet.home}/b", f"{leaflet.home}/new") == [(2,)]
    assert held(tmp_path) == 4
    assert scrapy("reextract", folder=tmp_path).code == 0
    assert rows(tmp_path, "select count(*), max(number) from revisions") == [(4, 1)]


def test_a_held_article_that_sends_on_to_the_front_page_is_not_believed_gone(leaflet: Leaflet, tmp_path: Path) -> None:
    crawl(leaflet, tmp_path)
    leaflet.answers["/b"] = (200, HTML, STUBS["by meta"].replace("/new", "/"))
    assert crawl(leaflet, tmp_path, "mode=full").code == 4
    assert rows(
        tmp_path, "select count(*), max(number), count(missing_since) from articles join revisions on article_id = articles.id"
    ) == [(4, 1, 0)]


def test_a_page_that_reloads_itself_or_has_a_text_is_read(leaflet: Leaflet, tmp_path: Path) -> None:
    for path, target in (("/b", "30; url=/a"), ("/c", "0; url=/a")):
        head = f'<meta http-equiv="refresh" content="{target}"></head>'
        leaflet.answers[path] = (200, HTML, page(leaflet, path).replace("</head>", head))
    assert crawl(leaflet, tmp_path).code == 0
    assert held(tmp_path) == 4


def with_button(site: Leaflet, button: str) -> None:
    site.front(PATHS[:2])
    site.answers["/"] = (200, HTML, page(site, "/").replace("</main>", f"{button}</main>"))


def test_a_listing_that_only_a_script_leads_on_is_not_complete(leaflet: Leaflet, tmp_path: Path) -> None:
    with_button(leaflet, '<button class="load-more" data-page="2">Load more articles</button>')
    assert crawl(leaflet, tmp_path).code == 4
    assert rows(tmp_path, "select reason, explained from gaps") == [("it goes on behind a button that does nothing without a script", 0)]
    assert crawl(leaflet, tmp_path).code == 4, "nor is it the next night"
    sitemap(leaflet, f"<urlset>{''.join(f'<url><loc>{{home}}{path}</loc></url>' for path in PATHS)}</urlset>")
    assert crawl(leaflet, tmp_path, "mode=full").code == 0, "another list names all"
    assert held(tmp_path) == 4


@pytest.mark.parametrize("form", ["html", "json"])
def test_a_button_that_names_an_address_leads_on(form: str, leaflet: Leaflet, tmp_path: Path) -> None:
    with_button(leaflet, '<button class="load-more" data-url="/more?offset=2">Load more</button>')
    entries = "".join(f'<h2><a href="{path}">Report {path}</a></h2>' for path in PATHS[2:])
    answer = (HTML, entries) if form == "html" else ("application/json", json.dumps({"html": entries, "next": None}))
    leaflet.answers["/more?offset=2"] = (200, *answer)
    assert crawl(leaflet, tmp_path).code == 0
    assert held(tmp_path) == 4


def test_articles_that_say_only_how_long_ago_they_were_published_are_articles(leaflet: Leaflet, tmp_path: Path) -> None:
    for days in (2, 3):
        for number, path in enumerate(PATHS):
            leaflet.article(path, number)
            dated = page(leaflet, path).replace('<meta property="article:published_time" content="2019-05-06T10:00:00+00:00">', "")
            ago = f"</h1><div class='meta'><span>Dorte Anker</span> <span>{days} days ago</span></div>"
            leaflet.answers[path] = (200, HTML, dated.replace("</h1>", ago))
        assert crawl(leaflet, tmp_path, "mode=full").code == 0
    assert rows(tmp_path, "select count(*), max(number), max(published_at) from revisions") == [(4, 1, None)]


def test_a_link_with_a_token_of_the_visit_is_no_edit_and_another_target_is(leaflet: Leaflet, tmp_path: Path) -> None:
    written = page(leaflet, "/b")
    for token, target in (("a1f", 1), ("b2e", 1), ("c3d", 2)):
        link = f'<a href="https://register.example/{target}?id=7&amp;_wpnonce={token}">the register</a>'
        leaflet.answers["/b"] = (200, HTML, written.replace("of the log.", f"of the log, says {link}.", 1))
        crawl(leaflet, tmp_path, "mode=full")
    assert rows(tmp_path, "select number, change from revisions where number > 1") == [(2, "link")]


def test_comments_that_a_script_would_bring_are_a_gap(leaflet: Leaflet, tmp_path: Path) -> None:
    comment = '<li class="comment" id="comment-1"><cite class="fn">Ann</cite> <time datetime="2019-05-07T10:00:00Z"></time>'
    comment = f'<ol class="commentlist">{comment}<div class="comment-content"><p>I was there.</p></div></li></ol>'
    leaflet.article("/b", 1, below=f'<div id="comments">{comment}<button data-post="7">Load 6 more comments</button></div>')
    assert crawl(leaflet, tmp_path).code == 4
    assert rows(tmp_path, "select kind, reason from gaps where not explained") == [("comment", "the page counts 7 comments, 1 are held")]
