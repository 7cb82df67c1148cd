"""The workers of a rehearsal: real processes in folders of their own, killed, frozen and started again."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.sites import ROOT


class Workers:
    """``words``: what ``scrapy`` is to do, ``work`` or ``update``, with its arguments."""

    def __init__(self, folder: Path, count: int, words: list[str], environment: Mapping[str, str]) -> None:
        self.folder, self.words, self.environment = folder, words, {**os.environ, **environment}
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.count = count

    def start(self, number: int) -> None:
        own = ["-s", f"ARCHIVE_DIR={self.folder / f'worker-{number}'}", "-s", f"CONTACT=worker-{number}"]
        with open(self.folder / f"worker-{number}.said", "ab") as said:
            line = [sys.executable, "-m", "scrapy", *self.words, *own]
            self.processes[number] = subprocess.Popen(
                line, cwd=ROOT, stdout=said, stderr=said, env=self.environment, start_new_session=True
            )

    def start_all(self) -> None:
        for number in range(self.count):
            self.start(number)

    def start_another(self) -> None:
        """A machine that knows nothing yet."""
        self.start(self.count)
        self.count += 1

    def kill(self, number: int) -> None:
        """kill -9; what reads pages for it dies with it."""
        self.processes[number].kill()
        self.processes.pop(number).wait()

    def freeze(self, number: int) -> None:
        os.killpg(self.processes[number].pid, signal.SIGSTOP)

    def wake(self, number: int) -> None:
        os.killpg(self.processes[number].pid, signal.SIGCONT)

    def stop(self, seconds: float = 40) -> list[int]:
        """SIGTERM to all; their exit codes."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(seconds) for process in self.processes.values()]

    def under_way(self) -> bool:
        return any(process.poll() is None for process in self.processes.values())

    def kill_all(self) -> None:
        for number in list(self.processes):
            self.kill(number)

    def said(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("worker-*.said")))


def spent() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
