"""A year of daily updates, rehearsed: every event is on the record with the right interval, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.db.connection import open_for_reading
from archive.queries.health import Growth, standing
from tests import crawls
from tests.demosite import DemoSite

START = datetime(2027, 1, 1, 6, tzinfo=UTC)
MIDWAY = 182
SWEEP = 31  # days within which what no signal shows is found: SWEEP_DAYS, and the day of the run
Event = tuple[str, int, int]  # (event, the site's article id, its comment id or 0)


def stamp(day: float) -> str:
    return (START + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Year:
    """What happens on which day, an hour before that day's run, and what is to be on the record by when."""

    site: DemoSite
    day: float = 0
    acts: dict[int, list[Callable[[], object]]] = field(default_factory=dict)
    expected: dict[Event, tuple[int, int]] = field(default_factory=dict)  # event -> (from day, to day)

    def on(self, day: int, act: Callable[[], object], *events: Event, within: int = 0) -> None:
        self.acts.setdefault(day, []).append(act)
        self.expected.update(dict.fromkeys(events, (day, day + within)))


def planned(site: DemoSite) -> Year:
    year = Year(site)
    site.clock = lambda: START + timedelta(days=year.day, hours=-1)
    leaves = [c.id for c in site.comments.values() if c.post == 128 and c.kind == "comment" and c.status == "approved"]
    answered = {c.parent for c in site.comments.values()}
    leaves = [number for number in leaves if number not in answered]
    answer = next(number for number in leaves if site.comments[number].parent)
    first, second = [number for number in leaves if number != answer][:2]
    new_comment, new_post = max(site.comments) + 1, max(n for n in site.posts if n < 9000) + 1
    year.on(10, lambda: site.edit(144, append="Correction: the second clock stopped a minute later."), ("edited", 144, 0))
    year.on(20, lambda: site.edit(136, touch_modified=False, append="Nobody guards the hut."), ("edited", 136, 0), within=SWEEP)
    year.on(30, lambda: site.trash(127), ("missing", 127, 0))
    year.expected["gone", 127, 0] = (31, 32)
    year.on(60, lambda: site.publish(127), ("back", 127, 0))
    year.on(70, lambda: site.delete(130), ("missing", 130, 0))
    year.expected["gone", 130, 0] = (71, 72)
    year.on(75, lambda: site.gone(132), ("missing", 132, 0))
    year.expected["gone", 132, 0] = (76, 77)
    year.expected |= {("edited", number, 0): (75, 75 + SWEEP) for number in (133, 143)}  # their links to it became empty
    year.on(80, lambda: site.rename(141, "the-net-maker-speaks"), ("renamed", 141, 0))
    year.on(85, lambda: site.trash_comment(first), ("missing", 128, first))
    year.expected["gone", 128, first] = (86, 87)
    year.on(88, lambda: site.edit_comment(second, "I take it all back."), ("edited", 128, second), within=SWEEP)
    year.on(89, lambda: site.move_comment(answer, 0), ("moved", 128, answer), within=SWEEP)
    year.on(91, lambda: site.approve_comment(1109), ("new", 126, 1109))
    year.on(95, lambda: site.add_comment(101, "Late Reader", "Twenty years on, I found this."), ("new", 101, new_comment))
    year.on(130, lambda: site.add_post("A quiet month", "Nothing moved on the pass this month."), ("new", new_post, 0))
    year.on(140, lambda: site.retag(140, ["Kharvania"], ["News"]), ("edited", 140, 0), within=SWEEP)
    for day, fault in ((100, {"status": 503}), (160, {"lie": "challenge"}), (170, {"lie": "donate"}), (250, {"drop": True})):
        year.on(day, lambda fault=fault: site.fault(r"^/(?!robots)", **fault))  # type: ignore[misc]
        year.on(day + 4, site.clear_faults)
    year.on(180, lambda: site.fault(r"^/robots\.txt", status=503))
    year.on(183, site.clear_faults)
    year.on(200, lambda: site.reword_bio("tobin-raske"))
    year.on(220, lambda: site.fault(r"^/archives/", lie="redesign"))
    year.on(260, site.clear_faults)
    year.on(320, lambda: site.edit(110, replace=("the", "a")), ("edited", 110, 0))
    return year


@pytest.mark.torture
def test_a_year_of_daily_updates(folder: Path) -> None:
    sizes: dict[int, tuple[int, int]] = {}
    with DemoSite() as site:
        year = planned(site)
        codes: dict[int, int] = {}
        for day in range(365):
            year.day = day
            for act in year.acts.get(day, []):
                act()
            run = crawls.crawl(site, folder, NOW=stamp(day), PATIENCE=0.2)
            codes[day] = run.code
            assert len(run.lines) == 1, run.lines
            sizes[day] = (size(folder / "archive.db"), sum(size(path) for path in (folder / "warc").glob("*/*.warc.gz")))
            if day == MIDWAY:
                foretold = growth(folder, stamp(day))
    assert recorded(folder) == dict.fromkeys(year.expected, True), "on the record, each in its time"
    bad = {day for day, code in codes.items() if code}
    assert bad <= {*range(100, 104), *range(160, 164), *range(170, 174), *range(180, 183), *range(250, 254), *range(220, 260)}
    assert {*range(100, 104), *range(160, 164), *range(180, 183), *range(250, 254)} <= bad
    assert crawls.rows(folder, "select count(*) from revisions where number > 1") == [(6,)]
    grown = [(sizes[364][i] - sizes[0][i]) / 364 for i in (0, 1)]
    month = sizes[MIDWAY + 30][1] - sizes[MIDWAY][1]
    half_year = (sizes[364][0] - sizes[MIDWAY][0]) / (364 - MIDWAY) * 30  # a page of the file a day: one month alone is too coarse
    print(f"a day: {grown[0]:.0f} bytes of database, {grown[1]:.0f} of WARC; day {MIDWAY} foretold {foretold}")
    print(f"it came to {month} bytes of WARC and {half_year:.0f} of database a month")
    # The month before had ten days of outage, the month foretold has one, the rewording of a bio and no news: a few requests.
    assert foretold.monthly_bytes == pytest.approx(month, rel=0.2)
    assert foretold.monthly_database == pytest.approx(half_year, rel=0.2)
    assert grown[0] < 8_000, "bytes of database a day: the rows of its few requests, and of what changed"
    quiet = (sizes[364][1] - sizes[330][1]) / 34
    assert quiet < 60_000, "bytes of evidence for a day on which nothing happened, the sweep's share included"
    assert len(list((folder / "warc").glob("*/*"))) <= 13


def growth(folder: Path, now: str) -> Growth:
    """What ``archive status`` says of it at a time."""
    db = open_for_reading(folder)
    try:
        return standing(db, folder, 1, now).growth
    finally:
        db.close()


def recorded(folder: Path) -> dict[Event, bool]:
    """Events after the first run -> whether each came in its time; the plan is asked for that by its day."""
    sql = """
        select event, cast(articles.source_id as integer), coalesce(cast(comments.source_id as integer), 0), at
        from changes
        join articles on articles.id = changes.article_id
        left join comments on comments.id = changes.comment_id
        where at > ?
        """
    with DemoSite() as fresh:
        expected = planned(fresh).expected
    found: dict[Event, bool] = {}
    for event, article, comment, at in crawls.rows(folder, sql, stamp(0)):
        key = (event, int(article), int(comment))
        first, last = expected.get(key, (1, 0))
        found[key] = key not in found and stamp(first) <= at <= stamp(last)
    return found


def size(path: Path) -> int:
    return path.stat().st_size
