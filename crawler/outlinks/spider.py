"""A run over sources: takes addresses, asks several hosts at once and each at its own pace, hands over what came of each.

It is no crawl: nothing is captured, and only the status of each answer is kept. What no host at all answers may be this machine's own
network: it is kept only once another host has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.exceptions import DownloadCancelledError, StopDownload
from scrapy.http import Response

from archive.store.outlinks import OutlinkFinding
from crawler.errors import Stopped, Unreachable, describe
from crawler.http.closing import is_closing, kept_open
from crawler.http.retry import CONNECTION
from crawler.identity import user_agent
from crawler.outlinks.ask import OutlinkAsker, RobotsRefuses
from crawler.outlinks.guard import NotPublic

HOSTS_AT_ONCE = 8
SLOWEST = 60.0  # seconds; a longer Crawl-delay would make a run of days
ROBOTS_SIZE = 512 * 1024  # bytes, as RFC 9309 asks for


class OutlinkSpider(scrapy.Spider):
    """``urls``: what to ask; ``keep``: takes each finding. ``answered`` is how many hosts gave any answer."""

    name = "outlinks"
    custom_settings: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "DOWNLOADER_MIDDLEWARES_BASE": {},  # no retries, no redirects, no cookies: each request is one question
        "DOWNLOADER_MIDDLEWARES": {"crawler.outlinks.guard.OutlinkGuard": 50},
        "HTTPERROR_ALLOW_ALL": True,
    }

    def __init__(self, name: str | None = None, urls: Sequence[str] = (), keep: Callable[[OutlinkFinding], None] = lambda _: None) -> None:
        super().__init__(name)
        self.urls, self.keep = urls, keep
        self.interrupted = True  # until it has come to its own end
        self._unheard: list[OutlinkFinding] = []  # no answer came, and none had come from anywhere
        self._heard = False

    async def start(self) -> AsyncIterator[Any]:
        """The whole run. It yields nothing."""
        self.crawler.signals.connect(self.without_body, signals.headers_received)
        with contextlib.suppress(Stopped), kept_open(self.crawler):
            await self.ask_all()
            self.interrupted = is_closing(self.crawler)
        return
        yield

    async def ask_all(self) -> None:
        """Every address, host by host."""
        asker = OutlinkAsker(self.send, user_agent(self.crawler.settings), self.slow_down)
        by_host: dict[str, list[str]] = {}
        for url in self.urls:
            by_host.setdefault(urlsplit(url).hostname or "", []).append(url)
        turns = asyncio.Semaphore(HOSTS_AT_ONCE)

        async def ask_host(urls: list[str]) -> None:
            async with turns:
                for url in urls:
                    if is_closing(self.crawler):
                        raise Stopped("Scrapy is closing the spider")
                    self.note(await asker.ask(url))

        asked = [asyncio.ensure_future(ask_host(urls)) for urls in by_host.values()]
        try:
            await asyncio.gather(*asked)
        finally:
            for one in asked:
                one.cancel()

    def note(self, finding: OutlinkFinding) -> None:
        """Hand a finding over, or keep it until some host has answered."""
        if finding.outcome == "failing" and finding.status is None and not self._heard:
            self._unheard.append(finding)
            return
        self._heard = self._heard or finding.status is not None
        if self._heard:
            for waiting in self._unheard:
                self.keep(waiting)
            self._unheard.clear()
        self.keep(finding)

    @property
    def unheard(self) -> int:
        """How many addresses gave no answer while none came from anywhere."""
        return len(self._unheard)

    async def send(self, method: str, url: str) -> Response:
        """One question. Raises Unreachable, NotPublic, RobotsRefuses."""
        is_robots = urlsplit(url).path == "/robots.txt"
        meta = {"whole": is_robots, "download_maxsize": ROBOTS_SIZE if is_robots else 0, "handle_httpstatus_all": True}
        request = Request(url, method=method, meta=meta, dont_filter=True, headers={"Accept": "*/*", "Accept-Encoding": "identity"})
        try:
            return await self.crawler.engine.download_async(request)
        except NotPublic:
            raise
        except DownloadCancelledError as error:
            raise RobotsRefuses(f"robots.txt of {urlsplit(url).hostname} is too long to be read") from error
        except CONNECTION as error:
            raise Unreachable(getattr(error, "strerror", None) or describe(error)) from error

    def without_body(self, request: Request, **_: Any) -> None:
        """The body of a source is none of our business."""
        if not request.meta.get("whole"):
            raise StopDownload(fail=False)

    def slow_down(self, host: str, delay: float) -> None:
        """Keep the pace that a host asks for."""
        slot = self.crawler.engine.downloader.slots.get(host)
        if slot and slot.delay < min(delay, SLOWEST):
            slot.delay = min(delay, SLOWEST)
