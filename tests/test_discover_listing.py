"""Listing pages: which links are entries, where the listing goes on, what the menus lead to."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.discover.feed import feed_links
from crawler.discover.listing import read_listing_page

HOME = "https://example.org/"


def page(*parts: str) -> str:
    return f"<html><body>{''.join(parts)}</body></html>"


def entry(path: str) -> str:
    return f'<article><h2><a href="{path}">Title</a></h2><a href="{path}#comments">3 Comments</a><p>Teaser</p></article>'


def test_entries_are_headlines_and_boxes_once_each_in_reading_order() -> None:
    found = read_listing_page(page(entry("/b/"), entry("/a/"), '<h3><a href="/c.html">C</a></h3>'), HOME)
    assert found.articles == (f"{HOME}b/", f"{HOME}a/", f"{HOME}c.html")
    assert found.boxed


def test_menus_sidebars_footers_files_and_other_hosts_are_no_entries() -> None:
    rest = (
        '<nav><h3><a href="/about/">About</a></h3></nav><aside><h2><a href="/popular/">Popular</a></h2></aside>'
        '<footer><h4><a href="/imprint/">Imprint</a></h4></footer><h2><a href="https://other.example/x/">X</a></h2>'
        '<h2><a href="/report.pdf">PDF</a></h2><h2><a href="/tag/x/">tag</a></h2><h2><a href="/?s=x">search</a></h2>'
        '<h2><a href="javascript:alert(1)">js</a></h2><h2><a href="mailto:a@b">mail</a></h2>'
        '<h2><a href="#top">top</a></h2><h2><a>no</a></h2>'
    )
    assert read_listing_page(page(entry("/a/"), rest), HOME).articles == (f"{HOME}a/",)


def test_plain_permalinks_are_entries() -> None:
    found = read_listing_page(page('<h2><a href="/?p=12">A</a></h2>', '<h2><a href="/?cat=3">C</a></h2>'), HOME)
    assert found.articles == (f"{HOME}?p=12",)


def test_without_boxes_all_links_are_candidates_and_the_page_says_so() -> None:
    found = read_listing_page(page('<table><tr><td><a href="/a.html">A</a></td></tr></table>'), HOME)
    assert (found.articles, found.boxed) == ((f"{HOME}a.html",), False)


@pytest.mark.parametrize(
    ("here", "pager", "following"),
    [
        ("", '<a href="/page/2/">2</a><a href="/page/3/">3</a>', "page/2/"),
        ("page/2/", '<a href="/">1</a><a href="/page/3/">3</a>', "page/3/"),
        ("", '<a class="next" href="/page2/">Older</a>', "page2/"),
        ("page/2.html", '<a href="/page/3.html">3</a>', "page/3.html"),
        ("", '<a href="/?paged=2">2</a>', "?paged=2"),
        ("?paged=2", '<a href="/?paged=3">3</a><a href="/?paged=1">1</a>', "?paged=3"),
        ("news", '<a href="?page=1">2</a><a href="?page=2">3</a><a href="?page=9">last</a>', "news?page=1"),
        ("news?page=1", '<a href="?page=0">1</a><a href="?page=2">3</a>', "news?page=2"),
        ("news", '<a href="?page=2">2</a><a href="?page=3">3</a>', "news?page=2"),
        ("news?sort=new&page=4", '<a href="?sort=new&amp;page=5">5</a>', "news?sort=new&page=5"),
        ("news", '<a rel="next" href="/news?start=20">go</a>', "news?start=20"),
        ("", '<a href="/archive?before=5">« Older posts</a>', "archive?before=5"),
        ("", '<a href="/x/2">Older Entries</a>', "x/2"),
        ("", '<a href="/x/2">&laquo; Previous Entries</a>', "x/2"),
        ("", '<a href="/x/2" aria-label="Next page"></a>', "x/2"),
        ("", '<a href="/x/2">Next →</a>', "x/2"),
    ],
)
def test_the_next_page_is_found_in_all_its_forms(here: str, pager: str, following: str) -> None:
    assert read_listing_page(page(entry("/a/"), pager), HOME + here).next_page == HOME + following


@pytest.mark.parametrize(
    ("here", "pager"),
    [
        ("page/9/", '<a href="/page/8/">Newer</a><a href="/page/1/">1</a>'),
        ("page/9/", '<a href="/page/8/">Previous page</a>'),
        ("", ""),
        ("", '<a rel="next" href="https://other.example/page/2/">2</a>'),
        ("", '<a rel="next" href="/">here</a>'),
        ("", '<a href="/tag/x/page/2/">another list</a>'),
        ("", "<a href='/what-next/'>What comes next in the valley</a>"),
    ],
)
def test_the_last_page_leads_nowhere(here: str, pager: str) -> None:
    assert read_listing_page(page(entry("/a/"), pager), HOME + here).next_page is None


def test_the_head_may_name_the_next_page() -> None:
    html = f'<html><head><link rel="next" href="/p/2"></head><body>{entry("/a/")}</body></html>'
    assert read_listing_page(html, HOME).next_page == f"{HOME}p/2"


def test_menus_lead_to_sections() -> None:
    menu = '<nav><a href="/">Home</a><a href="/analysis">Analysis</a><a href="/category/x/">X</a><a href="/feed/">RSS</a></nav>'
    more = '<div class="main-menu"><a href="/reports">Reports</a><a href="/logo.png">Logo</a></div>'
    assert read_listing_page(page(menu, more), HOME).sections == (f"{HOME}analysis", f"{HOME}category/x/", f"{HOME}reports")


@given(st.text(max_size=200))
@example("\r")
def test_any_text_is_read(text: str) -> None:
    read_listing_page(text, HOME)
    read_listing_page(f"<a href='{text}'>Next</a><link rel=next href='{text}'>", HOME)


def test_feeds_are_found_in_the_head_whatever_the_quotes() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/feed/?a=1&amp;b=2">'
        "<link rel='alternate' type='application/atom+xml' href='/atom.xml'><link rel=alternate type=application/rss+xml href=/index.xml>"
        '<link rel="stylesheet" href="/style.css"><link type="application/rss+xml" href="http://[">'
    )
    assert feed_links(head, HOME) == [f"{HOME}feed/?a=1&b=2", f"{HOME}atom.xml", f"{HOME}index.xml"]


@pytest.mark.parametrize(
    ("here", "base", "href"),
    [
        ("de/berichte/", "/", "de/berichte/a.html"),
        ("de/berichte/", "/de/", "berichte/a.html"),
        ("de/", "https://EXAMPLE.org:443/de/berichte/x", "a.html"),
        ("de/berichte/", "", "./../berichte//../a.html"),
        ("de/berichte/", "", "//example.org\\de\\berichte\\a.html"),
        ("de/berichte/", "", " a.\nhtml\t"),
        ("de/berichte/", "data:text/plain,x", "a.html"),
    ],
)
def test_links_are_resolved_as_browsers_do(here: str, base: str, href: str) -> None:
    named = f'<base target="_top"><base href="{base}"><base href="https://other.example/">' if base else ""
    html = f'<html><head>{named}<link rel="next" href="{href}?page=2"></head>{entry(href)}</html>'
    found = read_listing_page(html, HOME + here)
    wanted = f"{HOME}de/berichte/a.html"
    assert (found.articles, found.next_page) == ((wanted,), f"{wanted}?page=2")


def test_links_to_the_same_host_with_and_without_www_stay() -> None:
    html = page(entry("https://www.example.org/a/"), entry("http://example.org/b/"), entry("https://m.example.org/c/"))
    assert read_listing_page(html, HOME).articles == ("https://www.example.org/a/", "http://example.org/b/")


def test_a_listing_in_xhtml_is_read() -> None:
    assert read_listing_page(f'<?xml version="1.0" encoding="utf-8"?>\n{page(entry("/a/"))}', HOME).articles == (f"{HOME}a/",)


def test_feeds_in_json_stand_behind_those_in_xml_and_a_base_counts() -> None:
    head = (
        "<base href='/blog/'><LINK REL='alternate' TYPE='application/feed+json' HREF='feed.json'>"
        "<link type='application/rss+xml' href='feed.xml'><link type='application/json' href='/wp-json/'>"
    )
    assert feed_links(head, HOME) == [f"{HOME}blog/feed.xml", f"{HOME}blog/feed.json"]
