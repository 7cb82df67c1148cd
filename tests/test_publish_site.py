"""The pages, asked of a real Datasette in this process."""

from __future__ import annotations

import html
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from datasette import hookimpl
from datasette.plugins import pm
from datasette.utils.asgi import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.db.connection import open_for_writing
from archive.errors import ConfigurationError
from archive.publish.server import routes
from archive.publish.server.serve import build_server
from archive.warc.place import sha256
from tests.publish_archive import HOME, build_archive
from tests.publish_site import PAGES, RAID, Site


@pytest.fixture
def site(example: Site) -> Site:
    return example


OWN = [*PAGES, "/search?q=drone", "/url?url=nowhere.example", RAID, "/20240115/www.example.org/2014/03/raid"]
ASKED = ("/url", "/compare", "/unapi")  # what these show depends on a question
FOR_PROGRAMS = ("/metrics",)


def test_every_page_is_among_those_that_the_tests_ask_for() -> None:
    plain = {match[1] for pattern, _ in routes.PAGES if (match := re.fullmatch(r"\^(/\w*)\$", pattern))}
    forgotten = plain.difference(PAGES, ASKED, FOR_PROGRAMS)
    assert not forgotten, f"{forgotten}: name them in tests/publish_site.py:PAGES, and their headers, markup and secrets are tested"


