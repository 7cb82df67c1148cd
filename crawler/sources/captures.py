"""The archive's own captures as a source of responses: takes rows of ``captures``, gives the responses that were captured.

A record is checked against its digests, unpacked as a live answer is, and marked as torn where it is, so that readers refuse what a
live run refuses.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from archive.queries.captures import next_answer
from archive.text.urls import escape_spellings
from archive.warc.decoded import encoding_of
from archive.warc.read import DamagedRecord, is_truncated, read_record
from crawler.errors import BadStatus, FetchError, Unreachable
from crawler.items import Capture
from crawler.sources.packing import is_torn
from crawler.sources.source import TORN, checked

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware

    from archive.store.store import Store

Row = dict[str, Any]
REDIRECTS_AT_MOST = 5  # as the live source follows


class Captures:
    """Reads the records of one archive in ``folder``. ``decompress`` is the middleware that unpacks live answers."""

    def __init__(self, folder: Path, decompress: HttpCompressionMiddleware) -> None:
        self.folder, self.decompress = folder, decompress

    def response(self, row: Row) -> Response:
        """The response of a row of ``captures``, unpacked; flagged ``TORN`` where its record is. Raises DamagedRecord."""
        request = Request(row["url"])
        response, _ = self.packed(row, request, Response)
        request.meta["capture"] = Capture(row["id"], row["captured_at"], TORN in response.flags)
        try:
            unpacked = self.decompress.process_response(request, response)
        except FetchError as error:
            raise DamagedRecord(f"capture {row['id']} cannot be unpacked: {error}") from error
        assert isinstance(unpacked, Response)
        return unpacked

    def size(self, row: Row) -> int:
        """Bytes of a body as it was transferred; 0 where its record is damaged."""
        with contextlib.suppress(DamagedRecord):
            return len(read_record(self.folder, row)[1])
        return 0

    def packed(self, row: Row, request: Request, kind: type[Response] | None = None) -> tuple[Response, int]:
        """(the response as it was transferred, its size in bytes), flagged ``TORN`` where its record is. ``kind``: its class; None
        for the one that the downloader gives it. Raises DamagedRecord."""
        record, body = read_record(self.folder, row)
        headers: dict[str, list[bytes]] = defaultdict(list)
        packed = encoding_of(record.http_headers, body)
        for name, value in record.http_headers.headers:
            if packed or name.lower() != "content-encoding":
                headers[name].append(value.encode("latin-1", "replace"))
        flags = [TORN] if is_truncated(record) or is_torn(body, packed) else []
        made = kind or responsetypes.from_args(headers=Headers(headers), url=row["url"], body=body)
        return made(row["url"], status=row["status"], headers=headers, body=body, request=request, flags=flags), len(body)


class NoSource:
    """A source that has nothing: a reading of captures asks nobody, each capture brings its own source."""

    async def get(self, url: str, *, door: str, any_status: bool = False, follow: bool = True) -> Response:
        raise Unreachable(f"{url} is not asked for: this reading has the captures alone")


class CaptureSource:
    """Gives for an address what the run that captured ``page`` got there, after that page: further pages of a text or thread."""

    def __init__(self, captures: Captures, store: Store, page: Row) -> None:
        self.captures, self.store, self.page = captures, store, page

    def first(self) -> Response:
        """The response of the page itself. Raises BadStatus, Unreachable, DamagedRecord."""
        return checked(self.captures.response(self.page), self.page["url"], any_status=False)

    async def get(self, url: str, *, door: str, any_status: bool = False, follow: bool = True) -> Response:
        """As every source gives it. Raises BadStatus with status 0 where the run did not ask for the address, DamagedRecord."""
        at = url
        for _ in range(REDIRECTS_AT_MOST + 1):
            row = self._row(Request(at).url, door)
            if row is None or not 300 <= row["status"] < 400 or not follow:
                break
            at = urljoin(at, (self.captures.response(row).headers.get("Location") or b"").decode("latin-1"))
        if row is None:
            raise BadStatus(url, 0, Capture(self.page["id"], self.page["captured_at"], truncated=False))
        return checked(self.captures.response(row), url, any_status=any_status)

    def _row(self, url: str, door: str) -> Row | None:
        if url == self.page["url"] and door == self.page["door"]:
            return self.page
        rows = (self.store.ask(next_answer, spelling, door, self.page["id"], self.page["crawl_id"]) for spelling in escape_spellings(url))
        return next((row for row in rows if row), None)
