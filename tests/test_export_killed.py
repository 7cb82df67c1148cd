"""An export that is killed is gone on with by the same command, and ends as if nothing had been."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bagit
import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.export.unfinished import place_of
from archive.publish.reading.related import longest_words
from tests.conftest import History
from tests.crawls import PROJECT
from tests.killed_export import digest
from tests.literal import Desk, article

FORMS = {"all": "--all", "all.bag": "--all", "all.wacz": "--all", "all.zip": "--all", "public.db": "--public", "site": "--static"}


def outcomes(folder: Path, place: Path, kills: int, seed: int) -> Iterator[dict[str, Any]]:
    line = [sys.executable, "-m", "tests.killed_export", str(folder), str(place), str(kills), str(seed)]
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, check=True)
    yield from map(json.loads, done.stdout.splitlines())


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(3))
def test_twenty_kills_of_each_form(history: History, tmp_path: Path, seed: int) -> None:
    for one in outcomes(history.full.folder, tmp_path, 20, seed):
        assert one["status"] == 0 and one["kills"] >= 20 and one["unequal"] == 0 and one["gone on"] and one["shorter"], one


# what is left behind


def export(folder: Path, to: Path, *words: str) -> tuple[int, list[str]]:
    """(exit code, the lines that the command printed)."""
    done = CliRunner().invoke(commands, ["export", "--archive-dir", str(folder), *(words or ("--all",)), "--to", str(to)])
    return done.exit_code, done.output.splitlines()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive, ``whole`` exports of it, and what killed ones ``left`` behind."""
    place = tmp_path_factory.mktemp("killed")
    desk = Desk(place / "archive")
    desk.see(*(article(url=f"https://blog.example/{i}", source_id=str(i)) for i in range(9)))
    desk.warc.close()
    desk.store.close()
    assert {(one["status"], one["killed"]) for one in outcomes(place / "archive", place, 0, 1)} == {(0, 9)}
    assert {path.name for path in (place / "left").iterdir()} == {place_of(Path(name)).name for name in FORMS}
    return place


@pytest.fixture
def place(killed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(killed, tmp_path / "copy")


def test_what_was_killed_ends_byte_by_byte_as_what_was_not_and_leaves_nothing(place: Path) -> None:
    for name, what in FORMS.items():
        code, said = export(place / "archive", place / "left" / name, what)
        assert code == 0 and "archive: going on with the export that was begun at 2026-03-01T12:00:00Z" in said, said
    assert digest(place / "left") == digest(place / "whole")


def test_other_options_begin_anew_and_say_so(place: Path) -> None:
    made = place / "left" / "all.bag"
    code, said = export(place / "archive", made, "--site", "example")
    assert code == 0 and "archive: the export that was broken off here was begun with other options: it begins anew" in said
    assert bagit.Bag(str(made)).is_valid() and "2026-03-01" not in (made / "bag-info.txt").read_text()


def test_a_changed_archive_begins_anew_and_says_so(place: Path) -> None:
    desk = Desk(place / "archive")
    desk.see(article(url="https://blog.example/new", source_id="99", title="One more"))
    desk.warc.close()
    desk.store.close()
    for name in ("all", "public.db"):
        code, said = export(place / "archive", place / "left" / name, FORMS[name])
        assert code == 0 and "archive: the export that was broken off here was begun before the archive changed: it begins anew" in said
    assert "One more" in (place / "left" / "all" / "index.html").read_text()
    copy = sqlite3.connect(place / "left" / "public.db")
    assert copy.execute("select count(*) from articles where title = 'One more'").fetchone() == (1,)
    copy.close()


def test_a_decision_to_withhold_begins_anew_too(place: Path) -> None:
    desk = Desk(place / "archive")
    desk.store.decide("withhold", "https://blog.example/3", "withheld", "a court")
    desk.warc.close()
    desk.store.close()
    code, said = export(place / "archive", place / "left" / "site", "--static")
    assert code == 0 and any(line.endswith("it begins anew") for line in said)
    assert not (place / "left" / "site" / "articles" / "4").exists()


@pytest.mark.parametrize("name", ["all.zip", "all", "site"])
def test_what_is_left_but_damaged_begins_anew(place: Path, name: str) -> None:
    own = place_of(place / "left" / name)
    largest = max((path for path in own.rglob("*") if path.is_file() and path.name != "notes"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[200] ^= 1
    largest.write_bytes(content)
    code, said = export(place / "archive", place / "left" / name, FORMS[name])
    assert code == 0 and "archive: what is left of the export that was broken off here is damaged: it begins anew" in said
    assert not own.exists()


def test_notes_that_a_kill_tore_are_dropped(place: Path) -> None:
    made = place / "left" / "all"
    with open(place_of(made) / "notes", "ab") as notes:
        notes.write(b'file {"name": "arti')
    assert export(place / "archive", made)[0] == 0 and digest(made) == digest(place / "whole" / "all")


def test_what_was_given_up_is_named_and_removed(place: Path) -> None:
    left = place / "left"
    code, said = export(place / "archive", left / "new", "--article", "1")
    assert code == 0 and len(said) == len(FORMS) + 1
    remedy = f"run its command again, or remove it with export --discard --to {left / 'all'}"
    assert f"archive: an export to {left / 'all'} was broken off: {remedy}" in said
    for name in FORMS:
        assert export(place / "archive", left / name, "--discard") == (0, [f"what was left of the export to {left / name} is removed"])
    assert [path.name for path in left.iterdir()] == ["new"]
    code, said = export(place / "archive", left / "all", "--discard")
    assert code == 2 and said == [f"archive: no export to {left / 'all'} was broken off: there is nothing to discard"]


def test_an_export_at_work_is_neither_discarded_nor_named_nor_made_twice(place: Path) -> None:
    made = place / "left" / "all"
    with open(place_of(made) / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (["--all"], ["--discard"]):
            code, said = export(place / "archive", made, *words)
            assert code == 2 and "another export is writing" in said[-1]
        assert not any(f"{made} was" in line for line in export(place / "archive", place / "left" / "new", "--article", "1")[1])
    assert place_of(made).is_dir()


def test_a_kill_after_the_end_leaves_notes_that_the_next_command_removes(place: Path) -> None:
    made = place / "whole" / "all"
    place_of(made).mkdir()
    (place_of(made) / "notes").write_text("begun {}\n")
    code, said = export(place / "archive", made)
    assert code == 2 and "is there already" in said[-1] and not place_of(made).exists() and made.is_dir()


def test_a_name_that_was_taken_meanwhile_is_left_alone(place: Path) -> None:
    described = place / "left" / "public.metadata.json"
    described.write_text("mine")
    code, said = export(place / "archive", place / "left" / "public.db", "--public")
    assert code == 2 and "is there already" in said[-1] and described.read_text() == "mine"


def test_pages_are_the_same_in_every_process() -> None:
    """A set of words has another order in each process: what is gone on with would differ from what was written before."""
    assert longest_words("Four seas were calm, dark, deep, wide, cold, long; thirteen ships sank") == [
        *("thirteen", "ships", "Four", "calm", "cold", "dark", "deep", "long"),
    ]
