"""Captures off the shelf: records as the responses they once were, and an offline stand-in for the web."""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urljoin

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.statscollectors import DummyStatsCollector

from archive.warc.read import DamagedRecord, read_exchange
from crawler.errors import BadStatus, DoorClosed
from crawler.items import Capture
from crawler.wordpress import api as api
from crawler.wordpress.crawl import REQUIRED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from archive.store.store import Store

Row = dict[str, Any]
LISTINGS_AT_HAND = 24  # REST answers of up to 100 articles or comments each; articles are read in the order in which they came
COLLECTION = re.compile(r"wp/v2/(posts|comments|users|categories|tags)(?=[/?&]|$)")


class Shelf:
    """Reads the records of one archive, each checked against its digests."""

    def __init__(self, store: Store, crawler: Crawler) -> None:
        self.db, self.folder = store.db, store.folder
        crawler.stats = DummyStatsCollector(crawler)  # nothing is counted: nothing is asked
        self.decompress = HttpCompressionMiddleware.from_crawler(crawler)
        self.listings: OrderedDict[int, dict[str, list[Row]]] = OrderedDict()

    def rows(self, name: str, *doors: str) -> Iterator[Row]:
        """The successful captures of a site through these doors, in the order in which they came."""
        marks = ", ".join("?" * len(doors))
        sql = f"""
            select *
            from captures
            where filename >= ? and filename < ? and door in ({marks}) and status between 200 and 299
            order by id
            """
        yield from self.db.query(sql, [f"warc/{name}/", f"warc/{name}0", *doors])  # 0 follows / in ASCII

    def row(self, capture_id: int) -> Row:
        return next(self.db.query("select * from captures where id = ?", [capture_id]))

    def response(self, row: Row) -> Response:
        """The response that a row of ``captures`` tells of, unpacked. Raises DamagedRecord."""
        http, body = read_exchange(self.folder, row)
        headers: dict[str, list[bytes]] = defaultdict(list)
        for name, value in http.headers:
            headers[name].append(value.encode("latin-1", "replace"))
        request = Request(row["url"], meta={"capture": Capture(row["id"], row["captured_at"], truncated=False), "row": row})
        response = Response(row["url"], status=row["status"], headers=headers, body=body, request=request)
        try:
            unpacked = self.decompress.process_response(request, response)
        except IgnoreRequest as error:
            raise DamagedRecord(f"capture {row['id']} ({row['url']}) is too large unpacked") from error
        assert isinstance(unpacked, Response)
        return unpacked

    def listing(self, row: Row) -> list[Row]:
        """The rows of a REST answer; none where the answer made no sense then either."""
        collection = collection_of(row["url"])
        required = REQUIRED.get(collection or "", ("name",))
        response = self.response(row)
        headers = {name.decode("latin-1").lower(): value[-1].decode("latin-1") for name, value in response.headers.items()}
        try:
            return api.read_listing(response.body, headers, required).rows
        except DoorClosed:
            return []

    def rows_of(self, capture_id: int, number: str) -> list[Row]:
        """The article of this id in a REST answer, or the comments under it."""
        if capture_id not in self.listings:
            row = self.row(capture_id)
            named: dict[str, list[Row]] = defaultdict(list)
            field = "id" if collection_of(row["url"]) == "posts" else "post"
            for item in self.listing(row):
                named[str(item[field])].append(item)
            self.listings[capture_id] = named
            if len(self.listings) > LISTINGS_AT_HAND:
                self.listings.popitem(last=False)
        self.listings.move_to_end(capture_id)
        return self.listings[capture_id].get(number, [])


def collection_of(url: str) -> Literal["posts", "comments", "users", "categories", "tags"] | None:
    """Which of WordPress's collections an address asks for."""
    match = COLLECTION.search(unquote(url))
    return match[1] if match else None  # type: ignore[return-value]


class PastWeb:
    """Gives for an address what the same run got there, after a page of its own: further pages of a text or of a thread."""

    def __init__(self, shelf: Shelf, page: Row) -> None:
        self.shelf, self.page = shelf, page

    async def get(self, url: str, *, door: str, follow: bool = True) -> Response:
        """Raises BadStatus where there was none or no success, DamagedRecord."""
        for _ in range(6):  # as many redirects as the crawler follows, and the answer
            row = self._row(Request(url).url, door)
            if row is None or not 300 <= row["status"] < 400 or not follow:
                break
            url = urljoin(url, (self.shelf.response(row).headers.get("Location") or b"").decode("latin-1"))
        if row is None or not 200 <= row["status"] < 300:
            raise BadStatus(url, row["status"] if row else 0, Capture(self.page["id"], self.page["captured_at"], truncated=False))
        return self.shelf.response(row)

    def _row(self, url: str, door: str) -> Row | None:
        sql = "select * from captures where url = ? and door = ? and id > ? and crawl_id is ? order by id limit 1"
        return next(self.shelf.db.query(sql, [url, door, self.page["id"], self.page["crawl_id"]]), None)
