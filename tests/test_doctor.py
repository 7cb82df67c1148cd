"""``archive doctor`` finds what keeps an archive from working, says what mends it, and leaves every byte as it was."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from sqlite_utils import Database

from archive import clock
from archive.db.lock import Lock
from archive.doctor.database import opened, runs, seals_chain
from archive.doctor.diagnosis import Diagnosis, archive_line, scrapy_line
from archive.doctor.examine import examine
from archive.doctor.files import evidence, leftovers, lock_file, rights, write_ahead_log
from archive.doctor.machine import clock_against, dependencies, disk_room, python_version, requirements, sqlite_library
from archive.seal.sealing import seal_records
from tests.crawls import PATIENCE, PROJECT
from tests.inside import begin_after
from tests.literal import Desk, article, comment
from tests.released import kept, made_again

WRITER = """
import sys, time
from pathlib import Path
from tests.literal import Desk, article

desk = Desk(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    desk.see(article((f"Paragraph {number}.",), url=f"https://www.example.org/{number}", source_id=str(number)))
    print(number, flush=True)
"""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An archive of today, with a seal, at which nobody is."""
    begin_after("")  # the command has the machine's own clock
    desk = Desk(tmp_path / "archive", clock.now())
    desk.see(article(), _12=[comment("1"), comment("2", parent="1")])
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    seal_records(desk.store, every=True)
    desk.close()
    return tmp_path / "archive"


def state(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Every file and folder: rights, time, digest of what is in it."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (path.stat().st_mode, path.stat().st_mtime_ns, digest)
    return found


def doctor(folder: Path, *words: str) -> tuple[int, dict[str, str]]:
    """(exit code, about -> its line) of the command in a process of its own; the folder is as it was before."""
    command = [sys.executable, "-m", "archive", "doctor", "--archive-dir", str(folder), *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stderr == ""
    return done.returncode, {
        line[9:22].strip(): line for line in done.stdout.splitlines() if line[:8].strip() in ("ok", "warning", "fault")
    }


def untouched_by(folder: Path, *words: str) -> tuple[int, dict[str, str]]:
    before = state(folder.parent)
    found = doctor(folder, *words)
    assert state(folder.parent) == before
    return found


def states(found: Iterator[Diagnosis]) -> dict[str, str]:
    return {one.about: one.state for one in found}


@contextmanager
def asked(folder: Path) -> Iterator[Database | None]:
    with opened(folder) as (db, _):
        yield db


# the command


def test_a_whole_archive_has_no_fault_and_stays_as_it_is(whole: Path) -> None:
    code, lines = untouched_by(whole)
    assert code == 0
    assert [about for about, line in lines.items() if not line.startswith("ok")] == ["contact", "robots.txt"]
    assert lines["seals"].endswith("1 seal in the archive's own chain, without a gap")
    assert lines["schema"].split()[2] == kept()[-1]


def test_quiet_prints_what_is_wrong_alone(whole: Path) -> None:
    code, lines = untouched_by(whole, "--quiet")
    assert (code, [*lines]) == (0, ["contact", "robots.txt"])


def test_each_warning_and_fault_ends_with_what_to_do(whole: Path) -> None:
    next((whole / "warc" / "example").glob("*.warc.gz")).unlink()
    found = [one for one in examine(whole, clock.now()) if one.state != "ok"]
    assert len(found) > 1 and all(one.mend for one in found)
    assert all(one.line.endswith(one.mend) and "\n" not in one.line for one in found)


def test_an_archive_that_is_not_there_is_a_fault_and_is_not_made(tmp_path: Path) -> None:
    code, lines = untouched_by(tmp_path / "nothing")
    assert code == 3 and "no archive at" in lines["database"] and lines["python"].startswith("ok")
    assert list(tmp_path.iterdir()) == []


def test_a_lost_database_beside_its_captures_is_built_anew(whole: Path) -> None:
    (whole / "archive.db").unlink()
    code, lines = untouched_by(whole)
    assert code == 3 and "scrapy reextract -a home=URL" in lines["database"]


@pytest.mark.parametrize("damage", ["empty", "overwritten", "foreign", "cut"])
def test_a_damaged_database_is_a_fault_and_the_rest_is_still_looked_at(whole: Path, damage: str) -> None:
    path = whole / "archive.db"
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "overwritten":
        content = bytearray(path.read_bytes())
        content[20_000:60_000] = b"\xff" * 40_000
        path.write_bytes(content)
    elif damage == "cut":
        os.truncate(path, path.stat().st_size // 2 + 100)
    else:
        path.unlink()
        with closing(sqlite3.connect(path)) as db:
            db.execute("create table notes(text)")
    code, lines = untouched_by(whole)
    assert code == 3 and lines["database"].startswith("fault") and "restore BACKUP" in lines["database"]
    assert lines["lock"].startswith("ok") and lines["warc ends"].startswith("ok") and "runs" not in lines


@pytest.mark.parametrize("name", [kept()[0], kept()[11]])
def test_an_older_archive_is_told_to_be_upgraded_and_is_not(name: str, tmp_path: Path) -> None:
    code, lines = untouched_by(made_again(name, tmp_path / "archive"))
    assert lines["schema"].startswith("warning") and lines["schema"].endswith(f"--archive-dir {tmp_path / 'archive'} upgrade")
    assert code == 3 and "captures lie in it" in lines["warc files"], "its evidence is not kept"


def test_a_newer_archive_asks_for_a_newer_program(whole: Path) -> None:
    with closing(sqlite3.connect(whole / "archive.db", isolation_level=None)) as db:
        db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', 'm999_later', '')")
    code, lines = untouched_by(whole)
    assert code == 3 and "m999_later" in lines["schema"]


def test_while_a_crawl_writes_it_is_named_and_nothing_is_disturbed(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            for _ in range(5):
                writer.stdout.readline()
            code, lines = doctor(folder)
            assert code == 0, lines
            assert f"held by process {writer.pid} ({sys.executable} -c" in lines["lock"]
            assert lines["log"].startswith("ok") and lines["database"].startswith("ok") and lines["warc ends"].startswith("ok")
            for _ in range(5):
                assert writer.stdout.readline(), "it goes on"
        finally:
            writer.kill()


def test_what_a_killed_writer_left_is_seen_and_left(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(5):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
    code, lines = untouched_by(folder)
    assert code == 0 and "nobody writes" in lines["lock"] and "never delete it" in lines["log"]
    (folder / "archive.db-shm").unlink()
    code, lines = untouched_by(folder)
    assert code == 0 and lines["database"].startswith("ok") and lines["runs"].startswith(("ok", "warning"))


def test_a_database_that_another_program_locks_is_named_so(whole: Path) -> None:
    holder = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute('pragma locking_mode = exclusive');"
        "db.execute('begin immediate'); db.execute('create table held(a)'); print(1, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holder, str(whole / "archive.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        code, lines = doctor(whole)
        process.kill()
    assert code == 0 and lines["lock"].startswith("ok") and lines["database"].startswith("ok"), lines


def test_an_archive_that_is_served_is_looked_at_as_its_reader_sees_it(whole: Path) -> None:
    reader = (
        "import sqlite3, sys; db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True); db.execute('begin');"
        "print(db.execute('select count(*) from articles').fetchone(), flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", reader, str(whole / "archive.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "(1,)\n" and (whole / "archive.db-shm").is_file()
        code, lines = untouched_by(whole)
        process.kill()
    assert code == 0 and lines["database"].startswith("ok") and lines["log"].startswith("ok"), lines


def test_a_folder_of_another_user_that_may_only_be_read_is_looked_at(whole: Path) -> None:
    for path in (whole, *whole.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    code = (
        "import os, sys; from pathlib import Path; from archive.doctor.files import rights; os.chdir(sys.argv[1])\n"
        "if os.geteuid() == 0: os.setgid(65534), os.setuid(65534)\n"  # who may write everything asks as somebody who may not
        "print(rights(Path()).line)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(whole)], cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.startswith("fault    rights") and "chmod -R u+rwX" in done.stdout, done.stderr


# each thing


def test_torn_bytes_at_the_end_of_a_warc_file_are_told(whole: Path) -> None:
    [path] = (whole / "warc" / "example").glob("*.warc.gz")
    path.write_bytes(path.read_bytes() + b"\x1f\x8btorn")
    with asked(whole) as db:
        [ends, *_] = evidence(whole, db, None)
    assert ends.state == "warning" and path.name in ends.said and ends.mend.endswith(" seal")
    assert untouched_by(whole)[0] == 0


def test_files_that_captures_name_and_that_are_not_there_are_a_fault(whole: Path) -> None:
    [path] = (whole / "warc" / "example").glob("*.warc.gz")
    path.unlink()
    with asked(whole) as db:
        found = {one.about: one for one in evidence(whole, db, None)}
    assert found["warc files"].state == "fault" and path.name in found["warc files"].said


def test_files_under_warc_that_no_command_reads_are_named(whole: Path) -> None:
    (whole / "warc" / "example" / "other.warc").write_bytes(b"WARC/1.0\r\n")
    (whole / "warc" / "example" / "example-202601-001.warc.gz.torn-2026-01-01T000000Z-12").write_bytes(b"kept")
    with asked(whole) as db:
        found = {one.about: one for one in evidence(whole, db, None)}
    assert found["warc files"].state == "warning" and found["warc files"].said == "1 file that no command reads: warc/example/other.warc"


def test_temporary_files_of_killed_commands_are_named(whole: Path) -> None:
    (whole / "warc" / "example" / ".a.warc.gz.merging").write_bytes(b"")
    (whole.parent / ".kept.unfinished-999999999").mkdir()
    (whole.parent / f".other.unfinished-{os.getpid()}").mkdir()
    found = leftovers(whole, None)
    assert found.state == "warning" and found.said.startswith("2 temporary files") and ".kept.unfinished-999999999" in found.mend
    assert str(os.getpid()) not in found.mend, "a command that runs is left alone"


def test_a_missing_seal_a_changed_one_and_a_missing_chain_are_faults(whole: Path) -> None:
    [head] = (whole / "warc" / "seals").glob("*/*.json")
    content = head.read_bytes()
    with asked(whole) as db:
        assert seals_chain(db, whole).state == "ok"
        head.write_bytes(content.replace(b'"records":', b'"record":'))
        assert seals_chain(db, whole).state == "fault"
        head.unlink()
        assert "the database names" in seals_chain(db, whole).said
        shutil.rmtree(head.parent)
        assert "own chain" in seals_chain(db, whole).said


def test_a_lock_is_told_with_who_holds_it(whole: Path) -> None:
    assert lock_file(whole)[0].said == "nobody writes now"
    lock = Lock(whole)
    try:
        found, holder = lock_file(whole)
    finally:
        lock.release()
    assert holder is not None and holder.pid in (os.getpid(), None) and f"{os.getpid()}" in found.said


def test_a_broken_off_write_is_never_to_be_deleted(whole: Path) -> None:
    (whole / "archive.db-journal").write_bytes(b"x")
    assert write_ahead_log(whole, None).state == "warning"


def test_files_that_everybody_may_write_are_named(whole: Path) -> None:
    assert rights(whole).state == "ok"
    (whole / "archive.db").chmod(0o666)
    found = rights(whole)
    assert found.state == "warning" and "archive.db" in found.said and found.mend == f"chmod -R o-w {whole}"


def test_a_clock_before_what_it_has_said_is_a_fault(whole: Path) -> None:
    with asked(whole) as db:
        assert clock_against(whole, db, clock.now()).state == "ok"
        early = clock_against(whole, db, "2020-01-01T00:00:00Z")
        late = clock_against(whole, None, clock.later(clock.now(), days=-1))
    assert early.state == "fault" and "before" in early.said and early.mend == "timedatectl status"
    assert late.state == "fault" and "file" in late.said


def test_runs_that_do_not_come_are_told(whole: Path) -> None:
    with asked(whole) as db:
        assert db is not None
        assert runs(db, whole, clock.now()).state == "ok"
        late = runs(db, whole, clock.later(clock.now(), days=9))
    assert late.state == "warning" and "9 days ago" in late.said and "crontab -l" in late.mend


def test_room_on_the_disk_is_told(whole: Path) -> None:
    with asked(whole) as db:
        found = disk_room(whole, db, clock.now())
    assert found.about == "disk" and "GB are free" in found.said


def test_versions_outside_their_ranges_are_faults() -> None:
    assert dependencies().state == "ok" and len(requirements()) > 20
    wrong = dependencies([Requirement("lxml<1"), Requirement("no-such-package-here")])
    assert wrong.state == "fault" and "(not <1)" in wrong.said and "no-such-package-here is not installed" in wrong.said
    assert python_version((3, 10, 1)).state == "fault" and python_version().state == "ok"
    assert sqlite_library().state == "ok"


def test_commands_name_the_archive_where_it_is_another(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert archive_line(whole, "seal") == f"python -m archive --archive-dir {whole} seal"
    assert scrapy_line(whole, "update") == f"scrapy update -s ARCHIVE_DIR={whole}"
    monkeypatch.setenv("ARCHIVE_DIR", str(whole))
    assert (archive_line(whole, "seal"), scrapy_line(whole, "update")) == ("python -m archive seal", "scrapy update")
