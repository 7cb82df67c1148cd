"""When two URLs are the same page, and which spellings one page has."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.text.urls import NOISE, host_of, is_noise, link_key, page_key, same_page, url_spellings, without_parameters

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
    ],
)
def test_one_page_in_another_spelling_is_the_same_page(other: str) -> None:
    assert same_page(PAGE, other) and same_page(other, PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.example.org/2014/03/RAID/",
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
