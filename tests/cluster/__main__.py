"""``python -m tests.cluster --sites 24 --kills 3``: sites read by workers that are killed and frozen, beside one undisturbed update."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.depot.depot import Depot, open_depot
from archive.store.store import Store as Archive
from tests.cluster.broker import Broker
from tests.cluster.outcome import brought, damaged, gaps, hand_overs, impolite, merged, wrong_rows
from tests.cluster.sites import ROOT, asked, small_sites
from tests.cluster.store import Store
from tests.cluster.workers import Workers

FROZEN = 30.0  # seconds: half as long again as a lease


@dataclass(frozen=True)
class Rehearsal:
    """What is asked of it."""

    sites: int
    workers: int
    jobs: int
    delay: float
    kills: int  # of a worker that is started again on the same disk
    losses: int  # of a worker that is never seen again; a new machine takes its place
    freezes: int
    broker_kills: int
    store_kills: int
    seed: int
    folder: bool  # no broker, no object store: one process that reads a depot in a folder

    @property
    def may_be_asked_again(self) -> float:
        """Share of the requests. A slice that goes on where it was asks for robots.txt again, and for what was on its way; one that another
        worker takes over begins at the last commit: at the worst with all of it. Among few sites that is a larger share."""
        taken_over = (self.losses + self.freezes) * self.jobs / self.sites
        return 0.15 if self.sites >= 100 else max(0.15, taken_over)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    for name, default in {
        "sites": 24,
        "workers": 3,
        "jobs": 3,
        "kills": 3,
        "losses": 0,
        "freezes": 0,
        "broker-kills": 0,
        "store-kills": 0,
    }.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--delay", type=float, default=0.2)
    parser.add_argument("--folder", action="store_true", help="a depot in a folder, read by one scrapy update, without broker and store")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    given.workers = 1 if given.folder else given.workers
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    with tempfile.TemporaryDirectory(prefix="cluster", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        return rehearse(Path(folder), Rehearsal(**vars(given)))


def rehearse(folder: Path, asked_for: Rehearsal) -> int:
    print(f"seed {asked_for.seed}", flush=True)
    log = folder / "requests.log"
    with small_sites(asked_for.sites, log) as homes:
        wall, requests = undisturbed(folder, homes, asked_for, log)
        print(f"undisturbed: {wall:.0f} s, {requests:,} requests", flush=True)
        log.write_bytes(b"")
        with apart(folder, asked_for) as parts:
            depot = open_depot(parts[0].url if parts else str(folder / "depot"))
            for home in homes:
                depot.register(home)
            begun = time.monotonic()
            code = disturbed(folder, asked_for, *parts, requests) if parts else disturbed_alone(folder, asked_for, depot.url, requests)
            took = time.monotonic() - begun
            seen = asked(log)
            between, over = gaps(seen), hand_overs(seen)
            print(
                f"{took:.0f} s; exit code {code}; {len(seen):,} requests ({len(seen) / requests:.2f} x); {len(over)} hand-overs"
                f"{f', the first after {min(over):.1f} s' if over else ''}; shortest gap {between[0]:.3f} s",
                flush=True,
            )
            wrong = list(faults(folder, depot, asked_for, len(seen) / requests, code))
            wrong += impolite(seen, asked_for.delay)
    print("\n".join(wrong) or "nothing lost, nothing twice, nothing damaged", flush=True)
    return 1 if wrong else 0


@contextmanager
def apart(folder: Path, asked_for: Rehearsal) -> Iterator[tuple[Store, Broker] | None]:
    """What workers share, as processes of their own; None where all of it is a folder."""
    if asked_for.folder:
        yield None
        return
    with Store(folder / "store") as store, Broker(folder / "broker") as broker:
        os.environ.update(store.environment)
        yield store, broker


def undisturbed(folder: Path, homes: list[str], asked_for: Rehearsal, log: Path) -> tuple[float, int]:
    """(wall seconds, requests) of one ``scrapy update``."""
    archive = Archive(folder / "undisturbed")
    for home in homes:
        archive.ensure_site(name_of(home), home)
    archive.close()
    begun = time.monotonic()
    jobs = str(asked_for.workers * asked_for.jobs)
    words = ["update", "--quiet", "--jobs", jobs, "-s", f"ARCHIVE_DIR={folder / 'undisturbed'}", *settings(asked_for)]
    subprocess.run([sys.executable, "-m", "scrapy", *words], cwd=ROOT, check=True)
    return time.monotonic() - begun, len(asked(log))


def name_of(home: str) -> str:
    from archive.text.homes import site_name

    return site_name(home)


def settings(asked_for: Rehearsal) -> list[str]:
    return ["-s", f"DOWNLOAD_DELAY={asked_for.delay}"]


def disturbed(folder: Path, asked_for: Rehearsal, store: Store, broker: Broker, requests: int) -> int:
    """The exit code of ``dispatch --wait``."""
    there = ["--broker", broker.url, "--depot", store.url]
    with working(folder, asked_for, ["work", *there], store.environment) as workers:
        words = [sys.executable, "-m", "scrapy", "dispatch", "--wait", *there]
        with open(folder / "dispatch.said", "wb") as said:
            dispatch = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said, env=workers.environment)
        try:
            things = disturb(asked_for, folder, workers, store, broker, requests)
            while dispatch.poll() is None:
                next(things, None)
                time.sleep(0.1)
            for _ in things:  # who sleeps is woken
                time.sleep(0.1)
            code = dispatch.returncode
        finally:
            dispatch.kill()
            print((folder / "dispatch.said").read_text(), end="")
        stopped = workers.stop()
        if any(stopped):
            print(f"workers ended with {stopped}: {workers.said()[-1000:]}")
    return code


def disturbed_alone(folder: Path, asked_for: Rehearsal, url: str, requests: int) -> int:
    """The exit code of the last ``update --due --depot``: whoever kills it starts it again, as cron does."""
    with working(folder, asked_for, ["update", "--due", "--quiet", "--depot", url], {}) as workers:
        things = disturb(asked_for, folder, workers, None, None, requests)
        while workers.under_way():
            next(things, None)
            time.sleep(0.1)
        print(workers.said(), end="")
        return max(process.returncode for process in workers.processes.values())


@contextmanager
def working(folder: Path, asked_for: Rehearsal, words: list[str], environment: Mapping[str, str]) -> Iterator[Workers]:
    line = [*words, "--jobs", str(asked_for.jobs), *settings(asked_for)]
    workers = Workers(folder, asked_for.workers, line, environment)
    try:
        workers.start_all()
        yield workers
    finally:
        workers.kill_all()


def disturb(
    asked_for: Rehearsal, folder: Path, workers: Workers, store: Store | None, broker: Broker | None, requests: int
) -> Iterator[None]:
    """Do one thing after the other, each when the sites have seen a share of the ``requests`` that they will see. To be gone through
    until all is read."""
    chance = random.Random(asked_for.seed)
    what = ["kill"] * asked_for.kills + ["lose"] * asked_for.losses + ["freeze"] * asked_for.freezes
    what += ["broker"] * asked_for.broker_kills + ["store"] * asked_for.store_kills
    chance.shuffle(what)
    moments = sorted(chance.uniform(0.1, 0.85) * requests for _ in what)
    frozen: dict[int, float] = {}  # worker -> when it is woken
    while what or frozen:
        for number in [number for number, until in frozen.items() if until < time.monotonic()]:
            workers.wake(number)
            del frozen[number]
        awake = [number for number in workers.processes if number not in frozen]
        if what and awake and len(asked(folder / "requests.log")) >= moments[0]:
            moments.pop(0)
            do(what.pop(0), chance.choice(awake), workers, store, broker, frozen)
        yield
    print(flush=True)


def do(
    what: str,
    number: int,
    workers: Workers,
    store: Store | None,
    broker: Broker | None,
    frozen: dict[int, float],
) -> None:
    print(f"{what} ", end="", flush=True)
    if what == "kill":
        workers.kill(number)
        workers.start(number)
    elif what == "lose":
        workers.kill(number)
        workers.start_another()
    elif what == "freeze":
        workers.freeze(number)
        frozen[number] = time.monotonic() + FROZEN
    elif what == "broker" and broker:
        broker.kill()
        broker.start()
    elif store:
        store.kill()
        time.sleep(3)
        store.start()


def faults(folder: Path, depot: Depot, asked_for: Rehearsal, ratio: float, code: int) -> Iterator[str]:
    folders = brought(depot, folder / "brought")
    yield from wrong_rows(folders, folder / "undisturbed")
    yield from damaged(folders)
    yield from merged(depot, folder / "merged", folder / "undisturbed")
    if ratio > 1 + asked_for.may_be_asked_again:
        yield f"{ratio:.2f} times the requests of an undisturbed update"
    if code:
        yield f"dispatch --wait ended with {code}"


if __name__ == "__main__":
    sys.exit(main())
