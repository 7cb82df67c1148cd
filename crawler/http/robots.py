"""robots.txt as RFC 9309 says: takes every request of a run, forbids what the site's robots.txt forbids, and keeps its pace."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.robotstxt import ProtegoRobotParser

from archive.text.urls import Origin, bare_host, origin, resolve
from crawler.errors import Forbidden, OutsideSite, Unreachable
from crawler.identity import user_agent
from crawler.session.session import run_of

if TYPE_CHECKING:
    from protego import Protego
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser


WHOLE = re.compile(r"(?:https?:)?/", re.I)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, with its stats and its signal. In a run it is stricter: 4xx = no rules, but 5xx or no answer = keep out.

    A Crawl-delay lengthens the host's delay. Crawl-delay and sitemaps are Protego's reading, whatever ROBOTSTXT_PARSER says.
    """

    LONGEST = 60.0  # seconds; a Crawl-delay beyond it would make a crawl of years
    READ = 512 * 1024  # bytes of robots.txt; RFC 9309 asks for 500 KiB, and each rule costs time at every request

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._default_useragent = user_agent(crawler.settings)
        self._rules: dict[Origin, asyncio.Future[ProtegoRobotParser]] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's origin, asked for once. Raises Unreachable where they cannot be had."""
        if run_of(self.crawler) is None:
            return await super().robot_parser(request)
        place = origin(request.url)
        if place not in self._rules:
            self._rules[place] = asyncio.get_running_loop().create_future()
            try:
                self._rules[place].set_result(await self._fetch(request))
            except BaseException as error:
                self._rules[place].set_exception(error)
        return await asyncio.shield(self._rules[place])

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises Forbidden in a run, IgnoreRequest elsewhere, where ``rp`` forbids the request."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            if run_of(self.crawler) is None:
                raise
            raise Forbidden(f"robots.txt forbids {request.url}") from error
        if isinstance(rp, ProtegoRobotParser) and run_of(self.crawler) is not None:
            self._slow_down(request, rp.rp)

    async def _fetch(self, request: Request) -> ProtegoRobotParser:
        parts, run = urlsplit(request.url), run_of(self.crawler)
        assert run is not None
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await run.web.get(place, door="robots", any_status=True)
        except OutsideSite as error:
            raise Unreachable(f"{place} leads to {error.url}, where we do not go: it counts as keep out") from error
        except Exception as error:
            self._stats.inc_value(f"robotstxt/exception_count/{type(error)}")
            raise
        parser = self._read(response)
        await self.crawler.signals.send_catch_log_async(signal=signals.robots_parsed, robotparser=parser, request=request)
        if origin(request.url) in run.origins:  # not those of a host that has pictures
            named = [sitemap_address(response.url, said) for line in parser.rp.sitemaps for said in addresses_in(line)]
            run.sitemaps = tuple(dict.fromkeys([*run.sitemaps, *filter(None, named)]))
        return parser

    def _read(self, response: Response) -> ProtegoRobotParser:
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status >= 500:
            raise Unreachable(f"{response.url} answers {response.status}, which means keep out (RFC 9309); try again later")
        body = written(response) if response.status < 300 else b""
        whole = len(body) < self.READ
        return ProtegoRobotParser(body if whole else body[: self.READ].rpartition(b"\n")[0], self.crawler.spider)

    def _slow_down(self, request: Request, rules: Protego) -> None:
        slot = self.crawler.engine.downloader.slots.get(urlsplit(request.url).hostname or "")
        delay = min(float(rules.crawl_delay(self._default_useragent) or 0), self.LONGEST)
        if slot and slot.delay < delay:
            slot.delay = delay


def written(response: Response) -> bytes:
    """The text of a robots.txt as UTF-8 without a mark at its beginning, whatever type the server calls it."""
    text = response.text if hasattr(response, "text") else response.body.decode("utf-8", "replace")
    return text.lstrip("\ufeff").encode("utf-8", "replace")


def addresses_in(line: str) -> list[str]:
    """The addresses of a ``Sitemap:`` line: some write several into one."""
    parts = line.split()
    return parts if all(WHOLE.match(part) for part in parts) else [line]


def sitemap_address(robots: str, said: str) -> str:
    """Where a ``Sitemap:`` line leads: it may be relative, or lack its scheme; empty for what is no address."""
    lacks_scheme = bare_host(said.partition("/")[0]) == bare_host(urlsplit(robots).netloc)
    return resolve(robots, f"//{said}" if lacks_scheme else said)
