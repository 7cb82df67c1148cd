"""The object store of a rehearsal, as a process that can be killed and started again on what it had kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.cluster.broker import free_port
from tests.cluster.sites import ROOT


class Store:
    """``url`` for ``--depot``; ``environment`` for whoever opens it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[str] | None = None
        self.url = "s3://archive/rehearsal"
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }

    def start(self, clock_off: float = 0) -> None:
        """``clock_off``: seconds that its clock is ahead of this machine's."""
        words = [sys.executable, "-m", "tests.s3_server", str(self.folder), str(self.port)]
        environment = {**os.environ, "S3_CLOCK_OFF": str(clock_off)}
        self.process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None and self.process.stdout.readline()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def faults(self, *faults: dict[str, Any]) -> None:
        """What it does wrong from now on."""
        where = f"{self.environment['AWS_ENDPOINT_URL']}/_faults"
        urllib.request.urlopen(urllib.request.Request(where, json.dumps(faults).encode(), method="PUT")).close()

    def requests(self) -> list[str]:
        """A line for each, from the first start on."""
        log = self.folder / "requests.log"
        return log.read_text(encoding="utf-8").splitlines() if log.is_file() else []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
