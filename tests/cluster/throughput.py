"""``python -m tests.cluster.throughput --sites 24``: what workers cost beside one ``scrapy update --jobs`` of the same sites.

Wall and CPU seconds of a first reading, with one, two and three workers of 8 sites each; what one more site costs, without what the
processes take to start; then requests to sites and store of a reading that finds nothing new. A folder depot with one process,
``scrapy update --depot``, stands beside them.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
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
FEW = 8  # sites of the smaller reading


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.throughput", description=__doc__)
    parser.add_argument("--sites", type=int, default=24)
    parser.add_argument("--delay", type=float, default=0.2)
    parser.add_argument("--no-folder", action="store_true")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 3])
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    delay = ["-s", f"DOWNLOAD_DELAY={given.delay}"]
    with tempfile.TemporaryDirectory(prefix="throughput", dir="/dev/shm") as name:
        folder = Path(name)
        log = folder / "requests.log"
        with small_sites(given.sites, log) as homes, Store(folder / "store") as store, Broker(folder / "broker") as broker:
            os.environ.update(store.environment)
            place = Place(folder, homes, log, store, broker, delay)
            base = place.measured("update", place.update)
            if not given.no_folder:
                place.measured("update --depot FOLDER", place.update_folder, base)
            for count in given.workers:
                place.measured(f"{count} workers", partial(place.workers, count), base)


@dataclass
class Place:
    """Where all of it is measured."""

    folder: Path
    homes: list[str]
    log: Path
    store: Store
    broker: Broker
    delay: list[str]

    def measured(self, name: str, begin: Callable[[str, list[str]], Callable[[bool], object]], base: float = 0.0) -> float:
        """CPU seconds that one more site costs, beside ``base``: those of all less those of few, so that what a process takes to start
        is not in it. Then a reading that finds nothing new."""
        few, many = self.homes[:FEW], self.homes
        cost, read = {}, {}
        for homes in (few, many):
            read[len(homes)] = begin(f"{name.replace(' ', '-').replace('/', '-')}-{len(homes)}", homes)
            said = f"{name}, {len(homes)} sites"
            cost[len(homes)] = show(len(homes), said, partial(read[len(homes)], False), self.log, self.store)
        show(len(many), "  unchanged", partial(read[len(many)], True), self.log, self.store)
        more = (cost[len(many)] - cost[FEW]) / (len(many) - FEW)
        beside = f", {more / base:.2f} x that of update" if base else ""
        print(f"{'':12}one more site {more:.3f} s CPU{beside}; start {cost[FEW] - FEW * more:.1f} s", flush=True)
        return more

    def update(self, name: str, homes: list[str]) -> Callable[[bool], object]:
        archive = Archive(self.folder / name)
        for home in homes:
            archive.ensure_site(site_name(home), home)
        archive.close()
        words = ["update", "--quiet", "--jobs", str(JOBS), *self.delay, "-s", f"ARCHIVE_DIR={self.folder / name}"]
        return lambda again: run(*words)

    def update_folder(self, name: str, homes: list[str]) -> Callable[[bool], object]:
        place = str(self.folder / f"depot-{name}")
        register(place, homes)
        words = ["update", "--quiet", "--jobs", str(JOBS), "--depot", place, *self.delay, "-s", f"ARCHIVE_DIR={self.folder / name}"]
        return lambda again: run(*words)

    def workers(self, count: int, name: str, homes: list[str]) -> Callable[[bool], object]:
        url = f"s3://archive/{name}"
        names, there = register(url, homes), ["--broker", self.broker.url, "--depot", url]
        (self.folder / name).mkdir()

        def read(again: bool) -> None:
            words = ["work", *there, "--quiet", "--jobs", str(JOBS), *self.delay]
            read_by(Workers(self.folder / name, count, words, self.store.environment), [*there, *(names if again else [])])

        return read


def read_by(workers: Workers, words: list[str]) -> None:
    try:
        workers.start_all()
        run("dispatch", "--quiet", "--wait", *words)
        assert not any(workers.stop()), workers.said()
    finally:
        workers.kill_all()


def register(url: str, homes: list[str]) -> list[str]:
    depot = open_depot(url)
    return [depot.register(home)[0].name for home in homes]


def run(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "scrapy", *words], cwd=ROOT, check=True)


def show(sites: int, name: str, work: Callable[[], object], log: Path, store: Store) -> float:
    """The CPU seconds that it took."""
    before = spent(), len(asked(log)), len(store.requests()), time.monotonic()
    work()
    cpu, requests, stored, wall = (
        spent() - before[0],
        len(asked(log)) - before[1],
        store.requests()[before[2] :],
        time.monotonic() - before[3],
    )
    own = [line for line in stored if "/sessions/" not in line]
    print(
        f"{name:32} {wall:6.1f} s wall {cpu:6.1f} s CPU {cpu / sites:6.3f} s a site {requests / sites:6.1f} requests a site"
        f" {len(own) / sites:6.1f} store requests a site, {len(stored) - len(own)} heartbeats",
        flush=True,
    )
    return cpu


if __name__ == "__main__":
    main()
