"""Evidence first: every answer goes into a WARC file, synced, before anything interprets it.

It stands nearest the downloader, so it sees the body as transferred, robots.txt and redirects. It is awaited: when the
disk refuses, its StorageError reaches whoever asked, and the crawl stops. What did not come from the web is no evidence: a
response out of a cache, or made up by another middleware, is refused, and the crawl stops too. Without a run nothing is captured. What
a run had captured before it was killed answers the run that goes on (crawler/http/earlier.py).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from scrapy import Request

from archive import clock
from archive.queries.known_bodies import KnownBodies
from archive.warc.place import sha256
from archive.warc.records import Exchange, Headers
from archive.warc.write import WORTH_A_REVISIT
from crawler.errors import NotFromTheSite, describe
from crawler.items import Capture
from crawler.session.session import run_of
from crawler.sources.packing import is_torn

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.session.session import Run

SWITCH_OFF = "switch off HTTPCACHE_ENABLED and whatever else answers in the place of the site"


class CaptureMiddleware:
    """Writes the exchange of every response that the downloader brings; ``request.meta["capture"]`` tells its record."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._sent = WeakSet[Request]()  # what went on to the downloader
        self._given = WeakSet[Request]()  # what was answered before this run was killed
        self._records: SyncedRecords | None = None  # from the first response of the run on

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """The answer that the run had got before it was killed; None for a request that goes to the site."""
        run = run_of(self.crawler)
        if run is not None and run.earlier is not None and (response := run.earlier.answer(request, run)) is not None:
            self._given.add(request)
            return response
        self._sent.add(request)
        return None

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A request that went out and brought no answer is noted in the WARC file too."""
        run = run_of(self.crawler)
        if run is not None and request in self._sent:
            run.log.failure(request, exception, describe(exception))

    async def process_response(self, request: Request, response: Response) -> Response:
        """Raises NotFromTheSite, StorageError."""
        run = run_of(self.crawler)
        if run is None or request in self._given:
            return response
        if "cached" in response.flags or request not in self._sent:
            raise NotFromTheSite(
                f"{request.url} was answered by a cache or a middleware, not by the site: it is not archived; {SWITCH_OFF}"
            )
        if is_torn(response.body, (response.headers.get("Content-Encoding") or b"").decode("latin-1")):
            response = response.replace(flags=[*response.flags, "dataloss"])
        exchange = as_exchange(request, response, *arrived(run.store.now))
        mime = next((value.split(";")[0].strip() for name, value in exchange.headers if name.lower() == "content-type"), None)
        door, article_id = request.meta.get("door", "page"), request.meta.get("article_id")
        if self._records is None:
            self._records = SyncedRecords(run)
        capture_id = await self._records.add(exchange, door, mime, article_id)
        run.received += len(exchange.body)
        request.meta["capture"] = Capture(capture_id, exchange.captured_at, exchange.truncated)
        return response


@dataclass(frozen=True, slots=True)
class _Waiting:
    exchange: Exchange
    door: str
    mime: str | None
    article_id: int | None
    row: asyncio.Future[int]


class SyncedRecords:
    """Exchanges of one run on their way to disk. A thread compresses, writes and syncs all that came while it did so before."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._bodies = KnownBodies(run.site.name)

    async def add(self, exchange: Exchange, door: str, mime: str | None, article_id: int | None) -> int:
        """The id of the exchange's row, once its record is synced. Raises StorageError."""
        row: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(exchange, door, mime, article_id, row))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await row

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: list[_Waiting]) -> None:
        """The records first, then their rows; where a request was given up meanwhile, too: what is on disk has a row."""
        run = self._run
        try:
            run.warc.begin_file(batch[0].exchange.captured_at)  # in this thread: it asks the database, and so does the next line
            earlier = {i: row for i, one in enumerate(batch) if (row := self._same_body(one.exchange))}
            places = await asyncio.to_thread(run.warc.write_all, [one.exchange for one in batch], run.log.take(), earlier)
            run.store.group.join()
            for one, place in zip(batch, places, strict=True):
                capture_id = run.store.add_capture(run.crawl_id, one.door, one.exchange, one.mime, place, one.article_id)
                self._bodies.add(place.payload_digest)
                if not one.row.done():
                    one.row.set_result(capture_id)
        except Exception as error:  # each of those who wait raises it
            for one in batch:
                if not one.row.done():
                    one.row.set_exception(error)
                    one.row.exception()

    def _same_body(self, exchange: Exchange) -> dict[str, Any] | None:
        """The site's first capture with the same body, where a record is worth saving: only successful ones are looked for."""
        run, body = self._run, exchange.body
        if exchange.status != HTTPStatus.OK or len(body) < WORTH_A_REVISIT:
            return None
        return run.store.ask(self._bodies.first, sha256(body))


def arrived(now: Callable[[], str]) -> tuple[str, int | None]:
    """(when an answer arrived, in whole seconds; the millisecond of it, where the clock of the run is the real one)."""
    (real, millisecond), at = clock.precise_now(), now()
    return at, millisecond if real == at else None


def as_exchange(request: Request, response: Response, at: str, millisecond: int | None = None) -> Exchange:
    """The HTTP exchange behind a Scrapy request and the response to it."""
    try:
        reason = HTTPStatus(response.status).phrase
    except ValueError:
        reason = ""
    return Exchange(
        url=request.url,
        captured_at=at,
        method=request.method,
        request_headers=_headers(request),
        status=response.status,
        reason=reason,
        headers=_headers(response),
        body=response.body,
        ip=str(response.ip_address) if response.ip_address else None,
        truncated="dataloss" in response.flags,
        millisecond=millisecond,
    )


def _headers(message: Request | Response) -> Headers:
    """Without what only a proxy is told, such as a password."""
    told = ((name, values) for name, values in message.headers.items() if name != b"Proxy-Authorization")
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in told for value in values]
