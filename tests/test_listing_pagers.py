"""Where a listing goes on, and where its entries stand, in the ways that few sites use."""

from __future__ import annotations

import pytest

from crawler.discover.feed import feed_links, read_feed
from crawler.discover.listing import read_listing_page
from crawler.http.robots import addresses_in

HOME = "https://example.org/"
ENTRY = '<article><h2><a href="/a/">Title</a></h2></article>'


def page(body: str, head: str = "", root: str = "<html>") -> str:
    return f"{root}<head>{head}</head><body>{ENTRY}{body}</body></html>"


@pytest.mark.parametrize(
    "pager",
    [
        '<a href="/?after=MTIz" aria-label="Next page">›</a>',
        '<a href="/?before=x" title="Previous page">‹</a><a href="/?after=MTIz" title="Older posts">→</a>',
        '<div><b>1</b> <a href="/?after=MTIz">2</a> <a href="/?after=MTIz">»</a></div>',
        '<ul><li>1</li><li><a href="/?after=MTIz"><span>&gt;</span></a></li><li><a href="/?after=OTk">»</a></li></ul>',
    ],
    ids=["label", "title", "arrow", "two arrows"],
)
def test_an_arrow_leads_on_where_it_says_so_or_stands_beside_numbers(pager: str) -> None:
    assert read_listing_page(page(pager), HOME).next_page == f"{HOME}?after=MTIz"


def test_an_arrow_points_the_other_way_where_one_reads_from_right_to_left() -> None:
    pager = '<div>١ <a href="/?after=a">‹</a> <a href="/?after=b">›</a></div>'
    assert read_listing_page(page(pager, root='<html dir="rtl">'), HOME).next_page == f"{HOME}?after=a"


@pytest.mark.parametrize("arrow", ['<a href="/tour">»</a>', '<p>Part 2 of our series: <a href="/tour">»</a></p>'])
def test_an_arrow_alone_leads_nowhere(arrow: str) -> None:
    assert read_listing_page(page(arrow), HOME).next_page is None


def test_the_header_may_name_the_next_page() -> None:
    header = '<https://example.org/wp-json/>; rel="https://api.w.org/", </list?cursor=abc>; rel="next"'
    assert read_listing_page(page(""), HOME, header).next_page == f"{HOME}list?cursor=abc"
    assert read_listing_page(page(""), HOME, '</style.css>; rel="preload"').next_page is None


def test_pictures_with_areas_link_and_frames_are_indexes() -> None:
    picture = '<img usemap="#m"><map name="m"><area href="/r/1.html"><area href="/r/2.html"></map>'
    assert read_listing_page(f"<html><body>{picture}</body></html>", HOME).articles == (f"{HOME}r/1.html", f"{HOME}r/2.html")
    frames = '<frameset cols="20%,80%"><frame src="toc.html"><frame src="https://other.example/x"></frameset>'
    assert read_listing_page(f"<html><head></head>{frames}</html>", HOME).indexes == (f"{HOME}toc.html",)


def test_the_head_may_name_the_sitemap() -> None:
    head = '<link rel="sitemap" type="application/xml" href="/maps/all.xml"><link rel="sitemap" href="https://other.example/x.xml">'
    assert read_listing_page(page("", head), HOME).sitemaps == (f"{HOME}maps/all.xml",)


def test_a_feed_is_found_in_a_link_where_the_head_names_none() -> None:
    body = (
        '<a class=x href="/rss.xml">RSS</a> <a href="/news/feed/">Feed</a> <a href="/feeding-the-gulls/">Gulls</a> <a href="/index.html">'
    )
    assert feed_links(body, HOME) == [f"{HOME}rss.xml", f"{HOME}news/feed/"]
    head = '<link rel="alternate" type="application/rss+xml" href="/main.xml">'
    assert feed_links(head + body, HOME) == [f"{HOME}main.xml"]


def test_a_feed_of_which_older_items_are_in_archives_leads_to_them() -> None:
    item = "<item><link>https://example.org/a/</link></item>"
    feed = f"<rss xmlns:a='http://www.w3.org/2005/Atom'><channel>%s<a:link rel='next-archive' href='/3.xml'/>{item}</channel></rss>"
    for links, older in (("<a:link rel='prev-archive' href='/1.xml'/>", "1.xml"), ("", "")):
        assert read_feed((feed % links).encode(), HOME).next_page == (HOME + older if older else "")


def test_a_line_of_robots_txt_may_name_several_sitemaps() -> None:
    assert addresses_in("https://example.org/1.xml https://example.org/2.xml") == ["https://example.org/1.xml", "https://example.org/2.xml"]
    assert addresses_in("/maps/all articles.xml") == ["/maps/all articles.xml"]
