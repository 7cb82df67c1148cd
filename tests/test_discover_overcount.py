"""Where a site counts more than it gives: found on the way of a walk, and told by month at a few questions."""

from __future__ import annotations

import pytest

from crawler.wordpress.api import Cursor, Listing
from crawler.wordpress.overcount import Overcounts, Span, in_utc

DATES = ("2020-01-20T10:00:00", "2020-03-05T10:00:00", "2020-03-25T10:00:00")


def row(number: int, date: str, *, protected: bool = False) -> dict[str, object]:
    return {"id": number, "date": date, "content": {"rendered": "", "protected": protected}}


def test_the_difference_between_two_totals_is_what_the_span_between_counts() -> None:
    walk = Overcounts("desc", Cursor())
    walk.add(Listing([row(3, DATES[2]), row(2, DATES[1])], total=5, pages=3), Cursor("2020-03-05T10:00:01"))
    walk.add(Listing([row(2, DATES[1]), row(1, DATES[0])], total=3, pages=1), None)
    assert [(span.first, span.last, span.count) for span in walk.spans] == [(DATES[2], DATES[2], 1), (DATES[0], DATES[1], 1)]


def test_an_article_behind_a_password_is_over_counted_on_its_own_date() -> None:
    walk = Overcounts("desc", Cursor())
    walk.add(Listing([row(3, DATES[2]), row(2, DATES[1], protected=True), row(1, DATES[0])], total=3, pages=1), None)
    assert walk.spans == [Span(DATES[1], DATES[1], 1)]


def test_a_walk_that_goes_on_within_a_span_says_nothing_of_it() -> None:
    walk = Overcounts("desc", Cursor("2020-04-01T00:00:00", 2))
    walk.add(Listing([row(1, DATES[0])], total=101, pages=2), None)
    assert walk.spans == []


def test_a_span_over_several_months_is_halved_at_the_turn_of_a_month() -> None:
    span = Span(DATES[0], DATES[2], 3, "2020-01-20T09:59:59", "2020-04-01T00:00:00", DATES)
    assert span.middle() == "2020-02-01T00:00:00"
    january, rest = span.halves(span.middle(), counted=2)
    assert (january.first, january.last, january.count) == (DATES[0], "2020-01-31T23:59:59", 1)
    assert (rest.first, rest.last, rest.count) == ("2020-02-01T00:00:00", DATES[2], 2)
    assert rest.middle() == "2020-03-01T00:00:00"
    assert rest.after == "2020-01-31T23:59:59", "the next question begins where this half does"
    [february] = rest.halves(rest.middle(), counted=2)
    assert (february.first, february.last, february.count) == ("2020-02-01T00:00:00", "2020-02-29T23:59:59", 2)
    assert february.middle() == january.middle() == ""


def test_a_count_that_makes_no_sense_halves_nothing() -> None:
    span = Span(DATES[0], DATES[2], 1, "", "", DATES)
    assert span.halves("2020-02-01T00:00:00", counted=0) == []
    assert span.halves("2020-02-01T00:00:00", counted=3) == []


def test_spans_are_told_in_utc_once_for_each_begin_and_not_where_the_zone_is_unknown() -> None:
    spans = [Span(DATES[0], DATES[0], 1), Span(DATES[0], DATES[1], 2)]
    assert in_utc(spans, "America/New_York") == [("2020-01-20T15:00:00Z", "2020-03-05T15:00:00Z", 3)]
    assert in_utc(spans, None) == []


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_walk_that_is_cut_off_goes_on_counting_where_it_was(cut: int) -> None:
    dates = [f"2020-03-{day:02}T10:00:00" for day in range(9, 0, -1)]
    answers = [
        (Listing([row(9, dates[0]), row(8, dates[1]), row(7, dates[2])], total=13, pages=5), Cursor(dates[2])),
        (Listing([row(7, dates[2]), row(6, dates[3]), {"id": 50, "date": None}], total=10, pages=4), Cursor(dates[3])),
        (Listing([row(6, dates[3]), row(5, dates[4]), row(4, dates[5], protected=True)], total=6, pages=2), Cursor(dates[5])),
        (Listing([row(4, dates[5], protected=True), row(3, dates[6])], total=3, pages=1), None),
    ]
    whole = Overcounts("desc", Cursor())
    for answer in answers:
        whole.add(*answer)
    first = Overcounts("desc", Cursor())
    for answer in answers[:cut]:
        first.add(*answer)
    then = Overcounts("desc", answers[cut - 1][1] or Cursor(), first.state())
    for answer in answers[cut:]:
        then.add(*answer)
    assert first.take() + then.take() == whole.take() != []
    assert whole.take() == []
