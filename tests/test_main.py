"""``python -m archive`` as a person runs it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.__main__ import COMMANDS, commands
from archive.db.connection import open_for_writing
from tests.crawls import PATIENCE
from tests.publish_archive import build_archive

ROOT = Path(__file__).parent.parent


def run(*arguments: str) -> Result:
    """One command in this process, as its words on a command line."""
    return CliRunner().invoke(commands, list(arguments))


def test_every_command_says_what_it_does() -> None:
    listed = run("--help")
    assert listed.exit_code == 0
    for name in COMMANDS:
        own = run(name, "-h")
        assert own.exit_code == 0 and f"python -m archive {name}" in own.stdout and "--archive-dir DIR" in own.stdout
        assert name in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing command; see python -m archive --help"),
        (("nope",), "No such command 'nope'; see python -m archive --help"),
        (("diff",), "Missing argument 'ARTICLE'; see python -m archive diff --help"),
        (("diff", "1", "x"), "'x' is not a valid integer; see python -m archive diff --help"),
        (("serve", "--port", "http"), "'--port': 'http' is not a valid integer"),
        (("label", "Text", "nothing"), "'nothing' is not one of 'body'"),
        (("accept",), "give one of ID, --all-like ID, --show ID, --mass-loss SITE, --list, and only one"),
        (("accept", "1", "--list"), "give one of ID, --all-like ID, --show ID, --mass-loss SITE, --list, and only one"),
        (("withhold",), "give one of URL|comment:ID, --list, and only one; see python -m archive withhold --help"),
        (("export", "--article", "1"), "Missing option '--to'"),
        (("changes", "--sinec", "2026"), "No such option '--sinec'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("archive: ") and said in done.stderr and done.stderr.count("\n") == 1


def test_the_archives_folder_is_named_before_or_after_the_command_and_the_later_one_counts(tmp_path: Path) -> None:
    open_for_writing(tmp_path).conn.close()
    there, elsewhere = ("--archive-dir", str(tmp_path)), ("--archive-dir", str(tmp_path / "elsewhere"))
    for arguments in ((*there, "status"), ("status", *there), (*elsewhere, "status", *there)):
        assert run(*arguments).exit_code == 0
    assert run(*there, "status", *elsewhere).exit_code == 2


def test_a_command_imports_neither_the_others_nor_datasette() -> None:
    code = "import sys; from archive.__main__ import main; main(['diff', '--help']); print(sorted(sys.modules), file=sys.stderr);"
    modules = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert "'archive.cli.diff'" in modules
    for name in ("archive.cli.export", "archive.publish", "datasette", "uvicorn"):
        assert f"'{name}'" not in modules


def test_status_reads_per_site(tmp_path: Path) -> None:
    build_archive(tmp_path)
    done = run("status", "--archive-dir", str(tmp_path))
    lines = done.stdout.splitlines()
    assert done.exit_code == 4
    assert lines[2].startswith("  complete     1 January 2024, 06:10 UTC, ") and lines[2].endswith(" days ago")
    assert [*lines[:2], *lines[3:10]] == [
        "example  https://www.example.org/",
        "  last run     1 February 2024, 06:00 UTC, update: complete, exit 4, 5 requests",
        "  articles     5 held of 9 reported (55.5 %), checked 1 February 2024, 06:00 UTC"
        "; the rest: 1 password, 2 not read yet, 1 unexplained: failed",
        "  comments     4 held of 5 reported (80 %), checked 1 February 2024, 06:00 UTC; the rest: 1 not read yet",
        "  held in all  6 articles, 5 comments: 4 on the site, 0 pings, 1 no longer there",
        "  not held     2 of 2 pictures",
        "  gaps         1 article: failed (unexplained); 1 article: password",
        "  quarantine   1 page; the newest, 1 February 2024, 06:00 UTC: challenge page",
        "  missing      1 article gone, confirmed; 1 comment missing, not yet confirmed",
    ]
    alarms = [line.partition(";")[0] for line in lines if line.startswith(("example: ", "local: "))]
    assert alarms[:2] == ["example: a page was not believed: challenge page", "example: 1 article missing from the archive: failed"]
    assert alarms[2].startswith("example: no run was complete for ") and alarms[3:] == ["local: no run was ever complete"]


def test_status_of_an_empty_archive(tmp_path: Path) -> None:
    open_for_writing(tmp_path).conn.close()
    done = run("--archive-dir", str(tmp_path), "status")
    assert (done.exit_code, done.output) == (0, "no site has been crawled yet\n")


@pytest.mark.parametrize("command", ["serve", "status"])
def test_a_missing_archive_is_one_clear_line(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_DIR", str(tmp_path))
    done = run(command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"archive: no archive at {tmp_path}/archive.db; crawl a site first, or set ARCHIVE_DIR\n"


@pytest.mark.parametrize("command", ["serve", "status"])
def test_another_file_is_not_taken_for_an_archive(command: str, tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("hello, this is no database" * 100)
    done = run(command, "--archive-dir", str(tmp_path))
    assert done.exit_code == 2 and done.stderr.count("\n") == 1


def test_an_archive_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    db = open_for_writing(tmp_path)
    db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('archive', 'm999_later', '2030-01-01')")
    db.conn.close()
    done = run("serve", "--archive-dir", str(tmp_path))
    assert done.exit_code == 2 and "m999_later" in done.stderr


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    build_archive(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--archive-dir", str(tmp_path), "--port", str(port))
    assert done.exit_code == 2
    assert f"cannot serve at 127.0.0.1:{port}" in done.stderr and done.stderr.count("\n") == 1


def test_serve_answers_over_http_and_ends_cleanly(tmp_path: Path) -> None:
    build_archive(tmp_path)
    command = [sys.executable, "-m", "archive", "serve", "--port", "0", "--archive-dir", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout and server.stderr
        line = server.stdout.readline()
        assert line.startswith(f"Serving the archive in {tmp_path} at http://127.0.0.1:") and line.endswith("/ until Ctrl-C\n")
        address = line.split(" at ")[1].split()[0]
        pages = [urllib.request.urlopen(address + path).read().decode() for path in ("", "search?q=marib", "www.example.org/?p=104")]
        server.send_signal(signal.SIGINT)
        assert server.wait(PATIENCE) == 0
        assert server.stderr.read() == ""
    assert "The Example Journal" in pages[0] and "<mark>Marib</mark>" in pages[1] and "Plain permalinks" in pages[2]
