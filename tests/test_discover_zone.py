"""Time zones, inferred from the wall clock that pages show and the moments that feeds tell."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.discover.timezone import Pair, half_of_year, infer_zone

WINTER, SUMMER = ("2023-01-10T08:15:36Z", "2022-12-05T23:59:01Z"), ("2023-07-10T08:15:36Z", "2022-06-05T23:59:01Z")


def pairs(zone: str, moments: tuple[str, ...], *, seconds: bool = False) -> list[Pair]:
    """What a site in that zone shows of these moments."""
    clock = "%Y-%m-%dT%H:%M:%S" if seconds else "%Y-%m-%dT%H:%M"
    return [(datetime.fromisoformat(m.replace("Z", "+00:00")).astimezone(ZoneInfo(zone)).strftime(clock), m) for m in moments]


@pytest.mark.parametrize("seconds", [True, False])
@pytest.mark.parametrize(
    "zone",
    [
        *["America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Asia/Jerusalem"],
        *["Asia/Kabul", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Africa/Lagos", "Etc/UTC"],
        *["Australia/Sydney", "Australia/Adelaide", "Australia/Brisbane", "Pacific/Auckland", "America/St_Johns", "Pacific/Chatham"],
    ],
)
def test_a_zone_is_found_north_and_south_with_half_hours_and_without_daylight_saving(zone: str, seconds: bool) -> None:
    found = infer_zone(pairs(zone, WINTER + SUMMER, seconds=seconds))
    assert found is not None
    for day in range(1, 29):
        for month in range(1, 13):
            moment = datetime(2023, month, day, 12, tzinfo=UTC)
            if half_of_year(moment) is None:  # some zones, such as Helsinki's and Jerusalem's, differ in a few days of spring alone
                continue
            assert moment.astimezone(ZoneInfo(found)).utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset(), (found, moment)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "Etc/UTC"])
def test_the_name_is_the_usual_one(zone: str) -> None:
    assert infer_zone(pairs(zone, WINTER + SUMMER)) == zone


@pytest.mark.parametrize("moments", [WINTER, SUMMER, ()])
def test_half_a_year_says_nothing_of_the_other_half(moments: tuple[str, ...]) -> None:
    assert infer_zone(pairs("America/New_York", moments)) is None


def test_the_weeks_in_which_countries_switch_count_for_no_half() -> None:
    """In Berlin the 20th of March is winter time still: taken for summer it would make a zone without daylight saving."""
    assert infer_zone(pairs("Europe/Berlin", (*WINTER, "2023-03-20T09:00:00Z", "2022-10-10T09:00:00Z"))) is None
    assert half_of_year(datetime(2023, 3, 20, tzinfo=UTC)) is None


def test_one_stray_time_in_eight_is_borne_and_two_are_not() -> None:
    moments = (*WINTER, *SUMMER, "2021-01-05T10:00:00Z", "2021-02-05T10:00:00Z", "2021-06-05T10:00:00Z")
    good = pairs("America/New_York", moments)
    stray = ("2020-07-05T10:00", "2020-07-05T10:00:00Z")
    assert infer_zone([*good, stray]) == "America/New_York"
    assert infer_zone([*good, stray, ("2020-01-05T01:00", "2020-01-05T10:00:00Z")]) is None


def test_times_that_are_not_the_same_moment_say_nothing() -> None:
    assert infer_zone([("2023-01-10T08:17", "2023-01-10T08:10:36Z"), ("2023-07-10T08:17", "2023-07-09T08:10:36Z")]) is None


def test_a_feed_that_calls_its_wall_clock_utc_makes_the_site_utc_and_not_london() -> None:
    assert infer_zone(pairs("Etc/UTC", WINTER + SUMMER)) == "Etc/UTC"


def test_offsets_that_no_zone_has_are_no_zone() -> None:
    wrong = [("2023-01-10T09:15", "2023-01-10T08:15:00Z"), ("2023-07-10T05:15", "2023-07-10T08:15:00Z")]
    assert infer_zone(wrong) is None
