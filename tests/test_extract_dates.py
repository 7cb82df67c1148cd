"""Dates as pages write them."""

from __future__ import annotations

import pytest
from babel import Locale

from crawler.extract.dates.months import LANGUAGES, MONTH_NUMBERS
from crawler.extract.dates.parse import page_order, parse_iso, parse_relative, parse_written


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("July 23, 2014 at 2:14 am", "2014-07-23T02:14:00", "minute"),
        ("28. April 2024 um 12:34 Uhr", "2024-04-28T12:34:00", "minute"),
        ("26 abril 2022 a las 15:11", "2022-04-26T15:11:00", "minute"),
        ("le 3 janvier 2012 à 14h05", "2012-01-03T14:05:00", "minute"),
        ("March 11th, 2015", "2015-03-11", "day"),
        ("Comment by X — 17.07, 2011 @ 13:04", "2011-07-17T13:04:00", "minute"),
        ("2014年7月23日 14:05", "2014-07-23T14:05:00", "minute"),
        ("12 января 2019 в 09:07", "2019-01-12T09:07:00", "minute"),
        ("12:04 pm January 29, 2005", "2005-01-29T12:04:00", "minute"),
        ("March 3, 2017 - 4 PM EST", "2017-03-03T21:00:00Z", "minute"),
    ],
)
def test_written_date_is_read_with_its_clock(text: str, instant: str, precision: str) -> None:
    moment = parse_written(text)
    assert moment is not None
    assert (moment.instant(), moment.precision) == (instant, precision)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_name_of_a_month_that_cldr_knows_is_known(language: str) -> None:
    months = Locale.parse(language).months
    forms = [
        (number, form)
        for use in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, form in months[use][width].items()
    ]
    known = {form: MONTH_NUMBERS.get(form.lower().rstrip(".")) for _, form in forms}
    assert known == {form: number for number, form in forms}


@pytest.mark.parametrize("text", ["8 Ιανουάριος 2019", "8 led 2019", "8. jänner 2019", "8 січ 2019", "8 desember 2019"])
def test_the_eighth_is_read_in_further_languages(text: str) -> None:
    moment = parse_written(text)
    assert moment is not None and moment.day.year == 2019 and moment.day.day == 8


def test_wall_clock_gets_the_sites_zone_only_when_it_is_known() -> None:
    moment = parse_written("July 23, 2014 at 2:14 am")
    assert moment is not None
    assert moment.instant() == "2014-07-23T02:14:00"
    assert moment.instant("America/New_York") == "2014-07-23T06:14:00Z"


def test_unknown_zone_is_an_error_that_names_it() -> None:
    moment = parse_iso("2014-07-23T02:14:00")
    assert moment is not None
    with pytest.raises(ValueError, match="Nowhere/City"):
        moment.instant("Nowhere/City")


def test_order_of_day_and_month_is_decided_over_the_page() -> None:
    assert page_order(["3/4/2012", "3/16/2012"], "de") == "mdy"
    assert page_order(["3/4/2012", "16/4/2012"], "en") == "dmy"
    assert page_order(["1/4/2012", "2/4/2012", "3/4/2012", "5/5/2012"], "en") == "dmy"  # each a day after the last
    assert page_order(["3/4/2012"], "en-US") == "mdy"


def test_relative_date_needs_the_time_of_the_capture() -> None:
    assert parse_relative("2 weeks ago", None) is None
    moment = parse_relative("2 weeks ago", "2021-02-17T12:00:00Z")
    assert moment is not None and (moment.instant(), moment.precision) == ("2021-02-03", "day")


@pytest.mark.parametrize(
    "text", ["", "comment_date", "2020-13-40", "31 February 2011", "99/99/9999", "May 2014", "at", "0000-00-00T00:00:00"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_iso(text) is None
    assert parse_written(text) is None
