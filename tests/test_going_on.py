"""A run that was killed goes on where it was, within its slice: the site is not asked for what it has answered, and all is one run."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.verify.database import Verification
from tests.crawls import PROJECT, command, content, copied, crawl, rows, scrapy
from tests.demosite import DemoSite
from tests.inside import Run
from tests.kills import assert_whole, kill
from tests.natural import differences, history
from tests.othersites import Leaflet
from tests.othersites.server import Answer

DAY = "2027-01-01T06:00:00Z"
GOES_ON = {"GO_ON_WITHIN": 1200, "NOW": DAY}
KILLED = "update crawls set finished_at = null, outcome = null, exit_code = null"
PAGES = 6  # of the gazette


class Gazette(Leaflet):
    """Six articles, without REST, feed and sitemap. It does something when it is asked a certain time."""

    def __init__(self) -> None:
        super().__init__()
        paths = [f"/note-{part}/" for part in range(PAGES)]
        for part, path in enumerate(paths):
            self.article(path, part)
        self.front(tuple(paths))
        self.at, self.then = 0, lambda: None

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if len(self.requests) == self.at:
            self.then()
        return super().answer(path, query)


def read(site: Gazette, folder: Path, *arguments: str, **settings: object) -> Run:
    words = [word for argument in arguments for word in ("-a", argument)]
    return scrapy("crawl", "site", "-a", f"home={site.home}/", *words, folder=folder, **GOES_ON | settings)


def killed_at(site: Gazette, folder: Path, request: int) -> None:
    line = command("crawl", "site", "-a", f"home={site.home}/", folder=folder, **GOES_ON)
    with subprocess.Popen(line, cwd=PROJECT) as process:
        site.at, site.then = request, process.kill
        assert process.wait(60) == -signal.SIGKILL
    site.at = 0


def asked(site: Gazette) -> list[str]:
    """What the site was asked since it was looked at last."""
    found = list(site.requests)
    site.requests.clear()
    return found


@dataclass(frozen=True)
class GoneOn:
    """An archive whose run was killed and went on. ``asked``: what it asked the site before and after; ``wanted``: what an undisturbed
    run asks."""

    home: str
    folder: Path
    undisturbed: Path
    asked: list[list[str]]
    wanted: list[str]


@pytest.fixture(scope="module")
def gone_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoneOn]:
    place = tmp_path_factory.mktemp("gone-on")
    folder, undisturbed = place / "archive", place / "undisturbed"
    with Gazette() as site:
        assert read(site, undisturbed).code == 0
        wanted = asked(site)
        killed_at(site, folder, len(wanted) - 2)
        before = asked(site)
        assert read(site, folder).code == 0
        yield GoneOn(f"{site.home}/", folder, undisturbed, [before, asked(site)], wanted)


def test_what_was_captured_is_not_asked_for_again(gone_on: GoneOn) -> None:
    before, after = gone_on.asked
    assert after[0] == "/robots.txt"
    at_the_kill = [path for path in before if path in after[1:]]
    assert 1 <= len(at_the_kill) <= 8, "what was on its way, and no list"
    assert all(path.startswith("/note-") for path in at_the_kill)
    wanted = Counter(gone_on.wanted) + Counter(["/robots.txt", *at_the_kill])
    assert Counter(before + after) == wanted


def test_the_archive_is_that_of_an_undisturbed_run(gone_on: GoneOn) -> None:
    assert_whole(gone_on.folder)
    assert content(gone_on.folder) == content(gone_on.undisturbed)
    assert list(Verification(gone_on.folder, None).findings()) == []


def test_all_of_it_is_one_run(gone_on: GoneOn) -> None:
    columns = "started_at, outcome, exit_code, new, revised, unchanged, missing, quarantined"
    assert rows(gone_on.folder, f"select {columns} from crawls") == rows(gone_on.undisturbed, f"select {columns} from crawls")
    [(requests, received)] = rows(gone_on.folder, "select requests, bytes from crawls")
    [(once, bodies)] = rows(gone_on.undisturbed, "select requests, bytes from crawls")
    [(captures,)] = rows(gone_on.folder, "select count(*) from captures where crawl_id = 1")
    assert requests == captures == once + 1 and bodies <= received < bodies + 1000, "robots.txt was asked for twice"
    assert rows(gone_on.folder, "select count(*) from captures where crawl_id is null") == [(0,)]


def test_it_is_built_again_row_for_row(gone_on: GoneOn, tmp_path: Path) -> None:
    run = built_again(gone_on, tmp_path / "again")
    assert (run.code, run.err) == (0, "")
    assert "rebuilt from 1 runs" in run.out and "no run asks for" not in run.out and "counted otherwise" not in run.out
    assert differences(history(gone_on.folder), history(tmp_path / "again")) == []


def built_again(gone_on: GoneOn, again: Path) -> Run:
    copied(gone_on.folder, again)
    for path in again.glob("archive.db*"):
        path.unlink()
    return scrapy("reextract", "-a", f"home={gone_on.home}", folder=again)


def test_it_is_read_again_as_it_was(gone_on: GoneOn, tmp_path: Path) -> None:
    again = copied(gone_on.folder, tmp_path / "again")
    run = scrapy("reextract", folder=again)
    assert run.code == 0 and "not believed" not in run.out, run.lines
    assert content(again) == content(gone_on.folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gazette, Path]]:
    with Gazette() as site:
        folder = tmp_path_factory.mktemp("read") / "archive"
        assert read(site, folder, "mode=full").code == 0
        change(folder, KILLED)
        yield site, folder


@pytest.fixture
def ended(whole: tuple[Gazette, Path], tmp_path: Path) -> tuple[Gazette, Path]:
    """A site, and the archive of a run at it that was killed at the last moment."""
    site, folder = whole
    asked(site)
    return site, copied(folder, tmp_path / "archive")


def change(folder: Path, *sql: str) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        for statement in sql:
            db.execute(statement)


def runs(folder: Path) -> list[str]:
    return [outcome for (outcome,) in rows(folder, "select outcome from crawls order by id")]


def test_robots_txt_alone_is_asked_for_when_all_is_there(ended: tuple[Gazette, Path]) -> None:
    site, folder = ended
    before = rows(folder, "select id, crawl_id, door, article_id from captures")
    change(folder, "delete from captures where id = (select max(id) from captures)")  # its record is found again
    assert read(site, folder, "mode=full").code == 0
    assert asked(site) == ["/robots.txt"]
    assert runs(folder) == ["complete"]
    assert rows(folder, "select id, crawl_id, door, article_id from captures where url not like '%robots.txt' or id = 1") == before


def test_an_answer_whose_record_is_damaged_is_asked_for_again(ended: tuple[Gazette, Path]) -> None:
    site, folder = ended
    sql = "select url, filename, offset + length / 2 from captures where url like '%note-0/'"
    [(url, filename, middle)] = rows(folder, sql)
    with (folder / filename).open("r+b") as file:
        file.seek(middle)
        file.write(b"damaged")
    assert read(site, folder, "mode=full").code == 0
    assert asked(site) == ["/robots.txt", url.removeprefix(site.home)]


def test_an_answer_that_says_come_again_later_is_not_given(ended: tuple[Gazette, Path]) -> None:
    site, folder = ended
    change(folder, "update captures set status = 503 where url like '%note-1/'")
    assert read(site, folder, "mode=full").code == 0
    assert asked(site) == ["/robots.txt", "/note-1/"]


@pytest.mark.parametrize(
    ("arguments", "settings", "sql"),
    [
        (["mode=update"], {}, KILLED),
        (["mode=full", "limit=3"], {}, KILLED),
        (["mode=full"], {"PAGE_BUDGET": 7}, KILLED),
        (["mode=full"], {"GO_ON_WITHIN": 0}, KILLED),
        (["mode=full"], {"NOW": "2027-01-01T06:20:01Z"}, KILLED),
        (["mode=full"], {}, "update crawls set finished_at = started_at, outcome = 'interrupted', exit_code = 130"),
    ],
    ids=["another mode", "a limit", "other settings", "one machine", "too long ago", "stopped by a signal"],
)
def test_another_run_begins_anew(ended: tuple[Gazette, Path], arguments: list[str], settings: dict[str, object], sql: str) -> None:
    site, folder = ended
    change(folder, sql)
    assert read(site, folder, *arguments, **settings).code == 0
    assert "/" in asked(site)
    assert len(runs(folder)) == 2


@pytest.mark.torture
@pytest.mark.parametrize(("rest", "after"), [("on", (15, 20)), ("404", (9, 12))])
def test_runs_at_a_whole_site_that_were_killed_twice(rest: str, after: tuple[int, int], tmp_path: Path) -> None:
    folder, undisturbed = tmp_path / "archive", tmp_path / "undisturbed"
    with DemoSite(rest=rest, theme="html5") as site:  # type: ignore[arg-type]
        assert crawl(site, undisturbed, NOW=DAY).code == 0
        wanted, requests = len(site.requests), 0
        for number in after:
            assert kill(site, folder, number, **GOES_ON)
            requests += len(site.requests)
        site.clear_requests()
        assert crawl(site, folder, **GOES_ON).code == 0
        requests += len(site.requests)
        assert requests <= wanted + 2 + 2 * 8 + 1, "robots.txt, what was on its way, and the front page for its languages"
        assert content(folder) == content(undisturbed)
        gone_on = GoneOn(f"{site.home}/", folder, undisturbed, [], [])
        run = built_again(gone_on, tmp_path / "again")
    assert (run.code, run.err) == (0, "")
    assert differences(history(folder), history(tmp_path / "again")) == []
