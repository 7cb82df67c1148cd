"""A public archive over real HTTP on loopback: slow clients, huge requests, and a crowd of which most is hostile."""

from __future__ import annotations

import asyncio
import http.client
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from archive.publish.server import limits, protocol
from archive.publish.server.protocol import in_pieces, server_for
from archive.publish.server.serve import build_server, listen
from archive.publish.server.service import Service
from tests import public_load
from tests.crawls import PATIENCE
from tests.publish_archive import build_archive
from tests.publish_site import RAID


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def origin(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The command itself, with every option of a public archive."""
    told = tmp_path_factory.mktemp("told")
    (told / "policy.md").write_text("# Our policy\n")
    (told / "metadata.json").write_text('{"license": "CC0"}')
    options = ["--base-url", "https://archive.example.net", "--contact", "a@example.net", "--policy", str(told / "policy.md"), "--limit"]
    options += ["500/minute", "--proxy", "1", "--metadata", str(told / "metadata.json"), "--setting", "sql_time_limit_ms", "200", "--cors"]
    command = [sys.executable, "-m", "archive", "serve", "--archive-dir", str(folder), "--port", "0", "--secret", "s", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout and server.stderr
        found = re.search(r"http://\S+?(?=/ until)", server.stdout.readline())
        assert found, server.stderr.read()
        yield found[0]
        server.send_signal(signal.SIGINT)
        assert server.wait(PATIENCE) == 0


def test_the_command_serves_what_it_was_told(origin: str) -> None:
    with httpx.Client(base_url=origin) as client:
        about, policy = client.get("/about"), client.get("/policy")
        assert "a@example.net" in about.text and "CC0" in about.text and "<h1>Our policy</h1>" in policy.text
        assert about.headers["strict-transport-security"] and about.headers["cache-control"].startswith("max-age=0, s-maxage")
        assert client.get("/-/settings.json").json()["sql_time_limit_ms"] == 200
        assert "server" not in about.headers


def test_head_answers_like_get_without_a_body(origin: str) -> None:
    with httpx.Client(base_url=origin) as client:
        for path in ("/", RAID, "/archive/articles", "/search.json?q=marib"):
            head = client.head(path)
            assert (head.status_code, head.content) == (200, b""), path
            assert head.headers["content-type"] == client.get(path).headers["content-type"]


def test_options_and_what_writes_are_answered(origin: str) -> None:
    with httpx.Client(base_url=origin) as client:
        asked = client.options(RAID)
        assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        assert [client.request(method, RAID).status_code for method in ("POST", "PUT", "DELETE", "PATCH")] == [405] * 4


def said(origin: str, sent: bytes) -> bytes:
    """The first line that comes back."""
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /archive.json?sql=" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", b"400"),
        (b"\x16\x03\x01\x02\r\n\r\n", b"400"),
        (b"POST /-/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
    ],
    ids=["a huge address", "huge headers", "TLS", "a huge body"],
)
def test_what_is_huge_or_no_request_is_refused_and_readers_are_answered(origin: str, sent: bytes, status: bytes) -> None:
    with suppress(ConnectionResetError, BrokenPipeError):  # refused before all of it was sent
        assert said(origin, sent).split()[1] == status
    assert httpx.get(origin + "/about").status_code == 200


@contextmanager
def impatient(folder: Path) -> Iterator[int]:
    """The server inside this process, on a port of its own."""
    listener = listen("127.0.0.1", 0)
    datasette = build_server(folder, service=Service())
    server = server_for(in_pieces(datasette.app()))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        for database in datasette.databases.values():
            database.close()


def test_a_request_that_does_not_come_to_its_end_is_cut_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "TO_ASK", 0.3)
    with impatient(folder) as port:
        for start in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(start)
                assert connection.recv(1) == b""
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        for _ in range(2):
            asked.request("GET", "/robots.txt")
            assert asked.getresponse().read().startswith(b"User-agent")
        asked.sock.sendall(b"GET / HTTP")
        assert asked.sock.recv(1) == b""
        asked.close()


def test_a_body_that_does_not_come_is_not_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TO_SEND", 0.3)
    with impatient(folder) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        form = b"POST /-/messages HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        connection.sendall(form + b"Content-Length: 100\r\n\r\na=")
        assert connection.recv(12) == b"HTTP/1.1 408"


def test_an_answer_that_is_not_taken_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "TO_TAKE", 0.3)
    sql = "with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c+limit+6)+select+hex(zeroblob(600000))+from+c"
    with impatient(folder) as port, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET /archive.json?sql={sql} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert len(connection.recv(1)) == 1
        broken = select.poll()
        broken.register(connection, 0)  # nothing but the end of the connection
        [(_, event)] = broken.poll(20_000)
        assert event & select.POLLERR


@pytest.mark.parametrize("seconds", [5, pytest.param(20, marks=pytest.mark.torture)])
def test_readers_are_answered_while_a_hostile_crowd_asks(folder: Path, seconds: int) -> None:
    outcome = public_load.run(folder, public_load.pages_of(folder), seconds, 24)
    assert outcome.exit_code == 0 and outcome.rss < 500, outcome.told
    assert outcome.good and not outcome.unanswered, outcome.told + str(outcome.unanswered[:5])  # how many is the bench's business
    assert "Traceback" not in outcome.said, outcome.said[-3000:]


def test_a_crowd_is_bounded(folder: Path) -> None:
    for seconds, clients in ((601, 5), (5, 101), (0, 5)):
        with pytest.raises(ValueError, match="at most"):
            public_load.run(folder, [], seconds, clients)