@pytest.mark.parametrize("path", OWN)
def test_own_pages_carry_strict_headers(site: Site, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("path", OWN)
def test_own_pages_have_no_inline_script_or_style(site: Site, path: str) -> None:
    page = site.get(path).text
    assert not re.search(r"<script(?! src=\"/static/| type=\"application/ld\+json\">)|<style| style=| on\w+=\"", page)
    assert not re.search(r"<(?:img|script|iframe)[^>]+src=\"(?:https?:)?//", page)


def test_home_says_what_is_held_and_how_complete(site: Site) -> None:
    text = site.text("/")
    assert "The Example Journal 6 articles and 5 comments, 7 March 2014 to 1 July 2016; 1 article is no longer on the site" in text
    assert "5 of 9 (55.5 %)" in text and "1 unexplained, 1 explained" in text
    assert '<a href="/search?q=year%3A2014"' in site.get("/").text


def test_an_unchanged_page_is_not_sent_again(site: Site) -> None:
    etag = site.get(RAID).headers["etag"]
    again = site.get(RAID, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", RAID, "/search.json?q=marib", "/changes.atom"])
def test_own_answers_are_compressed_for_those_who_take_gzip(site: Site, path: str) -> None:
    plain = site.get(path, headers={"accept-encoding": "gzip;q=0, br"})
    packed = site.get(path, headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content and packed.num_bytes_downloaded < len(plain.content) / 1.5
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["vary"]
        again = site.get(path, headers={"if-none-match": response.headers["etag"], "accept-encoding": "gzip"})
        assert (again.status_code, again.content) == (304, b"")
    assert plain.headers["etag"] != packed.headers["etag"]


def test_compression_keeps_the_other_reason_for_which_a_page_varies(site: Site) -> None:
    assert {"Accept-Datetime", "Accept-Encoding"} <= set(site.get(RAID).headers["vary"].split(", "))


@pytest.mark.parametrize("path", ["/", RAID, "/search?q=marib", "/status", "/nowhere"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_own_pages_are_only_read(site: Site, path: str, method: str) -> None:
    response = site.run(site.datasette.client.request(method, path))
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    asked = site.run(site.datasette.client.request("OPTIONS", path))
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, "GET, HEAD, OPTIONS", b"")
    assert site.run(site.datasette.client.request("HEAD", path)).status_code == site.get(path).status_code


def test_a_fixed_origin_stands_in_feeds_and_citations_whatever_host_was_asked(tmp_path: Path) -> None:
    site = Site(build_archive(tmp_path), "https://Archive.example.org/")
    for path in ("/changes.atom", "/search.atom?q=marib", "/search.json?q=marib", "/opensearch.xml", f"/cite.txt?url={HOME}2014/03/raid"):
        body = site.get(path, headers={"host": "evil.example"}).text
        assert "https://archive.example.org/" in body and "evil.example" not in body and "localhost" not in body, path
    link = site.get(RAID, headers={"host": "evil.example"}).headers["link"]
    assert "<https://archive.example.org/timemap/" in link and "evil.example" not in link


@pytest.mark.parametrize("url", ["archive.example.org", "https://example.org/archive/", "ftp://example.org", "https://", "http://[::1"])
def test_what_is_no_origin_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="is no origin; write it as"):
        build_server(build_archive(tmp_path), url)


def test_routes_of_other_plugins_come_before_the_route_of_all_addresses(tmp_path: Path) -> None:
    class Graph:
        __name__ = "graph"

        @hookimpl
        def register_routes(self) -> list[tuple[str, Callable[[], Response]]]:
            return [(r"^/graphql$", lambda: Response.text("a plugin's page"))]

    for ours in [plugin for plugin in pm.get_plugins() if getattr(plugin, "__name__", "") == "reading_site.py"]:
        pm.unregister(ours)  # ours is loaded last, as for an installed plugin
    pm.register(Graph(), name="graph")
    try:
        assert Site(build_archive(tmp_path)).get("/graphql").text == "a plugin's page"
    finally:
        pm.unregister(name="graph")


def test_the_reading_page_shows_the_article_and_where_it_comes_from(site: Site) -> None:
    page, text = site.get(RAID).text, site.text(RAID)
    assert "Drone strike kills five in Yemen By Jane Doe and Karim al-Masri · 7 March 2014" in text
    assert '<link rel="canonical" href="https://www.example.org/2014/03/raid">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "<urn:uuid:record-12>" in text and "warc/example/a.warc.gz, byte 12000" in text
    assert "sha256:" + f"{12:064x}" in text
    assert '<h2>The commander</h2><p>Officials named the commander as <a href="https://source.example.net/x"' in page


def test_the_reading_page_says_what_was_cut_and_why(site: Site) -> None:
    text = site.text(RAID)
    assert "What was cut from this page, and why (2 blocks)" in text
    assert "appeal recurs in 9 articles Please donate to keep this site alive." in text


def test_a_picture_waits_for_a_click(site: Site) -> None:
    response = site.get(RAID)
    assert '<a class="picture" href="https://pictures.example.net/marib.jpg"' in response.text
    assert "<img" not in response.text
    assert "img-src 'self' data: https://pictures.example.net;" in response.headers["content-security-policy"]


def test_revisions_are_shown_word_by_word(site: Site) -> None:
    page = site.get(RAID).text
    assert "Drone strike kills <del>four</del><ins>five</ins> in Yemen" in page
    assert "a number changed, not declared by the article" in site.text(RAID)


def test_citing_articles_are_linked_both_ways(site: Site) -> None:
    assert "Cited by Charter of a new emirate 1 April 2014" in site.text(RAID)
    assert "Cites Drone strike kills five in Yemen 7 March 2014" in site.text("/www.example.org/2014/04/charter")


def test_a_link_to_an_archived_article_stays_in_the_archive(site: Site) -> None:
    page = site.get("/www.example.org/2014/04/charter").text
    assert f'<a title="x" href="{RAID}" rel="noopener nofollow ugc">the raid</a>' in page
    assert '<a href="https://source.example.net/x"' in site.get(RAID).text


def test_a_thread_is_nested_with_permalinks_and_names(site: Site) -> None:
    page, text = site.get(RAID).text, site.text(RAID)
    assert [int(number) for number in re.findall(r'<li id="c-(\d+)"', page)] == [1, 2, 3, 4]
    thread = page[page.index('id="comments"') : page.index('class="after"')]
    assert thread.count("<ol>") == thread.count("</ol>") == 3
    assert thread.count("<li ") == thread.count("</li>")
    assert "Alya in reply to Bill" in text
    assert '<a href="https://example.com/a?b=1&amp;c=2"' in page


def test_removed_and_edited_comments_are_marked_with_their_texts(site: Site) -> None:
    text = site.text(RAID)
    assert (
        "Missing from the site, not yet confirmed: last seen 1 January 2024, 06:00 UTC, missing since 1 February 2024, 06:00 UTC." in text
    )
    assert "This comment was removed." in text
    assert "A deeper reply<ins>, which was reworded</ins>." in site.get(RAID).text


def test_a_gone_article_says_so_with_the_interval(site: Site) -> None:
    text = site.text("/www.example.org/2015/05/gone")
    assert (
        "Gone from the site: last seen there 1 February 2024, 06:00 UTC, missing since 1 February 2024, 06:00 UTC, confirmed 3 February"
        in text
    )
    assert "This text is kept although the site removed it." in text


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/www.example.org/?p=104", "Plain permalinks"),
        ("/www.example.org/2016/%d8%b5%d9%86%d8%b9%d8%a7%d8%a1/", "صنعاء and the coast"),
        ("/www.example.org/2016/%D8%B5%D9%86%D8%B9%D8%A7%D8%A1/", "صنعاء and the coast"),
        ("/127.0.0.1:8765/deep/A%20b.html", "On a local port"),
        ("/www.example.org/2016/hostile", "<script>alert('t')</script> & reversed"),
    ],
)
def test_every_kind_of_address_is_read(site: Site, path: str, title: str) -> None:
    assert title in site.text(path)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/example.org/2014/03/raid", RAID),
        (RAID + "/", RAID),
        (RAID + "?utm_source=letter", RAID),
        (RAID + "?replytocom=7", RAID),
        ("/www.example.org/?p=104&utm_source=letter", "/www.example.org/?p=104"),
        ("/www.example.org/old-charter", "/www.example.org/2014/04/charter"),
        ("/https://www.example.org/2014/03/raid", RAID),
        ("/20240115/example.org/2014/03/raid/", "/20240115" + RAID),
        ("/url?url=http://example.org/2014/03/raid/?utm_campaign=x%26fbclid=y", RAID),
        ("/url?url=www.example.org/2014/03/raid%23comments", RAID),
        ("/url?url=https://www.example.org/?p=104", "/www.example.org/?p=104"),
        ("/www.example.org/", "/search?q=site%3A%22example%22"),
    ],
)
def test_other_spellings_lead_to_the_one_address(site: Site, path: str, leads_to: str) -> None:
    response = site.get(path)
    assert (response.status_code, response.headers.get("location")) == (302, leads_to)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere", "/unknown.example/2014/03/raid", "/www.example.org/2014/03/nothing", "/url?url=https://www.example.org/drone-strike-yemen",
        "/archive/nosuchtable", "/2013/www.example.org/2014/03/raid", "//evil.example/%2e%2e", "/%00", "/timemap/nowhere.example/x",
        "/cite.bib?url=nowhere.example",
    ],
)  # fmt: skip
def test_unknown_addresses_get_a_page_that_helps(site: Site, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 404
    assert 'action="/search"' in response.text


def test_a_404_offers_what_the_words_of_the_address_find(site: Site) -> None:
    page = site.get("/www.example.org/2014/03/drone-strike-yemen-wrong").text
    assert "<mark>Drone</mark> <mark>strike</mark> kills five in <mark>Yemen</mark>" in page


def test_datasette_keeps_its_own_addresses(site: Site) -> None:
    assert site.get("/archive.json").json()["database"] == "archive"
    assert site.get("/archive/articles.json?_shape=array").status_code == 200
    assert site.get("/-/versions.json").status_code == 200
    assert site.get("/archive/nosuch.json").headers["content-type"].startswith("application/json")
    page = site.get("/archive/articles")
    assert 'class="site-head"' in page.text and "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_an_article_is_read_as_it_was_then(site: Site) -> None:
    response = site.get("/20240115000000" + RAID)
    assert response.headers["memento-datetime"] == "Mon, 01 Jan 2024 06:00:10 GMT"
    assert "Drone strike kills four in Yemen" in response.text and "killing four fighters" in response.text
    assert "A deeper reply." in response.text and "This comment was removed." in response.text
    assert "This is the article as it was seen on" in response.text
    later = site.get("/20240202000000" + RAID)
    assert later.headers["memento-datetime"] == "Thu, 01 Feb 2024 06:00:10 GMT"
    assert "This comment was removed." not in later.text


def test_memento_links_lead_to_all_states(site: Site) -> None:
    link = site.get(RAID).headers["link"]
    assert f'<{HOME}2014/03/raid>; rel="original"' in link and 'rel="first memento"' in link and 'rel="last memento"' in link
    timemap = site.get("/timemap" + RAID)
    assert timemap.headers["content-type"].startswith("application/link-format")
    assert timemap.text.count("memento") == 2
    span = 'from="Mon, 01 Jan 2024 06:00:10 GMT"; until="Thu, 01 Feb 2024 06:00:10 GMT"'
    assert f'<http://localhost/timemap{RAID}>; rel="self"; type="application/link-format"; {span}' in timemap.text


@pytest.mark.parametrize(
    ("form", "start"),
    [("txt", "Jane Doe, Karim al-Masri: “Drone"), ("bib", "@online{doe2014drone,"), ("ris", "TY  - BLOG\r\n"), ("json", "[")],
)
def test_citations_are_downloads(site: Site, form: str, start: str) -> None:
    response = site.get(f"/cite.{form}?url={HOME}2014/03/raid")
    assert response.text.startswith(start)
    assert response.headers["content-disposition"] == f'attachment; filename="doe2014drone.{form}"'
    assert "/20240201060010/www.example.org/2014/03/raid" in response.text


def test_search_finds_articles_and_comments(site: Site) -> None:
    text = site.text("/search?q=marib")
    assert "2 articles" in text
    assert "<mark>Marib</mark>" in site.get("/search?q=marib").text
    assert "Alya on Drone strike kills five in Yemen" in site.text("/search?q=convoy")
    page = site.get("/search?q=in:comments+reply").text
    assert f'<a href="{RAID}?marks=in%3Acomments%20reply#c-2"><b>Alya</b> on Drone strike kills five in Yemen</a>' in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ('"near marib"', {"Drone strike kills five in Yemen", "Charter of a new emirate"}),
        ("marib -charter", {"Drone strike kills five in Yemen"}),
        ("charter OR convoy", {"Drone strike kills five in Yemen", "Charter of a new emirate"}),
        ("emir*", {"Charter of a new emirate"}),
        ("it's multi-agent", {"Charter of a new emirate"}),
        ('tag:"Yemen"', {"Drone strike kills five in Yemen", "An article that went away"}),
        ("tag:al-qaeda", {"Drone strike kills five in Yemen", "Charter of a new emirate"}),
        ("tag:yemen -tag:analysis", {"An article that went away"}),
        ("author:masri", {"Drone strike kills five in Yemen", "An article that went away"}),
        ('author:"Jane Doe" before:2014-04', {"Drone strike kills five in Yemen"}),
        ("after:2014-03-08 before:2016", {"Charter of a new emirate", "An article that went away"}),
        ("year:2015", {"An article that went away"}),
        ("month:2014-04", {"Charter of a new emirate"}),
        ("site:local", {"On a local port"}),
        ("kind:link", {"<script>alert('t')</script> & reversed"}),
        ("صنعاء", {"صنعاء and the coast"}),
        ("xyzzyplugh", set()),
    ],
)
def test_the_query_language_finds(site: Site, query: str, titles: set[str]) -> None:
    page = site.get("/search", params={"q": "in:articles " + query}).text
    found = re.findall(r'<h3 dir="auto"><a href="[^"]+">(.*?)</a>', page)
    assert {html.unescape(re.sub("</?mark>", "", title)) for title in found} == titles


