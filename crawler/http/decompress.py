"""Bodies as they were transferred: whether a packed one is whole, and what to say when it cannot be unpacked or leads nowhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.utils.gz import gunzip

from crawler.errors import Unreachable
from crawler.sources.packing import is_torn
from crawler.sources.source import TORN

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response

GZIP = b"\x1f\x8b\x08"  # how a packed body begins
PAGES = (b"text/html", b"application/xhtml+xml")
QUIET = ("scrapy.downloadermiddlewares.httpcompression", "scrapy.core.downloader.handlers")  # whoever asked is told, in one line


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's own. A body that is not packed as its headers say is the site's failure at one address, not ours.

    Only gzip is asked for: players of WARC files (pywb, ReplayWeb.page, warcio) cannot unpack all that Scrapy can.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        _be_quiet()

    def __getstate__(self) -> dict[str, Any]:
        """For a worker process: it unpacks there, and counts nothing."""
        return {**self.__dict__, "stats": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        _be_quiet()

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        request.headers.setdefault(b"Accept-Encoding", b"gzip")

    def process_response(self, request: Request, response: Response, spider: Spider | None = None) -> Request | Response:
        try:
            unpacked = super().process_response(request, response)
            return unpacked if isinstance(unpacked, Request) or unpacked.body[:3] != GZIP else self._unpack_page(request, unpacked)
        except IgnoreRequest as error:
            raise Unreachable(f"{request.url} is larger than DOWNLOAD_MAXSIZE when it is unpacked") from error
        except Exception as error:  # each packer has errors of its own, without a common base
            raise Unreachable(f"{request.url} is not packed as its Content-Encoding says ({error})") from error

    def _unpack_page(self, request: Request, response: Response) -> Response:
        """A page that was packed once more than its headers say, by a cache in front of a server that packs too."""
        if not any(kind in (response.headers.get("Content-Type") or b"").lower() for kind in PAGES):
            return response
        flags = [*response.flags, TORN] if is_torn(response.body, "gzip") else response.flags
        body = gunzip(response.body, max_size=request.meta.get("download_maxsize", self._max_size))
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=kind, body=body, flags=flags, **({"encoding": None} if issubclass(kind, TextResponse) else {}))


def _be_quiet() -> None:
    for name in QUIET:  # Scrapy resets the levels of its loggers when it starts: too late for settings.py
        if (noisy := logging.getLogger(name)).level != logging.ERROR:  # to set it takes a look at all loggers
            noisy.setLevel(logging.ERROR)


class FollowMiddleware(RedirectMiddleware):
    """Scrapy's own. A Location that is no address leads nowhere."""

    def process_response(self, request: Request, response: Response, spider: Spider | None = None) -> Request | Response:
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise Unreachable(f"{request.url} redirects to what is no address ({error})") from error
