"""An export is checked as a stranger would: with sha256sum, Python's own library, and warcio."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from archive.__main__ import commands
from archive.export.evidence import article_files
from archive.queries.named import article_named
from tests.conftest import History
from tests.literal import HOME, URL, Desk, article, block, comment

LATER = "2026-02-01T00:00:00Z"


def exported(folder: Path, to: Path, name: str) -> Path:
    code, said = export(folder, to, name)
    assert code == 0, said
    return to


def export(folder: Path, to: Path, name: str) -> tuple[int, str]:
    """(exit code, what the command printed)."""
    done = CliRunner().invoke(commands, ["export", "--archive-dir", str(folder), "--article", name, "--to", str(to)])
    return done.exit_code, done.output


@pytest.fixture
def edited(desk: Desk) -> Desk:
    """An article with two states, a thread with an edited and a removed comment, and hostile text."""
    desk.see(article(), article(url=HOME + "other", source_id="13"), _12=[comment("1", "I <b>was</b> there."), comment("2", parent="1")])
    text = ("The bridge fell on 4 May, at night.", "Nobody has said why. The mayor, Ana Petrova, was away.")
    shown = article(text) | {"blocks": [*article(text)["blocks"], block("body", "<script>alert(1)</script><img src='https://x.example/'>")]}
    desk.see(shown, at=LATER, _12=[comment("1", "I was not there.")])
    desk.store.mark_missing(desk.crawl, "comments", [2], LATER, desk.capture("rest"), 24)
    return desk


def test_a_stranger_can_check_an_export(edited: Desk, folder: Path, tmp_path: Path) -> None:
    made = exported(folder, tmp_path / "claim", URL)
    assert subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=made, capture_output=True).returncode == 0
    summed = {line.split("  ", 1)[1] for line in (made / "SHA256SUMS").read_text().splitlines()}
    assert summed == {path.name for path in made.iterdir()} - {"SHA256SUMS"}
    checked = subprocess.run([sys.executable, "check.py"], cwd=made, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout.count("right"), checked.stderr) == (0, 3, "")
    evidence_file = made / "evidence.warc.gz"
    damaged = bytearray(evidence_file.read_bytes())
    [first, *_] = csv.DictReader((made / "records.csv").open(newline=""))
    damaged[int(first["offset"]) + int(first["length"]) // 2] ^= 1
    evidence_file.write_bytes(damaged)
    checked = subprocess.run([sys.executable, "check.py"], cwd=made, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout.count("right"), checked.stdout.count("WRONG"), checked.stderr) == (1, 2, 1, "")
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=made, capture_output=True).returncode == 1


def test_the_records_are_those_of_the_archive_byte_by_byte_and_warcio_reads_them(history: History, tmp_path: Path) -> None:
    folder = history.full.folder
    [(url,)] = history.full.rows("select url from articles join edits on edits.article_id = articles.id where change = 'number' limit 1")
    made = exported(folder, tmp_path / "claim", url)
    taken, listed = (made / "evidence.warc.gz").read_bytes(), list(csv.DictReader((made / "records.csv").open(newline="")))
    for row in listed:
        record = taken[int(row["offset"]) :][: int(row["length"])]
        assert (folder / row["source"]).read_bytes()[int(row["source_offset"]) :].startswith(record)
        assert f"sha256:{hashlib.sha256(record).hexdigest()}" == row["record_digest"]
    with (made / "evidence.warc.gz").open("rb") as file:
        kinds = [(record.rec_type, record.rec_headers.get_header("WARC-Record-ID")) for record in ArchiveIterator(file)]
    assert [kind for kind, _ in kinds] == ["warcinfo", *["response", "request"] * len(listed)]
    assert [name for kind, name in kinds if kind == "response"] == [row["record_id"] for row in listed]
    parts = " ".join(row["part"] for row in listed)
    assert all(f"revision {number} (page)" in parts for number in (1, 2))


def test_what_an_export_says(edited: Desk, folder: Path, tmp_path: Path) -> None:
    made = exported(folder, tmp_path / "claim", "1")
    assert "The bridge fell on 3 May, at night." in (made / "revision-1.txt").read_text()
    assert "[-3-]{+4+} May" in (made / "diff-1-2.txt").read_text()
    assert "<del>3</del><ins>4</ins> May" in (made / "diff-1-2.html").read_text()
    thread = (made / "thread.txt").read_text()
    assert "I was not there." in thread and f"missing since {LATER}" in thread
    states = [[state["text"] for state in row["revisions"]] for row in json.loads((made / "thread.json").read_text())]
    assert states == [["I <b>was</b> there.", "I was not there."], ["I was there."]]
    about = json.loads((made / "article.json").read_text())
    assert (about["url"], about["addresses"][0]["url"], len(about["absences"])) == (URL, URL, 1)
    readme = (made / "README.txt").read_text()
    assert "sha256sum -c SHA256SUMS" in readme and "{" not in readme.replace("{+put in+}", "")
    assert all(path.name in readme or re.match(r"revision|diff|thread|index|README", path.name) for path in made.iterdir())


def test_pages_of_an_export_load_and_run_nothing(edited: Desk, folder: Path, tmp_path: Path) -> None:
    made = exported(folder, tmp_path / "claim", URL)
    pages = {path.name: path.read_text() for path in made.glob("*.html")}
    assert pages.keys() == {"index.html", "revision-1.html", "revision-2.html", "diff-1-2.html", "thread.html"}
    for text in pages.values():
        assert "default-src 'none'" in text and "<script" not in text and "<b>was</b>" not in text
    assert set(re.findall(r"href='([^']*)'", pages["index.html"])) == {path.name for path in made.iterdir()} - {"index.html", "SHA256SUMS"}


def test_a_zip_holds_the_same(edited: Desk, folder: Path, tmp_path: Path) -> None:
    made = exported(folder, tmp_path / "claim", URL)
    packed = zipfile.ZipFile(exported(folder, tmp_path / "packed.zip", "1"))
    assert packed.testzip() is None
    same = {path.name for path in made.iterdir()} - {"README.txt", "SHA256SUMS"}
    assert {name.removeprefix("packed/") for name in packed.namelist()} == {path.name for path in made.iterdir()}
    assert all(packed.read(f"packed/{name}") == (made / name).read_bytes() for name in same)


def test_a_place_that_is_taken_is_left_alone(edited: Desk, folder: Path, tmp_path: Path) -> None:
    for name in ("claim", "claim.zip"):
        (tmp_path / name).write_text("mine")
        code, said = export(folder, tmp_path / name, "1")
        assert code == 2 and "is there already" in said
        assert (tmp_path / name).read_text() == "mine"
    assert export(folder, tmp_path / "new", "99")[0] == 2
    assert not (tmp_path / "new").exists()


def test_a_damaged_record_is_not_handed_out(edited: Desk, folder: Path, tmp_path: Path) -> None:
    [path] = (folder / "warc").glob("*/*.warc.gz")
    [(offset,)] = edited.rows("select offset from captures where id = 2")
    damaged = bytearray(path.read_bytes())
    damaged[offset + 5] ^= 1
    path.write_bytes(damaged)
    code, said = export(folder, tmp_path / "claim", URL)
    assert code == 3 and "run python -m archive verify" in said
    assert not (tmp_path / "claim").exists()


def test_an_article_with_one_state_and_no_thread_has_neither_diff_nor_thread(desk: Desk, folder: Path) -> None:
    desk.see(article())
    files = article_files(desk.db, article_named(desk.db, "1"))
    assert not any(name.startswith(("diff", "thread")) for name, _ in files)