def test_former_states_can_be_searched(site: Site) -> None:
    assert "1 former state" in site.text("/search?q=in:history+four")
    assert 'href="/20240101060010/www.example.org/2014/03/raid"' in site.get("/search?q=in:history+four").text


def test_search_narrows_and_sorts(site: Site) -> None:
    page = site.get("/search?q=marib").text
    assert 'href="/search?q=marib%20year%3A2014"' in page and 'href="/search?q=marib%20tag%3A%22Yemen%22"' in page
    oldest = site.text("/search?q=marib&sort=oldest")
    assert oldest.index("Drone strike kills") < oldest.index("Charter of a new emirate")


def test_a_search_is_a_file_too(site: Site) -> None:
    rows = site.get("/search.json?q=convoy").json()["hits"]
    assert [(row["kind"], row["title"]) for row in rows] == [
        ("article", "Drone strike kills five in Yemen"),
        ("comment", "Alya on Drone strike kills five in Yemen"),
    ]
    assert rows[1]["address"] == f"http://localhost{RAID}#c-2"
    assert site.get("/search.csv?q=convoy").text.splitlines()[0] == (
        "kind,title,author,date,published_at,address,original,snippet,text,words,seen_at,missing_since,dated_address,"
        "payload_digest,record_id,sealed_at"
    )
    assert site.get("/search.ris?q=marib").text.count("TY  - BLOG") == 2
    assert "AU  - al-Masri, Karim" in site.get("/search.ris?q=marib").text


