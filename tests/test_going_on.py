"""A run that was killed goes on where it was, within its slice: the site is not asked for what it has answered, and all is one run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.verify.database import Verification
from tests.crawls import content, copied, crawl, rows, scrapy
from tests.demosite import DemoSite
from tests.kills import assert_whole, kill
from tests.natural import differences, history

DAY = "2027-01-01T06:00:00Z"
GOES_ON = {"GO_ON_WITHIN": 1200, "NOW": DAY}
KILLED = "update crawls set finished_at = null, outcome = null, exit_code = null where id = (select max(id) from crawls)"


def paths(site: DemoSite) -> list[str]:
    """What the site was asked since it was looked at last."""
    found = [request.path for request in site.requests]
    site.clear_requests()
    return found


@dataclass(frozen=True)
class GoneOn:
    """A run that was killed twice and went on. ``asked``: what each of its processes asked the site."""

    home: str
    folder: Path
    undisturbed: Path
    asked: list[list[str]]
    wanted: list[str]  # what an undisturbed run asks


@pytest.fixture(scope="module", params=["on", "404"])
def gone_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoneOn]:
    place = tmp_path_factory.mktemp(f"rest-{request.param}")
    folder, undisturbed = place / "archive", place / "undisturbed"
    with DemoSite(rest=request.param, theme="html5") as site:
        assert crawl(site, undisturbed, NOW=DAY).code == 0
        wanted, asked = paths(site), []
        for after in (9, 12):
            assert kill(site, folder, after, **GOES_ON)
            asked.append(paths(site))
        assert crawl(site, folder, **GOES_ON).code == 0
        yield GoneOn(f"{site.home}/", folder, undisturbed, [*asked, paths(site)], wanted)


def test_what_was_captured_is_not_asked_for_again(gone_on: GoneOn) -> None:
    again = sum(map(len, gone_on.asked)) - len(gone_on.wanted)
    robots = len(gone_on.asked) - 1
    on_their_way = 8  # answers that were not on disk yet, at most, at each kill
    assert all(asked[0] == "/robots.txt" for asked in gone_on.asked)
    assert again <= robots + 2 * on_their_way
    captured = rows(gone_on.folder, "select url from captures where door <> 'robots' group by url, door having count(*) > 1")
    once = rows(gone_on.undisturbed, "select url from captures where door <> 'robots' group by url, door having count(*) > 1")
    assert captured == once


def test_the_archive_is_that_of_an_undisturbed_run(gone_on: GoneOn) -> None:
    assert_whole(gone_on.folder)
    assert content(gone_on.folder) == content(gone_on.undisturbed)
    assert list(Verification(gone_on.folder, None).findings()) == []


def test_all_of_it_is_one_run(gone_on: GoneOn) -> None:
    columns = "started_at, outcome, exit_code, new, revised, unchanged, missing, quarantined"
    [run] = rows(gone_on.folder, f"select {columns} from crawls")
    assert [run] == rows(gone_on.undisturbed, f"select {columns} from crawls")
    [(requests, received)] = rows(gone_on.folder, "select requests, bytes from crawls")
    [(captures, bodies)] = rows(gone_on.folder, "select count(*), sum(length) from captures where crawl_id = 1")
    assert requests == captures and received > bodies / 2
    assert rows(gone_on.folder, "select count(*) from captures where crawl_id is null") == [(0,)]


def test_it_is_built_again_row_for_row(gone_on: GoneOn, tmp_path: Path) -> None:
    again = copied(gone_on.folder, tmp_path / "again")
    for path in again.glob("archive.db*"):
        path.unlink()
    run = scrapy("reextract", "-a", f"home={gone_on.home}", folder=again)
    assert (run.code, run.err) == (0, "")
    assert "rebuilt from 1 runs" in run.out and "no run asks for" not in run.out and "counted otherwise" not in run.out
    assert differences(history(gone_on.folder), history(again)) == []


def test_it_is_read_again_as_it_was(gone_on: GoneOn, tmp_path: Path) -> None:
    again = copied(gone_on.folder, tmp_path / "again")
    run = scrapy("reextract", folder=again)
    assert run.code == 0 and "not believed" not in run.out, run.lines
    assert content(again) == content(gone_on.folder)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoSite, Path]]:
    with DemoSite(rest="404", theme="html5") as site:
        folder = tmp_path_factory.mktemp("read") / "archive"
        assert crawl(site, folder, "mode=full", **GOES_ON).code == 0
        killed(folder)
        yield site, folder


@pytest.fixture
def ended(read: tuple[DemoSite, Path], tmp_path: Path) -> tuple[DemoSite, Path]:
    """A site, and the archive of a run at it that was killed at the last moment."""
    site, folder = read
    site.clear_requests()
    return site, copied(folder, tmp_path / "archive")


def killed(folder: Path, sql: str = KILLED) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        db.execute(sql)


def runs(folder: Path) -> list[str]:
    return [outcome for (outcome,) in rows(folder, "select outcome from crawls order by id")]


def test_robots_txt_alone_is_asked_for_when_all_is_there(ended: tuple[DemoSite, Path]) -> None:
    site, folder = ended
    assert crawl(site, folder, "mode=full", **GOES_ON).code == 0
    assert paths(site) == ["/robots.txt"]
    assert runs(folder) == ["complete"]


def test_an_answer_whose_record_is_damaged_is_asked_for_again(ended: tuple[DemoSite, Path]) -> None:
    site, folder = ended
    sql = "select url, filename, offset + length / 2 from captures where door = 'page' and status = 200 order by id limit 1 offset 3"
    [(url, filename, middle)] = rows(folder, sql)
    with (folder / filename).open("r+b") as file:
        file.seek(middle)
        file.write(b"damaged")
    run = crawl(site, folder, "mode=full", **GOES_ON)
    assert run.code == 0, run.lines
    assert paths(site) == ["/robots.txt", url.removeprefix(site.home)]


@pytest.mark.parametrize(
    ("arguments", "settings", "sql"),
    [
        (["mode=update"], {}, ""),
        (["mode=full", "limit=3"], {}, ""),
        (["mode=full"], {"PAGE_BUDGET": 7}, ""),
        (["mode=full"], {"GO_ON_WITHIN": 0}, ""),
        (["mode=full"], {"NOW": "2027-01-01T06:20:01Z"}, ""),
        (["mode=full"], {}, "update crawls set finished_at = started_at, outcome = 'interrupted', exit_code = 130"),
    ],
    ids=["another mode", "a limit", "other settings", "one machine", "too long ago", "stopped by a signal"],
)
def test_another_run_begins_anew(ended: tuple[DemoSite, Path], arguments: list[str], settings: dict[str, object], sql: str) -> None:
    site, folder = ended
    if sql:
        killed(folder, sql)
    assert crawl(site, folder, *arguments, **GOES_ON | settings).code == 0
    assert "/" in paths(site)
    assert len(runs(folder)) == 2
