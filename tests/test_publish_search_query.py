from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.queries.search_query import PLACES, Filter, Query, QueryTerm, parse_query


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("drone strike", '("drone") AND ("strike")'),
        ('"drone strike"', '("drone strike")'),
        ("qaed*", '("qaed" *)'),
        ("Haqqani OR Mehsud", '("Haqqani" OR "Mehsud")'),
        ("a OR b OR c d", '("a" OR "b" OR "c") AND ("d")'),
        ("it's multi-agent", '("it\'s") AND ("multi-agent")'),
        ("OR drone OR", '("drone")'),
        ("raid AND NOT drone", '("raid")'),
        ("“curly quotes”", '("curly quotes")'),
        ('"never closed', '("never closed")'),
        ("(NEAR/2 ^x)", '("^x")'),
    ],
)
def test_words_become_a_quoted_fts_expression(text: str, match: str) -> None:
    assert parse_query(text).match == match


def test_a_minus_excludes_words_and_phrases() -> None:
    query = parse_query('drone -pakistan -"north waziristan"')
    assert query.match == '("drone")'
    assert query.unwanted == (QueryTerm("pakistan"), QueryTerm("north waziristan"))
    assert query.excluded == '"pakistan" OR "north waziristan"'


def test_field_filters_are_read_apart_from_the_words() -> None:
    query = parse_query('author:"Jane Doe" tag:Yemen -tag:Syria after:2014-03 before:2015 in:comments raid')
    assert query.filters == (
        Filter("author", "Jane Doe", exact=True),
        Filter("tag", "Yemen"),
        Filter("tag", "Syria", negated=True),
        Filter("after", "2014-03"),
        Filter("before", "2015"),
    )
    assert query.place == "comments"
    assert query.match == '("raid")'


@pytest.mark.parametrize("text", ["before:soon", "year:14", "month:2014-13", "in:space", "author:", "after:2014-02-31x"])
def test_a_field_that_makes_no_sense_is_left_out_with_a_note(text: str) -> None:
    query = parse_query(text + " drone")
    assert query.filters == ()
    assert len(query.notes) == 1
    assert query.match == '("drone")'


def test_nothing_but_punctuation_is_an_empty_query() -> None:
    assert parse_query("  !!! -- ** ()").empty
    assert parse_query("").empty


def test_control_characters_and_lone_surrogates_do_not_reach_the_database() -> None:
    assert parse_query("dro\x00ne \ud800x").match == '("dro") AND ("ne") AND ("x")'


def test_a_very_long_query_is_cut() -> None:
    query = parse_query("word " * 10_000)
    assert len(query.wanted) <= 40


@settings(max_examples=1500, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('"*-:()^+{}~ORANDnearauthor tag:before:in:')), max_size=60))
def test_no_text_is_an_error_for_fts(text: str) -> None:
    query = parse_query(text)
    assert isinstance(query, Query) and query.place in PLACES
    for expression in filter(None, (query.match, query.excluded)):
        INDEX.execute("select rowid from words where words match ?", [expression]).fetchall()


INDEX = sqlite3.connect(":memory:")
INDEX.execute("create virtual table words using fts5(title, text, tokenize='porter unicode61 remove_diacritics 2')")
INDEX.execute("insert into words values ('a', 'drone strike')")
