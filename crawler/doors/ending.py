"""Pages that break off. A server that fails in the middle of a page sends what it has, and no header tells.

What tells is the </html> with which the site ends its pages. Some pages have never had one: so an article that is held is
measured by its own last page, and a page that was never read is refused once, named, and believed in a later run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from archive import known
from archive.errors import StorageError
from archive.warc import read_exchange
from crawler.errors import Unreachable
from crawler.unpack import UnpackMiddleware

if TYPE_CHECKING:
    from crawler.run import Run


BREAKS_OFF = "breaks off"


class Endings:
    """Judges the pages of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._site_ends: bool | None = None

    def check(self, response: Response, asked: str, article_id: int | None) -> None:
        """Raises Unreachable for a page that breaks off. ``article_id``: the article's that is held, None at first sight."""
        if is_ended(response.body):
            return
        run = self.run
        last = known.last_page(run.store.db, article_id) if article_id is not None else None
        before = known.gap(run.store.db, run.site_id, asked)
        lasting = before is not None and BREAKS_OFF in before["reason"] and before["since"] < run.store.crawl(run.crawl_id)["started_at"]
        if self._ended(last) if last else self._pages_end() and not lasting:
            raise Unreachable(f"{asked} {BREAKS_OFF}: it lacks the end that the page had before, or that the site's pages have")

    def _pages_end(self) -> bool:
        """Whether the site ends its pages: as the front page does, else the last one that was kept."""
        if self._site_ends is None:
            home = self.run.home_response
            last = known.last_page_of_site(self.run.store.db, self.run.site_id)
            self._site_ends = is_ended(home.body) if home is not None else self._ended(last)
        return self._site_ends

    def _ended(self, row: Mapping[str, Any] | None) -> bool:
        """Whether a captured page has its end; False where there is none, or none that can be read."""
        if row is None:
            return False
        try:
            http, body = read_exchange(self.run.store.folder, row)
        except StorageError:
            return False
        packed = Response(row["url"], headers={"Content-Encoding": http.get_header("Content-Encoding") or ""}, body=body)
        unpacked = UnpackMiddleware.from_crawler(self.run.crawler).process_response(Request(row["url"]), packed)
        return isinstance(unpacked, Response) and is_ended(unpacked.body)


def is_ended(body: bytes) -> bool:
    """Whether a page has its end, or none to have: what is empty, or not HTML, is for others to judge."""
    page = body.lower()
    return b"<html" not in page or b"</html" in page
