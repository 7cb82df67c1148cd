"""An archive of which only warc/ is left is built again from it, offline: every row that tells history is as it was."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.__main__ import main
from archive.verify.database import Verification
from archive.warc.read import whole_members
from tests.crawls import PROJECT, command, copied, crawl, rows, scrapy, until
from tests.demosite import DemoSite
from tests.inside import Run
from tests.natural import differences, history

START = datetime(2027, 1, 1, 6, tzinfo=UTC)


def day(number: float) -> str:
    return (START + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """(home, archive) of a site that was read through several days and changes, and is switched off now."""
    folder = tmp_path_factory.mktemp("lived") / "archive"
    with DemoSite() as site:
        at = 0.0
        site.clock = lambda: START + timedelta(days=at, hours=-1)

        def run(number: float, *arguments: str) -> Run:
            nonlocal at
            at = number
            return crawl(site, folder, *arguments, NOW=day(number), RETRY_TIMES=0)

        codes = [run(0, "images=all").code]
        site.change()
        codes.append(run(1).code)
        site.gone(132)
        codes += [run(2).code, run(3.5).code]
        site.publish(127)
        codes += [run(5, "mode=full").code, run(6).code]
        home = f"{site.home}/"
        site.stop()
        codes.append(run(7).code)
        assert codes == [0, 0, 0, 0, 0, 0, 5], codes
    yield home, folder


def lost(folder: Path, to: Path) -> Path:
    """A copy of an archive without its database."""
    copied(folder, to)
    for path in to.glob("archive.db*"):
        path.unlink()
    return to


def rebuild(home: str, folder: Path) -> Run:
    return scrapy("reextract", "-a", f"home={home}", folder=folder)


def test_every_row_is_as_it_was_before_the_database_was_lost(lived: tuple[str, Path], tmp_path: Path) -> None:
    home, folder = lived
    again = lost(folder, tmp_path / "again")
    run = rebuild(home, again)
    assert (run.code, run.err) == (0, "")
    assert "rebuilt from 7 runs" in run.out and "no run asks for" not in run.out
    assert differences(history(folder), history(again)) == []
    assert not (again / "rebuilding").exists()
    assert list(Verification(again, None).findings()) == []


def test_the_archive_goes_on_from_there(lived: tuple[str, Path], tmp_path: Path) -> None:
    home, folder = lived
    again = lost(folder, tmp_path / "again")
    assert rebuild(home, again).code == 0
    kept, other = (scrapy("update", folder=at, NOW=day(8), RETRY_TIMES=0) for at in (copied(folder, tmp_path / "kept"), again))
    assert (kept.code, kept.out) == (other.code, other.out)
    left_out = ("captures.record_id", "captures.record_digest", "captures.offset", "captures.length", "crawls.database_bytes")
    assert differences(history(tmp_path / "kept", without=left_out), history(again, without=left_out)) == []


def test_a_database_that_is_there_is_left_alone(lived: tuple[str, Path], tmp_path: Path) -> None:
    home, folder = lived
    there = copied(folder, tmp_path / "there")
    run = rebuild(home, there)
    assert run.code == 2 and "is there and holds runs" in run.err
    assert differences(history(folder), history(there)) == []


def test_killed_at_any_moment_the_same_command_goes_on_and_ends_as_if_undisturbed(lived: tuple[str, Path], tmp_path: Path) -> None:
    home, folder = lived
    again = lost(folder, tmp_path / "again")
    kills = 0
    for wanted in (0, 1, 4):
        process = subprocess.Popen(
            command("reextract", "-a", f"home={home}", folder=again), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        until(lambda wanted=wanted: runs_in(again) >= wanted, process)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    assert kills == 3
    assert rebuild(home, again).code == 0
    assert differences(history(folder), history(again)) == []


def test_decisions_and_killed_runs_are_part_of_what_is_built_again(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with DemoSite() as site:
        home = f"{site.home}/"
        assert crawl(site, folder, NOW=day(0)).code == 0
        [(wording,)] = rows(folder, "select fingerprint from blocks where kind = 'body' group by fingerprint order by count(*), 1 limit 1")
        [(comment,)] = rows(folder, "select id from comments order by source_id desc limit 1")
        assert main(["label", wording, "share", "--reason", "a test", "--archive-dir", str(folder)]) == 0
        assert main(["withhold", f"comment:{comment}", "--archive-dir", str(folder)]) == 0
        site.change()
        assert crawl(site, folder, NOW=day(1)).code == 0
    again = lost(folder, tmp_path / "again")
    assert rebuild(home, again).code == 0
    assert differences(history(folder, without=["decisions.ref"]), history(again, without=["decisions.ref"])) == []
    of = """
        select articles.url, comments.source_id
        from comments
        join articles on articles.id = article_id
        where 'comment:' || comments.id in (select ref from decisions)
        """
    assert rows(folder, of) == rows(again, of) != []


def test_of_files_that_an_earlier_release_made_what_cannot_be_known_is_said(lived: tuple[str, Path], tmp_path: Path) -> None:
    home, folder = lived
    again = lost(folder, tmp_path / "again")
    without_notes(again)
    shutil.rmtree(again / "warc" / "seals")  # it made none
    run = rebuild(home, again)
    assert run.code == 0 and "6 runs left no notes" in run.out
    texts = "select articles.url, number, revisions.text from revisions join articles on articles.id = article_id"
    comments = "select articles.url, comments.source_id, comments.text from comments join articles on articles.id = article_id"
    for sql in (texts, comments):
        assert sorted(rows(again, sql)) == sorted(rows(folder, sql))
    assert rows(again, "select distinct outcome from crawls") == [("rebuilt",)]
    assert list(Verification(again, None).findings()) == []


def test_a_home_that_is_not_in_the_files_is_told(lived: tuple[str, Path], tmp_path: Path) -> None:
    again = lost(lived[1], tmp_path / "again")
    without_notes(again)
    run = rebuild("http://example.org/", again)
    assert run.code == 2 and "nothing below" in run.err
    assert not (again / "archive.db").exists() or rows(again, "select count(*) from articles") == [(0,)]


def without_notes(folder: Path) -> None:
    """Rewrite the WARC files as an earlier release wrote them: without what runs note of themselves."""
    for path in folder.glob("warc/*/*.warc.gz"):
        kept = [raw for _, raw, content in whole_members(path) if b"WARC-Target-URI: urn:crawl:" not in content[:1000]]
        path.write_bytes(b"".join(kept))


def runs_in(folder: Path) -> int:
    with contextlib.suppress(sqlite3.DatabaseError):
        [(count,)] = rows(folder, "select count(*) from crawls")
        return int(count)
    return -1


def test_what_was_destroyed_by_order_does_not_come_back_in_an_archive_that_is_built_again(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    refused = "select refused from expunged where refused is not null order by 1"
    with DemoSite() as site:
        assert crawl(site, folder, "pages=none", NOW=day(0)).code == 0
        [(url,)] = rows(folder, "select url from articles order by id limit 1 offset 3")
        assert main(["expunge", url, "--reason", "an order", "--yes", "--archive-dir", str(folder)]) == 0
        assert crawl(site, folder, "mode=full", "pages=none", NOW=day(1)).code == 0
        again = lost(folder, tmp_path / "again")
        assert rebuild(f"{site.home}/", again).code == 0
        assert rows(again, refused) == rows(folder, refused) != []
        assert crawl(site, again, "mode=full", "pages=none", NOW=day(2)).code == 0
    assert rows(again, "select count(*) from articles") == rows(folder, "select count(*) from articles")
    assert rows(again, "select count(*) from urls where url = ?", url) == [(0,)]
    assert list(Verification(again, None).findings()) == []
