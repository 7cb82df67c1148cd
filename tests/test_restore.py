"""A backup comes back as the archive that it was, and replaces nothing that it lacks."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.db.lock import Lock
from archive.errors import ConfigurationError, LockHeld, NoArchive, StorageError
from archive.export.backup import backup
from archive.merge.restore import restore
from archive.verify.database import Verification
from tests.crawls import content, rows
from tests.literal import Desk, article, comment


def closed(desk: Desk) -> None:
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    desk.warc.close()
    desk.store.close()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An archive in ``archive`` and a backup of it."""
    desk = Desk(tmp_path / "archive")
    desk.see(article(), _12=[comment("1")])
    closed(desk)
    backup(tmp_path / "archive", tmp_path / "backup")
    return tmp_path / "backup"


def test_a_backup_becomes_an_archive_that_is_written_on(kept: Path, tmp_path: Path) -> None:
    summary, aside = restore(kept, tmp_path / "new")
    assert summary.endswith("all as written") and aside is None
    assert content(tmp_path / "new") == content(kept)
    before = [(path.name, path.read_bytes()) for path in sorted((kept / "warc").rglob("*.gz"))]
    desk = Desk(tmp_path / "new", "2026-05-01T00:00:00Z")
    desk.see(article(("Another text.",)))
    closed(desk)
    assert list(Verification(tmp_path / "new").findings()) == []
    assert [(path.name, path.read_bytes()) for path in sorted((kept / "warc").rglob("*.gz"))] == before


def test_an_archive_that_holds_more_stays_until_it_is_forced_and_is_moved_aside(kept: Path, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive", "2026-05-01T00:00:00Z")
    desk.see(article(("Another text.",)))
    closed(desk)
    held = content(tmp_path / "archive")
    with pytest.raises(ConfigurationError, match=r"holds 1 captures that .* lacks; --force"):
        restore(kept, tmp_path / "archive")
    assert content(tmp_path / "archive") == held
    _, aside = restore(kept, tmp_path / "archive", force=True)
    assert aside is not None and content(aside) == held
    assert content(tmp_path / "archive") == content(kept)
    assert list(Verification(tmp_path / "archive").findings()) == []


def test_a_decision_that_the_backup_lacks_keeps_the_archive(kept: Path, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive")
    desk.store.decide("withhold", "https://www.example.org/", "withheld")
    closed(desk)
    with pytest.raises(ConfigurationError, match="decisions that"):
        restore(kept, tmp_path / "archive")


def test_an_archive_of_which_the_backup_holds_everything_is_replaced(kept: Path, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "archive" / "archive.db", isolation_level=None).execute("update comments set text = 'other'")
    _, aside = restore(kept, tmp_path / "archive")
    assert aside is not None
    assert rows(tmp_path / "archive", "select text from comments") == [("I was there.",)]


def test_a_damaged_backup_is_refused_and_nothing_is_written(kept: Path, tmp_path: Path) -> None:
    [path] = (kept / "warc").rglob("*.gz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StorageError, match="is damaged"):
        restore(kept, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "backup"]


def test_what_is_no_backup_or_lies_inside_is_refused(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(NoArchive):
        restore(tmp_path / "nothing", tmp_path / "new")
    with pytest.raises(ConfigurationError, match="in one another"):
        restore(kept, kept / "inside")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="files, and no archive"):
        restore(kept, tmp_path / "full")
    assert (tmp_path / "full" / "letter.txt").read_text() == "mine"


def test_an_archive_in_use_is_not_replaced(kept: Path, tmp_path: Path) -> None:
    lock = Lock(tmp_path / "archive")
    try:
        with pytest.raises(LockHeld):
            restore(kept, tmp_path / "archive", force=True)
    finally:
        lock.release()


def test_the_command_says_where_everything_is(kept: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["restore", str(kept), "--to", str(tmp_path / "new")])
    assert done.exit_code == 0 and "restored; the backup was verified 1 WARC file" in done.stdout
    done = CliRunner().invoke(commands, ["restore", "--archive-dir", str(tmp_path / "new"), str(kept), "--force"])
    assert done.exit_code == 0 and "the former archive is in" in done.stdout
