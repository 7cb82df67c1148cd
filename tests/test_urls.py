"""When two URLs are the same page, and which spellings one page has."""

from __future__ import annotations

import cProfile
import pstats

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.text.urls import (
    NOISE,
    host_of,
    is_noise,
    link_key,
    normal_url,
    one_spelling,
    origin,
    page_key,
    resolve,
    same_page,
    split_url,
    unicode_host,
    url_spellings,
    without_parameters,
)

PAGE = "https://www.example.org/2014/03/raid/"


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/2014/03/raid",
        "https://example.org:443/2014/03/raid/",
        "http://WWW.Example.org:80/2014/03/raid/#comments",
        f"{PAGE}?utm_source=letter&fbclid=x",
        f"{PAGE}?replytocom=7",
        "https://www.example.org/2014/03/r%61id/",
        f"{PAGE};jsessionid=77F0AA12",
        f"{PAGE}?PHPSESSID=0123456789abcdef",
        "https://www.example.org/2013/../2014/./03/raid/",
        "https:\\\\www.example.org\\2014\\03\\raid\\",
        " https://www.exa\tmple.org/2014/03/raid/\n",
    ],
)
def test_one_page_in_another_spelling_is_the_same_page(other: str) -> None:
    assert same_page(PAGE, other) and same_page(other, PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.example.org/2014/03/RAID/",
        "https://www.example.org/2014%2F03/raid/",
        "https://www.example.org/2014/03/raid/%3Fpage=2",
        f"{PAGE}?page=2",
        f"{PAGE}?cid=12",
        "https://www.example.org:8443/2014/03/raid/",
        "https://blog.example.org/2014/03/raid/",
        "https://www.example.org.evil.org/2014/03/raid/",
        "https://example.org@evil.org/2014/03/raid/",
        "http://[::1",
        "",
    ],
)
def test_another_path_query_port_or_host_is_another_page(other: str) -> None:
    assert not same_page(PAGE, other)


def test_a_malformed_url_is_the_same_page_as_itself_only() -> None:
    assert same_page("http://[::1", "http://[::1")
    assert not same_page("http://[::1", "http://[::2")


def test_a_parameter_is_noise_in_any_case_and_by_prefix_only_where_the_list_says_so() -> None:
    assert all(is_noise(name) for name in ("utm_source", "UTM_Medium", "fbclid", "msclkid", "mc_eid", "nb"))
    assert not any(is_noise(name) for name in ("p", "id", "page", "cid", "uid", "fbclidx", "utm", "share_id", "source"))
    assert is_noise("cpage", [*NOISE, "cpage"])


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("p=12&utm_source=x&fbclid=y", "p=12"),
        ("a=%20b", "a=%20b"),
        ("a=%20b&utm_source=x", "a=%20b"),
        ("utm%5Fsource=x", ""),
        ("a&&b=1", "a&&b=1"),
        ("", ""),
    ],
)
def test_tracking_parameters_are_left_out_and_others_kept_as_they_are_spelled(query: str, kept: str) -> None:
    assert without_parameters(query) == kept


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_a_key_and_is_the_same_page_as_itself(one: str, other: str) -> None:
    assert same_page(f"https://example.org/{one}", f"https://example.org/{one}")
    assert same_page(one, other) == (page_key(one) == page_key(other))
    assert isinstance(host_of(one), str)


@example("/%2533", "p=1")
@example("/%%333", "p=1")
@given(st.from_regex(r"/[a-z%C3A9/é]{0,12}", fullmatch=True), st.sampled_from(["", "p=1", "utm_source=x", "p=1&fbclid=2"]))
def test_every_spelling_that_keeps_the_query_is_the_same_page(path: str, query: str) -> None:
    url = f"https://www.example.org{path}{'?' + query if query else ''}"
    for spelling in url_spellings("www.example.org", path, query):
        assert same_page(spelling, url) or "?" not in spelling


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.a.example/x/?utm_source=mail&id=3", "a.example/x?id=3"),
        ("http://a.example/x?fbclid=1&gclid=2&mc_cid=3&mc_eid=4", "a.example/x"),
        ("https://A.example/x?UTM_source=1", "A.example/x"),
        ("https://a.example/x?msclkid=1&mtm_source=2&igshid=3&share=4", "a.example/x?msclkid=1&mtm_source=2&igshid=3&share=4"),
        ("https://a.example/x?id=3#notes", "a.example/x?id=3#notes"),
        ("mailto:me@a.example", "mailto:me@a.example"),
    ],
)
def test_the_key_inside_stored_digests_is_frozen_whatever_else_counts_as_tracking(url: str, key: str) -> None:
    assert link_key(url) == key