@pytest.mark.parametrize(
    "path", ["/search.atom?q=marib", "/search.atom?q=in:comments+zebra", "/search.atom?q=", "/changes.atom", "/opensearch.xml"]
)
def test_feeds_are_well_formed(site: Site, path: str) -> None:
    response = site.get(path)
    assert "xml" in response.headers["content-type"]
    ElementTree.fromstring(response.text)


@pytest.mark.parametrize("path", ["/search.atom?q=in%3Acomments%20reply", "/changes.atom", "/changes.atom?event=changed&q=yemen"])
def test_a_feed_names_its_own_address_and_the_page_it_belongs_to(site: Site, path: str) -> None:
    links = {link.get("rel"): link.get("href") for link in ElementTree.fromstring(site.get(path).text).findall("{*}link")}
    assert links == {"self": f"http://localhost{path}", "alternate": f"http://localhost{path.replace('.atom', '')}"}
    assert site.get(links["alternate"].removeprefix("http://localhost")).status_code == 200


def test_the_feed_of_changes_holds_the_words(site: Site) -> None:
    entries = ElementTree.fromstring(site.get("/changes.atom?event=edited").text).findall("{*}entry")
    assert "Drone strike kills <del>four</del><ins>five</ins> in Yemen" in (entries[0].findtext("{*}content") or "")
    assert len({entry.findtext("{*}id") for entry in entries}) == len(entries) == 2


