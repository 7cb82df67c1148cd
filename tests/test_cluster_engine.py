"""The long rehearsals: real workers, RabbitMQ and an object store, all of them killed. The short one is a line of .ci/run."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archive.depot.depot import open_depot
from tests.cluster.broker import SCRIPT
from tests.crawls import PROJECT, command, until
from tests.othersites import Leaflet
from tests.othersites.server import Answer

pytestmark = pytest.mark.torture
LONG = "--sites 120 --workers 3 --jobs 3 --kills 9 --losses 1 --freezes 3 --broker-kills 1 --store-kills 1"


@pytest.mark.skipif(not SCRIPT.exists(), reason="apt install rabbitmq-server")
@pytest.mark.parametrize(
    "words",
    [
        LONG,
        "--sites 60 --workers 1 --kills 3",
        "--sites 60 --kills 0 --freezes 2",
        "--folder --sites 60 --jobs 8 --kills 5 --losses 1 --freezes 1",
    ],
)
def test_nothing_is_lost_and_no_site_is_asked_by_two(words: str) -> None:
    line = [sys.executable, "-m", "tests.cluster", *words.split()]
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


@pytest.mark.skipif(not SCRIPT.exists(), reason="apt install rabbitmq-server")
@pytest.mark.parametrize("module", ["trials", "composed"])
def test_what_goes_wrong_around_a_worker_is_survived_and_what_compose_starts_works_together(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", f"tests.cluster.{module}"], cwd=PROJECT, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


class Silent(Leaflet):
    """Answers come to no end from the fourth request on."""

    def __init__(self) -> None:
        super().__init__()
        paths = tuple(f"/note-{part}/" for part in range(9))
        for part, path in enumerate(paths):
            self.article(path, part)
        self.front(paths)
        self.over = threading.Event()

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if path.startswith("/note-") and path > "/note-2":
            self.over.wait(120)
        return super().answer(path, query)


def test_a_signal_commits_what_was_read_within_30_seconds_though_the_site_does_not_answer(tmp_path: Path) -> None:
    depot = open_depot(str(tmp_path / "depot"))
    with Silent() as site:
        name = depot.register(f"{site.home}/")[0].name
        line = command("update", "--depot", depot.url, folder=tmp_path / "one", DOWNLOAD_TIMEOUT=100)
        with subprocess.Popen(line, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            until(lambda: any(path > "/note-2" for path in site.requests if path.startswith("/note-")), process)
            process.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            out, err = process.communicate(timeout=60)
            took = time.monotonic() - begun
        site.over.set()
    committed = depot.head(name).committed
    assert committed is not None and committed.outcome.unfinished, (out, err)
    assert (process.returncode, depot.head(name).claim) == (130, None)
    assert took < 30
