"""WARC records made: takes an HTTP exchange, or what a run notes of itself, and gives records of warcio. Nothing is written here.

ISO 28500 (WARC 1.1). Digests of payload and block are SHA-1 in base32, as readers of WARC files expect them; the SHA-256 of each
record and body stands in the database.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.place import sha256

Headers = list[tuple[str, str]]
NOTES = "urn:crawl"  # target of the records that runs write about themselves: urn:crawl:start, urn:crawl:failure, urn:crawl:end


@dataclass(frozen=True)
class Exchange:
    """One HTTP request and its answer. ``body`` is as transferred: still compressed where the server compressed it."""

    url: str
    captured_at: str
    method: str
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    ip: str | None = None
    truncated: bool = False  # the server broke off before the end it had announced
    millisecond: int | None = None  # of ``captured_at``, which is in whole seconds

    @cached_property
    def payload_digest(self) -> str:
        """Of the body; the one who looks for an earlier one and the one who writes the row ask for it."""
        return sha256(self.body)

    @property
    def date(self) -> str:
        """``captured_at`` as its records say it."""
        return self.captured_at if self.millisecond is None else f"{self.captured_at[:-1]}.{self.millisecond:03d}Z"


@dataclass(frozen=True, slots=True)
class Note:
    """What a run writes down about itself: its start, a request that got no answer, its end; or an import, of the file it took in.
    ``said`` becomes a JSON object."""

    kind: Literal["start", "failure", "end", "import"]
    captured_at: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OlderRecord:
    """An older record that holds a body, as a revisit record names it."""

    record_id: str
    url: str
    date: str
    filename: str  # relative to the archive's folder
    offset: int


class RecordMaker(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's own, which takes a body in one piece: in pieces of 16 KB, each of them is a step that other threads may come between."""

    def __init__(self, out: io.BytesIO | None = None, *, gzip: bool = False) -> None:
        super().__init__(out or io.BytesIO(), gzip=gzip, warc_version="1.1")

    @staticmethod
    def _iter_stream(stream: io.BytesIO) -> Iterator[bytes]:
        yield stream.read()


def record_id(record: ArcWarcRecord) -> str:
    return str(record.rec_headers.get_header("WARC-Record-ID"))


def records(exchange: Exchange, info: str = "") -> tuple[ArcWarcRecord, ArcWarcRecord]:
    """The response record and, pointing at it, the request record. ``info``: the id of the warcinfo record that speaks of them."""
    maker = RecordMaker()
    shared = {"WARC-Date": exchange.date} | ({"WARC-Warcinfo-ID": info} if info else {})
    response_headers = {**shared, "WARC-Record-ID": f"<urn:uuid:{uuid4()}>"}
    if exchange.ip:
        response_headers["WARC-IP-Address"] = exchange.ip
    if exchange.truncated:
        response_headers["WARC-Truncated"] = "disconnect"
    status = StatusAndHeaders(f"{exchange.status} {one_line(exchange.reason)}".strip(), clean(exchange.headers), protocol="HTTP/1.1")
    response = maker.create_warc_record(
        exchange.url,
        "response",
        payload=io.BytesIO(exchange.body),
        length=len(exchange.body),  # without it warcio copies the body and reads it once more
        http_headers=status,
        warc_headers_dict=response_headers,
    )
    target = re.sub(r"^\w+://[^/]*", "", exchange.url) or "/"
    line = StatusAndHeaders(f"{exchange.method} {target} HTTP/1.1", _asked(exchange), is_http_request=True)
    request = maker.create_warc_record(
        exchange.url,
        "request",
        payload=io.BytesIO(),
        length=0,
        http_headers=line,
        warc_headers_dict={**shared, "WARC-Concurrent-To": response_headers["WARC-Record-ID"]},
    )
    return response, request


def _asked(exchange: Exchange) -> Headers:
    """The headers of a request. The HTTP client adds ``Host`` when it sends them, and does not tell."""
    headers = clean(exchange.request_headers)
    if any(name.lower() == "host" for name, _ in headers):
        return headers
    return [("Host", one_line(urlsplit(exchange.url).netloc.rpartition("@")[2])), *headers]


def revisit_of(response: ArcWarcRecord, earlier: OlderRecord) -> ArcWarcRecord:
    """The revisit record that stands for a response whose body lies in an older record. It keeps the response's id, date and headers.

    The place of the older record, which others leave out, spares readers of this archive an index.
    """
    maker = RecordMaker()
    maker.ensure_digest(response, block=False, payload=True)
    said = response.rec_headers.get_header
    kept = ("WARC-Date", "WARC-Warcinfo-ID", "WARC-Record-ID", "WARC-IP-Address", "WARC-Truncated")
    place = {"WARC-Refers-To-Filename": earlier.filename.rpartition("/")[2], "WARC-Refers-To-File-Offset": str(earlier.offset)}
    return maker.create_revisit_record(
        said("WARC-Target-URI"),
        said("WARC-Payload-Digest"),
        earlier.url,
        earlier.date,
        http_headers=response.http_headers,
        warc_headers_dict={name: said(name) for name in kept if said(name)} | {"WARC-Refers-To": earlier.record_id} | place,
    )


def warcinfo(filename: str, at: str, software: str) -> ArcWarcRecord:
    """What a reader of the file should know of how it was made."""
    maker = RecordMaker()
    info = {
        "software": software,
        "format": "WARC File Format 1.1",
        "description": "header names are in canonical case, repeated headers stand together, transfer encodings are removed, "
        "reason phrases are the standard ones: what the HTTP client hands on",
    }
    record = maker.create_warcinfo_record(filename, info)
    record.rec_headers.replace_header("WARC-Date", at)
    return record


def metadata(note: Note, info: str = "") -> ArcWarcRecord:
    """What a run notes of itself as a metadata record, whose block is one JSON object."""
    block = json.dumps(note.said, ensure_ascii=False, sort_keys=True).encode()
    said = {"WARC-Date": note.captured_at} | ({"WARC-Warcinfo-ID": info} if info else {})
    maker = RecordMaker()
    kind, length = "application/json", len(block)
    return maker.create_warc_record(
        f"{NOTES}:{note.kind}", "metadata", payload=io.BytesIO(block), length=length, warc_content_type=kind, warc_headers_dict=said
    )


def one_line(text: str) -> str:
    """A header's value without line breaks or NUL: warcio would write an injected header line as it came."""
    return re.sub(r"[\r\n\x00]+", " ", text)


def clean(headers: Headers) -> Headers:
    return [(one_line(name), one_line(value)) for name, value in headers if name.lower() != "transfer-encoding"]
