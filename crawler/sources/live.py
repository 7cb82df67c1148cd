"""Asking the site: one place through which every request leaves, and where every failure gets its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

from crawler.errors import BadStatus, Unreachable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Web:
    """The site as seen through Scrapy's downloader and its middlewares: guarded, polite, captured."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    async def get(self, url: str, *, door: str, any_status: bool = False, follow: bool = True) -> Response:
        """The answer to a GET, after retries and, with ``follow``, redirects; ``response.meta["capture"]`` tells its record.

        Raises BadStatus unless the status is 200, or 203 for what a proxy altered, or ``any_status``: 206 is a part, 202 a
        promise. Raises Unreachable, Limited, Forbidden, OutsideSite, NotFromTheSite, StorageError, Stopped.
        """
        request = Request(url, meta={"door": door, "dont_redirect": not follow, "dont_obey_robotstxt": door == "robots"})
        response = await self._download(url, request)
        if not any_status and response.status not in (200, 203):
            raise BadStatus(url, response.status, response.meta["capture"])
        if "dataloss" in response.flags:
            raise Unreachable(f"{url} breaks off before its end")
        return response

    async def get_picture(self, url: str, article_id: int) -> Response:
        """The answer at the address of an article's picture, whatever its status. It is asked for once: a later run asks again.

        No HTML is asked for, because some servers wrap a picture in a page where it is. Raises as ``get`` does.
        """
        headers = {"Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}
        return await self._download(
            url, Request(url, headers=headers, meta={"door": "image", "article_id": article_id, "dont_retry": True})
        )

    async def _download(self, url: str, request: Request) -> Response:
        request.dont_filter = True
        try:
            return await self.crawler.engine.download_async(request)
        except DownloadCancelledError as error:
            raise Unreachable(f"{url} is larger than DOWNLOAD_MAXSIZE") from error
        except IgnoreRequest as error:
            raise Unreachable(f"{url}: {error}") from error
