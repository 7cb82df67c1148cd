"""Dates as pages write them."""

from __future__ import annotations

import pytest
from babel import Locale

from crawler.extract.dates.months import LANGUAGES, month_of
from crawler.extract.dates.order import order_of, page_order
from crawler.extract.dates.parse import parse_iso, parse_relative, parse_stated, parse_written


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
    by_digits = language == "vi"  # tháng 3: read with the day, as a date in digits is
    known = {form: month_of(form, language) for _, form in forms if not by_digits}
    assert known == {form: (number, "gregorian") for number, form in forms if not by_digits}


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


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("12 listopada 2019.", "hr", "2019-10-12"),
        ("12 listopada 2019", "pl", "2019-11-12"),
        ("12. listopadu 2019", "cs", "2019-11-12"),
        ("5 липня 2019", "uk", "2019-07-05"),
        ("5. lipnja 2019.", "hr", "2019-06-05"),
        ("12 تشرين الأول 2023", "ar", "2023-10-12"),
        ("3 كانون الثاني 2020", "ar", "2020-01-03"),
        ("12 أكتوبر/تشرين الأول 2023", "ar", "2023-10-12"),
        ("5 جوان 2020", "ar", "2020-06-05"),
        ("٢١ غشت ٢٠١٨", "ar", "2018-08-21"),
        ("۱۷ ژانویه ۲۰۲۰", "fa", "2020-01-17"),
        ("५ फरवरी २०१९", "hi", "2019-02-05"),
        ("ফেব্রুয়ারী ৫, ২০১৯", "bn", "2019-02-05"),
        ("5 جنوری 2021ء", "ur", "2021-01-05"),
        ("2019. március 5.", "hu", "2019-03-05"),
        ("2019 m. kovo 5 d.", "lt", "2019-03-05"),
        ("2019. gada 5. marts", "lv", "2019-03-05"),
        ("5 martie 2019", "ro", "2019-03-05"),
        ("5 ΜΑΡΤΙΟΥ 2019", "el", "2019-03-05"),
        ("5. maaliskuuta 2019", "fi", "2019-03-05"),
        ("ngày 5 tháng 3 năm 2019", "vi", "2019-03-05"),
        ("Tháng Mười Hai 5, 2019", "vi", "2019-12-05"),
        ("5 MAYIS 2019", "tr", "2019-05-05"),
        ("Selasa, 5 Agt 2019", "id", "2019-08-05"),
        ("5 במרץ 2019", "he", "2019-03-05"),
        ("5 d’abril de 2019", "ca", "2019-04-05"),
        ("2019ko martxoaren 5a", "eu", "2019-03-05"),
        ("5-го марта 2019", "ru", "2019-03-05"),
        ("2019년 3월 5일", "ko", "2019-03-05"),
        ("二〇一九年十二月二十五日", "zh", "2019-12-25"),
        ("1 sept. 2024", "fr", "2024-09-01"),
        ("20 Mart 2001", "tr", "2001-03-20"),
        ("12. červenec 2012", "cs", "2012-07-12"),
        ("1.º de agosto de 2023", "es", "2023-08-01"),
        ("12 ta' Ottubru 2023", "mt", "2023-10-12"),
        ("12-a de oktobro 2023", "eo", "2023-10-12"),
        ("12 октябри 2023", "tg", "2023-10-12"),
        ("12 октябр 2023", "uz", "2023-10-12"),
        ("2023 елның 12 октябре", "tt", "2023-10-12"),
        ("2023 оны 10 сарын 12", "mn", "2023-10-12"),
        ("2023-يىلى 12-ئۆكتەبىر", "ug", "2023-10-12"),
        ("12 آڪٽوبر 2023", "sd", "2023-10-12"),
        ("١٢ی تشرینی یەکەمی ٢٠٢٣", "ckb", "2023-10-12"),
        ("12 Çiriya Pêşîn 2023", "ku", "2023-10-12"),
        ("Fri, 07/14/2023", "en", "2023-07-14"),
        ("05-Mar-19", "en", "2019-03-05"),
        ("19.03.05", "ko", "2019-03-05"),
        ("2019-25-12", None, "2019-12-25"),
    ],
)
def test_day_is_read_with_the_months_of_the_language(text: str, language: str | None, day: str) -> None:
    moment = parse_written(text, None, language)
    assert moment is not None
    assert moment.instant() == day


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("۱۵ خرداد ۱۴۰۰", "fa", "2021-06-05"),
        ("1398/12/29", "fa", "2020-03-19"),
        ("۳۰ اسفند ۱۳۹۹", "fa", "2021-03-20"),
        ("۵ حوت ۱۳۹۹", "fa-AF", "2021-02-23"),
        ("9 رمضان 1442 هـ", "ar", "2021-04-21"),
        ("1445/03/27", "ar", "2023-10-12"),
        ("27 ربيع الأول 1445 هـ الموافق 12 أكتوبر 2023", "ar", "2023-10-12"),
        ("5 มี.ค. 62", "th", "2019-03-05"),
        ("วันที่ 5 มีนาคม พ.ศ. 2562", "th", "2019-03-05"),
        ("05/03/2562", "th", "2019-03-05"),
        ("令和5年10月12日", "ja", "2023-10-12"),
        ("昭和64年1月7日", "ja", "1989-01-07"),
        ("令和元年5月1日", "ja", "2019-05-01"),
        ("民國108年3月5日", "zh-TW", "2019-03-05"),
        ("5 בניסן 5784", "he", "2024-04-13"),
    ],
)
def test_day_of_another_calendar_becomes_a_gregorian_one(text: str, language: str, day: str) -> None:
    moment = parse_written(text, None, language)
    assert moment is not None
    assert moment.instant() == day


