"""Serves invented sites on loopback as a process: takes how many pages each has, prints their homes as JSON, runs until it is ended.

    python -m tests.bench.site_server 100 2000

Each site has an address of its own within 127.0.0.0/8, and a free port that the system chose.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.bench.processes import ROOT
from tests.bench.prose import Prose
from tests.bench.site import Site

REASONS = {200: "OK", 304: "Not Modified", 404: "Not Found"}


class Connection(asyncio.Protocol):
    """One kept connection; its requests have no bodies."""

    def __init__(self, site: Site) -> None:
        self.site, self.received = site, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            request, _, self.received = self.received.partition(b"\r\n\r\n")
            self.respond(request.decode("latin-1"))

    def respond(self, request: str) -> None:
        first, *lines = request.split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status, mime, body = self.site.answer(path)
        tag = f'"{self.site.number}-{self.site.pages}-{len(body)}"'
        if status == 200 and headers.get("if-none-match") == tag:
            status, body = 304, b""
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: {mime}\r\nETag: {tag}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve(counts: list[int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)  # each site has some connections
    loop, homes, prose = asyncio.get_running_loop(), [], Prose(7)
    for number, pages in enumerate(counts):
        listening = socket.create_server((f"127.0.{1 + number // 250}.{1 + number % 250}", 0))
        host, port = listening.getsockname()
        site = Site(f"http://{host}:{port}", number, pages, prose)
        await loop.create_server(partial(Connection, site), sock=listening)
        homes.append(site.home)
    print(json.dumps(homes), flush=True)
    await asyncio.Event().wait()


@contextmanager
def served_sites(counts: list[int]) -> Iterator[list[str]]:
    """Homes without a slash at their end, in the order of ``counts``; the process is ended afterwards."""
    words = [sys.executable, "-m", "tests.bench.site_server", *map(str, counts)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())
        finally:
            server.kill()


if __name__ == "__main__":
    asyncio.run(serve([int(word) for word in sys.argv[1:]]))
