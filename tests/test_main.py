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

from archive.__main__ import main
from archive.db.connection import open_for_writing
from tests.publish_archive import build_archive

ROOT = Path(__file__).parent.parent


def test_status_reads_per_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_archive(tmp_path)
    assert main(["status", "--archive-dir", str(tmp_path)]) == 4
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("  complete     1 January 2024, 06:10 UTC, ") and lines[2].endswith(" days ago")
    assert [*lines[:2], *lines[3:5], *lines[5:8]] == [
        "example  https://www.example.org/",
        "  last run     1 February 2024, 06:00 UTC, update: complete, exit 4, 5 requests",
        "  articles     5 held of 9 reported (55.5 %), checked 1 February 2024, 06:00 UTC"
        "; the rest: 1 password, 2 not read yet, 1 unexplained: failed",
        "  comments     5 held of 5 reported (100 %), checked 1 February 2024, 06:00 UTC; the rest: 1 not read yet",
        "  gaps         1 article: failed (unexplained); 1 article: password",
        "  quarantine   1 page; the newest, 1 February 2024, 06:00 UTC: challenge page",
        "  missing      1 article gone, 1 comment missing",
    ]
    assert lines[-3].startswith("example: no run was complete for ")
    assert lines[-2:] == ["example: 1 article missing from the archive: failed", "local: no run was ever complete"]


def test_status_of_an_empty_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_for_writing(tmp_path).conn.close()
    assert main(["--archive-dir", str(tmp_path), "status"]) == 0
    assert capsys.readouterr().out == "no site has been crawled yet\n"


@pytest.mark.parametrize("command", ["serve", "status"])
def test_a_missing_archive_is_one_clear_line(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARCHIVE_DIR", str(tmp_path))
    assert main([command]) == 2
    assert capsys.readouterr().err == f"archive: no archive at {tmp_path}/archive.db; crawl a site first, or set ARCHIVE_DIR\n"


@pytest.mark.parametrize("command", ["serve", "status"])
def test_another_file_is_not_taken_for_an_archive(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "archive.db").write_text("hello, this is no database" * 100)
    assert main([command, "--archive-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_archive_of_a_newer_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = open_for_writing(tmp_path)
    db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('archive', 'm999_later', '2030-01-01')")
    db.conn.close()
    assert main(["serve", "--archive-dir", str(tmp_path)]) == 2
    assert "m999_later" in capsys.readouterr().err


def test_a_port_in_use_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_archive(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--archive-dir", str(tmp_path), "--port", str(port)]) == 2
    message = capsys.readouterr().err
    assert f"cannot serve at 127.0.0.1:{port}" in message and message.count("\n") == 1


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
        assert server.wait(20) == 0
        assert server.stderr.read() == ""
    assert "The Example Journal" in pages[0] and "<mark>Marib</mark>" in pages[1] and "Plain permalinks" in pages[2]
