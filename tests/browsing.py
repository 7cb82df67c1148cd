"""A real Chromium for tests, and an archive served to it: launched without a window, and asked what axe-core finds on a page."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.crawls import PROJECT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """The address of an archive's pages, served by a process of its own."""
    command = [sys.executable, "-m", "archive", "serve", "--port", "0", "--archive-dir", str(folder), *options]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().split(" at ")[1].split()[0].rstrip("/")
        finally:
            server.terminate()


@contextmanager
def launched() -> Iterator[Any]:
    """The browser, ended afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"])
        yield browser
        browser.close()


def violations(page: Any, options: dict[str, Any] | None = None) -> list[str]:
    """What axe-core finds, where it is installed."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        return []
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page, options=options).response["violations"]]