def test_spellings_are_offered_and_not_applied(site: Site) -> None:
    page = site.get("/search?q=qaida+charter").text
    assert 'href="/search?q=qaida%20OR%20Qaeda%20charter"' in page
    assert "Nothing found" in page
    assert "1 article" in site.text("/search?q=name:qaida+OR+charter")


def test_a_list_beside_the_archive_adds_spellings(tmp_path: Path) -> None:
    own = Site(build_archive(tmp_path))
    assert "has no other spellings" in own.text("/search?q=name:Maarib")
    (tmp_path / "spellings.txt").write_text("Marib, Ma'rib, Maarib  # a town", encoding="utf-8")
    assert "2 articles" in own.text("/search?q=name:Maarib")
    own.loop.close()


def test_no_search_is_an_error(site: Site) -> None:
    chance = random.Random(6)
    alphabet = "\"*-:()^+{}~ |&OR AND NOT NEAR author: tag: before:2014 in:comments in:history é漢\u202e\x00\t%_[]\\'a1"
    for _ in range(400):
        query = "".join(chance.choices(alphabet, k=chance.randint(0, 30)))
        response = site.get("/search", params={"q": query, "page": chance.choice(["", "0", "-1", "x", "2", "9" * 30]), "sort": "'"})
        assert response.status_code == 200, query


@pytest.mark.parametrize("path", ["/www.example.org/2016/hostile", "/search?q=evil", "/search?q=in:comments+zebra", "/", "/changes"])
def test_hostile_text_is_text(site: Site, path: str) -> None:
    page = site.get(path).text
    assert not re.search(
        r"<script(?! src=\"/static/| type=\"application/ld\+json\">)|<svg onload|<iframe|<img|javascript:|\u202e|<[^>]* on\w+=", page
    )


def test_the_database_searches_only_for_what_is_asked(site: Site) -> None:
    for table in ("articles", "comments", "revisions"):
        assert site.get(f"/archive/{table}.json?_search=xyzzyplugh&_shape=array").json() == []
    assert [row["id"] for row in site.get("/archive/articles.json?_search=convoy&_shape=array").json()] == [1]


def test_a_query_for_a_gigabyte_is_refused_at_once(site: Site) -> None:
    response = site.get("/archive.json?sql=select+hex(zeroblob(4e8))")
    assert response.status_code == 400 and "too big" in response.text


def test_changes_are_filtered_by_event(site: Site) -> None:
    edited = site.text("/changes?event=edited")
    assert "Drone strike kills five in Yemen" in edited and "went away" not in edited
    assert "An article that went away" in site.text("/changes?event=gone")
    assert site.get("/changes?event=nonsense&page=zzz").status_code == 200


