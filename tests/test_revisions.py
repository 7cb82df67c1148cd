"""What counts as a change. Literal readings in, names of changed fields out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.store.comments import COLUMNS, digest
from archive.text.content_key import changed, comment_key, key, merge, normalised, reading, same_time
from archive.text.urls import link_key
from tests.literal import article, author, comment


def fields(**given: object) -> dict[str, object]:
    return reading(article(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the “bridge” – it’s gone...", 'the "bridge" - it\'s gone…'),
        ("the\u00a0bridge  fell\n", "the bridge fell"),
        ("Pe\u0301trova", "P\u00e9trova"),
        ("bridge\u200b\u00ads", "bridges"),
        ("May 2--3", "May 2-3"),
    ],
)
def test_typography_is_no_edit(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), [("Bridge", "bridge"), ("3 May", "4 May"), ("a b", "ab"), ("it is", "it is.")])
def test_a_letter_a_case_and_a_full_stop_are_edits(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


def test_a_field_that_one_door_does_not_show_did_not_change() -> None:
    assert changed(fields(), fields(authors=None)) == set()
    assert changed(fields(authors=None), fields()) == set()
    assert changed(fields(), fields(authors=[author("Tobin Raske")])) == {"authors"}


def test_each_field_of_the_content_is_named_when_it_alone_differs() -> None:
    image = {"url": "https://a.example/i.jpg", "caption": "The bridge, before", "alt": ""}
    others: dict[str, dict[str, object]] = {
        "title": {"title": "The fallen bridge"},
        "authors": {"authors": [author("Tobin Raske")]},
        "terms": {"terms": [{"kind": "tag", "name": "Rivers", "slug": "rivers", "source_id": "4"}]},
        "published": {"published_at": "2020-05-06T08:30:15Z"},
        "text_key": {"paragraphs": ["Another text."]},
        "captions_key": {"images": [image]},
        "links_key": {"links": [{"url": "https://a.example/", "text": "a"}]},
    }
    assert {name: changed(fields(), fields(**given)) for name, given in others.items()} == {name: {name} for name in others}
    assert changed(fields(), fields(published_at="2020-05-04T08:30Z")) == set(), "the same time, less precisely"


def test_what_stands_around_the_text_is_no_part_of_its_key() -> None:
    assert changed(fields(), fields(bio="Mara Ellsworth writes about bridges.")) == set()


def test_the_order_of_links_and_tags_says_nothing_that_of_authors_does() -> None:
    links = [{"url": "https://a.example/", "text": "a"}, {"url": "https://b.example/", "text": "b"}]
    terms = [{"kind": "tag", "name": n, "slug": "", "source_id": ""} for n in ("A", "B")]
    authors = [author("A"), author("B")]
    assert changed(fields(links=links, terms=terms), fields(links=links[::-1], terms=terms[::-1])) == set()
    assert changed(fields(authors=authors), fields(authors=authors[::-1])) == {"authors"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2014-07-23T02:14:00Z", "2014-07-23T02:14:36Z", True),
        ("2014-07-23T02:14Z", "2014-07-23T02:14:36Z", True),
        ("2014-07-23", "2014-07-23T02:14:36Z", True),
        ("2014-07-23T02:14:35Z", "2014-07-23T02:14:36Z", False),
        ("2014-07-23T02:15:00Z", "2014-07-23T02:14:36Z", False),
        ("2014-07-24", "2014-07-23", False),
        ("2014-07-22T22:14", "2014-07-23T02:14:36Z", True),
        ("2014-07-22T22:14", "2019-07-23T02:14:36Z", False),
        ("2014-07-22T22:14", "2014-07-24T02:14:36Z", False),
        ("2014-07-23T02:14", "2014-07-23T02:14:36", True),
        ("2014-07-23T02:14", "2014-07-23T02:15:00", False),
    ],
)
def test_times_are_compared_at_the_coarser_precision(one: str, other: str, same: bool) -> None:
    assert same_time(one, other) is same
    assert same_time(other, one) is same


def test_rest_wins_on_the_text_and_the_page_gives_co_authors() -> None:
    rest = fields(authors=[author("A")], byline="A")
    page = fields(paragraphs=["Other."], authors=[author("A"), author("B")], byline="A and B")
    merged = merge(rest, page)
    assert (merged["text_key"], merged["byline"]) == (rest["text_key"], "A and B")


def test_the_page_gives_the_date_that_rest_lacks_with_its_day_and_precision_and_no_other() -> None:
    dates = ("published_at", "published_on", "published_precision")
    page = fields(published_at="2020-05-06T09:00Z", published_on="2020-05-06", published_precision="minute")
    rest = fields()
    assert [merge(rest, page)[name] for name in dates] == [rest[name] for name in dates]
    undated = fields(published_at="", published_on="2020-05-04", published_precision="day")
    assert [merge(undated, page)[name] for name in dates] == ["2020-05-06T09:00Z", "2020-05-06", "minute"]


def test_one_door_alone_is_the_state() -> None:
    assert merge(fields(), None) == merge(None, fields()) == fields()
    assert merge(None, None) == {}


def test_a_page_that_names_others_does_not_overrule_rest() -> None:
    merged = merge(fields(authors=[author("A")], byline="A"), fields(authors=[author("Staff")], byline="Staff"))
    assert merged["byline"] == "A"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.a.example/x/", "https://a.example/x"),
        ("https://a.example/x?utm_source=mail&id=3", "https://a.example/x?id=3"),
        ("https://a.example/x?fbclid=1", "https://a.example/x"),
    ],
)
def test_a_links_dress_is_no_edit(one: str, other: str) -> None:
    assert link_key(one) == link_key(other)


def test_a_links_query_is_part_of_it() -> None:
    assert link_key("https://a.example/?p=1") != link_key("https://a.example/?p=2")


def test_a_comments_key_holds_signature_text_and_what_it_answers() -> None:
    same = comment_key(comment("1", posted_at=None, author_url="https://x.example/"))
    assert same == comment_key(comment("1"))
    others = [comment("1", "Else"), comment("1", author="Else"), comment("1", parent="2")]
    assert len({same, *map(comment_key, others)}) == 4


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.text("12"))
def test_the_keys_of_a_comment_are_those_of_the_same_values_as_json(author: str, text: str, parent: str | None) -> None:
    told = comment("1", author=author, text=text, source_parent_id=parent)
    assert digest(told) == key({column: told[column] for column in COLUMNS})
    assert comment_key(told) == key(normalised(author), normalised(text), parent)
