"""The archive's pages, asked of a real Datasette in this process: takes an archive's folder, gives answers and what a reader sees."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self

import httpx

from archive.publish.server.serve import build_server
from archive.publish.server.service import Service

RAID = "/www.example.org/2014/03/raid"
PAGES = (
    "/",
    "/search",
    "/changes",
    "/status",
    "/topics",
    "/mentions",
    "/sources",
    "/notebook",
    "/about",
    "/policy",
    "/contact",
    "/takedown",
    "/ledger",
    "/numbers",
)
"""Every page that needs no question: tests that are about all of our pages ask for these."""


class Site:
    """Questions to the pages, one after the other."""

    def __init__(self, folder: Path, base_url: str | None = None, service: Service | None = None) -> None:
        self.datasette = build_server(folder, base_url, service)
        self.loop = asyncio.new_event_loop()
        self.run(self.datasette.invoke_startup())

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(coroutine)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.run(self.datasette.client.get(path, **options))

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.run(self.datasette.client.request(method, path, **options))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for database in self.datasette.databases.values():
            database.close()
        self.loop.close()

    def markup(self, path: str, **options: Any) -> str:
        """The page without the marks around its numbers."""
        return re.sub(r"</?data\b[^>]*>", "", self.get(path, **options).text)

    def text(self, path: str) -> str:
        """What a reader sees: no markup, blanks folded."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code)
        inline = re.sub(r"</?data\b[^>]*>", "", response.text)
        bare = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<[^>]+>", " ", inline)
        return re.sub(r" ([,.;:])", r"\1", " ".join(html.unescape(bare).split()))
