"""What is looked at again unasked: the young and the lively often, each within SWEEP_DAYS, at the sweep's price."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.clock import later
from archive.queries import backlog
from crawler.discover.revisit import Look, due, interval
from tests.literal import URL, Desk, article, comment

NOW = "2026-06-01T06:00:00Z"


def look(number: int = 1, *, looked: float, stirred: float) -> Look:
    """An article that was looked at, and in which something happened, so many days ago."""
    return Look(number, str(number), f"https://www.example.org/{number}", later(NOW, days=-looked), later(NOW, days=-stirred))


def taken(*looks: Look, since: float = 1) -> list[int]:
    found, _ = due(looks, later(NOW, days=-since), NOW, 30)
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("stirred", "days"), [(0, 20 / 24), (2, 20 / 24), (4, 1), (40, 10), (100, 25), (120, 30), (5000, 30), (-1, 20 / 24)]
)
def test_the_wait_is_a_quarter_of_the_quiet_time_a_day_at_least_and_the_sweep_at_most(stirred: float, days: float) -> None:
    assert interval(look(looked=0, stirred=stirred), NOW, 30) == timedelta(days=days)


def test_a_wall_clock_and_a_bare_day_are_times_too() -> None:
    assert interval(Look(1, None, "", NOW, "2026-05-12T06:00:00"), NOW, 30) == timedelta(days=5)
    assert interval(Look(1, None, "", NOW, "2026-05-12"), NOW, 30) == timedelta(days=5, hours=1.5)


def test_young_ones_are_due_the_most_overdue_first_and_not_before_their_time() -> None:
    fresh, week, month, not_yet = (
        look(1, looked=1, stirred=2),
        look(2, looked=7, stirred=8),
        look(3, looked=8, stirred=32),
        look(4, looked=8, stirred=40),
    )
    assert taken(not_yet, month, fresh, week) == [2, 1, 3]


def test_an_old_article_that_was_commented_today_is_young_again() -> None:
    quiet = [look(number, looked=3, stirred=4000) for number in range(2, 30)]
    assert taken(look(1, looked=1, stirred=0.5), *quiet) == [1, 2]


def test_the_sweep_takes_its_share_of_the_quiet_ones_the_longest_unread_first() -> None:
    quiet = [look(number, looked=number % 30, stirred=4000) for number in range(300)]
    assert len(taken(*quiet)) == 10
    assert {number % 30 for number in taken(*quiet)} == {29}
    assert len(taken(*quiet, since=2)) == 20
    assert len(taken(*quiet, since=90)) == 300
    assert taken(*quiet, since=0.1) == [], "less than a request's worth waits for its day"


def test_a_large_site_sweeps_hour_by_hour() -> None:
    quiet = [look(number, looked=1, stirred=4000) for number in range(30_000)]
    assert len(taken(*quiet, since=4 / 24)) == 167


def test_a_young_site_takes_no_share_and_its_clock_goes_on() -> None:
    assert due([look(looked=0.9, stirred=10)], later(NOW, days=-1), NOW, 30) == ([], True)


def looks_at(stirred_every: int, days: int) -> list[int]:
    """The days after its publication on which a daily run looks at an article that is commented every so many days."""
    born, seen, found = "2026-01-01T00:00:00Z", 0, []
    for day in range(1, days):
        happened = later(born, days=day - day % stirred_every)
        read, _ = due([Look(1, "1", "", later(born, days=seen), happened)], later(born, days=day - 1), later(born, days=day), 30)
        if read:
            seen = day
            found.append(day)
    return found


def test_an_article_is_looked_at_15_times_in_its_first_four_months_and_monthly_after_that() -> None:
    days = looks_at(10_000, 120)
    assert days == [1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 86, 115]
    gaps = [later - earlier for earlier, later in zip([0, *days], days, strict=False)]
    assert max(gaps) <= 30


def test_what_the_archive_knows_of_a_stir(desk: Desk) -> None:
    first, later_on, last = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"
    quiet = article(url=URL + "2", source_id="13")
    desk.see(article(), quiet, article(url=URL + "3", source_id=None), at=first)

    def stirs(collection: str = "posts") -> list[tuple[str | None, str]]:
        return [(row[1], row[4]) for row in backlog.last_stirred(desk.db, desk.site, collection)]  # type: ignore[arg-type]

    assert stirs() == [("12", "2020-05-04T08:30:15Z"), ("13", "2020-05-04T08:30:15Z")]
    assert len(stirs("pages")) == 3, "an article without an id of the site is known by its page"
    assert stirs("comments") == [], "no thread has been read"
    desk.see(_12=[comment("1"), comment("2", kind="pingback", posted_at="2025-01-01T00:00:00Z")], at=first)
    assert stirs()[0] == ("12", "2020-05-05T10:00:01Z")
    desk.see(article(title="The bridge fell"), at=later_on)
    assert stirs()[0] == ("12", later_on)
    desk.see(_12=[comment("1", "I was not there.")], at=last)
    assert stirs() == [("12", last), ("13", "2020-05-04T08:30:15Z")]
    desk.store.mark_missing(desk.crawl, "articles", [1], last, None, 24)
    assert [number for number, _ in stirs()] == ["13"]


def test_a_look_and_a_sweep_that_a_clock_dated_into_the_future_are_none() -> None:
    ahead = [look(number, looked=-400, stirred=500) for number in range(1, 4)]
    assert taken(*ahead, since=-400) == [1, 2, 3], "the sweep is due, with all of them"
    assert taken(look(1, looked=1, stirred=500), look(2, looked=-400, stirred=500), since=15) == [2], "they come first"
    assert taken(look(1, looked=-400, stirred=10)) == [1]


def test_what_other_sites_hold_is_not_read_to_tell_what_stirred(desk: Desk) -> None:
    asked = list[str]()
    desk.store.db.conn.set_trace_callback(asked.append)
    backlog.last_stirred(desk.store.db, desk.site, "comments")
    desk.store.db.conn.set_trace_callback(None)
    plan = [detail for *_, detail in desk.store.db.execute(f"explain query plan {asked[-1]}")]
    assert not [step for step in plan if step.startswith("SCAN comments") or step.startswith("SCAN revisions")], plan
