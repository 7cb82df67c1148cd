"""What to ask a WordPress API next, and what its answers say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import DoorClosed
from crawler.wordpress import api as api
from crawler.wordpress.api import Cursor, Listing, Paging

URL = "https://example.org/wp-json/wp/v2/posts"


def listing(dates: list[str], pages: int = 2) -> Listing:
    return Listing([{"id": n, "date": date} for n, date in enumerate(dates)], total=len(dates), pages=pages)


def test_the_api_is_where_the_front_page_says_or_in_the_usual_places() -> None:
    header = '<https://example.org/api/>; rel="https://api.w.org/"'
    html = "<link rel='https://api.w.org/' href='https://example.org/index.php?rest_route=/' />"
    assert api.root_candidates("https://example.org/", html, header) == [
        "https://example.org/api/",
        "https://example.org/index.php?rest_route=/",
        "https://example.org/wp-json/",
        "https://example.org/?rest_route=/",
    ]
    assert len(api.root_candidates("https://example.org/", "", "")) == 2


def test_endpoints_have_one_question_mark() -> None:
    assert api.endpoint("https://a.org/wp-json/", "wp/v2/posts", page=2) == "https://a.org/wp-json/wp/v2/posts?page=2"
    assert api.endpoint("https://a.org/?rest_route=/", "wp/v2/posts", page=2) == "https://a.org/?rest_route=/wp/v2/posts&page=2"


def test_a_walk_goes_on_beyond_the_oldest_date_it_saw() -> None:
    after = api.advance(Cursor(), listing(["2020-05-04T00:00:05", "2020-05-03T00:00:00"]), "desc")
    assert after == Cursor("2020-05-03T00:00:01")
    assert "before=2020-05-03T00:00:01" in api.walk_url(URL, "posts", after, "desc")
    assert api.advance(after, listing([], pages=1), "desc") is None


def test_a_walk_through_equal_seconds_turns_pages() -> None:
    same = listing(["2020-05-03T00:00:00"] * 3)
    first = api.advance(Cursor("2020-05-03T00:00:01"), same, "desc")
    assert first == Cursor("2020-05-03T00:00:01", 2)
    assert "page=2" in api.walk_url(URL, "posts", first, "desc")


def test_a_walk_goes_on_behind_a_full_answer_whatever_the_site_counts() -> None:
    dates = [f"2020-05-{day:02}T{hour:02}:00:00" for day in range(30, 5, -1) for hour in range(4)]
    full = Listing([{"id": n, "date": date} for n, date in enumerate(dates)], total=100, pages=1)
    assert api.advance(Cursor(), full, "desc") == Cursor(f"{min(dates)[:-2]}01")
    assert api.advance(Cursor(), Listing(full.rows[1:], 99, 1), "desc") is None
    same = [row | {"date": "2020-05-03T00:00:00"} for row in full.rows]
    assert api.advance(Cursor("2020-05-03T00:00:01"), Listing(same, 100, 1), "desc") is None, "no page beyond the last is asked for"


def test_a_walk_notices_that_its_bound_was_ignored() -> None:
    with pytest.raises(DoorClosed, match="ignores the dates"):
        api.advance(Cursor("2020-05-03T00:00:01"), listing(["2020-05-04T00:00:00"]), "desc")


def test_a_limit_cuts_at_whole_seconds() -> None:
    rows = listing(["2020-05-05T00:00:00", "2020-05-04T00:00:00", "2020-05-04T00:00:00", "2020-05-03T00:00:00"]).rows
    taken, cursor = api.cut(rows, 2)
    assert [row["id"] for row in taken] == [0, 1, 2]
    assert cursor == Cursor("2020-05-04T00:00:00")


@given(st.text("0123456789T:-", max_size=19), st.integers(1, 99))
def test_a_cursor_is_remembered_as_text(edge: str, page: int) -> None:
    assert Cursor.parse(str(Cursor(edge, page))) == Cursor(edge, page)
    assert Cursor.parse(None) == Cursor()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "no JSON"),
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"code": "rest_forbidden"}', "no list"),
        (b'["a"]', "no list"),
        (b'[{"date": ""}]', "whole-number ids"),
        (b'[{"id": "x", "date": ""}]', "whole-number ids"),
        (b'[{"id": true, "date": ""}]', "whole-number ids"),
        (b'[{"id": 1}]', "leaves out date"),
        (b'[{"id": 1, "date": ""}, {"id": 2, "date": ""}, {"id": 3, "date": ""}]', "ignores per_page"),
    ],
)
def test_an_answer_that_cannot_be_relied_on_closes_the_door(body: bytes, said: str) -> None:
    with pytest.raises(DoorClosed, match=said):
        api.read_listing(body, COUNTED, ("date",), asked=2)


COUNTED = {"x-wp-total": "1", "x-wp-totalpages": "1"}


@pytest.mark.parametrize("said", [{}, {"x-wp-total": "-5"}, {"x-wp-total": "9" * 10}, {"x-wp-total": "0", "x-wp-totalpages": "0"}])
def test_a_list_that_does_not_say_how_long_it_is_goes_on_while_it_has_rows(said: dict[str, str]) -> None:
    found = api.read_listing(b'[{"id": 1}]', said, (), page=3)
    assert (found.total, found.pages) == (None, 4)
    assert api.read_listing(b"[]", {}, (), page=3).pages == 3


def test_there_are_as_many_pages_as_the_total_needs() -> None:
    assert api.read_listing(b'[{"id": 1}]', {"x-wp-total": "14618", "x-wp-totalpages": "1"}, ()).pages == 147


def test_a_list_whose_pages_never_end_closes_the_door() -> None:
    row: dict[str, Any] = {"id": 1}
    paging = Paging()
    paging.turn(Listing([row], 500, 5))
    with pytest.raises(DoorClosed, match="ignores page"):
        paging.turn(Listing([row], 500, 5))
    paging = Paging()
    with pytest.raises(DoorClosed, match="gives nothing on 11 of them"):
        for _ in range(1_000):
            paging.turn(Listing([], 99_999_999, 1_000_000))


def test_pages_that_come_empty_before_the_end_are_borne() -> None:
    paging = Paging()
    for listing in (Listing([{"id": 1}], 300, 3), Listing([], 300, 3), Listing([{"id": 2}], 300, 3)):
        assert paging.more
        paging.turn(listing)
    assert not paging.more


def test_an_answer_to_other_ids_than_asked_closes_the_door() -> None:
    api.only(Listing([{"id": 7}], 1, 1), [7, 8])
    with pytest.raises(DoorClosed, match="ignores include: 9"):
        api.only(Listing([{"id": 7}, {"id": 9}], 2, 1), [7, 8])


@pytest.mark.parametrize("value", [None, 7, "", "0000-00-00T00:00:00", "-0001-11-30T00:00:00", "2020-05-04", "tomorrow, at noon !!!"])
def test_a_walk_goes_on_beside_a_date_that_is_none(value: object) -> None:
    rows = [{"id": 1, "date": "2020-05-04T00:00:00"}, {"id": 2, "date": value}]
    assert not api.is_time(value)
    assert api.advance(Cursor(), Listing(rows, 300, 3), "desc") == Cursor("2020-05-04T00:00:01")
    assert api.advance(Cursor("2019", 2), Listing(rows[1:], 300, 3), "desc") == Cursor("2019", 3)
    assert api.marks_of([{"id": 2, "modified_gmt": value}], "posts") == [[2, ""]]


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "date", "x"]), inner))


@given(JSON)
def test_any_json_is_a_listing_or_closes_the_door(value: object) -> None:
    try:
        found = api.read_listing(json.dumps(value).encode(), COUNTED, ("id",))
    except DoorClosed:
        return
    assert all(isinstance(row["id"], int) for row in found.rows)


def test_totals_come_from_the_headers() -> None:
    found = api.read_listing(b'[{"id": 1}]', {"x-wp-total": "208", "x-wp-totalpages": "3"}, ())
    assert (found.total, found.pages) == (208, 3)


@pytest.mark.parametrize("body", [b"{}", b'{"namespaces": ["oembed/1.0"]}', b"<html>", b"[]", b'{"namespaces": null}'])
def test_what_is_no_wordpress_is_no_door(body: bytes) -> None:
    with pytest.raises(DoorClosed):
        api.read_root(body)


def test_news_is_what_the_last_probe_did_not_have() -> None:
    known = [[n, f"2020-05-{n:02d}T00:00:00"] for n in range(30, 10, -1)]
    assert api.news(known, known, "posts") == []
    edited = [[15, "2020-06-01T00:00:00"], *[mark for mark in known if mark[0] != 15], [10, "2020-05-10T00:00:00"]]
    assert api.news(edited, known, "posts") == [[15, "2020-06-01T00:00:00"]], "what has only moved up is no news"


def test_news_after_a_short_probe_is_everything_unknown() -> None:
    assert api.news([[2, ""], [1, ""]], [[2, ""]], "comments") == [[1, ""]]


def test_what_was_modified_is_asked_for_by_id_and_with_a_margin_for_the_clock_change() -> None:
    url = api.modified_url("https://example.org/wp-json/wp/v2/posts", "2020-03-08T07:30:00", 2)
    assert url == (
        "https://example.org/wp-json/wp/v2/posts?per_page=100&orderby=id&order=asc&modified_after=2020-03-08T05:30:00Z&page=2"
        "&_fields=id,modified_gmt"
    )
    assert "modified_after" not in api.modified_url("https://example.org/wp-json/wp/v2/posts", "")


def test_a_site_that_does_not_know_modified_after_is_recognised_by_what_it_answers() -> None:
    assert not api.ignores_modified_after([[1, "2020-03-08T05:30:01"]], "2020-03-08T07:30:00")
    assert api.ignores_modified_after([[1, "2019-01-01T00:00:00"]], "2020-03-08T07:30:00")
    assert not api.ignores_modified_after([[1, "2019-01-01T00:00:00"]], "")
