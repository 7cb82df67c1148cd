"""A real Chromium for tests: launched without a window, and asked what axe-core finds on a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


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
