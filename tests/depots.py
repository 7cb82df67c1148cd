"""Depots for tests: a store in this process or in its own, what it was asked, its faults, and the age of what lies in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.depot.address import open_objects
from archive.depot.claim import Claim
from archive.depot.depot import Depot
from archive.depot.heads import SliceOutcome
from tests.crawls import PROJECT
from tests.literal import Desk
from tests.s3_server import LOG, S3Server

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
HOME = "https://www.example.org/"
NAME = "example.org"
DONE = SliceOutcome(0)
LONG_AGO = 3600.0


class Stopwatch:
    """The clock of a process, as a test moves it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Store:
    """An object store on a folder, and what the depot in it looks like."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    def faults(self, *faults: dict[str, Any]) -> None:
        server = re.search(r"endpoint=(http://[^&]+)", self.url)
        assert server
        request = urllib.request.Request(f"{server[1]}/_faults", json.dumps(faults).encode(), method="PUT")
        urllib.request.urlopen(request).close()

    def asked(self) -> list[str]:
        """``PUT heads/example.org.json`` and so on, since the last time."""
        path = self.folder / LOG
        rows = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        os.truncate(path, 0)
        return [f"{row[1]} {'list' if row[3] == 'list' else row[2].partition('/depot/')[2]}" for row in rows]

    @property
    def objects(self) -> Path:
        return self.folder / "bucket" / "depot" if self.url.startswith("s3") else self.folder

    def grow_old(self) -> None:
        """Whoever was at work here has not been heard of for an hour."""
        for path in [*(self.objects / "heads").glob("*"), *(self.objects / "sessions").glob("*")]:
            os.utime(path, (time.time() - LONG_AGO,) * 2)

    def depot(self, holder: str = "", clock: Stopwatch | None = None) -> Depot:
        """As another process would open it."""
        return Depot(open_objects(self.url), holder, clock) if clock else Depot(open_objects(self.url), holder)


@contextmanager
def s3_store(folder: Path) -> Iterator[Store]:
    """A store in a thread of this process."""
    os.environ |= KEYS
    server = S3Server(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Store(folder, f"s3://bucket/depot?endpoint=http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.hanging.set()
        server.shutdown()
        server.server_close()
        server.log.close()


def s3_process(folder: Path, port: int = 0) -> tuple[subprocess.Popen[str], Store]:
    """A store as a process of its own, which may be killed."""
    os.environ |= KEYS
    words = [sys.executable, "-m", "tests.s3_server", str(folder), str(port)]
    process = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    port = int(process.stdout.readline())
    return process, Store(folder, f"s3://bucket/depot?endpoint=http://127.0.0.1:{port}")


def read_site(claim: Claim, folder: Path, at: str, *articles: dict[str, Any], **threads: list[dict[str, Any]]) -> None:
    """What a slice does: bring, one answer with these articles and threads, nothing committed."""
    claim.bring(folder)
    desk = Desk(folder, at, name=claim.name, home=claim.head.home, epoch=claim.epoch)
    desk.see(*articles, **threads)
    end_run(desk)


def end_run(desk: Desk) -> None:
    desk.warc.close()
    desk.store.settle(desk.crawl, desk.site)
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    desk.store.close()


def slice_of(depot: Depot, folder: Path, at: str, *articles: dict[str, Any], name: str = NAME, **threads: list[dict[str, Any]]) -> Claim:
    """A whole slice."""
    claim = depot.claim(name)
    read_site(claim, folder, at, *articles, **threads)
    claim.commit(folder, DONE)
    return claim
