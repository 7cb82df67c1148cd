"""``archive upgrade`` says what it will do, keeps the way back, loses nothing, and leaves alone what it cannot or need not bring over."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.__main__ import commands
from archive.db.lock import Lock
from archive.db.migrations import STEPS
from archive.verify.database import Verification
from tests.crawls import rows
from tests.former_archive import as_former_release_held, name_of
from tests.literal import Desk, article, comment
from tests.released import kept, made_again

BACKED_UP = "select id, url, title, word_count from articles order by id"


def run(folder: Path, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(commands, ["upgrade", "--archive-dir", str(folder), *words], input=answer)


def state(folder: Path) -> dict[str, str]:
    """Every file with a digest of what is in it."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def steps_of(folder: Path) -> list[str]:
    return [name for (name,) in rows(folder, "select name from _sqlite_migrations order by id")]


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """An archive of a former release, with its evidence."""
    desk = Desk(tmp_path / "today")
    desk.see(article(), _12=[comment("1"), comment("2", parent="1")])
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    desk.close()
    as_former_release_held(tmp_path / "today", tmp_path / "former")
    shutil.copytree(tmp_path / "today" / "warc", tmp_path / "former" / "warc")
    return tmp_path / "former"


def test_a_dry_run_names_every_step_with_its_reason_and_changes_nothing(former: Path, tmp_path: Path) -> None:
    before = state(tmp_path)
    done = run(former, "--dry-run")
    assert done.exit_code == 0 and state(tmp_path) == before
    for step in STEPS[12:]:
        assert f"  {name_of(step)}: " in done.stdout
    assert "m013_texts_once: Every text is stored once, in rows that fit SQLite's pages.\n" in done.stdout
    assert "Released: never edited" not in done.stdout
    assert "MB of database" in done.stdout and "room needed: " in done.stdout


def test_an_upgrade_backs_up_migrates_and_says_the_way_back(former: Path, tmp_path: Path) -> None:
    held = rows(former, BACKED_UP)
    done = run(former, "--yes", "--backup", str(tmp_path / "kept"))
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in former.iterdir()) == ["archive.db", "lock", "warc"]
    assert f"backed up to {tmp_path / 'kept'}\n" in done.stdout and f"restore {tmp_path / 'kept'}\n" in done.stdout
    assert "upgraded, verified 1 article, 1 revision, 2 comments: all as written\n" in done.stdout
    assert steps_of(former) == [name_of(step) for step in STEPS]
    assert steps_of(tmp_path / "kept") == [name_of(step) for step in STEPS[:12]], "the backup is of the former release"
    assert rows(former, BACKED_UP) == rows(tmp_path / "kept", BACKED_UP) == held
    assert list(Verification(former).findings()) == []


def test_the_backup_is_brought_back_by_restore(former: Path, tmp_path: Path) -> None:
    run(former, "--yes", "--backup", str(tmp_path / "kept"))
    sqlite3.connect(former / "archive.db", isolation_level=None).execute("delete from links")
    done = CliRunner().invoke(commands, ["--archive-dir", str(former), "restore", str(tmp_path / "kept")])
    assert done.exit_code == 0, done.output
    assert list(Verification(former).findings()) == []


def test_the_backup_lies_beside_the_archive_where_no_place_is_named(former: Path) -> None:
    assert run(former, "--yes").exit_code == 0
    [place] = former.parent.glob("former.before-upgrade-*")
    assert steps_of(place)[-1] == name_of(STEPS[11])


def test_without_a_backup_there_is_no_way_back_and_none_is_named(former: Path) -> None:
    done = run(former, "--yes", "--no-backup")
    assert done.exit_code == 0 and "no backup is made" in done.stdout and "way back" not in done.stdout
    assert not list(former.parent.glob("*before-upgrade*"))


@pytest.mark.parametrize("name", [kept()[0], kept()[4], kept()[12]])
def test_kept_archives_are_upgraded(name: str, tmp_path: Path) -> None:
    done = run(made_again(name, tmp_path / "archive"), "--yes")
    assert done.exit_code == 0, done.output
    assert "all as written" in done.stdout


def test_an_archive_of_this_release_is_one_line(former: Path) -> None:
    run(former, "--yes", "--no-backup")
    before = state(former)
    done = run(former)
    assert (done.exit_code, done.stdout) == (0, f"{former}: nothing to do; the archive is of this release\n")
    assert state(former) == before


def refused(folder: Path, code: int, said: str, *words: str) -> None:
    before = state(folder.parent)
    done = run(folder, *words)
    assert (done.exit_code, done.stderr.count("\n")) == (code, 1), done.output
    assert said in done.stderr
    assert state(folder.parent) == before


def test_an_archive_of_a_newer_release_is_left_alone(former: Path) -> None:
    with closing(sqlite3.connect(former / "archive.db", isolation_level=None)) as db:
        db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', 'm999_later', '')")
    refused(former, 2, "m999_later", "--yes")


def test_where_nobody_can_be_asked_nothing_is_done(former: Path) -> None:
    refused(former, 2, "--yes")


def test_no_archive_a_foreign_database_and_a_damaged_one_are_left_alone(tmp_path: Path) -> None:
    refused(tmp_path / "nothing", 2, "no archive at", "--yes")
    for name in ("foreign", "damaged"):
        (tmp_path / name).mkdir()
    with closing(sqlite3.connect(tmp_path / "foreign" / "archive.db")) as db:
        db.execute("create table notes(text)")
    refused(tmp_path / "foreign", 2, "another program's database", "--yes")
    (tmp_path / "damaged" / "archive.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
    refused(tmp_path / "damaged", 3, "is damaged", "--yes")


def test_a_place_that_is_taken_and_two_wishes_at_once_are_refused(former: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    refused(former, 2, "is there already", "--yes", "--backup", str(tmp_path / "taken"))
    refused(former, 2, "cannot both be given", "--no-backup", "--backup", str(tmp_path / "other"))


def test_while_a_crawl_writes_nothing_is_done(former: Path) -> None:
    lock = Lock(former)
    try:
        refused(former, 75, "another crawl is writing", "--yes")
    finally:
        lock.release()


def test_a_row_that_is_lost_is_a_finding(tmp_path: Path) -> None:
    folder = made_again("m013_texts_once", tmp_path / "archive")
    with closing(sqlite3.connect(folder / "archive.db", isolation_level=None)) as db:
        theft = "delete from comment_revisions where comment_id = 2; delete from comments where id = 2"
        db.execute(f"create trigger thief after insert on _sqlite_migrations begin {theft}; end")
    done = run(folder, "--yes")
    assert done.exit_code == 3, done.output
    assert "comments: 2 rows before, 1 now\n" in done.stdout and "way back" in done.stdout