def test_status_names_every_gap(site: Site) -> None:
    text = site.text("/status")
    for words in ("password explained", "failed unexplained", "challenge page", "closed: answers 404", "2014-03 4 3"):
        assert words in text


def test_status_says_how_it_grows(site: Site) -> None:
    said = r"Growth [\d,]+ articles?, [\d,]+ comments?, [\d.,]+ [kM]B of WARC in 30 days; (the next 30 bring|too early)"
    assert re.search(said, site.text("/status"))


def test_an_empty_archive_has_pages_too(tmp_path: Path) -> None:
    open_for_writing(tmp_path).conn.close()
    empty = Site(tmp_path)
    for path in (*PAGES, "/search?q=x", "/url"):
        assert empty.get(path).status_code == 200, path
    assert empty.get("/example.org/x").status_code == 404
    empty.loop.close()


def test_a_commit_is_seen_at_once(tmp_path: Path) -> None:
    live = Site(build_archive(tmp_path))
    assert "Drone strike kills five" in live.text(RAID)
    db = open_for_writing(tmp_path)
    db.execute("update revisions set title = 'A new headline' where id = 12")
    assert "A new headline" in live.text(RAID)
    live.loop.close()


def test_a_hit_leads_to_its_paragraph(site: Site) -> None:
    assert f'<a href="{RAID}?marks=hurayra#p-2">' in site.get("/search?q=hurayra").text
    assert 'id="p-2"' in site.get(RAID).text


