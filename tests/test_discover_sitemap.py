"""Sitemaps as sites serve them, and as broken or hostile servers do."""

from __future__ import annotations

import contextlib
import gzip
import re

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
        b"",
        b"   \n",
        b"\x1f\x8b",
        b"\x1f\x8bnot gzip at all",
        b"<!DOCTYPE html><html><head><title>Not found</title></head><body><p>Nothing<br></p></body></html>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Well-formed, no sitemap</p></body></html>',
        b'{"a": 1}',
        b"\x00" * 100,
        urlset()[:-3],
        urlset(entry("/a/"))[:-40],
        b"User-agent: *\nDisallow: /cart/\n",
        b"/a/\nis an address, and this is a sentence.\n",
    ],
    ids=["empty", "blank", "gzip magic", "no gzip", "html", "xhtml", "json", "nul", "cut, empty", "cut in an entry", "rules", "words"],
)
def test_what_is_no_sitemap_and_what_reads_as_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(DoorClosed, match=r"sitemap\.xml is (?:no|empty)"):
        read_sitemap(body, URL)


A, B, C = (f"https://example.org/{name}/" for name in "abc")
WHOLE = urlset(entry("/a/"), entry("/b/", "2024-03-05"))
IMAGE = b"<image:image><image:loc>/x.png</image:loc></image:image><video:loc>/film</video:loc></url>"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    "body",
    [
        WHOLE.replace(b"</url>", b"<note>Fish & chips & more</note></url>"),
        WHOLE.replace(b"</url>", b"<note>A&nbsp;B &copy; C &c</note></url>"),
        WHOLE.replace(b"</url>", b"<![CDATA[ & <b> &nbsp; ]]><n>&</n></url>"),
        WHOLE.replace(b"</url>", IMAGE),
        b"<br />\n<b>Deprecated</b>: x in <b>/map.php</b><br />\n" + WHOLE,
        b"Notice: x\n" + WHOLE,
        WHOLE + b"<!-- 0.3 s --><p>debug output",
        WHOLE.replace(b"</url>", b"<note>\x0c\x1b</note></url>"),
        WHOLE.replace(b"</url>", "<note>caf\xe9</note></url>".encode("latin-1")),
        WHOLE.replace(b"UTF-8", b"UTF-16").replace(b"</url>", b"<note>&</note></url>"),
        WHOLE.replace(b"</urlset>", b""),
        WHOLE.replace(b"</url></urlset>", b""),
        WHOLE + entry("/c/")[:-5].encode(),
        urlset(entry("/a/")) + DECLARATION + urlset(entry("/b/", "2024-03-05")).removeprefix(DECLARATION),
        "".join((entry("/a/"), entry("/b/", "2024-03-05"))).encode(),
        WHOLE.replace(b"</lastmod>", b"</lastmod></oops>"),
        gzip.compress(WHOLE + b" " * 50_000, 0)[:-20_000],
    ],
    ids=[
        *("bare &", "entities of HTML", "inside CDATA", "undeclared prefixes", "a warning in HTML", "a warning", "something behind it"),
        *("control characters", "another encoding", "a wrong declaration", "no end", "cut behind an address", "cut in the third"),
        *("two in one file", "no root", "a wrong end tag", "half a gzip file"),
    ],
)
def test_a_broken_file_is_read_as_far_as_it_can_be_and_is_never_whole(body: bytes) -> None:
    found = read_sitemap(body, URL)
    assert found.broken and not found.whole
    assert {address: found.addresses.get(address) for address in (A, B)} == {A: "", B: "2024-03-05"}
    assert found.addresses.keys() <= {A, B, C}


@pytest.mark.parametrize("cut", range(60, 100))
def test_an_address_that_is_cut_off_is_none(cut: int) -> None:
    body = urlset(entry("/a/"), *(entry(f"/b/{n}/") for n in range(30)))
    end = body.index(b"/b/7/") + cut
    assert all(re.fullmatch(r"https://example\.org/(?:a|b/\d+)/", address) for address in read_sitemap(body[:end], URL).addresses)


def test_the_amp_of_a_query_is_no_fault_and_a_bare_one_stays_in_its_address() -> None:
    assert list(read_sitemap(urlset("<url><loc>/?a=1&amp;b=2</loc></url>"), URL).addresses) == ["https://example.org/?a=1&b=2"]
    assert list(read_sitemap(urlset("<url><loc>/?a=1&amp;amp;b=2</loc></url>"), URL).addresses) == ["https://example.org/?a=1&b=2"]
    assert list(read_sitemap(urlset("<url><loc>/?a=1&b=2&copy=3</loc></url>"), URL).addresses) == ["https://example.org/?a=1&b=2&copy=3"]
    assert list(read_sitemap(urlset("<url><loc>/caf&eacute;/</loc></url>"), URL).addresses) == ["https://example.org/caf%C3%A9/"]


def test_an_address_that_lacks_its_scheme_is_no_path() -> None:
    body = urlset("<url><loc>www.example.org/a/</loc></url><url><loc>other.example/b/</loc></url>")
    assert list(read_sitemap(body, URL).addresses) == ["https://www.example.org/a/", "https://example.org/other.example/b/"]
    assert list(read_sitemap(b"example.org/a/\nexample.org/b/", URL).addresses) == [A, B]


