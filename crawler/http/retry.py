"""Patience with a site that fails or asks for it: takes answers and lost connections, gives the next try, or the reason to leave."""

from __future__ import annotations

import logging
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import RetryMiddleware, get_retry_request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.utils.response import response_status_message
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.web.client import ResponseFailed

from archive.clock import moment
from crawler.errors import Limited, Unreachable, describe
from crawler.http.closing import pause
from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

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


class PatienceMiddleware(RetryMiddleware):
    """Scrapy's own, with its settings (RETRY_TIMES, RETRY_HTTP_CODES), its meta keys and its stats; but it waits before it asks again.

    429 and 5xx are asked again after a wait, a lost connection once. One bad address never stops the host; a host that makes us
    wait more than PATIENCE seconds in all ends the run (exit code 5).
    """

    AFTER_LOSS = 1  # retries of a connection that was lost, or of a body that broke off
    LONGEST = 60.0  # seconds; a longer Retry-After leaves the address to the next run
    SEVERAL = 3  # different addresses in a row: then it is the site that asks, not one address

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.wait = settings.getfloat("RETRY_WAIT")
        self.patience = settings.getfloat("PATIENCE")
        self.failing = 0  # different addresses in a row that stayed without success
        self.waited = 0.0

    async def process_response(  # type: ignore[override]  # Scrapy awaits a coroutine too
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Raises Limited, Unreachable for a body that breaks off, Stopped when the spider is closed during a wait."""
        if run_of(self.crawler) is None:
            return super().process_response(request, response)
        if "dataloss" in response.flags:  # half a page reads like an edit: it is kept in the WARC, and never believed
            broken = f"{request.url} broke off before the end it had announced"
            if again := await self._again(request, None, "dataloss", broken, self.AFTER_LOSS):
                return again
            raise Unreachable(broken)
        if response.status not in self.retry_http_codes:
            self.failing = 0
            return response
        asked, reason = retry_after(response, request.meta["capture"].at), response_status_message(response.status)
        return await self._again(request, asked, reason, f"{request.url} answers {response.status}", self.max_retry_times) or response

    async def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        """Raises Unreachable when a connection was lost again, Limited, Stopped."""
        if run_of(self.crawler) is None:
            return super().process_exception(request, exception)
        if not isinstance(exception, CONNECTION):
            return None
        again = await self._again(request, None, exception, f"{request.url}: {type(exception).__name__}", self.AFTER_LOSS)
        if again is None:
            raise Unreachable(f"{request.url} does not answer ({describe(exception)})") from exception
        return again

    async def _again(self, request: Request, asked: float | None, reason: str | Exception, what: str, most: int) -> Request | None:
        """The request for its next try, after the wait; None when it has had all its tries.

        ``asked``: seconds that the server asks for; ``reason``: the name in Scrapy's stats; ``what``: what a person is told.
        """
        if request.meta.get("dont_retry"):
            return None
        tries = 0 if (asked or 0) > self.LONGEST else min(most, request.meta.get("max_retry_times", most))
        assert self.crawler.spider
        again = get_retry_request(
            request, spider=self.crawler.spider, reason=reason, max_retry_times=tries, give_up_log_level=logging.DEBUG
        )
        if again is None:
            self.failing += 1
            if self.failing > self.SEVERAL and (asked or 0) > self.LONGEST:
                raise Limited(f"{what}, as others did, and asks us to keep away for {asked:.0f} s: left alone until the next run")
            return None
        seconds = asked if asked is not None else self.wait * 2 ** request.meta.get("retry_times", 0)
        self.waited += seconds
        if self.waited > self.patience or (self.failing >= self.SEVERAL and self.waited > self.patience / 5):
            raise Limited(f"{what}; after {self.waited:.0f} s of waiting the site is left alone until the next run")
        logger.info("%s; again in %.0f s", what, seconds)
        await self.pause(seconds)
        return again

    async def pause(self, seconds: float) -> None:
        await pause(self.crawler, seconds)


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