def test_a_client_that_asks_for_a_time_is_led_to_that_state(site: Site) -> None:
    answer = site.get(RAID, headers={"accept-datetime": "Mon, 15 Jan 2024 00:00:00 GMT"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/20240101060010" + RAID)
    assert "Accept-Datetime" in answer.headers["vary"]
    assert site.get(RAID, headers={"accept-datetime": "Mon, 15 Jan 2001 00:00:00 GMT"}).headers["location"] == "/20240101060010" + RAID
    assert f'<{HOME}2014/03/raid>; rel="original"' in answer.headers["link"] and 'rel="timemap"' in answer.headers["link"]
    assert site.get(RAID, headers={"accept-datetime": "yesterday"}).status_code == 400


def test_zotero_is_given_ris_and_the_original_address(site: Site) -> None:
    page = site.get(RAID).text
    assert f'<abbr class="unapi-id" title="{HOME}2014/03/raid">' in page and 'rel="unapi-server"' in page
    assert f'<meta name="citation_public_url" content="{HOME}2014/03/raid">' in page
    assert '<meta name="citation_author" content="Karim al-Masri">' in page
    assert site.get(f"/unapi?id={HOME}2014/03/raid").status_code == 300
    assert site.get(f"/unapi?id={HOME}2014/03/raid&format=ris").text.startswith("TY  - BLOG\r\nAU  - Doe, Jane\r\n")
    assert site.get("/unapi?id=nowhere.example&format=ris").status_code == 404


def test_the_author_and_the_topic_lead_on(site: Site) -> None:
    text = site.text(RAID)
    assert "By Jane Doe Charter of a new emirate →" in text and "On Yemen An article that went away →" in text


def test_a_captured_picture_comes_from_the_archive(tmp_path: Path) -> None:
    place = write_picture(tmp_path)
    db = open_for_writing(build_archive(tmp_path))
    capture = {
        "id": 900,
        "door": "image",
        "url": PICTURE,
        "captured_at": "2024-01-01T00:00:00Z",
        "status": 200,
    }
    db["captures"].insert(capture | {"mime": "image/png"} | place)
    db["captures"].insert(capture | {"id": 901, "mime": "image/svg+xml"} | place | {"record_id": "b", "offset": 9})
    db.execute("update images set capture_id = 900 where article_id = 1")
    db.execute("insert into images values (2, 0, ?, '', '', null, 901)", [PICTURE])
    db.conn.close()
    own = Site(tmp_path)
    page = own.get(RAID)
    assert (
        '<img src="/picture/900" alt="A road" loading="lazy">' in page.text
        and "img-src 'self' data:;" in page.headers["content-security-policy"]
    )
    picture = own.get("/picture/900")
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in picture.headers["content-security-policy"]
    assert own.get("/picture/901").status_code == own.get("/picture/12").status_code == own.get("/picture/99999").status_code == 404
    assert "/picture/901" not in (charter := own.get("/www.example.org/2014/04/charter").text)
    assert f'<a class="picture" href="{PICTURE}"' in charter, "what may hold a script stays a link"
    own.loop.close()


PICTURE = "https://pictures.example.net/marib.jpg"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


def write_picture(folder: Path) -> dict[str, Any]:
    """A picture in a WARC file of the archive; returns its place."""
    path = folder / "warc/example/pictures.warc.gz"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(PICTURE, "response", payload=io.BytesIO(PNG), http_headers=headers))
    place = {"filename": "warc/example/pictures.warc.gz", "offset": 0, "length": path.stat().st_size, "record_id": "a"}
    return place | {"record_digest": sha256(path.read_bytes()), "payload_digest": sha256(PNG)}


def test_a_huge_comment_and_its_edit_are_shown(tmp_path: Path) -> None:
    db = open_for_writing(build_archive(tmp_path))
    huge = "\n\n".join(f"paragraph {number} https://e.org/{number} \x00<b>" for number in range(150_000))
    db.execute("update comments set text = ? where id = 3", [huge])
    db.execute("update comment_revisions set text = ? where comment_id = 3 and number = 2", [huge])
    db.conn.close()
    own = Site(tmp_path)
    page = own.get(RAID)
    assert page.status_code == 200 and len(page.text) > 5_000_000 and "<b></" not in page.text
    own.loop.close()


def test_changes_are_asked_for_by_what_they_are_about(site: Site) -> None:
    text = site.text("/changes?q=yemen")
    assert "Drone strike kills five in Yemen" in text and "On a local port" not in text
    assert "Drone strike kills <del>four</del><ins>five</ins> in Yemen" in site.get("/changes?q=yemen").text
    assert site.text("/changes?q=four").count("Drone strike kills") >= 1, "also by words that were edited away"
    assert "Drone strike kills five" not in site.text("/changes?event=changed&q=yemen+seen:..2024-01-14")
    assert "Drone strike kills five" in site.text("/changes?event=changed&q=author:doe+seen:2024-02..")
    assert "Drone strike kills five" in site.text("/changes?event=changed&q=yemen+before:2024-01-15"), "published before"
    assert "Drone strike kills five" not in site.text("/changes?event=changed&q=yemen&seen_to=2024-01-15")
    assert "Drone strike kills five" in site.text("/changes?event=changed&q=author:doe&seen_from=2024-02")
    assert "Drone strike kills five" not in site.text("/changes?q=yemen+after:2015"), "as in every search: when it was published"
    assert "No change about zebra -zebra has been seen" in site.text("/changes?q=zebra+-zebra")
    assert "2024-99 is not a date" in site.text("/changes?q=after:2024-99")
    assert 'href="/changes.atom?event=changed&amp;q=yemen"' in site.get("/changes?event=changed&q=yemen").text
    feed = ElementTree.fromstring(site.get("/changes.atom?event=changed&q=yemen").text)
    assert feed.findtext("{*}title") == "Archive: changes about yemen" and len(feed.findall("{*}entry")) == 2
    assert len(ElementTree.fromstring(site.get("/changes.atom?event=changed&q=charter").text).findall("{*}entry")) == 0


def test_an_edited_article_says_so_at_its_head(site: Site) -> None:
    head = site.text(RAID).partition("Revisions")[0]
    edited = "Edited since it was first seen: 1 change, the latest seen 1 February 2024, 06:00 UTC"
    assert f"{edited} (a number changed, not declared by the article)." in head
    assert "Edited since" not in site.text("/www.example.org/2014/04/charter")


def test_links_of_a_former_state_are_its_own_and_stay_at_that_time(tmp_path: Path) -> None:
    db = open_for_writing(build_archive(tmp_path))
    old = f'<p>Once it cited <a href="{HOME}2014/04/charter">the charter</a> and <a href="{HOME}2016/hostile">another</a>.</p>'
    db.execute("update blocks set html = ? where revision_id = 11 and position = 0", [old])
    db.execute("update articles set first_seen_at = '2024-01-20T00:00:00Z' where id = 6")
    db.conn.close()
    own = Site(tmp_path)
    then, now = own.get("/20240115" + RAID).text, own.get(RAID).text
    assert 'href="/20240115/www.example.org/2014/04/charter"' in then and 'href="/www.example.org/2016/hostile"' in then
    assert "Cites Charter of a new emirate" in own.text("/20240115" + RAID) and "Cites Charter" not in own.text(RAID)
    assert "2014/04/charter" not in now[now.index('id="text"') : now.index('class="tags"')]
    assert "pictures.example.net" not in then[then.index("<main") :] and "Which pictures stood around this state is not known" in then
    own.loop.close()


def test_several_articles_are_cited_in_one_file(site: Site) -> None:
    both = f"url={HOME}2014/03/raid&url={HOME}2014/04/charter&url=https://nowhere.example/"
    assert site.get(f"/cite.ris?{both}").text.count("ER  - \r\n") == 2
    assert [one["title"] for one in site.get(f"/cite.json?{both}").json()] == [
        "Drone strike kills five in Yemen",
        "Charter of a new emirate",
    ]
    assert site.get(f"/cite.bib?{both}").text.count("@online{") == 2
    assert site.get(f"/cite.txt?{both}").headers["content-disposition"] == 'attachment; filename="archive.txt"'


def test_a_name_that_was_found_is_marked(site: Site) -> None:
    assert "<b><mark>Alya</mark></b> on" in site.get("/search?q=in:comments+alya").text


def test_datasettes_pages_have_a_language_a_main_part_and_names_for_their_fields(site: Site) -> None:
    page = site.get("/archive/articles?year=2014").text
    assert '<html lang="en">' in page and '<main class="content" id="main">' in page and "<h3>" not in page
    assert len(re.findall("<select aria-label", page)) == len(re.findall("<select", page))
    assert "<summary>What the columns mean</summary>" in page and "&lt;h2" not in page
    assert "select * from articles</textarea>" in site.get("/archive").text
    assert "&lt;b&gt;Mallory&lt;/b&gt;" in page or "&lt;b&gt;Mallory&lt;/b&gt;" in site.get("/archive/articles").text


def test_a_word_in_very_many_comments_is_not_ranked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Site(build_archive(tmp_path))
    for query in ("in:comments reply", "in:comments reply -second", "in:comments reply year:2014", 'in:comments reply author:"Bill"'):
        path = "/search.json?q=" + query.replace(" ", "+")
        ranked = {row["address"] for row in own.get(path).json()["hits"]}
        with monkeypatch.context() as patched:
            patched.setattr("archive.publish.search.find_hits.MOST_RANKED", 0)
            dated = [row["address"] for row in own.get(path).json()["hits"]]
            assert set(dated) == ranked, query
            assert own.text("/search?q=" + query.replace(" ", "+")).count(f"{len(ranked)} comment") == 1
    own.loop.close()


def test_an_empty_result_says_which_word_was_the_one(site: Site) -> None:
    text = site.text("/search?q=marib+xyzzyplugh")
    assert "marib alone finds 2 articles and 0 comments" in text and "xyzzyplugh stands nowhere" in text
    assert "convoq stands nowhere. Did you mean convoy ?" in site.text("/search?q=convoq")
    assert "convozzz stands nowhere; words that begin with convo* do" in site.text("/search?q=convozzz")
    assert "convoy alone finds 1 article and 1 comment" in site.text("/search?q=convoy+year:1999")
    assert "“near marib” alone" not in site.text("/search?q=xyzzyplugh") and 'class="hints"' not in site.get("/search?q=xyzzyplugh").text


def test_static_files_are_kept_by_the_browser_and_new_ones_asked_for(site: Site) -> None:
    for page in ("/", "/archive/articles"):
        assets = re.findall(r'(?:href|src)="(/(?:-/)?static/[^"]+)"', site.get(page).text)
        assert len(assets) >= 4
        for asset in assets:
            if "?" in asset:
                assert site.get(asset).headers["cache-control"] == "max-age=31536000, immutable", asset
    assert "cache-control" not in site.get("/static/site.css").headers
    assert all("?v=" in asset for asset in re.findall(r'"(/static/[^"]+)"', site.get("/").text))