def test_a_file_of_lines_is_a_sitemap() -> None:
    for body in (f"{A}\n{B}\n", f"\ufeff{A}\r\n\r\n  {B}  ", "# all of them\n/a/\n//example.org/b/"):
        found = read_sitemap(body.encode(), URL)
        assert found.addresses == {A: "", B: ""} and found.whole
    assert list(read_sitemap(gzip.compress(gzip.compress(A.encode())), URL).addresses) == [A]
    assert list(read_sitemap(f"{A}\n{B}".encode("utf-16"), URL).addresses) == [A, B]
    odd = read_sitemap(f"Our pages\n{A}\n{B}\n".encode(), URL)
    assert list(odd.addresses) == [A, B] and odd.broken == "1 of its 3 lines are no addresses"


def test_a_feed_is_a_sitemap_of_what_is_newest() -> None:
    rss = "<rss><channel><link>/</link><item><link>/a/</link><pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate></item></channel></rss>"
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/a/'/><updated>2024-03-05T10:00:00Z</updated></entry></feed>"
    rdf = "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel/><item rdf:about='/a/'><link>/a/</link></item></rdf:RDF>"
    json = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/a/"}]}'
    for body in (rss, atom, rdf, json, rss.replace("<channel>", "<channel><title>A & B</title>")):
        found = read_sitemap(body.encode(), URL)
        assert list(found.addresses) == [A] and not found.whole
    assert read_sitemap(rss.encode(), URL).addresses[A] == read_sitemap(atom.encode(), URL).addresses[A] == "2024-03-05T10:00:00Z"


def test_entries_at_any_depth_and_under_any_prefix_are_read() -> None:
    nested = f"<urlset>{urlset(entry('/a/')).decode().partition('?>')[2]}<group>{entry('/b/')}</group></urlset>"
    assert list(read_sitemap(nested.encode(), URL).addresses) == [A, B]
    prefixed = f"<s:urlset xmlns:s='x'><s:url><s:loc>{A}</s:loc></s:url></s:urlset>"
    assert list(read_sitemap(prefixed.encode(), URL).addresses) == [A]
    loud = f"<URLSET><URL><LOC>{A}</LOC><LASTMOD>2024</LASTMOD></URL></URLSET>"
    assert read_sitemap(loud.encode(), URL).addresses == {A: "2024"}


def test_files_that_stand_among_the_addresses_are_files() -> None:
    names = [entry("/post-sitemap2.xml"), entry("/map/2019.xml.gz"), entry("/sitemap-news.txt"), entry("/sitemap/"), entry("/a/")]
    found = read_sitemap(urlset(*names), URL)
    assert [file.rpartition("/")[2] for file in found.files] == ["post-sitemap2.xml", "2019.xml.gz", "sitemap-news.txt"]
    assert list(found.addresses) == ["https://example.org/sitemap/", A]


def test_a_page_in_another_language_is_named_too_and_the_same_page_for_phones_is_not() -> None:
    links = (
        "<xhtml:link xmlns:xhtml='http://www.w3.org/1999/xhtml' rel='alternate' hreflang='de' href='/de/a/'/>"
        "<xhtml:link rel='alternate' media='only screen and (max-width: 640px)' href='/m/a/' xmlns:xhtml='http://www.w3.org/1999/xhtml'/>"
    )
    found = read_sitemap(urlset(entry("/a/", "2024").replace("</url>", f"{links}</url>")), URL)
    assert found.addresses == {A: "2024", "https://example.org/de/a/": ""}


def test_a_broken_document_that_multiplies_itself_is_refused_too() -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE urlset [<!ENTITY e0 "{"x" * 1000}">{entities}]>'
    with pytest.raises(DoorClosed):
        read_sitemap(f"{bomb}<urlset>&e9; & ".encode(), URL)
    found = read_sitemap(f"{bomb}<urlset><url><loc>/a/</loc></url>&e9; & ".encode(), URL)
    assert found.addresses == {A: ""} and found.broken


def test_entries_without_end_tags_are_read_however_many() -> None:
    many = [f"https://example.org/{number}/?a=1&b=2" for number in range(3000)]
    body = urlset(*(f"<url>\n<loc>{address}</loc>" for address in many))
    assert sorted(read_sitemap(body, URL).addresses) == sorted(many)
    assert list(read_sitemap(urlset(entry("/a/"), f"<!-- {entry('/b/')} --> & "), URL).addresses) == [A]


def test_an_entry_may_lack_its_loc() -> None:
    body = "<sitemapindex><sitemap>\nhttps://example.org/a.jss?p=2&amp;l=en\n</sitemap><sitemap> </sitemap></sitemapindex>"
    assert read_sitemap(body.encode(), URL).files == ("https://example.org/a.jss?p=2&l=en",)


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
    assert list(read_sitemap(text.encode("utf-16"), URL).addresses) == ["https://example.org/%C3%A4/"]
    assert parse_xml(b"\xef\xbb\xbf" + urlset(), URL).broken == ""
