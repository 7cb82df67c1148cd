"""The live web as a source of responses: takes an address, gives the site's answer, which was captured before anyone reads it.

Every request of a run is sent here, and every failure becomes one of the errors of crawler/errors.py here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

from crawler.errors import Unreachable
from crawler.sources.source import checked

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archive.store.linked_files import FileKind


class LiveSource:
    """The site as seen through Scrapy's downloader and its middlewares: guarded, polite, captured."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    async def get(self, url: str, *, door: str, any_status: bool = False, follow: bool = True) -> Response:
        """As every source gives it, after retries.

        Raises BadStatus, Unreachable, Limited, Forbidden, OutsideSite, NotFromTheSite, StorageError, Stopped.
        """
        request = Request(url, meta={"door": door, "dont_redirect": not follow, "dont_obey_robotstxt": door == "robots"})
        return checked(await self._download(url, request), url, any_status=any_status)

    async def get_once(self, url: str, *, door: str, any_status: bool = False) -> Response:
        """As ``get``, without retries: for a question that is followed by a smaller one where it fails."""
        request = Request(url, meta={"door": door, "max_retry_times": 0})
        return checked(await self._download(url, request), url, any_status=any_status)

    async def get_file(self, url: str, *, kind: FileKind, accept: str, packed: bool, article_id: int | None, largest: int) -> Response:
        """The answer at the address of a file, whatever its status. It is asked for once: a later run asks again.

        ``packed``: whether gzip is asked for; ``largest``: bytes, unpacked. Raises as ``get`` does.
        """
        headers = {"Accept": accept, "Accept-Encoding": "gzip" if packed else "identity"}
        meta = {"door": kind, "article_id": article_id, "dont_retry": True, "download_maxsize": largest}
        return await self._download(url, Request(url, headers=headers, meta=meta))

    async def _download(self, url: str, request: Request) -> Response:
        request.dont_filter = True
        try:
            return await self.crawler.engine.download_async(request)
        except DownloadCancelledError as error:
            raise Unreachable(f"{url} is larger than DOWNLOAD_MAXSIZE") from error
        except IgnoreRequest as error:
            raise Unreachable(f"{url}: {error}") from error
