"""Evidence first: every answer goes into a WARC file, synced, before anything interprets it.

It stands nearest the downloader, so it sees the body as transferred, robots.txt and redirects. It is awaited: when the
disk refuses, its StorageError reaches whoever asked, and the crawl stops.
"""

from __future__ import annotations

import http
from typing import TYPE_CHECKING

from archive.warc.write import Exchange, Headers
from crawler.http.decompress import is_torn
from crawler.items import Capture
from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class CaptureMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        run = run_of(self.crawler)
        if is_torn(response.body, (response.headers.get("Content-Encoding") or b"").decode("latin-1")):
            response = response.replace(flags=[*response.flags, "dataloss"])
        exchange = as_exchange(request, response, run.store.now())
        place = run.warc.write(exchange)
        mime = next((value.split(";")[0].strip() for name, value in exchange.headers if name.lower() == "content-type"), None)
        door, article_id = request.meta.get("door", "page"), request.meta.get("article_id")
        capture_id = run.store.add_capture(run.crawl_id, door, exchange, mime, place, article_id)
        run.received += len(exchange.body)
        request.meta["capture"] = Capture(capture_id, exchange.captured_at, exchange.truncated)
        return response


def as_exchange(request: Request, response: Response, at: str) -> Exchange:
    """The HTTP exchange behind a Scrapy request and the response to it."""
    try:
        reason = http.HTTPStatus(response.status).phrase
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
    )


def _headers(message: Request | Response) -> Headers:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in message.headers.items() for value in values]
