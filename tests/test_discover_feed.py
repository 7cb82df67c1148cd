"""Feeds of articles and of comments: RSS and Atom as generators write them, and times that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.feed import FeedItem, feed_time, read_feed
from crawler.errors import DoorClosed

URL = "https://example.org/feed/"
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def rss(*items: str) -> bytes:
    return f'<rss version="2.0" {SPACES}><channel><title>T</title><link>/</link>{"".join(items)}</channel></rss>'.encode()


def one(item: str) -> FeedItem:
    [found] = read_feed(rss(f"<item>{item}</item>"), URL)
    return found


def test_an_item_of_wordpress() -> None:
    found = one(
        "<link>https://example.org/a/</link><comments>https://example.org/a/#comments</comments><slash:comments>12</slash:comments>"
        "<dc:creator><![CDATA[Ann and Ben]]></dc:creator><pubDate>Wed, 23 Jul 2014 06:14:36 +0000</pubDate>"
    )
    assert (found.url, found.published_at, found.authors, found.comment_count) == (
        *("https://example.org/a/", "2014-07-23T06:14:36Z", ("Ann and Ben",), 12),
    )


def test_an_entry_of_atom() -> None:
    [found] = read_feed(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed.xml"/><entry><link rel="edit" href="/e"/>'
        b'<link href="/posts/a/"/><published>2019-03-05T10:00:00+04:30</published><updated>2019-03-06T10:00:00Z</updated>'
        b"<author><name>Ann</name><email>a@b</email></author><author><name>Ben</name></author></entry></feed>",
        URL,
    )
    assert (found.url, found.published_at, found.updated_at) == (
        "https://example.org/posts/a/",
        "2019-03-05T05:30:00Z",
        "2019-03-06T10:00:00Z",
    )
    assert found.authors == ("Ann", "Ben")


def test_rss_without_dates_names_its_items_all_the_same() -> None:
    found = one("<title>A</title><link>/a/</link>")
    assert (found.url, found.published_at, found.authors, found.comment_count) == ("https://example.org/a/", None, (), None)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ('<guid>https://example.org/by-guid</guid>', "https://example.org/by-guid"),
        ('<guid isPermaLink="false">https://example.org/?p=5</guid><link>/a/</link>', "https://example.org/a/"),
        ("<link>https://counter.example/x</link><feedburner:origLink>https://example.org/a/</feedburner:origLink>", "https://example.org/a/"),
        ('<atom:link rel="self" href="/self"/><link>/a/</link>', "https://example.org/a/"),
    ],
)  # fmt: skip
def test_the_link_is_the_articles_own(link: str, address: str) -> None:
    assert one(link).url == address


def test_items_without_a_usable_link_are_left_out() -> None:
    assert read_feed(rss("<item/>", "<item><guid>tag:5</guid></item>", "<item><link>http://[</link></item>"), URL) == []


@pytest.mark.parametrize(
    ("author", "name"),
    [("mail@example.org (Ann Example)", "Ann Example"), ("mail@example.org", None), ("Ann Example", "Ann Example")],
)
def test_rss_authors_are_names_not_mail_addresses(author: str, name: str | None) -> None:
    assert one(f"<link>/a/</link><author>{author}</author>").authors == ((name,) if name else ())


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("Tue, 05 Mar 2019 10:00:00 +0000", "2019-03-05T10:00:00Z"),
        ("Tue, 05 Mar 2019 10:00:00 GMT", "2019-03-05T10:00:00Z"),
        ("Tue, 05 Mar 2019 10:00:00 -0000", "2019-03-05T10:00:00Z"),
        ("Tue, 05 Mar 2019 10:00:00 EST", "2019-03-05T15:00:00Z"),
        ("05 Mar 19 10:00:00 +0545", "2019-03-05T04:15:00Z"),
        ("2019-03-05T10:00:00.123Z", "2019-03-05T10:00:00Z"),
        ("2019-03-05T10:00:00-03:30", "2019-03-05T13:30:00Z"),
        ("Tue, 05 Mar 2019 10:00:00", None),
        ("Tue, 05 Mar 2019 10:00:00 CET", None),
        ("2019-03-05T10:00:00", None),
        ("2019-03-05", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_counts_only_with_its_zone(said: str, utc: str | None) -> None:
    assert feed_time(said) == utc


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    assert feed_time(text) is None or str(feed_time(text)).endswith("Z")


@pytest.mark.parametrize(
    ("link", "number", "address"),
    [
        ("https://example.org/a/#comment-7", "7", "https://example.org/a/"),
        ("https://example.org/a/comment-page-3/#comment-7", "7", "https://example.org/a"),
        ("https://example.org/?p=5&amp;cpage=2#comment-7", "7", "https://example.org/?p=5"),
        ("https://example.org/a/#comments", None, "https://example.org/a/"),
    ],
)
def test_an_item_of_the_comments_feed_names_comment_and_article(link: str, number: str | None, address: str) -> None:
    found = one(f"<link>{link}</link>")
    assert (found.comment_id, found.address) == (number, address)


def test_another_text_or_number_of_comments_is_another_digest_and_the_rest_is_not() -> None:
    def digest(text: str, count: int, noise: str) -> str:
        return one(
            f"<link>/a/</link><guid>{noise}</guid><slash:comments>{count}</slash:comments><content:encoded>{text}</content:encoded>"
        ).digest

    same = digest("text", 1, "x")
    assert same == digest("text", 1, "y")
    assert len({same, digest("text!", 1, "x"), digest("text", 2, "x")}) == 3


ITEM = "<item><title>A</title><link>/a/</link><pubDate>Tue, 05 Mar 2019 10:00:00 GMT</pubDate></item>"


@pytest.mark.parametrize(
    "body",
    [
        rss(ITEM)[:-12],
        rss(ITEM, ITEM.replace("/a/", "/b/"))[:-60],
        rss(ITEM.replace("A</title>", "Fish &nbsp;& chips</title>")),
        rss(ITEM.replace("A</title>", "A</title><media:content url='/x'/><itunes:author>Ann</itunes:author>")),
        b"<p>Warning</p>" + rss(ITEM),
        rss(ITEM).replace(b"</item>", b"<description><p>never closed</description></item>"),
        rss(ITEM.replace("A</title>", "\x08A</title>")),
    ],
    ids=["cut off", "cut in an item", "entities", "undeclared prefixes", "a warning before it", "bare markup", "control characters"],
)
def test_a_broken_feed_gives_the_items_that_are_complete(body: bytes) -> None:
    found = read_feed(body, URL)
    assert [(item.url, item.published_at) for item in found] == [("https://example.org/a/", "2019-03-05T10:00:00Z")]
    assert found.broken and not read_feed(rss(ITEM), URL).broken


def test_a_json_feed_is_a_feed() -> None:
    body = """{"version": "https://jsonfeed.org/version/1.1", "next_url": "/feed.json?page=2", "items": [
      {"id": "1", "url": "/a/", "title": "A", "date_published": "2019-03-05T10:00:00+04:30", "date_modified": "2019-03-06T10:00:00Z",
       "authors": [{"name": "Ann"}, {"url": "/b"}, {"name": "Ben"}]},
      {"id": "https://example.org/b/", "external_url": "https://other.example/", "author": {"name": "Cyn"}},
      {"id": "3"}, "no item", {"url": ["/c/"]}]}"""
    found = read_feed(body.encode("utf-8-sig"), URL)
    assert [(i.url, i.published_at, i.updated_at, i.authors) for i in found] == [
        ("https://example.org/a/", "2019-03-05T05:30:00Z", "2019-03-06T10:00:00Z", ("Ann", "Ben")),
        ("https://example.org/b/", None, None, ("Cyn",)),
    ]
    assert found.next_page == "https://example.org/feed.json?page=2"
    assert read_feed(body.replace('"title": "A"', '"title": "B"').encode(), URL)[0].digest != found[0].digest
    for no_feed in ('{"items": 1}', "[]", '{"items": [', "{" * 100_000):
        with pytest.raises(DoorClosed):
            read_feed(no_feed.encode(), URL)


def test_a_feed_says_where_its_older_items_are_and_what_its_links_are_relative_to() -> None:
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://example.org/blog/'><link rel='next' href='/old.xml'/>"
        "<entry><link rel='next' href='/no'/><link href='a/'/></entry></feed>"
    )
    found = read_feed(atom.encode(), "https://feeds.example/1")
    assert ([item.url for item in found], found.next_page) == (["https://example.org/blog/a/"], "https://example.org/old.xml")
    assert read_feed(rss("<atom:link rel='next' href='?paged=2'/>", ITEM), URL).next_page == "https://example.org/feed/?paged=2"


@pytest.mark.parametrize("body", [rss("<item><link>/a/</link></item>")[:-40], b"", b"<html><p>no feed", b"{}"])
def test_a_feed_that_reads_as_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(DoorClosed):
        read_feed(body, URL)


def test_numbers_that_are_none_are_no_counts() -> None:
    assert one(f"<link>/a/</link><slash:comments>{'9' * 5000}</slash:comments>").comment_count is None
    assert one("<link>/a/</link><slash:comments>²</slash:comments>").comment_count is None
