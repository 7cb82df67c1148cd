"""Sitemaps as sites serve them, and as broken or hostile servers do."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.sitemap import Sitemap, read_sitemap
from crawler.discover.xml import MOST_UNPACKED, absolute_link, parse_xml
from crawler.errors import DoorClosed

URL = "https://example.org/sitemap.xml"
SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*entries: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SCHEMA}>{"".join(entries)}</urlset>'.encode()


def entry(path: str, lastmod: str = "") -> str:
    return f"<url><loc>https://example.org{path}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}</url>"


def test_addresses_come_with_their_lastmod_or_without() -> None:
    found = read_sitemap(urlset(entry("/a/", "2024-03-05T10:00:00+01:00"), entry("/b/")), URL)
    assert found.addresses == {"https://example.org/a/": "2024-03-05T10:00:00+01:00", "https://example.org/b/": ""}
    assert found.files == ()


def test_an_index_names_files_and_skips_those_that_by_name_hold_no_articles() -> None:
    names = [
        *["wp-sitemap-posts-post-1", "wp-sitemap-posts-page-1", "wp-sitemap-taxonomies-post_tag-1", "wp-sitemap-users-1", "post-sitemap2"],
        *["post_tag-sitemap", "author-sitemap", "page-sitemap", "category-sitemap", "sitemap-posts", "sitemap-tags", "2019-sitemap"],
    ]
    files = "".join(f"<sitemap><loc>https://example.org/{name}.xml</loc></sitemap>" for name in names)
    found = read_sitemap(f"<sitemapindex {SCHEMA}>{files}</sitemapindex>".encode(), URL)
    assert [file.rsplit("/", 1)[1] for file in found.files] == [
        *["wp-sitemap-posts-post-1.xml", "post-sitemap2.xml", "sitemap-posts.xml", "2019-sitemap.xml"]
    ]


def test_plain_permalinks_name_their_files_in_the_query() -> None:
    kinds = ["posts&amp;sitemap-subtype=post&amp;paged=1", "posts&amp;sitemap-subtype=page&amp;paged=1", "taxonomies", "users"]
    files = "".join(f"<sitemap><loc>https://example.org/?sitemap={kind}</loc></sitemap>" for kind in kinds)
    found = read_sitemap(f"<sitemapindex {SCHEMA}>{files}</sitemapindex>".encode(), URL)
    assert found.files == ("https://example.org/?sitemap=posts&sitemap-subtype=post&paged=1",)


def test_a_gzipped_file_is_read_whatever_it_is_called() -> None:
    assert list(read_sitemap(gzip.compress(urlset(entry("/a/"))), URL).addresses) == ["https://example.org/a/"]


def test_relative_addresses_comments_and_other_namespaces_are_borne() -> None:
    extra = '<!-- made by hand --><url><loc> /a/ </loc><image:image xmlns:image="i"><image:loc>/x.png</image:loc></image:image></url>'
    assert read_sitemap(urlset(extra), URL).addresses == {"https://example.org/a/": ""}


def test_without_any_namespace_it_is_a_sitemap_too() -> None:
    assert read_sitemap(b"<urlset><url><loc>/a/</loc></url></urlset>", URL).addresses == {"https://example.org/a/": ""}


@pytest.mark.parametrize(
    "body",
    [
        urlset(entry("/a/"), entry("/b/"))[:-30],
        gzip.compress(urlset(*(entry(f"/{i}/") for i in range(1000))))[:-40],
        b"",
        b"   \n",
        b"\x1f\x8b",
        b"\x1f\x8bnot gzip at all",
        b"<!DOCTYPE html><html><head><title>Not found</title></head><body><p>Nothing<br></p></body></html>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Well-formed, no sitemap</p></body></html>',
        b"https://example.org/a/\nhttps://example.org/b/\n",
        b'{"a": 1}',
        urlset(entry("/a/")) + b"<p>debug output</p>",
        b"\x00" * 100,
    ],
    ids=["truncated", "truncated gzip", "empty", "blank", "gzip magic", "no gzip", "html", "xhtml", "text", "json", "trailing", "nul"],
)
def test_what_is_no_whole_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(DoorClosed, match=r"sitemap\.xml is (?:no|empty)"):
        read_sitemap(body, URL)


def test_a_document_that_multiplies_itself_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE urlset [<!ENTITY e0 "{"x" * 1000}">{entities}]>'
    for document in (f"{bomb}<urlset>&e9;</urlset>", f'{bomb}<urlset a="&e9;"/>'):
        with pytest.raises(DoorClosed):
            read_sitemap(document.encode(), URL)


def test_no_file_of_this_machine_is_read_through_an_entity() -> None:
    document = '<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&f;</loc></url></urlset>'
    assert "root" not in str(read_sitemap(document.encode(), URL).addresses)


def test_gzip_that_unpacks_to_more_than_the_protocol_allows_is_refused() -> None:
    with pytest.raises(DoorClosed, match="more than the protocol allows"):
        read_sitemap(gzip.compress(b" " * (MOST_UNPACKED + 1), 1), URL)


def test_fifty_thousand_addresses_are_read() -> None:
    assert len(read_sitemap(urlset(*(entry(f"/archives/2024/05/{'long-' * 30}{i}/") for i in range(50_000))), URL).addresses) == 50_000


def test_an_address_that_is_none_is_left_out() -> None:
    assert absolute_link(URL, "http://[") == ""
    found = read_sitemap(urlset("<url><loc>http://[</loc></url>", "<url><loc></loc></url>", "<url/>", entry("/a/")), URL)
    assert found.addresses == {"https://example.org/a/": ""}


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sitemap_or_are_refused(body: bytes) -> None:
    with contextlib.suppress(DoorClosed):
        assert isinstance(read_sitemap(body, URL), Sitemap)


def test_utf_16_and_a_byte_order_mark_are_xml() -> None:
    text = urlset(entry("/ä/")).decode().replace("UTF-8", "UTF-16")
    assert list(read_sitemap(text.encode("utf-16"), URL).addresses) == ["https://example.org/ä/"]
    assert parse_xml(b"\xef\xbb\xbf" + urlset(), URL) is not None
