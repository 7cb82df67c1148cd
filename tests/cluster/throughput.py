"""``python -m tests.cluster.throughput --sites 24``: what workers cost beside one ``scrapy update --jobs`` of the same sites.

Wall and CPU seconds of a first reading, with one, two and three workers of 8 sites each; then requests to sites and store of a reading
that finds nothing new. A folder depot with one process, ``scrapy update --depot``, stands beside them.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from archive.depot.depot import open_depot
from archive.store.store import Store as Archive
from archive.text.homes import site_name
from tests.cluster.broker import Broker
from tests.cluster.sites import ROOT, asked, small_sites
from tests.cluster.store import Store
from tests.cluster.workers import Workers, spent

JOBS = 8


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.throughput", description=__doc__)
    parser.add_argument("--sites", type=int, default=24)
    parser.add_argument("--delay", type=float, default=0.2)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 3])
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    delay = ["-s", f"DOWNLOAD_DELAY={given.delay}"]
    with tempfile.TemporaryDirectory(prefix="throughput", dir="/dev/shm") as name:
        folder = Path(name)
        log = folder / "requests.log"
        with small_sites(given.sites, log) as homes, Store(folder / "store") as store, Broker(folder / "broker") as broker:
            os.environ.update(store.environment)
            archive = Archive(folder / "one")
            for home in homes:
                archive.ensure_site(site_name(home), home)
            archive.close()
            update = ["update", "--quiet", "--jobs", str(JOBS), *delay, "-s", f"ARCHIVE_DIR={folder / 'one'}"]
            show(given.sites, f"update --jobs {JOBS}", lambda: run(*update), log, store)
            show(given.sites, "  unchanged", lambda: run(*update), log, store)
            place = str(folder / "folder-depot")
            register(place, homes)
            update = ["update", "--quiet", "--jobs", str(JOBS), "--depot", place, *delay, "-s", f"ARCHIVE_DIR={folder / 'two'}"]
            show(given.sites, "update --depot FOLDER", lambda: run(*update), log, store)
            show(given.sites, "  unchanged", lambda: run(*update), log, store)
            for count in given.workers:
                store.url = f"s3://archive/with-{count}"
                names = register(store.url, homes)
                there = ["--broker", broker.url, "--depot", store.url]
                (folder / str(count)).mkdir()
                for round, words in enumerate([[], names]):
                    at_work = Workers(
                        folder / str(count), count, ["work", *there, "--quiet", "--jobs", str(JOBS), *delay], store.environment
                    )
                    work = partial(read_by, at_work, [*there, *words])
                    show(given.sites, "  unchanged" if round else f"{count} workers", work, log, store)


def read_by(workers: Workers, words: list[str]) -> None:
    workers.start_all()
    run("dispatch", "--quiet", "--wait", *words)
    assert not any(workers.stop()), workers.said()


def register(url: str, homes: list[str]) -> list[str]:
    depot = open_depot(url)
    return [depot.register(home)[0].name for home in homes]


def run(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "scrapy", *words], cwd=ROOT, check=True)


def show(sites: int, name: str, work: object, log: Path, store: Store) -> None:
    before = spent(), len(asked(log)), len(store.requests()), time.monotonic()
    work()  # type: ignore[operator]
    cpu, requests, stored, wall = (
        spent() - before[0],
        len(asked(log)) - before[1],
        store.requests()[before[2] :],
        time.monotonic() - before[3],
    )
    own = [line for line in stored if "/sessions/" not in line]
    print(
        f"{name:24} {wall:6.1f} s wall {cpu:6.1f} s CPU {cpu / sites:6.3f} s a site {requests / sites:6.1f} requests a site"
        f" {len(own) / sites:6.1f} store requests a site, {len(stored) - len(own)} heartbeats",
        flush=True,
    )


if __name__ == "__main__":
    main()
