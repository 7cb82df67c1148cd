"""Verify over all cores: the same findings in the same order as in one process; interrupted, it says how far it came."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.__main__ import main
from archive.verify import database
from archive.verify.database import Verification
from archive.verify.processes import Calls, Processes
from archive.warc.write import WarcWriter
from tests.crawls import PATIENCE, PROJECT, rows
from tests.literal import Desk, article, exchange

RECORD = 400_000  # bytes of a body that no compressor makes smaller
RECORDS = 30


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose files are too large for one process: two of 12 MB."""
    folder = tmp_path_factory.mktemp("large")
    desk, chance = Desk(folder), random.Random(1)
    desk.see(article())
    for month in ("2026-02", "2026-03"):
        writer = WarcWriter(folder, "example", "test")
        for number in range(RECORDS):
            sent = exchange(f"https://example.org/{month}/{number}/", f"{month}-01T00:00:00Z", chance.randbytes(RECORD))
            desk.store.add_capture(desk.crawl, "page", sent, "text/html", writer.write(sent))
        writer.close()
    desk.store.finish_crawl(desk.crawl, "complete", 0, 4, 400, "")
    desk.close()
    return folder


@pytest.fixture
def copy(large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, checked in spans of 2 MB."""
    monkeypatch.setattr(database, "SPAN", 2_000_000)
    shutil.copytree(large, tmp_path / "copy")
    return tmp_path / "copy"


def flip(path: Path, offset: int) -> None:
    with open(path, "r+b") as file:
        file.seek(offset)
        [byte] = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def change(folder: Path, sql: str) -> None:
    db = sqlite3.connect(folder / "archive.db", isolation_level=None)
    db.execute(sql)
    db.close()


def damaged(folder: Path) -> list[Path]:
    """Damage of many kinds in both files, also where a span ends."""
    first, second = sorted((folder / "warc").glob("*/*-20260[23]-*.warc.gz"))
    places = rows(folder, "select offset, length from captures where filename like '%202602%' order by offset")
    flip(first, places[4][0] + 1000)
    flip(first, places[12][0] + 3)
    flip(first, places[20][0] + places[20][1] - 4)
    second.write_bytes(second.read_bytes()[:-700] + b"torn")
    return [first, second]


def in_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    with monkeypatch.context() as context:
        context.setattr(database, "SMALL", 1 << 40)
        context.setattr(database, "SPAN", 1 << 40)
        return list(Verification(folder).findings())


def test_all_cores_find_what_one_process_finds_in_the_same_order(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = Verification(copy)
    assert list(sound.findings()) == []
    assert sound.summary.startswith(f"verified 3 WARC files, {2 + 1 + 2 * (2 * RECORDS + 1)} records, 1 article")
    damaged(copy)
    change(copy, "update revisions set text = 'other' where id = 1")
    found = list(Verification(copy).findings())
    assert found == in_one(copy, monkeypatch)
    assert len(found) > 4


def test_a_wrong_row_at_the_seam_of_two_spans_is_found_as_in_one_process(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(copy, "update captures set offset = offset + 1 where id % 5 = 0")
    found = list(Verification(copy).findings())
    assert found == in_one(copy, monkeypatch) and any("should be" in finding for finding in found)


def test_progress_comes_to_all_bytes(copy: Path) -> None:
    told: list[tuple[int, int]] = []
    verification = Verification(copy, progress=lambda checked, of: told.append((checked, of)))
    assert list(verification.findings()) == []
    total = sum(path.stat().st_size for path in (copy / "warc").glob("*/*"))
    assert told[-1] == (total, total) and len(told) > 10 and told == sorted(told)


def test_the_rest_of_an_interrupted_check_can_be_asked_for(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, second = damaged(copy)
    name = second.relative_to(copy).as_posix()
    assert main(["verify", "--archive-dir", str(copy), "--from", name]) == 3
    told = capsys.readouterr().out.splitlines()
    assert told[-1].startswith("verified 1 WARC file, ") and "article" not in told[-1]
    assert all(line.startswith(f"{name}: ") for line in told[:-1]) and len(told) > 1
    assert main(["verify", "--archive-dir", str(copy), "--from", "warc/elsewhere.warc.gz"]) == 2
    assert "warc/elsewhere.warc.gz" in capsys.readouterr().err


def test_ctrl_c_is_one_line_that_says_how_far_it_came(copy: Path) -> None:
    _, second = damaged(copy)  # what is printed of the first file tells that the second one is under way
    command = [sys.executable, "-m", "archive", "verify", "--archive-dir", str(copy)]
    for number in range(40):  # work enough for the signal to come before the end
        os.link(second, second.with_name(f"example-202604-{number:03d}.warc.gz"))
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None and "202602" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes of the command
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert len(err.splitlines()) == 1 and "--from warc/example/example-2026" in err


def test_results_come_in_order_and_an_error_of_what_is_given_behind_them() -> None:
    def given(end: Callable[[], Exception]) -> Iterator[int]:
        yield from (9, 16, 25)
        raise end()

    with Processes(2) as processes:
        calls = iter(Calls(processes, str, given(lambda: ValueError("no more"))))
        assert [next(calls) for _ in range(3)] == [(9, "9"), (16, "16"), (25, "25")]
        with pytest.raises(ValueError, match="no more"):
            next(calls)
