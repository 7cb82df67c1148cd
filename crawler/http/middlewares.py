"""May this request leave, and when? The guard, robots.txt, and patience with a site that asks for it."""

from __future__ import annotations

import asyncio
import logging
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.web.client import ResponseFailed

from archive.clock import moment
from crawler.addresses import Origin, is_public, origin
from crawler.errors import Forbidden, Limited, OutsideSite, Unreachable
from crawler.identity import user_agent
from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)
CONNECTION = (  # what a connection can suffer; everything else is ours
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    ConnectError,
    ConnectionDone,
    ConnectionLost,
    ResponseFailed,
    OSError,
)


class GuardMiddleware:
    """Lets out only requests to the site's own origins; start requests, redirects and retries pass here too.

    A picture, and the robots.txt that speaks of it, may also lie on a host that a person named (IMAGE_HOSTS, ``Site.image_hosts``);
    not in a private network, unless the site itself lies in one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._public: dict[str, bool] = {}  # host -> whether it is of the open internet

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        run = run_of(self.crawler)
        try:
            place = origin(request.url)
        except ValueError as error:
            raise OutsideSite(request.url) from error
        if place in run.origins:
            return
        if place not in run.picture_origins or not of_a_picture(request) or not await self.may_reach(place, origin(run.site.home)):
            raise OutsideSite(request.url)

    async def may_reach(self, place: Origin, home: Origin) -> bool:
        return await self._is_public(place[1]) or not await self._is_public(home[1])

    async def _is_public(self, host: str) -> bool:
        if host not in self._public:
            try:
                self._public[host] = await is_public(host)
            except OSError as error:
                raise Unreachable(f"{host} has no address: {error.strerror or error}") from error
        return self._public[host]


def of_a_picture(request: Request) -> bool:
    """Whether a request is for a picture of an article, or for the robots.txt of the host that has it."""
    door = request.meta.get("door")
    return door == "image" or (door == "robots" and urlsplit(request.url).path == "/robots.txt")


class RobotsMiddleware:
    """Obeys robots.txt as RFC 9309 says: 4xx = no rules, 5xx or no answer = keep out. A Crawl-delay lengthens the host's delay."""

    LONGEST = 60.0  # seconds; a Crawl-delay beyond it would make a crawl of years
    READ = 512 * 1024  # characters of robots.txt; RFC 9309 asks for 500 KiB, and each rule costs time at every request

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.agent = user_agent(crawler.settings)
        self.obey = crawler.settings.getbool("ROBOTSTXT_OBEY")
        self._rules: dict[Origin, asyncio.Future[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if not self.obey or request.meta.get("door") == "robots":
            return
        rules = await self._rules_for(request.url)
        if not rules.can_fetch(request.url, self.agent):
            raise Forbidden(f"robots.txt forbids {request.url}")
        self._slow_down(request, rules)

    async def _rules_for(self, url: str) -> Protego:
        place = origin(url)
        if place not in self._rules:
            self._rules[place] = asyncio.get_running_loop().create_future()
            try:
                self._rules[place].set_result(await self._fetch(url))
            except BaseException as error:
                self._rules[place].set_exception(error)
        return await asyncio.shield(self._rules[place])

    async def _fetch(self, url: str) -> Protego:
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        try:
            response = await run_of(self.crawler).web.get(place, door="robots", any_status=True)
        except OutsideSite as error:
            raise Unreachable(f"{place} leads to {error.url}, where we do not go: it counts as keep out") from error
        if response.status >= 500:
            raise Unreachable(f"{response.url} answers {response.status}, which means keep out (RFC 9309); try again later")
        said = response.text[: self.READ] if response.status < 300 and hasattr(response, "text") else ""
        rules = Protego.parse(said if len(said) < self.READ else said.rpartition("\n")[0])
        if origin(url) in run_of(self.crawler).origins:  # not those of a host that has pictures
            run_of(self.crawler).sitemaps = tuple(rules.sitemaps)
        return rules

    def _slow_down(self, request: Request, rules: Protego) -> None:
        slot = self.crawler.engine.downloader.slots.get(urlsplit(request.url).hostname or "")
        delay = min(float(rules.crawl_delay(self.agent) or 0), self.LONGEST)
        if slot and slot.delay < delay:
            slot.delay = delay


class PatienceMiddleware:
    """Retries what may pass: 429 and 5xx after a wait, a lost connection once. One bad address never stops the host;
    a host that makes us wait more than PATIENCE seconds in all ends the run (exit code 5)."""

    TRANSIENT = frozenset({408, 429, 500, 502, 503, 504, 520, 521, 522, 524})
    TRIES = 3
    LONGEST = 60.0  # seconds; a longer Retry-After leaves the address to the next run
    SEVERAL = 3  # different addresses in a row: then it is the site that asks, not one address

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.wait = crawler.settings.getfloat("RETRY_WAIT")
        self.patience = crawler.settings.getfloat("PATIENCE")
        self.failing = 0  # different addresses in a row that stayed without success
        self.waited = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatienceMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if "dataloss" in response.flags:  # half a page reads like an edit: it is kept in the WARC, and never believed
            broken = f"{request.url} broke off before the end it had announced"
            if again := await self._again(request, None, broken, tries=2):
                return again
            raise Unreachable(broken)
        if response.status not in self.TRANSIENT and "dataloss" not in response.flags:
            self.failing = 0
            return response
        asked = retry_after(response, request.meta["capture"].at)
        broken = "breaks off" if "dataloss" in response.flags else f"answers {response.status}"
        return await self._again(request, asked, f"{request.url} {broken}") or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if not isinstance(exception, CONNECTION):
            return None
        again = await self._again(request, None, f"{request.url}: {type(exception).__name__}", tries=2)
        if again is None:
            raise Unreachable(f"{request.url} does not answer ({describe(exception)})") from exception
        return again

    async def _again(self, request: Request, asked: float | None, what: str, tries: int = TRIES) -> Request | None:
        """The request for its next try, after the wait; None when it has had all its tries."""
        if request.meta.get("once"):
            return None
        tried = request.meta.get("tries", 1)
        if tried >= tries or (asked or 0) > self.LONGEST:
            self.failing += 1
            if self.failing > self.SEVERAL and (asked or 0) > self.LONGEST:
                raise Limited(f"{what}, as others did, and asks us to keep away for {asked:.0f} s: left alone until the next run")
            return None
        seconds = asked if asked is not None else self.wait * 2 ** (tried - 1)
        self.waited += seconds
        if self.waited > self.patience or (self.failing >= self.SEVERAL and self.waited > self.patience / 5):
            raise Limited(f"{what}; after {self.waited:.0f} s of waiting the site is left alone until the next run")
        logger.info("%s; again in %.0f s", what, seconds)
        await asyncio.sleep(seconds)
        again: Request = request.copy()
        again.meta["tries"] = tried + 1
        again.dont_filter = True
        return again


def retry_after(response: Response, at: str) -> float | None:
    """Seconds the server asks us to wait; None when it asks for nothing or cannot be understood. ``at``: when it answered."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdecimal():
        return float(value)
    try:
        until, date = parsedate_to_datetime(value), response.headers.get("Date")
        start = parsedate_to_datetime(date.decode("latin-1")) if date else moment(at)
        return max(0.0, (until - start).total_seconds())
    except (TypeError, ValueError):
        return None


def describe(exception: Exception) -> str:
    """One line of what a connection error says."""
    reasons = getattr(exception, "reasons", None)
    return str(reasons[0].value if reasons else exception).splitlines()[0].rstrip(".") if str(exception) else type(exception).__name__
