"""That an address is no article is remembered with its evidence, and asked again when list, code or time say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.clock import later
from archive.store.store import Store
from archive.store.verdicts import Finding
from crawler.discover.reconsider import again, is_due
from tests.crawls import Run, crawl, rows
from tests.literal import Desk
from tests.othersites.press import ABOUT, PressSite

START = "2027-01-01T06:00:00Z"


def night(site: PressSite, folder: Path, number: float, **settings: object) -> Run:
    site.requests.clear()
    return crawl(site, folder, NOW=later(START, days=number), **settings)  # type: ignore[arg-type]


def about(site: PressSite) -> int:
    return len(site.asked("/about"))


def test_an_unchanged_about_page_is_read_after_1_2_4_days_and_then_within_the_sweep(folder: Path) -> None:
    with PressSite(2) as site:
        nights = []
        for number in range(40):
            assert night(site, folder, number, SWEEP_DAYS=8).code == 0
            nights += [number] if about(site) else []
        assert nights == [0, 1, 3, 7, 15, 23, 31, 39]
        [(reason, readings, digest)] = rows(folder, "select reason, readings, digest from verdicts")
        assert (reason.startswith("a page of the site"), readings, len(digest)) == (True, 8, 32)


@pytest.mark.parametrize("title", ["Über uns", "من نحن", "About"], ids=["german", "arabic", "english"])
def test_what_becomes_an_article_is_read_when_the_list_says_that_it_changed(title: str, folder: Path) -> None:
    with PressSite(2) as site:
        site.extra["/about"] = ABOUT.replace("About the press", title)
        site.lastmod = lambda address: "2026-12-01T00:00:00Z" if address.endswith("/about") else ""
        assert night(site, folder, 0).code == 0
        assert night(site, folder, 0.1).code == 0 and about(site) == 0
        site.extra["/about"] = f"<article><h1>{title}</h1><p class='date'>May 6, 2026</p>{ABOUT}{ABOUT}</article>"
        assert night(site, folder, 0.2).code == 0 and about(site) == 0
        site.lastmod = lambda address: "2026-12-02T00:00:00Z" if address.endswith("/about") else ""
        assert night(site, folder, 0.3).code == 0 and about(site) == 1
        assert rows(folder, "select count(*) from articles") == [(3,)]
        assert rows(folder, "select (select count(*) from gaps), (select count(*) from verdicts)") == [(0, 0)]


def test_another_extractor_asks_again_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PressSite(2) as site:
        assert night(site, folder, 0).code == 0
        monkeypatch.setattr("crawler.discover.schedule.extractor", lambda site: "another")
        monkeypatch.setattr("crawler.pages.verdicts.extractor", lambda site: "another")
        assert night(site, folder, 0.1).code == 0 and about(site) == 1
        assert night(site, folder, 0.2).code == 0 and about(site) == 0


def test_an_explained_gap_of_an_older_archive_is_asked_again(folder: Path) -> None:
    with PressSite(2) as site:
        assert night(site, folder, 0).code == 0
        store = Store(folder)
        store.db.execute("delete from verdicts")
        store.db.conn.commit()
        store.close()
        assert night(site, folder, 0.1).code == 0 and about(site) == 1
        assert night(site, folder, 0.2).code == 0 and about(site) == 0


def test_what_was_no_article_and_is_no_longer_there_is_no_alarm(folder: Path) -> None:
    with PressSite(2) as site:
        assert night(site, folder, 0).code == 0
        site.broken = {"^/about": 404}
        assert night(site, folder, 1).code == 0 and about(site) > 0
        site.broken = {"^/about": 403}
        assert night(site, folder, 30).code == 4


def test_a_person_who_accepts_a_wall_has_said_it_for_the_next_nights_too(folder: Path) -> None:
    with PressSite(2) as site:
        site.extra = dict.fromkeys(("/a", "/b", "/c", "/d"), "<h1>Soon</h1><p>This room is being painted.</p>")
        assert night(site, folder, 0).code == 4
        store = Store(folder)
        for (capture,) in rows(folder, "select capture_id from quarantine"):
            store.decide("accept", str(capture), "accepted")
        store.close()
        for number in (1, 2, 3, 4):
            assert night(site, folder, number).code == 0, number
        assert rows(folder, "select explained, count(*) from gaps group by explained") == [(1, 4)]


def test_a_refused_page_lies_in_quarantine_once_until_it_was_read_well(desk: Desk) -> None:
    def refuse(at: str, reason: str = "a challenge") -> int:
        desk.clock.at = at
        run = desk.store.start_crawl(desk.site, "update")
        for _ in range(2):
            desk.store.quarantine(run, desk.site, "https://www.example.org/1", reason, desk.capture("page"), at)
        assert desk.store.crawl(run)["quarantined"] == 1, "each night counts it once"
        return int(desk.db.execute("select count(*) from quarantine").fetchone()[0])

    assert [refuse(f"2026-01-0{day}T00:00:00Z") for day in (1, 2, 3)] == [1, 1, 1]
    assert desk.db.execute("select captured_at, last_at from quarantine").fetchone() == ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z")
    assert refuse("2026-01-04T00:00:00Z", "another article") == 2


# pure


def verdict(readings: int, days_ago: float, extractor: str = "now") -> Finding:
    return Finding("https://e.org/about", "a page of the site", "d", "", extractor, later(START, days=-days_ago), readings)


@pytest.mark.parametrize(
    ("readings", "days", "due"),
    [(1, 0.5, False), (1, 0.9, True), (2, 1.5, False), (2, 2, True), (5, 15, False), (5, 16, True), (60, 30, True)],
)
def test_the_wait_doubles_up_to_the_sweep(readings: int, days: float, due: bool) -> None:
    assert is_due(verdict(readings, days), START, 30) is due
    assert not is_due(verdict(readings, days), START, 0)


def test_a_new_extractor_asks_for_a_hundred_a_run_the_longest_unread_first() -> None:
    found = [Finding(f"https://e.org/{n}", "a page", "d", "", "old", later(START, days=-0.1 - n / 1000), 3) for n in range(150)]
    due = again(found, START, 30, "new")
    assert len(due) == 100 and due[0] == "https://e.org/149"
    assert again(found, START, 30, "old") == []