def test_a_day_that_another_calendar_does_not_have_is_none() -> None:
    assert parse_written("۳۰ اسفند ۱۳۹۸", None, "fa") is None
    assert parse_written("1445/13/27", None, "ar") is None


@pytest.mark.parametrize(
    ("text", "language", "instant", "precision"),
    [
        ("Thu, 12 Oct 2023 10:00:00 +0900", None, "2023-10-12T01:00:00Z", "second"),
        ("12 Oct 23 10:00 EST", "en", "2023-10-12T15:00:00Z", "minute"),
        ("Thu Oct 12 10:00:00 EDT 2023", None, "2023-10-12T14:00:00Z", "second"),
        ("Thu Oct 12 10:00:00 -0000 2023", None, "2023-10-12T10:00:00Z", "second"),
        ("Thu Oct 12 2023 10:00:00 GMT+0530 (IST)", None, "2023-10-12T04:30:00Z", "second"),
        ("2023-10-12 10:00:00 UTC", None, "2023-10-12T10:00:00Z", "second"),
        ("2023-07-12 10:00 Europe/Berlin", None, "2023-07-12T08:00:00Z", "minute"),
        ("12.10.2023 10:00 MSK", "ru", "2023-10-12T07:00:00Z", "minute"),
        ("Oct 12, 2023 9:00 AM ET", "en-US", "2023-10-12T13:00:00Z", "minute"),
        ("October 12, 2023 10:00 IST", "en-IN", "2023-10-12T04:30:00Z", "minute"),
        ("October 12, 2023 10:00 IST", "he", "2023-10-12T08:00:00Z", "minute"),
        ("October 12, 2023 10:00 IST", "en-GB", "2023-10-12T10:00:00", "minute"),
        ("2023-10-12 07:00 PM", None, "2023-10-12T19:00:00", "minute"),
        ("2019-03-05T24:00:00Z", None, "2019-03-06T00:00:00Z", "second"),
        ("1570870800", None, "2019-10-12T09:00:00Z", "second"),
        ("1570870800000", None, "2019-10-12T09:00:00Z", "second"),
        ("20190305T100000Z", None, "2019-03-05T10:00:00Z", "second"),
        ("20190305", None, "2019-03-05", "day"),
        ("05/03/1980 - 07:00", "es", "1980-03-05T07:00:00", "minute"),
        ("2019年3月5日 下午3:05", "zh", "2019-03-05T15:05:00", "minute"),
        ("2019. 3. 5. 오후 3:05", "ko", "2019-03-05T15:05:00", "minute"),
        ("令和5年10月12日 午後3時05分", "ja", "2023-10-12T15:05:00", "minute"),
        ("5 Μαρτίου 2019 3:05 μ.μ.", "el", "2019-03-05T15:05:00", "minute"),
        ("5 de marzo de 2019, 3:05 p. m.", "es", "2019-03-05T15:05:00", "minute"),
        ("5. maaliskuuta 2019 klo 12.34", "fi", "2019-03-05T12:34:00", "minute"),
        ("٥ مارس ٢٠١٩ ٣:٠٥ م", "ar", "2019-03-05T15:05:00", "minute"),
    ],
)
def test_stated_date_keeps_its_zone_and_its_precision(text: str, language: str | None, instant: str, precision: str) -> None:
    moment = parse_stated(text, order_of(language), language)
    assert moment is not None
    assert (moment.instant(), moment.precision) == (instant, precision)


@pytest.mark.parametrize(
    "text", ["2019-02-30", "31/02/2019", "0000-00-00 00:00:00", "-0001-11-30T00:00:00", "20191345", "", "2019", "2019-03"]
)
def test_stated_date_that_cannot_be_is_none(text: str) -> None:
    assert parse_stated(text, "dmy", "en") is None


@pytest.mark.parametrize(
    ("language", "order"),
    [
        *(
            ("en", "mdy"),
            ("en-US", "mdy"),
            ("en-GB", "dmy"),
            ("en-AU", "dmy"),
            ("en-PH", "mdy"),
            ("fr", "dmy"),
            ("es", "dmy"),
            ("de-AT", "dmy"),
        ),
        *(("pt-BR", "dmy"), ("ru", "dmy"), ("fil", "mdy"), (None, "dmy"), ("ko-KR", "mdy"), ("en_US", "mdy")),
    ],
)
def test_order_of_day_and_month_is_that_of_the_language(language: str | None, order: str) -> None:
    assert order_of(language) == order
    assert page_order(["05/03/2019"], language) == order
