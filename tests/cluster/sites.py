"""Serves small sites on loopback as a process and logs every request: takes their number, prints their homes as JSON.

    python -m tests.cluster.sites 120 requests.log

A line of the log: seconds of the machine's clock that only goes forward, number of the site, who asked (CONTACT of the crawl), path.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from tests.bench.prose import Prose
from tests.bench.site import Site
from tests.bench.site_server import Connection

ROOT = Path(__file__).parents[2]
ARTICLES, COMMENTS = 20, 8  # of each site


class SmallSite(Site):
    """Pages without scripts and styles: what is measured is not the extractor."""

    def comments(self, number: int) -> int:
        return COMMENTS - 1  # one of them has an answer

    def texts(self, number: int) -> list[str]:
        chance = self.chance(-number)
        return [self.prose.paragraph(chance) for _ in range(4)]

    def shell(self, title: str, head: str, main: str) -> str:
        feed = f'<link rel="alternate" type="application/rss+xml" href="{self.home}/feed/">'
        return f'<!doctype html><html lang="en"><head><title>{title}</title>{feed}{head}</head><body><main>{main}</main></body></html>'


class LoggedConnection(Connection):
    def __init__(self, site: Site, log: IO[str]) -> None:
        super().__init__(site)
        self.log = log

    def respond(self, request: str) -> None:
        agent = next((line for line in request.split("\r\n") if line.lower().startswith("user-agent:")), "")
        who = agent.rpartition("worker-")[2].rstrip(") ") if "worker-" in agent else "nobody"
        self.log.write(f"{time.monotonic():.4f} {self.site.number} {who} {request.split(' ', 2)[1]}\n")
        self.log.flush()
        super().respond(request)


async def serve(count: int, log: Path) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    loop, prose, sites = asyncio.get_running_loop(), Prose(7), list[SmallSite]()
    with open(log, "a", encoding="utf-8") as lines:
        for number in range(count):
            listening = socket.create_server((f"127.1.{1 + number // 250}.{1 + number % 250}", 0))
            host, port = listening.getsockname()
            site = SmallSite(f"http://{host}:{port}", number, ARTICLES, prose)
            await loop.create_server(partial(LoggedConnection, site, lines), sock=listening)
            sites.append(site)
        for site in sites:
            for page in range(1, ARTICLES + 1):
                site.kept_page(page)
        with contextlib.suppress(OSError):  # what it logs is when a request came, and not when a busy machine let it look
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        print(json.dumps([f"{site.home}/" for site in sites]), flush=True)
        await asyncio.Event().wait()


@contextmanager
def small_sites(count: int, log: Path) -> Iterator[list[str]]:
    """The homes of that many sites, which are served meanwhile."""
    words = [sys.executable, "-m", "tests.cluster.sites", str(count), str(log)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())
        finally:
            server.kill()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a site saw it."""

    at: float
    site: int
    who: str
    path: str


def asked(log: Path) -> list[Asked]:
    """All requests, in their order."""
    rows = (line.split(" ", 3) for line in log.read_text(encoding="utf-8").splitlines())
    return [Asked(float(at), int(site), who, path) for at, site, who, path in rows]


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
