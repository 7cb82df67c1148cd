"""A backup is an archive of one moment, whatever is written meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.errors import ConfigurationError, StorageError
from archive.export.backup import backup
from archive.store.store import Store
from archive.verify.database import Verification
from archive.warc.read import whole_members
from archive.warc.records import records
from archive.warc.write import member
from tests.crawls import PROJECT, content, rows, until
from tests.literal import Desk, article, comment, exchange

WRITER = """
import sys
from pathlib import Path
from tests.literal import Desk, article, comment

desk = Desk(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    desk.see(article((f"Paragraph {number}, by itself.",), url=f"https://www.example.org/{number}", source_id=str(number)),
             **{f"_{number}": [comment(str(number))]})
"""


def findings(folder: Path) -> list[str]:
    return list(Verification(folder).findings())


def filled(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1"), comment("2", parent="1")])
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")


def test_a_backup_holds_what_the_archive_holds_and_opens_as_an_archive(desk: Desk, folder: Path, tmp_path: Path) -> None:
    filled(desk)
    (folder / "spellings.txt").write_text("Kadafi, Qaddafi\n")
    backup(folder, tmp_path / "copy")
    assert findings(tmp_path / "copy") == []
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["archive.db", "spellings.txt", "warc"]
    assert content(tmp_path / "copy") == content(folder)
    opened = Desk(tmp_path / "copy", "2026-05-01T00:00:00Z")
    opened.see(article(("Another text.",)))
    assert opened.rows("select count(*) from revisions") == [(2,)]
    opened.close()
    assert findings(folder) == []


def test_backups_while_another_process_writes_are_whole(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as writer:
        try:
            until(lambda: (folder / "archive.db").exists() and articles(folder) > 5, writer)
            held = []
            for number in range(5):
                backup(folder, tmp_path / f"copy-{number}")
                assert findings(tmp_path / f"copy-{number}") == []
                held.append(articles(tmp_path / f"copy-{number}"))
                until(lambda: articles(folder) > held[-1] + 3, writer)
            assert findings(folder) == []  # the live archive is verified while it grows, too
        finally:
            writer.kill()
    assert held == sorted(held) and len(set(held)) == 5
    restored = Store(tmp_path / "copy-4")  # what lay behind the last row is taken in
    restored.close()
    assert findings(tmp_path / "copy-4") == []


def articles(folder: Path) -> int:
    try:
        return int(rows(folder, "select count(*) from articles")[0][0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def test_records_that_a_later_run_wrote_are_left_out_of_a_finished_archive(desk: Desk, folder: Path, tmp_path: Path) -> None:
    filled(desk)
    [path] = (folder / "warc").glob("*/*.warc.gz")
    before = path.stat().st_size
    response, request = records(exchange())
    path.write_bytes(path.read_bytes() + member(response) + member(request))
    backup(folder, tmp_path / "copy")
    [copied] = (tmp_path / "copy" / "warc").glob("*/*.warc.gz")
    assert copied.stat().st_size == before
    assert findings(tmp_path / "copy") == []


def test_a_killed_runs_records_are_kept_and_its_torn_bytes_are_not(desk: Desk, folder: Path, tmp_path: Path) -> None:
    desk.see(article())
    [path] = (folder / "warc").glob("*/*.warc.gz")
    response, request = records(exchange())
    path.write_bytes(path.read_bytes() + member(response) + member(request) + b"\x1f\x8btorn")
    backup(folder, tmp_path / "copy")
    [copied] = (tmp_path / "copy" / "warc").glob("*/*.warc.gz")
    assert copied.read_bytes() == path.read_bytes()[:-6]
    assert len(list(whole_members(copied))) == 5
    assert findings(tmp_path / "copy") == []


def test_finished_warc_files_are_linked_and_the_one_in_use_is_copied(desk: Desk, folder: Path, tmp_path: Path) -> None:
    desk.see(article(), at="2026-01-31T00:00:00Z")
    desk.warc.close()
    desk.see(article(door="page"), at="2026-02-01T00:00:00Z")
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    backup(folder, tmp_path / "copy")
    old, new = sorted((folder / "warc").glob("*/*.warc.gz"))
    linked, copied = sorted((tmp_path / "copy" / "warc").glob("*/*.warc.gz"))
    assert os.path.samefile(old, linked) and not os.path.samefile(new, copied)
    assert findings(tmp_path / "copy") == []


def test_a_place_that_is_taken_is_left_alone(desk: Desk, folder: Path, tmp_path: Path) -> None:
    filled(desk)
    (tmp_path / "copy").mkdir()
    with pytest.raises(ConfigurationError, match="is there already"):
        backup(folder, tmp_path / "copy")
    with pytest.raises(ConfigurationError, match="among the archive's own files"):
        backup(folder, folder / "warc" / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


def test_a_backup_that_fails_leaves_nothing(desk: Desk, folder: Path, tmp_path: Path) -> None:
    filled(desk)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        backup(folder, tmp_path / "file" / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "file"]


def test_a_flaw_of_the_archive_is_told_and_the_copy_is_kept(desk: Desk, folder: Path, tmp_path: Path) -> None:
    filled(desk)
    shutil.copytree(folder, tmp_path / "flawed")
    command = ["backup", "--archive-dir", str(tmp_path / "flawed")]
    done = CliRunner().invoke(commands, [*command, str(tmp_path / "one")])
    assert done.exit_code == 0 and done.stdout.endswith("all as written\n")
    sqlite3.connect(tmp_path / "flawed" / "archive.db", isolation_level=None).execute("update comments set text = 'other' where id = 1")
    done = CliRunner().invoke(commands, [*command, str(tmp_path / "two")])
    assert done.exit_code == 3 and "comment 1: the digest differs" in done.stdout
    assert (tmp_path / "two" / "archive.db").is_file()
