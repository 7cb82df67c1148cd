"""``make demo``: an archive with history, told in words, served until it is stopped."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.crawls import PATIENCE, PROJECT, rows


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def demo(folder: Path, port: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.demo", "--folder", str(folder), "--port", str(port)]
    return subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_demo_serves_every_address_it_names_and_ends_cleanly(tmp_path: Path) -> None:
    port = free_port()
    process = demo(tmp_path / "demo", port)
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "until Ctrl-C" in line:
            break
    addresses = re.findall(rf"http://127\.0\.0\.1:{port}/\S*", said)
    assert len(addresses) >= 8
    for address in addresses:
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200, address
            assert "text/html" in answer.headers["Content-Type"]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert rows(tmp_path / "demo", "select count(*) from crawls where exit_code = 0") == [(3,)]
    events = {event for (event,) in rows(tmp_path / "demo", "select distinct event from changes")}
    assert events >= {"new", "edited", "missing", "gone"}
    assert rows(tmp_path / "demo", "select count(*) > 0, count(*) = count(capture_id) from images") == [(1, 1)]


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        out, err = (process := demo(tmp_path / "demo", port)).communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert out == "" and len(err.splitlines()) == 1
    assert str(port) in err and "make demo PORT=" in err
    assert not (tmp_path / "demo").exists()
