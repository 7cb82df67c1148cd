"""What is missing: per month, in all, and what of it a person should look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.__main__ import main
from archive.alarms.alarms import alarms
from archive.publish.overview.status import untold_months
from archive.queries.health import standing
from archive.store.coverage import Kind, ledger, months
from archive.store.crawls import database_size
from tests.conftest import History
from tests.crawls import crawl, rows
from tests.demosite import DemoSite
from tests.literal import Desk, article, comment

NOW = "2026-01-01T00:00:00Z"


def at(day: str, number: int) -> dict[str, object]:
    """An article of a local day in New York."""
    return article(
        url=f"https://www.example.org/{number}",
        source_id=str(number),
        published_at=f"{day}T15:00:00Z",
        published_on=day,
        title=f"No. {number}",
    )


def walked(desk: Desk, name: str, total: int) -> None:
    desk.store.save_list(desk.site, name, door="rest", url="x", total=total, walked_at=NOW)


def month_rows(desk: Desk, kind: Kind) -> list[tuple[str, int | None, int]]:
    return [(month.month, month.reported, month.held) for month in months(desk.db, desk.site, kind)]


def test_a_month_says_what_is_held_plus_gaps_once_the_walk_is_complete(desk: Desk) -> None:
    desk.see(at("2020-05-04", 1), at("2020-05-31", 2), at("2020-07-01", 3))
    desk.store.add_gap(desk.site, kind="article", ref="9", reason="password", explained=1, month="2020-06")
    assert month_rows(desk, "article") == [("2020-05", None, 2), ("2020-06", None, 0), ("2020-07", None, 1)]
    walked(desk, "posts", 4)
    assert month_rows(desk, "article") == [("2020-05", 2, 2), ("2020-06", 1, 0), ("2020-07", 1, 1)]
    assert ledger(desk.db, desk.site, "article").explained == {"password": 1}


def test_comments_are_counted_in_the_months_of_the_sites_own_clock(desk: Desk) -> None:
    desk.store.describe_site(desk.site, timezone="America/New_York")
    times = ["2020-05-31T23:59:00Z", "2020-06-01T03:59:59Z", "2020-06-01T04:00:00Z", "2020-06-15T00:00:00Z", "2020-07-01"]
    desk.see(article(), _12=[comment(str(n), posted_at=time) for n, time in enumerate(times, 1)])
    desk.see(_12=[comment("9", kind="pingback")])
    assert month_rows(desk, "comment") == [("2020-05", None, 2), ("2020-06", None, 2), ("2020-07", None, 1)]


def test_an_overcount_within_a_month_is_said_of_it_and_one_across_months_makes_them_unknown(desk: Desk) -> None:
    desk.see(at("2020-01-10", 1), at("2020-03-10", 2), at("2020-04-10", 3))
    walked(desk, "posts", 6)
    spans = [("2020-01-01T12:00:00Z", "2020-01-20T12:00:00Z", 1), ("2020-02-10T12:00:00Z", "2020-03-20T12:00:00Z", 2)]
    desk.store.save_overcounts(desk.site, "posts", spans)
    assert month_rows(desk, "article") == [("2020-01", 2, 1), ("2020-02", None, 0), ("2020-03", None, 1), ("2020-04", 1, 1)]
    assert ledger(desk.db, desk.site, "article").explained == {"over-counted by the site": 3}
    assert ledger(desk.db, desk.site, "article").unexplained == {}


def test_an_overcount_across_the_turn_of_a_year_names_the_months_between_and_no_others(desk: Desk) -> None:
    walked(desk, "posts", 2)
    desk.store.save_overcounts(desk.site, "posts", [("2020-11-10T12:00:00Z", "2021-02-10T12:00:00Z", 2)])
    assert month_rows(desk, "article") == [(month, None, 0) for month in ("2020-11", "2020-12", "2021-01", "2021-02")]


def test_what_is_missing_or_has_no_date_is_in_no_month(desk: Desk) -> None:
    undated = article(url="https://www.example.org/3", source_id="3", published_at=None, published_on=None, published_precision=None)
    desk.see(at("2020-05-04", 1), at("2020-06-04", 2), undated)
    desk.store.mark_missing(desk.crawl, "articles", [2], NOW, None, 24)
    assert month_rows(desk, "article") == [("2020-05", None, 1)]


def test_what_the_site_says_of_its_comments_is_not_what_it_says_of_its_articles(desk: Desk) -> None:
    desk.see(at("2020-05-04", 1), _1=[comment("1")])
    desk.store.save_list(desk.site, "pages", total=5)
    assert [ledger(desk.db, desk.site, kind).said for kind in ("article", "comment")] == [5, None]
    desk.store.save_coverage(desk.site, "article", 7, 1)
    desk.store.save_coverage(desk.site, "comment", 9, 1)
    assert [ledger(desk.db, desk.site, kind).said for kind in ("article", "comment")] == [7, 9]


def test_what_no_name_accounts_for_is_unexplained_once_everything_was_read(desk: Desk) -> None:
    desk.see(at("2020-01-10", 1))
    desk.store.save_list(desk.site, "posts", total=4)
    assert ledger(desk.db, desk.site, "article").explained == {"not read yet": 3}
    walked(desk, "posts", 4)
    assert ledger(desk.db, desk.site, "article").unexplained == {"counted, and not named": 3}
    desk.store.add_gap(desk.site, kind="article", ref="7", reason="answers 500", explained=0)
    assert ledger(desk.db, desk.site, "article").unexplained == {"answers 500": 1, "counted, and not named": 2}


def test_comments_that_the_site_counts_under_a_withdrawn_article_are_no_gap(desk: Desk) -> None:
    desk.see(at("2020-01-10", 1), _1=[comment("1"), comment("2")])
    desk.see(at("2020-01-10", 2), _2=[comment("3")])
    walked(desk, "comments", 4)
    assert ledger(desk.db, desk.site, "comment").unexplained == {"counted, and not named": 1}
    desk.store.db.execute("update articles set missing_since = ? where source_id = '1'", [NOW])
    assert ledger(desk.db, desk.site, "comment").explained == {"kept, under articles that are missing": 2}
    assert ledger(desk.db, desk.site, "comment").unexplained == {"counted, and not named": 1}


def test_a_page_that_is_no_evidence_yet_is_no_gap_of_an_article_that_is_held(desk: Desk) -> None:
    desk.see(at("2020-01-10", 1))
    walked(desk, "posts", 1)
    desk.store.add_gap(desk.site, kind="article", ref="https://www.example.org/1", reason="answers 500", explained=0)
    assert ledger(desk.db, desk.site, "article").unexplained == {}


def test_the_end_of_a_run_writes_the_months_and_the_next_end_only_what_differs(desk: Desk) -> None:
    desk.see(at("2020-05-04", 1), at("2020-07-04", 2))
    walked(desk, "posts", 2)
    desk.store.save_coverage(desk.site, "article", 2, 2)
    desk.clock.at = "2026-01-02T00:00:00Z"
    desk.see(at("2020-07-05", 3))
    desk.store.save_coverage(desk.site, "article", 3, 3)
    assert desk.rows("select month, reported, held, checked_at from coverage order by month") == [
        ("2020-05", 1, 1, NOW),
        ("2020-07", 2, 2, "2026-01-02T00:00:00Z"),
        ("all", 3, 3, "2026-01-02T00:00:00Z"),
    ]


def test_a_crawled_site_is_accounted_for_to_the_last_item(history: History) -> None:
    for stage in (history.first, history.update, history.full):
        rows = stage.rows(
            "select kind, sum(held) filter (where month <> 'all'), sum(held) filter (where month = 'all') from coverage group by 1"
        )
        assert rows and all(by_month == whole for _, by_month, whole in rows)
        assert main(["status", "--quiet", "--archive-dir", str(stage.folder)]) == 0


def finish(desk: Desk, when: str, code: int = 0) -> None:
    desk.clock.at = when
    desk.store.finish_crawl(desk.crawl, "complete" if code == 0 else "content alarm", code, 1, 100, "")
    desk.crawl = desk.store.start_crawl(desk.site, "update")


def test_a_site_is_stale_when_no_run_was_complete_for_long(desk: Desk, folder: Path) -> None:
    def problems(now: str) -> list[str]:
        site = next(desk.db.query("select * from sites"))
        return [alarm.what for alarm in alarms(desk.db, folder, [(site, standing(desk.db, folder, desk.site, now))], 72, now)]

    assert problems(NOW) == []  # the first run may take hours
    assert problems("2026-01-05T00:00:00Z") == ["no run was ever complete"]
    finish(desk, NOW)
    assert problems("2026-01-04T00:00:00Z") == []
    finish(desk, "2026-01-04T00:00:00Z", code=4)
    assert problems("2026-01-05T00:00:00Z") == ["no run was complete for 4 days; the last was 2026-01-01T00:00:00Z"]


def test_growth_is_foretold_from_what_came_after_the_first_archiving(desk: Desk, folder: Path) -> None:
    def files() -> int:
        return sum(path.stat().st_size for path in (folder / "warc").glob("*/*"))

    desk.see(*(at("2020-05-04", number) for number in range(1, 40)))
    finish(desk, NOW)
    assert standing(desk.db, folder, desk.site, "2026-01-01T12:00:00Z").growth.monthly_articles is None
    first, size = files(), database_size(desk.db)
    for day in range(2, 12):
        finish(desk, f"2026-01-{day:02}T00:00:00Z")  # the run of the day before ends, this day's begins
        thread = {f"_{50 + day}": [comment(str(day))]}
        desk.see(at("2026-01-05", 50 + day), at=f"2026-01-{day:02}T00:00:00Z", **thread)
    finish(desk, "2026-01-11T01:00:00Z")
    grown = standing(desk.db, folder, desk.site, "2026-01-11T01:00:00Z").growth
    assert (grown.articles, grown.comments, grown.monthly_articles, grown.monthly_comments) == (49, 10, 30, 30)
    assert grown.monthly_bytes == pytest.approx(3 * (files() - first), rel=0.1), "ten days' records, three times"
    assert grown.monthly_database == pytest.approx(3 * (database_size(desk.db) - size), rel=0.2)
    assert standing(desk.db, folder, desk.site, "2026-03-11T00:00:00Z").growth.monthly_articles == 0
    desk.crawl = desk.store.start_crawl(desk.site, "reextract")
    desk.store.describe_site(desk.site, title="much longer " * 50_000)  # whatever it writes, it does so once
    finish(desk, "2026-01-11T01:00:00Z")
    assert standing(desk.db, folder, desk.site, "2026-01-11T01:00:00Z").growth == grown


def test_status_tells_quarantine_until_it_is_accepted(desk: Desk, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture = desk.capture("page")
    desk.store.quarantine(desk.crawl, desk.site, "https://www.example.org/1", "a challenge\x1b[2J page", capture, NOW)
    main(["status", "--archive-dir", str(folder)])
    assert (
        "  quarantine   1 page; the newest, 1 January 2026, 00:00 UTC: a challenge<U+001B>[2J page" in capsys.readouterr().out.splitlines()
    )
    desk.store.decide("accept", str(capture), "accepted")
    main(["status", "--archive-dir", str(folder)])
    assert "  quarantine   0 pages" in capsys.readouterr().out.splitlines()


def test_a_page_in_quarantine_waits_until_its_article_is_read_well_or_known_to_be_missing(desk: Desk) -> None:
    def waiting_now() -> int:
        return standing(desk.db, desk.store.folder, desk.site, desk.clock.at).quarantined

    desk.see(at("2020-01-10", 1), at("2020-01-11", 2))
    for number in (1, 2, 3):
        desk.store.quarantine(desk.crawl, desk.site, f"https://www.example.org/{number}", "a challenge", desk.capture("page"), NOW)
    assert waiting_now() == 3
    desk.see(at("2020-01-10", 1), at="2026-01-02T00:00:00Z")
    assert waiting_now() == 2
    desk.store.mark_missing(desk.crawl, "articles", [2], "2026-01-03T00:00:00Z", None, 24)
    assert waiting_now() == 1, "of the third nothing is known but that it was not believed"


def test_status_says_nothing_when_quiet_and_well(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--quiet", "--archive-dir", str(history.full.folder)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["status", "--quiet", "--stale-after=-1", "--archive-dir", str(history.full.folder)]) == 4
    assert "no run was complete for " in capsys.readouterr().out


def test_every_month_of_a_crawled_site_has_its_number_though_the_site_over_counts(folder: Path) -> None:
    with DemoSite(overcount=2) as site:
        assert crawl(site, folder, "pages=none").code == 0
        ghosts = {f"{post.date:%Y-%m}" for post in site.posts.values() if post.ghost}
        locked = {post.archive.replace("/", "-") for post in site.published() if post.password}
        assert rows(folder, "select month from coverage where kind = 'article' and reported is null") == []
        short = rows(folder, "select month, reported - held from coverage where kind = 'article' and month <> 'all' and reported > held")
        assert dict(short) == dict.fromkeys(ghosts | locked, 1)
        assert len(site.asked("per_page=1&")) <= 16, "halving a span of 20 years takes 8 questions for each"


def test_a_walk_in_parts_counts_what_a_walk_in_one_does(tmp_path: Path) -> None:
    with DemoSite(overcount=4) as site:
        for name, arguments in (("one", [[]]), ("parts", [["limit=7"], ["limit=20"], []])):
            codes = [crawl(site, tmp_path / name, "pages=none", *more).code for more in arguments]
            assert set(codes) == {0}
    for sql in ("select list, first_at, last_at, count from overcounts", "select kind, month, reported, held from coverage"):
        assert sorted(rows(tmp_path / "parts", sql), key=repr) == sorted(rows(tmp_path / "one", sql), key=repr) != []


def test_months_over_which_an_overcount_reaches_are_named_on_the_status_page(desk: Desk) -> None:
    desk.see(at("2020-02-10", 1), at("2020-04-10", 2))
    walked(desk, "posts", 4)
    desk.store.save_overcounts(desk.site, "posts", [("2020-02-10T15:00:00Z", "2020-04-10T15:00:00Z", 2)])
    [untold] = untold_months(desk.db.conn)
    assert (untold["site"], untold["kind"], untold["first_month"], untold["last_month"], untold["count"]) == (
        *("example", "article", "2020-02", "2020-04"),
        2,
    )
