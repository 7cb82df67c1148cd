"""Workers of a depot that are killed and frozen at random, and a store that is killed: every commit that returned is there, once."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.depot.brought import read_state
from archive.depot.sessions import LEASE
from tests.crawls import PROJECT, rows
from tests.depots import Store, s3_process

SECONDS = 75.0


def begin(store: Store, folder: Path, names: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.depot_worker", store.url, str(folder), ",".join(names)], cwd=PROJECT)


@pytest.mark.torture
@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_no_commit_is_lost_or_done_twice_whatever_is_killed(kind: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    place = tmp_path / "store"
    process, store = s3_process(place) if kind == "s3" else (None, Store(place, place.as_uri()))
    names = [site.name for site, _ in store.depot().register_all(f"https://s{number}.example/" for number in range(3))]
    workers = [begin(store, tmp_path / f"worker{number}", names) for number in range(4)]
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(chance.uniform(1, 4))
            number = chance.randrange(len(workers))
            if chance.random() < 0.5:
                workers[number].kill()
                workers[number].wait()
                workers[number] = begin(store, tmp_path / f"worker{number}", names)
            elif chance.random() < 0.2:
                workers[number].send_signal(signal.SIGSTOP)
                time.sleep(LEASE + 5)
                workers[number].send_signal(signal.SIGCONT)
            elif process is not None:
                process.kill()
                process.wait()
                process, _ = s3_process(place, int(store.url.rpartition(":")[2]))
        for worker in workers:
            worker.kill()
            worker.wait()
        check(store, tmp_path, names)
    finally:
        for running in (*workers, process):
            if running is not None and running.poll() is None:
                running.kill()
                running.wait()


def check(store: Store, folder: Path, names: list[str]) -> None:
    """What the depot holds against what the workers wrote down."""
    logged = [tuple(line.split()) for path in folder.glob("worker*/log") for line in path.read_text().splitlines()]
    assert len(logged) == len(set(logged)) > 50
    store.grow_old()
    for name in names:
        store.depot().claim(name).bring(folder / "check" / name)
        told = rows(folder / "check" / name, "select n, epoch from told order by n")
        epochs = [epoch for _, epoch in told]
        assert [n for n, _ in told] == list(range(1, len(told) + 1))
        assert epochs == sorted(set(epochs))
        assert {int(epoch) for site, epoch in logged if site == name} <= set(epochs)
        assert rows(folder / "check" / name, "pragma integrity_check") == [("ok",)]
        state = read_state(folder / "check" / name)
        assert state is not None
        for file, (size, digest) in state.manifest.warc.items():
            data = store.depot().objects.get(f"sites/{name}/warc/{file}").data
            assert (len(data), hashlib.sha256(data).hexdigest()) == (size, digest)
