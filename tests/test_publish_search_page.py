"""The page of results: what it is about, what narrows it, and how a reader gets out again."""

from __future__ import annotations

import re

import pytest

from archive.publish.search.find_hits import Condition, link_condition
from archive.queries.search_query import Filter, parse_query, without
from tests.publish_archive import HOME
from tests.publish_site import RAID, Site

CHARTER = "/www.example.org/2014/04/charter"


@pytest.fixture
def site(example: Site) -> Site:
    return example


def hits(site: Site, query: str) -> list[str]:
    """Addresses of the articles a search lists."""
    page = site.get("/search", params={"q": query}).text
    return re.findall(r'<h3 dir="auto"><a href="([^"#]*?)(?:[?](?:marks=[^"#]*))?["#]', page)


@pytest.mark.parametrize(
    "pasted", [f"{HOME}2014/03/raid", "  http://example.org/2014/03/raid/?utm_source=x ", "www.example.org/2014/03/raid"]
)
def test_an_address_in_the_search_box_leads_to_its_article(site: Site, pasted: str) -> None:
    response = site.get("/search", params={"q": pasted}, follow_redirects=True)
    assert response.url.path == RAID


def test_words_around_an_address_are_a_search(site: Site) -> None:
    assert site.get("/search", params={"q": "see https://www.example.org/2014/03/raid"}).status_code == 200


def test_an_address_that_is_not_held_names_the_articles_that_cite_it(site: Site) -> None:
    for path in ("/url?url=https://source.example.net/x", "/search?q=https://source.example.net/x", "/source.example.net/x"):
        response = site.get(path, follow_redirects=True)
        assert response.status_code == 404
        assert "Not archived, but cited by 1 article here" in site.markup(path, follow_redirects=True)
        assert f'<a href="{RAID}">' in response.text
    assert "cited by" not in site.get("/url?url=https://source.example.net/other").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cites:source.example.net", [RAID]),
        ("cites:www.source.example.net", [RAID]),
        ("cites:https://source.example.net/x", [RAID]),
        ("cites:source.example.net/y", []),
        (f"cites:{HOME}2014/03/raid", [CHARTER]),
        ("-cites:source.example.net author:Jane", [CHARTER]),
        ("is:missing", ["/www.example.org/2015/05/gone"]),
        ("is:gone tag:Yemen", ["/www.example.org/2015/05/gone"]),
        ("is:edited", [RAID]),
        ("-is:edited marib", [CHARTER]),
        ('author:"" year:2016 -kind:link', ["/www.example.org/2016/%D8%B5%D9%86%D8%B9%D8%A7%D8%A1/", "/www.example.org/?p=104"]),
    ],
)
def test_articles_are_found_by_what_they_cite_and_what_became_of_them(site: Site, query: str, found: list[str]) -> None:
    assert [address.lower() for address in hits(site, query)] == [address.lower() for address in found]


@pytest.mark.parametrize(
    ("query", "text"), [("is:missing", "This comment was removed."), ("is:edited", "A deeper reply, which was reworded.")]
)
def test_comments_are_found_by_what_became_of_them(site: Site, query: str, text: str) -> None:
    page = site.text(f"/search?q=in:comments {query}")
    assert "1 comment" in page and text in page


def test_what_cannot_be_is_said(site: Site) -> None:
    assert "is:lost is not known; write is:silent, is:declared, is:edited, is:missing," in site.text("/search?q=is:lost")


def test_an_author_and_a_topic_have_a_page_with_their_name(site: Site) -> None:
    assert '<h1 class="subject" dir="auto">Jane Doe</h1>' in site.get('/search?q=author:"Jane Doe"').text
    assert "<title>Yemen · Archive</title>" in site.get('/search?q=tag:"Yemen"').text
    assert '<h1 class="sr">Search</h1>' in site.get('/search?q=tag:"Yemen" drone').text


def test_each_filter_can_be_taken_out_again(site: Site) -> None:
    page = site.get('/search?q=marib author:"Jane Doe" -tag:Analysis&sort=oldest').text
    ways = re.findall(r'<a href="([^"]*)" title="Search without this">', page)
    assert ways == [
        "/search?q=marib%20-tag%3AAnalysis&amp;sort=oldest",
        "/search?q=marib%20author%3A%22Jane%20Doe%22&amp;sort=oldest",
    ]


def test_a_filter_is_taken_out_of_the_text_and_nothing_else() -> None:
    text = 'raid "north waziristan" author:"Jane Doe" -author:"Jane Doe" tag:Yemen* OR x'
    assert without(text, Filter("author", "Jane Doe", exact=True)) == 'raid "north waziristan" -author:"Jane Doe" tag:Yemen* OR x'
    for one in parse_query(text).filters:
        assert [other for other in parse_query(text).filters if other != one] == list(parse_query(without(text, one)).filters)


def test_a_facet_that_is_chosen_is_not_offered_again(site: Site) -> None:
    page = site.markup('/search?q=marib tag:"Al Qaeda"')
    assert "<li><b>Al Qaeda</b> <small>2</small></li>" in page
    assert "Al%20Qaeda%22%20tag%3A%22Al%20Qaeda" not in page


def test_the_order_is_kept_while_a_search_is_narrowed(site: Site) -> None:
    page = site.get("/search?q=marib&sort=oldest").text
    assert (
        'href="/search?q=marib%20year%3A2014&amp;sort=oldest"' in page and 'href="/search?q=in%3Acomments%20marib&amp;sort=oldest"' in page
    )
    assert 'href="/search?q=marib%20year%3A2014"' in site.get("/search?q=marib").text


def test_the_empty_search_says_how_to_ask(site: Site) -> None:
    text = site.text("/search")
    assert "Search Words, or any of these." in text and "is:gone is:edited" in text


@pytest.mark.parametrize(
    ("place", "heading", "first"),
    [
        ("articles", "All articles 7 articles", "<script>alert('t')</script>"),
        ("comments", "All comments Articles 5 comments", "<script>x</script> on Charter"),
        ("history", "All former states", "Drone strike kills four"),
    ],
)
def test_a_place_alone_asks_for_all_that_is_there(site: Site, place: str, heading: str, first: str) -> None:
    text = site.text(f"/search?q=in:{place}")
    assert heading in text and first in text


def test_all_articles_are_a_feed_those_without_a_date_too(site: Site) -> None:
    assert '<a href="/search.atom?q=in%3Aarticles">Feed</a>' in site.get("/").text
    assert site.get("/search.atom?q=in:articles").text.count("<entry>") == 7


@pytest.mark.parametrize("pasted", [HOME, "http://example.org", "www.example.org", "https://EXAMPLE.org/"])
def test_the_address_of_a_site_leads_to_its_articles(site: Site, pasted: str) -> None:
    assert site.get("/search", params={"q": pasted}, follow_redirects=True).status_code == 200
    assert site.get("/url", params={"url": pasted}).headers["location"] == "/search?q=site%3A%22example%22"
    assert site.get("/example.org/").headers["location"] == "/search?q=site%3A%22example%22"


@pytest.mark.parametrize("pasted", ["https://example.or/", "https://another.example.org/", "https://org/"])
def test_a_host_that_only_looks_like_a_site_is_none(site: Site, pasted: str) -> None:
    assert site.get("/url", params={"url": pasted}).status_code == 404


def test_links_to_what_is_no_address_are_none_not_those_without_a_host() -> None:
    assert link_condition("[") == Condition("0")
    assert link_condition("www.Example.org:8080") == Condition("host = ?", ("example.org",))
