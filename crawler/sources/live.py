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
