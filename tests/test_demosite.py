"""The demo site behaves as a stock WordPress does, quirk by quirk, and can be changed and broken by a test."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.crawls import PATIENCE
from tests.demosite import DemoSite

NS = {
    "sitemap": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ids(self) -> list[int]:
        return [row["id"] for row in self.json]

    @property
    def total(self) -> int:
        return int(self.headers["X-WP-Total"])


def ask(site: DemoSite, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request, redirects not followed; header names with _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    connection.request(method, path.removeprefix(site.home), headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, response.read())
    connection.close()
    return answer


def rest(site: DemoSite, route: str) -> Answer:
    return ask(site, f"/wp-json/wp/v2/{route}")


def page(site: DemoSite, post: int, tail: str = "") -> Answer:
    return ask(site, site.urls.post(site.post(post)) + tail)


def shown(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li class="[^"]*depth-\d[^"]*" id="comment-(\d+)"', html)]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """For tests that only read."""
    with DemoSite() as running:
        yield running


@pytest.fixture
def own() -> Iterator[DemoSite]:
    """For tests that change, switch or break."""
    with DemoSite() as running:
        yield running


# What is on it


def test_there_are_some_forty_articles_of_twenty_years(site: DemoSite) -> None:
    posts = rest(site, "posts?per_page=100&_fields=id,date").json
    assert len(posts) == 46
    assert (posts[-1]["date"][:4], posts[0]["date"][:4]) == ("2006", "2026")


def test_every_link_within_the_site_leads_to_an_article(site: DemoSite) -> None:
    for post in rest(site, "posts?per_page=100&_fields=link,content").json:
        for address in re.findall(rf'href="({site.home}/archives/\d[^"#]*)"', post["content"]["rendered"]):
            assert ask(site, address).status == 200, (post["link"], address)


def test_no_foreign_host_is_named_but_example_domains(site: DemoSite) -> None:
    hosts = {
        host for post in rest(site, "posts?per_page=100").json for host in re.findall(r"https?://([\w.-]+)", post["content"]["rendered"])
    }
    assert {host for host in hosts if not host.endswith(".example")} == {"127.0.0.1"}


def test_nothing_unpublished_shows_up_anywhere(site: DemoSite) -> None:
    places = [
        "/",
        "/page/2",
        "/feed/",
        "/comments/feed/",
        "/wp-sitemap-posts-post-1.xml",
        "/?s=SECRET",
        "/archives/2020",
        "/archives/author/tobin-raske",
    ]
    for path in [
        *places,
        "/wp-json/wp/v2/posts?per_page=100",
        "/wp-json/wp/v2/comments?per_page=100",
        "/wp-json/wp/v2/posts?search=SECRET",
    ]:
        assert "SECRET" not in ask(site, path).text, path
    assert [ask(site, f"/?p={number}").status for number in (145, 146, 147, 148)] == [404] * 4


def test_articles_are_the_same_in_every_start() -> None:
    with DemoSite() as one, DemoSite() as two:
        first, second = (rest(s, "posts?per_page=100").text.replace(str(s.port), "") for s in (one, two))
        assert first == second


# REST


def test_the_root_names_the_site_and_its_time_zone(site: DemoSite) -> None:
    root = ask(site, "/wp-json/").json
    assert (root["name"], root["home"], root["timezone_string"]) == ("The Harrow Desk", site.home, "America/New_York")
    assert root["gmt_offset"] in (-5, -4)
    assert "wp/v2" in root["namespaces"]
    assert ask(site, "/?rest_route=/").json == root


def test_a_page_of_posts_carries_totals_and_links(site: DemoSite) -> None:
    answer = rest(site, "posts?per_page=20&page=2")
    assert (len(answer.json), answer.total, answer.headers["X-WP-TotalPages"]) == (20, 46, "3")
    assert 'rel="prev"' in answer.headers["Link"]
    assert 'page=3>; rel="next"' in answer.headers["Link"]


def test_slashes_and_letters_are_escaped_as_php_does(site: DemoSite) -> None:
    body = rest(site, "posts/107").text
    assert "http:\\/\\/127.0.0.1" in body
    assert "\\u0628" in body


@pytest.mark.parametrize(
    ("route", "status", "code"),
    [
        ("posts?per_page=101", 400, "rest_invalid_param"),
        ("posts?per_page=0", 400, "rest_invalid_param"),
        ("posts?orderby=nonsense", 400, "rest_invalid_param"),
        ("posts?after=yesterday", 400, "rest_invalid_param"),
        ("posts?include=abc", 400, "rest_invalid_param"),
        ("posts?status=draft", 400, "rest_invalid_param"),
        ("posts?page=99", 400, "rest_post_invalid_page_number"),
        ("posts?context=edit", 401, "rest_forbidden_context"),
        ("posts/99999", 404, "rest_post_invalid_id"),
        ("posts/145", 401, "rest_forbidden"),
        ("comments?status=approved", 401, "rest_forbidden_param"),
        ("comments?orderby=modified", 400, "rest_invalid_param"),
        ("comments/99999", 404, "rest_comment_invalid_id"),
        ("users/999", 404, "rest_user_invalid_id"),
        ("nothing", 404, "rest_no_route"),
    ],
)
def test_errors_have_the_code_of_the_real_one(site: DemoSite, route: str, status: int, code: str) -> None:
    answer = rest(site, route)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_only_post_pages_beyond_the_end_are_an_error(site: DemoSite) -> None:
    assert rest(site, "comments?page=999").json == []
    assert rest(site, "posts?offset=1000").json == []


def test_fields_may_be_nested(site: DemoSite) -> None:
    row = rest(site, "posts/107?_fields=id,title.rendered,_links.author").json
    assert sorted(row) == ["_links", "id", "title"]
    assert list(row["_links"]) == ["author"]
    assert rest(site, "posts?per_page=1&_fields[]=id&_fields[]=slug").json == [{"id": 144, "slug": "nuvali-clocks"}]


def test_a_naive_time_is_the_sites_and_z_is_honoured(site: DemoSite) -> None:
    at = "2014-07-22T18:47:00"
    assert rest(site, "posts?after=2014-07-22T18:46:59&before=2014-07-22T18:47:01&_fields=id").ids == [114]
    assert rest(site, f"posts?include=114&after={at}Z&_fields=id").ids == [114]
    assert rest(site, f"posts?include=114&before={at}Z&_fields=id").ids == []


def test_comments_ignore_modified_after(site: DemoSite) -> None:
    assert rest(site, "comments?modified_after=2030-01-01T00:00:00").total == rest(site, "comments").total


def test_filters_of_posts_and_comments_narrow(site: DemoSite) -> None:
    assert rest(site, "posts?slug=refrigerator-arrest,nuvali-clocks&_fields=id").ids == [144, 114]
    assert rest(site, "posts?include=128,101,114&orderby=include&_fields=id").ids == [128, 101, 114]
    assert 114 not in rest(site, "posts?exclude=114&per_page=100&_fields=id").ids
    assert rest(site, "posts?orderby=id&order=asc&per_page=2&_fields=id").ids == [100, 101]
    assert {row["post"] for row in rest(site, "comments?post=101,107&per_page=100").json} == {101, 107}
    assert {row["parent"] for row in rest(site, "comments?parent=1035").json} == {1035}
    newest = rest(site, "comments?orderby=id&order=desc&per_page=3").ids
    assert newest == sorted(newest, reverse=True)


def test_a_password_article_is_listed_and_says_nothing(site: DemoSite) -> None:
    post = rest(site, "posts/119").json
    assert post["content"] == {"rendered": "", "protected": True}
    assert rest(site, "comments?post=119").json == []
    assert "Protected: Subscriber briefing" in page(site, 119).text
    assert site.urls.post(site.posts[119]) in ask(site, "/wp-sitemap-posts-post-1.xml").text


def test_rest_comments_are_comments_only(site: DemoSite) -> None:
    kinds = {c.kind for c in site.comments.values()}
    assert kinds == {"comment", "pingback", "trackback"}
    given = rest(site, "comments?post=128&per_page=100").ids
    assert all(site.comments[number].kind == "comment" for number in given)
    assert len(shown(ask_all(site, 128))) == len(given) + 2


def ask_all(site: DemoSite, post: int) -> str:
    return "".join(page(site, post, f"/comment-page-{n + 1}").text for n in range(site.threads.pages(site.post(post))))


def test_a_reply_under_a_hidden_parent_is_in_rest_and_not_on_the_page(site: DemoSite) -> None:
    reply = next(c for c in site.comments.values() if c.post == 107 and c.parent and site.comments[c.parent].status == "pending")
    assert reply.id in rest(site, "comments?post=107").ids
    assert reply.id not in shown(page(site, 107).text)
    assert "6 Comments" not in page(site, 107).text
    assert "5 Comments" in page(site, 107).text  # the count includes the hidden one


def test_a_nameless_comment_is_anonymous_on_the_page_only(site: DemoSite) -> None:
    nameless = next(c for c in site.comments.values() if not c.author)
    assert rest(site, f"comments/{nameless.id}").json["author_name"] == ""
    assert '<cite class="fn">Anonymous</cite>' in page(site, nameless.post).text


def test_one_author_in_rest_and_all_on_page_and_feed(site: DemoSite) -> None:
    post = rest(site, "posts/107").json
    assert isinstance(post["author"], int)
    assert rest(site, f"users/{post['author']}").json["name"] == "Idris Kalloway"
    assert page(site, 107).text.count('rel="author"') == 2
    feed = ET.fromstring(ask(site, "/archives/2008/04/feed").body)
    assert feed.findtext(".//item/dc:creator", namespaces=NS) == "Idris Kalloway and Mara Ellsworth"


def test_the_gmt_date_of_the_spring_night_is_an_hour_off(site: DemoSite) -> None:
    post = rest(site, "posts/110").json
    assert (post["date"], post["date_gmt"]) == ("2010-03-14T03:20:00", "2010-03-14T08:20:00")
    assert rest(site, "posts/114").json["date_gmt"] == "2014-07-22T22:47:00"


def test_totals_may_count_more_than_lists_show() -> None:
    with DemoSite(overcount=3) as site:
        answer = rest(site, "posts?per_page=100")
        assert (answer.total, len(answer.json)) == (49, 46)
        assert rest(site, "posts?include=9000").total == 1
        assert rest(site, "posts?include=9000").json == []


# Pages


def test_an_article_page_says_what_it_is(site: DemoSite) -> None:
    answer = page(site, 114)
    assert '<body class="post-template-default single single-post postid-114 single-format-standard">' in answer.text
    assert 'class="post-114 post type-post status-publish format-standard hentry category-news tag-lantern-circle' in answer.text
    assert f'<link rel="canonical" href="{site.urls.post(site.posts[114])}" />' in answer.text
    assert answer.headers["Link"] == f'<{site.home}/wp-json/>; rel="https://api.w.org/"'
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers


def test_a_split_article_is_whole_in_rest_and_in_parts_on_pages(site: DemoSite) -> None:
    assert "<!--nextpage-->" in rest(site, "posts/113").json["content"]["rendered"]
    first, third = page(site, 113).text, page(site, 113, "/3").text
    assert "the long queue</h2>" not in first
    assert "the long queue</h2>" in third
    assert f'<link rel="canonical" href="{site.urls.post(site.posts[113])}/3" />' in third
    assert page(site, 113, "/4").headers["Location"] == site.urls.post(site.posts[113])


def test_captions_tables_and_breaks_come_in_the_markup_of_their_editor(site: DemoSite) -> None:
    def body(number: int) -> str:
        return str(rest(site, f"posts/{number}").json["content"]["rendered"])

    assert '<figcaption id="caption-attachment-1051" class="wp-caption-text">Freight Square' in body(105)
    assert "<br><br>" in body(101)
    assert '<figure class="wp-block-table">' in body(126)
    assert "<!-- wp:" not in body(126)
    assert "<p>Tags: , , ,</p>" in body(109)
    assert "&#8217;" in body(114)


def test_a_link_only_article_has_a_label_and_no_body(site: DemoSite) -> None:
    text = page(site, 121).text
    assert '<p class="section-label">Today in</p>' in text
    assert rest(site, "posts/121").json["content"]["rendered"].startswith("\n")


@pytest.mark.parametrize(
    ("asked", "post"),
    [
        ("/?p=114", 114),
        ("/archives/2014/07/refrigerator-arrest.php/", 114),
        ("/archives/2014/07/refrigerator.php", 114),
        ("/archives/2014/07/refrigerator-arrest.php/1", 114),
        ("/archives/2008/10/abu-maisar-net-maker.php", 108),
        ("/about/", 1),
    ],
)
def test_other_addresses_of_a_post_redirect(site: DemoSite, asked: str, post: int) -> None:
    answer = ask(site, asked)
    assert (answer.status, answer.headers["Location"]) == (301, site.urls.post(site.posts[post]))


def test_a_redirect_keeps_the_query_and_the_month_must_be_right(site: DemoSite) -> None:
    slashed = ask(site, "/archives/2014/07/refrigerator-arrest.php/?utm_source=x")
    assert slashed.headers["Location"].endswith("refrigerator-arrest.php?utm_source=x")
    assert ask(site, "/archives/2014/07/refrigerator-arrest.php?utm_source=x").status == 200
    assert ask(site, "/archives/2013/01/refrigerator-arrest.php").status == 404
    news = site.terms["category", "news"].id
    assert ask(site, f"/?cat={news}").headers["Location"] == f"{site.home}/archives/category/news"


@pytest.mark.parametrize(
    "path", ["/", "/page/2", "/archives/2014", "/archives/2014/07", "/archives/author/lena-petrossy", "/archives/tag/drones"]
)
def test_listings_exist_and_end(site: DemoSite, path: str) -> None:
    assert 'rel="bookmark"' in ask(site, path).text
    assert ask(site, re.sub("/page/2|/$", "", path) + "/page/99").status == 404


def test_a_missing_page_is_a_404_in_the_theme(site: DemoSite) -> None:
    answer = ask(site, "/archives/2014/07/nothing-here.php")
    assert answer.status == 404
    assert '<body class="error404">' in answer.text
    assert "widget_recent_comments" in answer.text


def test_pages_are_no_articles(site: DemoSite) -> None:
    assert '<body class="page-template-default page page-id-1">' in ask(site, "/about").text
    assert rest(site, "pages").total == 2
    assert rest(site, "posts/1").status == 404


def test_gzip_and_head_work(site: DemoSite) -> None:
    packed = ask(site, "/", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == ask(site, "/").body
    head = ask(site, "/feed/", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(ask(site, "/feed/").body)


# Threads


def test_a_thread_is_in_the_classic_walkers_markup(site: DemoSite) -> None:
    text = page(site, 114).text
    assert '<ol class="commentlist">' in text
    assert '<cite class="fn">Old Signals</cite> <span class="says">says:</span>' in text
    assert ">July 23, 2014 at 2:14 am</a>" in text
    assert re.findall(r"depth-(\d)", text) == ["1", "2", "3", "4", "5", "1", "1", "1"]
    assert 'class="trackback' in text


def test_the_html5_theme_has_seconds_and_offset() -> None:
    with DemoSite(theme="html5") as site:
        text = page(site, 114).text
        assert '<ol class="comment-list">' in text
        assert '<time datetime="2014-07-23T02:14:33-04:00">' in text
        assert '<div class="comment-content">' in text


def test_comment_pages_count_threads_and_newest_is_the_bare_address(own: DemoSite) -> None:
    top = len(own.threads.top(own.posts[128]))
    assert top > own.comments_per_page
    bare, last = shown(page(own, 128).text), own.threads.pages(own.posts[128])
    assert bare == shown(page(own, 128, f"/comment-page-{last}").text)
    own.comments_default = "oldest"
    assert shown(page(own, 128).text) == shown(page(own, 128, "/comment-page-1").text)
    own.comments_per_page = 5
    assert own.threads.pages(own.posts[128]) == -(-top // 5)
    own.comments_per_page = 0
    assert len(shown(page(own, 128).text)) == 72


def test_every_page_of_a_split_thread_together_shows_each_comment_once(site: DemoSite) -> None:
    numbers = shown(ask_all(site, 128))
    assert len(numbers) == len(set(numbers)) == 72


def test_pagers_link_neighbours_and_a_page_beyond_is_empty_with_200(own: DemoSite) -> None:
    own.comments_per_page = 5
    text = page(own, 128, "/comment-page-2").text
    assert re.findall(r"/comment-page-(\d+)#comments\">", text.partition("commentlist")[0]) == ["1", "3"]
    assert 'comment-page-2#comments" />' in text  # canonical
    beyond = page(own, 128, "/comment-page-99")
    assert (beyond.status, shown(beyond.text)) == (200, [])


def test_descending_order_turns_the_top_level_round(own: DemoSite) -> None:
    own.comments_per_page = 0
    ascending = shown(page(own, 101).text)
    own.add_comment(101, "Second", "Another thread.")
    own.comments_order = "desc"
    assert shown(page(own, 101).text)[1:] == ascending


# Feeds, sitemaps, robots, pictures


def test_feeds_go_on_to_the_end_with_full_text(site: DemoSite) -> None:
    items = [item for n in range(1, 6) for item in ET.fromstring(ask(site, f"/feed/?paged={n}").body).iter("item")]
    assert len(items) == 46
    assert ask(site, "/feed/?paged=6").status == 404
    busy = next(item for item in items if "Marrow bridge" in (item.findtext("title") or ""))
    assert busy.findtext("slash:comments", namespaces=NS) == "72"
    assert "4. The engineer" in (busy.findtext("content:encoded", namespaces=NS) or "")


def test_only_feeds_and_uploads_answer_304(own: DemoSite) -> None:
    picture = own.urls.upload(own.posts[112], "lantern-kitchen.png")
    for path in ("/feed/", "/comments/feed/", picture):
        first = ask(own, path)
        assert ask(own, path, If_None_Match=first.headers["ETag"]).status == 304
        assert ask(own, path, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    old = ask(own, "/feed/").headers["ETag"]
    own.edit(112, append="More.")
    assert ask(own, "/feed/", If_None_Match=old).status == 200
    was = ask(own, picture).body
    own.replace_picture("lantern-kitchen.png")
    assert ask(own, picture).body != was


def test_a_posts_comments_feed_has_the_sites_last_modified(site: DemoSite) -> None:
    one, whole = ask(site, site.urls.post(site.posts[101]) + "/feed"), ask(site, "/comments/feed/")
    assert one.headers["Last-Modified"] == whole.headers["Last-Modified"]
    assert len(list(ET.fromstring(one.body).iter("item"))) == 3


def test_the_sitemap_lists_articles_pages_terms_and_authors(site: DemoSite) -> None:
    files = [loc.text or "" for loc in ET.fromstring(ask(site, "/wp-sitemap.xml").body).iterfind(".//sitemap:loc", NS)]
    assert [name.rpartition("/")[2] for name in files] == [
        "wp-sitemap-posts-post-1.xml",
        "wp-sitemap-posts-page-1.xml",
        "wp-sitemap-taxonomies-category-1.xml",
        "wp-sitemap-taxonomies-post_tag-1.xml",
        "wp-sitemap-users-1.xml",
    ]
    for name in files:
        for loc in ET.fromstring(ask(site, name).body).iterfind(".//sitemap:loc", NS):
            assert ask(site, loc.text or "").status == 200, loc.text
    assert f"Sitemap: {site.home}/wp-sitemap.xml" in ask(site, "/robots.txt").text


def test_doors_can_be_shut(own: DemoSite) -> None:
    own.sitemap, own.feeds, own.robots = False, False, "User-agent: *\nDisallow: /\n"
    assert [ask(own, path).status for path in ("/wp-sitemap.xml", "/feed/", "/comments/feed/")] == [404, 410, 410]
    assert ask(own, "/robots.txt").text == "User-agent: *\nDisallow: /\n"
    own.sitemap, own.sitemap_lastmod, own.sitemap_size = True, True, 20
    assert ask(own, "/wp-sitemap-posts-post-3.xml").text.count("<lastmod>") == 6


# Switches


@pytest.mark.parametrize(("mode", "pretty", "query", "comments"), [
    ("on", 200, 200, 200), ("404", 404, 404, 404), ("401", 401, 401, 401), ("403", 403, 403, 403),
    ("nocomments", 200, 200, 404), ("rest_route-only", 404, 200, 200),
])  # fmt: skip
def test_rest_can_be_open_shut_or_halfway(own: DemoSite, mode: str, pretty: int, query: int, comments: int) -> None:
    own.rest = mode  # type: ignore[assignment]
    asked = ("/wp-json/wp/v2/posts", "/?rest_route=/wp/v2/posts", "/?rest_route=/wp/v2/comments")
    assert [ask(own, path).status for path in asked] == [pretty, query, comments]
    assert ("api.w.org" in ask(own, "/").text) == (mode != "404")


def test_plain_links_lead_everywhere() -> None:
    with DemoSite(links="plain") as site:
        home = ask(site, "/").text
        assert f'href="{site.home}/?p=144"' in home
        for address in sorted(set(re.findall(rf'href=["\']({site.home}/[^"\'#]*)', home))):
            if "wp-content" not in address:
                assert ask(site, address.replace("&amp;", "&").replace("&#038;", "&")).status == 200, address
        assert ask(site, "/?rest_route=/wp/v2/posts/114").json["link"] == f"{site.home}/?p=114"
        assert ask(site, "/wp-json/").status == 404
        assert "postid-128" in ask(site, "/?p=128&cpage=1").text
        assert "the long queue</h2>" in ask(site, "/?p=113&page=3").text
        assert ask(site, "/?sitemap=posts&sitemap-subtype=post&paged=1").text.count("<loc>") == 46


def test_boilerplate_is_in_the_content_in_the_theme_or_nowhere(own: DemoSite) -> None:
    def has_appeal() -> tuple[bool, bool]:
        words = "you can stop at any time"
        return words in rest(own, "posts/114").text, words in page(own, 114).text

    assert has_appeal() == (True, True)
    own.boilerplate = "theme"
    assert has_appeal() == (False, True)
    own.boilerplate = "off"
    assert has_appeal() == (False, False)


def test_a_bio_of_the_theme_is_on_the_page_only(site: DemoSite) -> None:
    assert "author-bio" in page(site, 118).text
    assert site.authors["idris-kalloway"].bio(118) not in rest(site, "posts/118").json["content"]["rendered"]


# Changes


def test_an_edit_moves_modified_and_a_silent_one_does_not() -> None:
    with DemoSite(now=lambda: datetime(2026, 7, 1, 12, tzinfo=UTC)) as site:
        site.edit(114, replace=("four refrigerators", "five refrigerators"))
        site.edit(116, replace=("shell case", "shell"), touch_modified=False)
        assert rest(site, "posts?modified_after=2026-07-01T11:59:59Z&_fields=id,modified").json == [
            {"id": 114, "modified": "2026-07-01T08:00:00"}
        ]
        assert "five refrigerators" in page(site, 114).text
        assert "is a shell," in page(site, 116).text


def test_removed_articles_answer_as_wordpress_does(own: DemoSite) -> None:
    own.trash(114), own.unpublish(116), own.delete(118)
    paths = {number: own.urls.post(own.post(number)) for number in (114, 116, 120)}
    own.gone(120)
    assert [ask(own, path).status for path in paths.values()] == [404, 404, 410]
    assert [rest(own, f"posts/{number}").status for number in (114, 116, 118, 120)] == [401, 401, 404, 404]
    assert rest(own, "posts").total == 42
    assert rest(own, "comments?post=114").json == []
    own.publish(114)
    assert page(own, 114).status == 200


def test_a_renamed_article_redirects(own: DemoSite) -> None:
    old = own.urls.post(own.posts[114])
    own.rename(114, "the-fridge")
    assert ask(own, old).headers["Location"] == f"{own.home}/archives/2014/07/the-fridge.php"
    assert rest(own, "posts/114").json["link"] == f"{own.home}/archives/2014/07/the-fridge.php"


def test_a_retag_moves_no_date(own: DemoSite) -> None:
    before = rest(own, "posts/114?_fields=modified").json
    own.retag(114, ["Cold Chain", "Port Essad"])
    assert rest(own, "posts/114?_fields=modified").json == before
    assert 'rel="tag">Cold Chain</a>' in page(own, 114).text
    assert rest(own, "tags?slug=cold-chain").json[0]["count"] == 1


def test_comments_are_edited_removed_moved_and_approved_late(own: DemoSite) -> None:
    late = next(c for c in own.comments.values() if c.post == 126 and c.status == "pending")
    own.approve_comment(late.id)
    given = rest(own, f"comments/{late.id}").json
    assert (given["date"], shown(page(own, 126).text)[0]) == ("2019-04-17T03:33:33", late.id)
    own.edit_comment(late.id, "Never mind.")
    assert "Never mind." in page(own, 126).text
    first, reply = own.threads.top(own.posts[126])[1], own.threads.replies(own.threads.top(own.posts[126])[1])[0]
    own.move_comment(reply.id, 0)
    assert rest(own, f"comments/{reply.id}").json["parent"] == 0
    own.trash_comment(first.id)
    assert shown(page(own, 126).text) == [late.id, reply.id]
    assert rest(own, f"comments/{first.id}").status == 401


def test_a_reworded_bio_is_on_all_pages_of_its_author(own: DemoSite) -> None:
    own.reword_bio("idris-kalloway", "Idris has moved.")
    assert "Idris has moved." in rest(own, "posts/114").text
    assert "Idris has moved." in page(own, 118).text


def test_the_scripted_change_does_eight_things_once(own: DemoSite) -> None:
    before = {post["id"]: post for post in rest(own, "posts?per_page=100").json}
    comments = {c["id"]: c["content"] for n in (1, 2) for c in rest(own, f"comments?per_page=100&page={n}").json}
    assert len(own.change()) == 8
    after = {post["id"]: post for post in rest(own, "posts?per_page=100").json}
    assert (set(before) - set(after), set(after) - set(before)) == ({127}, {150})
    assert [number for number in before if number in after and before[number]["modified"] != after[number]["modified"]] == [144]
    assert "<strong>Correction:</strong>" in after[144]["content"]["rendered"]
    assert "14,100 tonnes" in after[136]["content"]["rendered"]
    now = {c["id"]: c["content"] for n in (1, 2) for c in rest(own, f"comments?per_page=100&page={n}").json}
    assert (len(set(comments) - set(now)), len(set(now) - set(comments))) == (1, 1)
    assert sum(comments[number] != now[number] for number in comments if number in now) == 1
    assert own.change() == []


# Faults and the request log


def test_faults_strike_by_pattern_and_count(own: DemoSite) -> None:
    fault = own.fault(r"/archives/2014/", status=429, retry_after=2, count=2)
    answers = [page(own, 114) for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["Retry-After"], fault.hits) == ("2", 2)
    assert page(own, 112).status == 200


@pytest.mark.parametrize(
    ("lie", "words"), [("challenge", "Just a moment"), ("donate", "We need your help"), ("soft404", "Nothing found"), ("empty", "")]
)
def test_a_lying_page_comes_with_status_200(own: DemoSite, lie: str, words: str) -> None:
    own.fault("/archives/", lie=lie)
    answer = page(own, 114)
    assert (answer.status, words in answer.text, "refrigerator" in answer.text) == (200, True, False)


def test_a_redesign_keeps_the_words_and_loses_every_handle(own: DemoSite) -> None:
    own.fault("/archives/", lie="redesign")
    text = page(own, 114).text
    assert "A refrigerator is not a rifle" in text
    assert not re.search(r"<article|<h1|<h2|class=|id=", text.partition("<body")[2])


def test_answers_can_be_cut_garbled_dropped_and_slow(own: DemoSite) -> None:
    own.fault("/archives/", truncate=True)
    with pytest.raises(http.client.IncompleteRead):
        page(own, 114)
    own.fault("/wp-json/", lie="garbage", count=1)
    with pytest.raises(json.JSONDecodeError):
        _ = rest(own, "posts").json
    own.fault("/about", drop=True)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(own, "/about")
    own.clear_faults()
    own.fault("/", delay=0.2)
    start = time.monotonic()
    page(own, 114)
    assert time.monotonic() - start >= 0.2


def test_parameters_can_be_ignored(own: DemoSite) -> None:
    own.fault("comments", ignore=("post", "after"))
    assert len({row["post"] for row in rest(own, "comments?post=101&per_page=100").json}) > 5


def test_every_request_is_logged(own: DemoSite) -> None:
    ask(own, "/robots.txt", User_Agent="curious")
    ask(own, "/nope?a=1", "HEAD")
    assert [(r.method, r.path, r.status, r.user_agent) for r in own.requests] == [
        ("GET", "/robots.txt", 200, "curious"),
        ("HEAD", "/nope?a=1", 404, ""),
    ]
    assert len(own.asked("robots")) == 1
    own.clear_requests()
    assert own.requests == []


def test_many_readers_at_once_are_served(site: DemoSite) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(page(site, 128).status)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 12


def test_the_command_serves_changes_and_stops(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "tests.demosite", "--port", "0", "--log", str(log)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(re.findall(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("POST", "/__demo/change")
        sentences = json.loads(connection.getresponse().read())
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
    assert len(sentences) == 8
    assert json.loads(log.read_text())["path"] == "/__demo/change"
