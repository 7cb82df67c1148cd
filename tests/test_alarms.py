"""What needs a person: each alarm stands until it is answered or over, names what, since when and which command, and no answer takes
more than was meant."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.alarms.alarm import Alarm
from archive.alarms.alarms import alarms
from archive.db.connection import open_for_reading
from archive.queries.health import standing
from archive.queries.refused import refused_page
from archive.store.quarantine import RefusedText
from archive.store.store import Store
from tests.crawls import crawl, rows
from tests.demosite import DemoSite
from tests.literal import URL, Desk, article
from tests.publish_site import Site

SHRANK = "the text shrank from {} to {} words"
LATE = ("--stale-after", "999999")
QUIET = ("status", "--quiet", *LATE)
NOW = "2026-01-01T00:00:00Z"
HOME = "https://www.example.org/"


def archive(folder: Path, *arguments: str, code: int = 0) -> str:
    """What ``python -m archive`` printed."""
    done = CliRunner().invoke(commands, [*arguments, "--archive-dir", str(folder)])
    assert done.exit_code == code, done.output
    return done.output


def command_in(said: str, about: str) -> list[str]:
    """The arguments of the command that an alarm names for an answer."""
    line = next(line for line in said.splitlines() if line.strip().startswith(f"{about}: "))
    return shlex.split(line.partition(": ")[2].removeprefix("python -m archive "))


def standing_now(desk: Desk, now: str = NOW) -> list[Alarm]:
    site = next(desk.db.query("select * from sites"))
    return alarms(desk.db, desk.store.folder, [(site, standing(desk.db, desk.store.folder, desk.site, now))], 72, now)


# three nights, as cron has them

Night = tuple[str, Callable[[DemoSite], Any], int, str, str, str]
NIGHTS: dict[str, Night] = {  # fault -> pages asked for, what the site does, exit code, what the mail says, whose answer, the answer
    "a challenge at every article": (
        *("all", lambda site: site.fault(r"/archives/\d", lie="challenge"), 4, r"\d+ pages were not believed: "),
        *("what is held is right", "rejected: "),
    ),
    "many articles are gone at once": (
        *("none", lambda site: [site.trash(int(number)) for number in list(site.posts)[20:32]], 4),
        *(r"\d+ articles are missing at once, and none of them is marked", "they were removed", "accepted: what the next run of"),
    ),
    "every answer is 503": (
        *("none", lambda site: site.fault(r"/", status=503), 5, "the last run ended as unreachable or limiting: .*503"),
        *("it is known; be silent until a run was complete", "accepted: "),
    ),
}


@pytest.mark.parametrize("fault", NIGHTS)
def test_a_bad_night_is_told_until_it_is_decided(fault: str, folder: Path) -> None:
    pages, happens, code, said, whose, answered = NIGHTS[fault]
    with DemoSite() as site:
        assert crawl(site, folder, "pages=none").code == 0
        assert archive(folder, "status", "--quiet") == ""
        happens(site)
        assert crawl(site, folder, f"pages={pages}", PATIENCE=1).code == code
    mail = archive(folder, "status", "--quiet", code=4)
    assert re.match(rf"127\.0\.0\.1-\d+: {said}.*; since \d+ \w+ \d{{4}}, \d\d:\d\d UTC\n", mail), mail
    assert archive(folder, "status", "--quiet", code=4) == mail, "it stands night after night"
    before = rows(folder, "select count(*) from decisions")
    archive(folder, "accept", "987654", code=2)
    archive(folder, "accept", "gap:nowhere:abcdef", code=2)
    archive(folder, "reject", "mass-loss:nowhere", code=2)
    assert rows(folder, "select count(*) from decisions") == before, "a wrong id decides nothing"
    done = archive(folder, *command_in(mail, whose), "--reason", "looked at it")
    assert done.startswith(answered)
    assert archive(folder, "status", "--quiet") == ""


def test_a_rejected_loss_is_not_marked_however_long_it_lasts(folder: Path) -> None:
    with DemoSite() as site:
        crawl(site, folder, "pages=none", NOW="2027-01-01T06:00:00Z")
        for number in list(site.posts)[20:32]:
            site.trash(int(number))
        assert crawl(site, folder, "pages=none", NOW="2027-01-02T06:00:00Z").code == 4
        [(name,)] = rows(folder, "select name from sites")
        store = Store(folder, lambda: "2027-01-02T08:00:00Z")
        store.decide("reject", f"mass-loss:{name}", "rejected", "a bad night")
        store.close()
        nights = [crawl(site, folder, "pages=none", NOW=f"2027-01-{day:02}T06:00:00Z") for day in (5, 9, 12)]
        assert [night.code for night in nights] == [0, 0, 0]
        assert "which a person does not believe: none is marked" in "".join(nights[-1].lines)
        assert rows(folder, "select count(*) from absences") == [(0,)]


# pages in quarantine


@pytest.fixture
def doubted(folder: Path) -> Desk:
    """A held article; four pages in quarantine: three shrank, one is a challenge. The test closes it."""
    desk = Desk(folder)
    desk.see(article())
    for number, reason in enumerate(
        ["the text shrank from 90 to 9 words", "the text shrank from 80 to 8 words", "a challenge", "the text shrank from 70 to 7 words"]
    ):
        desk.store.quarantine(desk.crawl, desk.site, f"{HOME}{number}", reason, desk.capture("page"), f"2026-01-01T00:00:0{number}Z")
    return desk


def test_pages_of_one_kind_are_one_alarm_and_all_like_takes_them_and_no_other(doubted: Desk, folder: Path) -> None:
    shrank, challenge = standing_now(doubted)
    assert (shrank.what, challenge.what) == (
        "3 pages were not believed: the text shrank from # to # words",
        "a page was not believed: a challenge",
    )
    assert shrank.evidence == (f"{HOME}0", f"{HOME}1", f"{HOME}3") and shrank.since == "2026-01-01T00:00:00Z"
    doubted.close()
    said = archive(folder, "accept", "--all-like", shrank.id)
    assert [line.split()[1] for line in said.splitlines()] == [f"{HOME}0", f"{HOME}1", f"{HOME}3"]
    assert archive(folder, *QUIET, code=4).startswith("example: a page was not believed: a challenge;")
    assert "no page like" in archive(folder, "accept", "--all-like", shrank.id, code=2)


def test_one_page_is_accepted_alone_and_taken_back(doubted: Desk, folder: Path) -> None:
    doubted.close()
    archive(folder, "accept", "1")
    left = archive(folder, *QUIET, code=4)
    assert left.startswith("example: 2 pages were not believed")
    archive(folder, "accept", "1", "--undo")
    assert archive(folder, *QUIET, code=4).startswith("example: 3 pages were not believed")
    archive(folder, "reject", "3")
    assert "rejected  " in archive(folder, "reject", "--list")


def test_what_was_refused_is_compared_with_what_is_held_word_by_word(folder: Path) -> None:
    with DemoSite(rest="404") as site:
        assert crawl(site, folder).code == 0
        site.fault(r"/archives/\d", lie="challenge")
        assert crawl(site, folder, "mode=full").code == 4
    db = open_for_reading(folder)
    [number] = db.execute("select min(id) from quarantine").fetchone()
    page = refused_page(db, number)
    db.close()
    assert page and page.held and page.row["text"] and page.differences
    said = archive(folder, "accept", "--show", str(number))
    assert page.row["reason"] in said and "[-" in said and f"capture {page.row['capture_id']}" in said
    assert "nothing is in quarantine under 99999" in archive(folder, "accept", "--show", "99999", code=2)


# gaps, runs, fields


def test_a_gap_that_a_person_accepts_is_explained_and_a_later_one_is_not(desk: Desk, folder: Path) -> None:
    gap = {"kind": "article", "reason": "failed", "explained": 0}
    desk.store.add_gap(desk.site, **gap, ref=f"{HOME}lost")
    [alarm] = standing_now(desk)
    assert (alarm.what, alarm.evidence, alarm.since) == ("1 article missing from the archive: failed", (f"{HOME}lost",), NOW)
    desk.clock.at = "2026-01-02T00:00:00Z"
    desk.store.decide("accept", alarm.id, "accepted", "the site lost it")
    assert standing_now(desk) == []
    [kept, _] = standing(desk.db, folder, desk.site, NOW).ledgers
    assert (kept.explained, kept.unexplained) == ({"failed, accepted": 1}, {})
    desk.clock.at = "2026-01-03T00:00:00Z"
    desk.store.add_gap(desk.site, **gap, ref=f"{HOME}another")
    [alarm] = standing_now(desk)
    assert alarm.evidence == (f"{HOME}another",)


def numbered(number: int, byline: str) -> dict[str, Any]:
    return article(source_id=str(number), url=f"{HOME}{number}", byline=byline)


def test_a_field_that_new_articles_lack_is_told(desk: Desk) -> None:
    old, new = "2025-06-01T00:00:00Z", "2026-01-01T00:00:00Z"
    for number in range(60):
        desk.see(numbered(number, "A. Author"), at=old)
    assert standing_now(desk) == []
    for number in range(60, 72):
        desk.see(numbered(number, ""), at=new)
    [alarm] = standing_now(desk, "2026-01-02T00:00:00Z")
    assert alarm.what == "12 of the 12 newest articles have no byline; before, 100% had one" and alarm.since == new


@pytest.fixture
def served(doubted: Desk, folder: Path) -> Iterator[Site]:
    shown = RefusedText("The bridge", "The bridge fell at noon.\n\nNobody has said why.")
    doubted.store.quarantine(doubted.crawl, doubted.site, URL, "a bad copy", doubted.capture("page"), NOW, shown)
    doubted.close()
    site = Site(folder)
    yield site
    site.loop.close()


def test_the_served_archive_tells_the_same_alarms(served: Site) -> None:
    found = served.get("/status.json").json()
    kinds = [one["what"].partition(":")[0] for one in found["alarms"] if one["kind"] == "quarantine"]
    assert kinds == ["3 pages were not believed", "a page was not believed", "a page was not believed"]
    assert found["alarms"][0]["commands"]["the site is right"] == "python -m archive accept 1"
    told = served.get("/metrics")
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'archive_alarms{site="example",kind="quarantine"} 3' in told.text.splitlines()
    assert 'archive_quarantined{site="example"} 5' in told.text.splitlines()
    page = served.text("/status")
    assert "What needs a person" in page and "python -m archive reject --all-like 1" in page


def test_a_page_shows_what_was_refused_beside_what_is_held(served: Site) -> None:
    text = served.text("/quarantine/5")
    assert "a bad copy" in text and "python -m archive accept 5" in text
    markup = served.get("/quarantine/5").text
    assert re.search(r"<del>[^<]*night[^<]*</del>\s*<ins>[^<]*noon", markup), markup
    assert "What was read of this page was not kept" in served.text("/quarantine/1")
    assert served.get("/quarantine/77").status_code == 404


def test_a_run_that_a_clock_dated_into_the_future_hides_no_later_one(desk: Desk) -> None:
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    desk.clock.at = "2027-06-01T00:00:00Z"
    ahead = desk.store.start_crawl(desk.site, "update")
    desk.store.finish_crawl(ahead, "complete", 0, 1, 100, "")
    desk.clock.at = "2026-02-01T00:00:00Z"
    bad = desk.store.start_crawl(desk.site, "update")
    desk.store.finish_crawl(bad, "unreachable", 5, 1, 0, "it does not answer")
    found = {alarm.kind: alarm for alarm in standing_now(desk, "2026-02-01T01:00:00Z")}
    assert found["bad run"].since == "2026-02-01T00:00:00Z" and "late run" in found
