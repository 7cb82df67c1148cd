"""``python -m tests.cluster.composed``: what compose.yaml starts for many machines, started here as processes without Docker.

Commands, arguments and environment are those of compose.yaml and of the image in Dockerfile; only hosts, ports, folders and the pauses of
``every`` are this machine's. Sites are added by the line in compose.yaml's comment. Prints what became of it; exit code 1 where anything
is not as that file promises.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.broker import Broker, free_port
from tests.cluster.sites import ARTICLES, COMMENTS, ROOT, small_sites
from tests.crawls import rows

COMPOSE = ROOT / "compose.yaml"
VALUES = {"CONTACT": "archive@example.org", "BROKER_PASSWORD": "for-the-broker", "STORE_PASSWORD": "for-the-store"}
SITES = 3
PAUSE = "3"  # seconds, where compose.yaml has minutes
MOST = 900.0  # seconds until all is read, merged and shown
GRACE = 10.0  # seconds that Docker gives where compose.yaml names none
WRAPPERS = {
    "scrapy": "-m scrapy",
    "archive": "-m archive",
    "python": "",
    "every": str(ROOT / "docker" / "every.py"),
    "minio": "-m tests.cluster.composed",  # minio server FOLDER: an object store of the tests' own
}


def main() -> int:
    if sys.argv[1:2] == ["server"]:
        words = [sys.executable, "-m", "tests.s3_server", sys.argv[2], os.environ["STORE_PORT"]]
        os.execv(sys.executable, words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    with tempfile.TemporaryDirectory(prefix="composed", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        folder = Path(name)
        with small_sites(SITES, folder / "requests.log") as homes:
            return rehearse(folder, homes)


def rehearse(folder: Path, homes: list[str]) -> int:
    made = Composed(folder)
    broker = Broker(folder / "broker", *(made.services["broker"]["environment"][f"RABBITMQ_DEFAULT_{what}"] for what in ("USER", "PASS")))
    with broker, made.started(broker):
        made.run(*shlex.split(made.adding), *homes)
        end = time.monotonic() + MOST
        wrong = ["nothing"]
        while wrong and time.monotonic() < end:
            time.sleep(1)
            made.start_again()
            wrong = list(made.lacks())
        if wrong:
            wrong += [f"{path.stem} said: {path.read_text()[-300:]}" for path in sorted(folder.glob("*.said"))]
        wrong += made.health()
        wrong += made.stop()
    for name, times in made.again.items():
        print(f"{name} was started {times} times more, as Docker would do")
    print(
        "\n".join(wrong) or f"{SITES} sites read by {len(made.workers)} workers, merged and served; every service ended when it was told to"
    )
    return 1 if wrong else 0


class Composed:
    """The services of compose.yaml's cluster on one machine."""

    def __init__(self, folder: Path) -> None:
        text = COMPOSE.read_text(encoding="utf-8")
        told = yaml.safe_load(text)["services"]
        self.services: dict[str, Any] = {name: service for name, service in told.items() if name != "crawl"}
        [self.adding] = re.findall(r"docker compose run --rm dispatch (.+) https://\S+$", text, re.M)
        self.folder, self.processes, self.again = folder, dict[str, subprocess.Popen[bytes]](), dict[str, int]()
        self.ports = {"store:9000": free_port(), ":8001": free_port()}
        self.broker = ""
        (folder / "bin").mkdir()
        (folder / "home").mkdir()
        for name, words in WRAPPERS.items():
            (folder / "bin" / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
            (folder / "bin" / name).chmod(0o755)
        for service in self.services.values():
            service["environment"] = {name: self.here(str(value)) for name, value in service.get("environment", {}).items()}

    @property
    def workers(self) -> list[str]:
        return [name for name in self.services if name.startswith("worker-")]

    def here(self, text: str) -> str:
        """A value of compose.yaml with what .env says, and this machine's places."""
        text = re.sub(r"\$\{(\w+)(?::[-?][^}]*)?\}", lambda found: VALUES.get(found[1], ""), text)
        text = text.replace("store:9000", f"127.0.0.1:{self.ports['store:9000']}").replace("@broker:5672", f"@{self.broker}")
        return text.replace(":8001", f":{self.ports[':8001']}")

    def words(self, service: str) -> list[str]:
        told = self.services[service]
        words = [self.here(word) for word in told.get("command", told.get("entrypoint"))]
        if words[0] == "every":
            words[1] = PAUSE
        if service == "store":
            words = [word.replace("/data", str(self.folder / "store")) for word in words]
        if service == "serve":
            words += ["--port", str(self.ports[":8001"])]
        return words

    def environment(self, service: str) -> dict[str, str]:
        told = self.services[service]
        [volume] = [place.partition(":")[0] for place in told["volumes"] if place.endswith(":/data")]
        image = {"SCRAPY_SETTINGS_MODULE": "crawler.settings", "PYTHONUNBUFFERED": "1", "ARCHIVE_DIR": str(self.folder / "data" / volume)}
        own = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(self.folder / "home")}
        return {**image, **own, **told["environment"], "STORE_PORT": str(self.ports["store:9000"])}

    def start(self, service: str) -> None:
        with open(self.folder / f"{service}.said", "ab") as said:
            self.processes[service] = subprocess.Popen(
                self.words(service),
                cwd=self.folder / "home",
                env=self.environment(service),
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def run(self, *words: str) -> None:
        """``docker compose run --rm dispatch``, when the store answers."""
        for _ in range(20):
            done = subprocess.run(words, cwd=self.folder / "home", env=self.environment("dispatch"), capture_output=True, text=True)
            if not done.returncode:
                print(done.stdout, end="")
                return
            time.sleep(0.5)
        raise AssertionError(done.stderr)

    @contextmanager
    def started(self, broker: Broker) -> Iterator[None]:
        self.broker = f"127.0.0.1:{broker.port}"
        try:
            for name in self.services:
                if name != "broker":
                    self.start(name)
            yield
        finally:
            for process in self.processes.values():
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start_again(self) -> None:
        """``restart: unless-stopped``."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                assert self.services[name]["restart"] == "unless-stopped"
                self.again[name] = self.again.get(name, 0) + 1
                self.start(name)

    def lacks(self) -> Iterator[str]:
        """What is not there yet."""
        try:
            page = urllib.request.urlopen(f"http://127.0.0.1:{self.ports[':8001']}/status.json", timeout=10)
            told = json.load(page).get("cluster") or {}
            counts = [rows(self.folder / "data" / "data", f"select count(*) from {table}")[0][0] for table in ("articles", "comments")]
        except Exception as error:
            yield f"serve: {error}"
            return
        if told.get("workers") != len(self.workers) or told.get("due") or told.get("failed"):
            yield f"/status.json tells {told}"
        if counts != [SITES * ARTICLES, SITES * ARTICLES * COMMENTS]:
            yield f"{counts} articles and comments are merged"

    def health(self) -> Iterator[str]:
        code = self.here(self.services["serve"]["healthcheck"]["test"][3])
        if subprocess.run([sys.executable, "-c", code]).returncode:
            yield "serve is not healthy"

    def stop(self) -> Iterator[str]:
        """``docker compose stop``: the longest that each may take is what compose.yaml gives it."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        for name, process in self.processes.items():
            grace = float(self.services[name].get("stop_grace_period", f"{GRACE}s").removesuffix("s"))
            try:
                code = process.wait(max(0.1, begun + grace - time.monotonic()))
                print(f"{name} ended with {code} after {time.monotonic() - begun:.1f} s")
                if code not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
                    yield f"{name} ended with {code}: {(self.folder / f'{name}.said').read_text()[-500:]}"
            except subprocess.TimeoutExpired:
                yield f"{name} did not end within {grace:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