BASE = "https://example.org/a/b/c.html?x=1"


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("d.html", "https://example.org/a/b/d.html"),
        ("../d.html", "https://example.org/a/d.html"),
        ("./../../../../d/./e/..", "https://example.org/d/"),
        ("/d", "https://example.org/d"),
        ("?y=2", "https://example.org/a/b/c.html?y=2"),
        ("#top", "https://example.org/a/b/c.html?x=1#top"),
        ("//other.example/d", "https://other.example/d"),
        ("\\\\other.example\\d", "https://other.example/d"),
        ("\\d\\e", "https://example.org/d/e"),
        ("  /d e\n/f\t ", "https://example.org/d%20e/f"),
        ("https:/d", "https://example.org/d"),
        ("http:d", "http://d/"),
        ("HTTP://Other.EXAMPLE:80/D", "http://other.example/D"),
        ("https://other.example:443", "https://other.example/"),
        ("https://other.example:8443/", "https://other.example:8443/"),
        ("https://пример.example/дом?дом=я", "https://xn--e1afmkfd.example/%D0%B4%D0%BE%D0%BC?%D0%B4%D0%BE%D0%BC=%D1%8F"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("/%d0%bf/%7euser/%2fx%2Fy", "https://example.org/%D0%BF/~user/%2Fx%2Fy"),
        ("/100%/50%zz", "https://example.org/100%25/50%25zz"),
        ("/%2e%2E/d", "https://example.org/d"),
        ("/a/%2e/d", "https://example.org/a/d"),
        ("mailto:me@example.org", "mailto:me@example.org"),
        ("http://[", ""),
        ("http://", ""),
        ("http://exa mple.org/", ""),
        ("http://example.org:99999/", ""),
        ("https://127.1/", "https://127.0.0.1/"),
    ],
)
def test_a_reference_leads_where_a_browser_would_go(reference: str, address: str) -> None:
    assert resolve(BASE, reference) == address
    assert normal_url(address) == address


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x;jsessionid=1A2B?p=1&PHPSESSID=2&q=3#top", "https://a.example/x?p=1&q=3"),
        ("https://a.example/(S(lit3py55t21z5v55vlm25s55))/x.aspx", "https://a.example/x.aspx"),
        ("https://a.example/viewtopic.php?t=7&sid=0123456789abcdef0123456789abcdef", "https://a.example/viewtopic.php?t=7"),
        ("https://a.example/article.php?sid=731", "https://a.example/article.php?sid=731"),
        ("https://a.example/?s=harbour", "https://a.example/?s=harbour"),
        ("https://a.example/x?ASPSESSIONIDQQ=1&b=2&a=1", "https://a.example/x?b=2&a=1"),
        ("https://a.example/x?utm_source=a&id=5&fbclid=b", "https://a.example/x?id=5"),
        ("https://a.example/x?q=%d0%BF+%7e", "https://a.example/x?q=%D0%BF+~"),
        ("https://a.example", "https://a.example/"),
        ("a.example/x", ""),
    ],
)
def test_the_kept_spelling_has_no_session_no_tracking_and_no_fragment(url: str, kept: str) -> None:
    assert one_spelling(url) == kept
    assert one_spelling(kept) == kept


@given(st.text(max_size=60), st.text(max_size=60))
@example("", "http://a.example/%%333")
@example("http://a.example/", "//[")
def test_the_normal_form_of_any_text_is_its_own_normal_form(base: str, reference: str) -> None:
    for url in (resolve(base, reference), resolve("https://example.org/a/", reference), one_spelling(reference)):
        assert normal_url(url) == url


def test_a_host_in_unicode_and_its_ascii_name_are_one_host() -> None:
    assert same_page("https://www.Пример.example/a", "http://xn--e1afmkfd.example/a/")
    assert origin("https://пример.example/") == ("https", "xn--e1afmkfd.example", 443)
    assert host_of("https://www.пример.example/a") == "xn--e1afmkfd.example"
    assert split_url("пример.example/дом") == ("xn--e1afmkfd.example", "/%D0%B4%D0%BE%D0%BC", "")
    assert unicode_host("www.xn--e1afmkfd.example") == "www.пример.example"
    assert unicode_host("xn--zzzzzzzz.example") == "xn--zzzzzzzz.example"
    assert "http://пример.example/a" in url_spellings("xn--e1afmkfd.example", "/a", "")


@pytest.mark.parametrize("shape", ["https://www.example.org/2019/05/{}/a-report/", "../a-{}.html", "/%d0%b4%d0%be%d0%bc/{}?utm_source=x"])
def test_a_link_is_resolved_in_at_most_a_hundred_calls(shape: str) -> None:
    """Some articles have twenty thousand links. Calls are counted, not seconds: those differ with what else the machine does."""
    links = [shape.format(number) for number in range(100)]
    with cProfile.Profile() as profile:
        for link in links:
            one_spelling(resolve(BASE, link))
    assert pstats.Stats(profile).total_calls <= 100 * len(links)


def test_joomlas_menu_item_is_noise_where_an_item_is_named_and_a_page_where_none_is() -> None:
    item = "https://example.org/index.php?option=com_content&view=article&id=12:report"
    assert same_page(f"{item}&Itemid=5", f"{item}&Itemid=9")
    assert one_spelling(f"{item}&Itemid=5") == item
    assert not same_page("https://example.org/index.php?Itemid=5", "https://example.org/index.php?Itemid=9")
    assert not same_page(f"{item}&Itemid=5", item.replace("12", "13") + "&Itemid=5")
