"""One record, examined on the spot: takes the archive's folder and a row of ``captures``, gives headers, digests expected and found,
the body as transferred and as text.

A record that is damaged, cut or gone is described, never raised.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

from archive.errors import ArchiveError
from archive.queries.rows import Row
from archive.warc.decoded import Undecodable, body_text, decoded_body, encoding_of, is_text
from archive.warc.far import open_warc
from archive.warc.large import LargeResponse, is_large, large_response, packed_chunks
from archive.warc.place import sha256
from archive.warc.read import UNREADABLE, is_truncated, read_body, read_record, whole_members

Headers = list[tuple[str, str]]
PAGE = 20_000  # characters of a text on one page
LARGEST_REQUEST = 1 << 20  # bytes of the request's record, unpacked


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as the archive's row has it, and as it was computed now; ``found`` is None where nothing could be read."""

    what: str
    expected: str
    found: str | None

    @property
    def right(self) -> bool:
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class ExaminedRecord:
    """What a record is, as it lies in its file at this moment. ``trouble`` says what is wrong with it; '' where nothing is."""

    row: Row
    trouble: str
    digests: tuple[Digest, ...]
    status_line: str = ""
    headers: Headers = field(default_factory=list)
    warc_headers: Headers = field(default_factory=list)
    request: Headers = field(default_factory=list)  # the request's line stands first, with an empty name
    body: bytes = b""
    http: Any = None
    truncated: bool = False
    size: int = 0  # bytes of the body
    large: bool = False  # the body is not held: it is handed out piece by piece, and not shown

    @property
    def encoding(self) -> str:
        """The content encoding that the answer was sent in; '' for none."""
        named = (self.http.get_header("Content-Encoding") or "").strip().lower() if self.http else ""
        return named if self.large and named != "identity" else encoding_of(self.http, self.body)

    @property
    def refers_to(self) -> str:
        """The id of the record that holds the body, where this one is a revisit; '' where it holds its own."""
        return next((value for name, value in self.warc_headers if name.lower() == "warc-refers-to"), "")

    @property
    def mime(self) -> str:
        return (self.row["mime"] or "").partition(";")[0].strip().lower()

    @property
    def is_markup(self) -> bool:
        return not self.large and self.mime in ("text/html", "application/xhtml+xml")

    def decoded(self) -> bytes:
        """The body without its content encoding. Raises Undecodable."""
        return decoded_body(self.http, self.body)

    def text(self) -> str | None:
        """The body as text; None where it is no text, or cannot be decoded."""
        if self.large or not is_text(self.mime):
            return None
        try:
            return body_text(self.http, self.body)
        except Undecodable:
            return None


def examine(root: Path, row: Row) -> ExaminedRecord:
    """Read the record of a row of ``captures`` and compute its digests anew."""
    if is_large(root, row) and (large := large_response(root, row)) and not large.wrong(row):
        return _examined_large(root, row, large)
    compressed = bytes_at(root, row)
    if compressed is None:
        digests = tuple(Digest(what, row[name], None) for what, name in (("record", "record_digest"), ("payload", "payload_digest")))
        return ExaminedRecord(row, f"The file {row['filename']} is not there, or cannot be read.", digests)
    record_digest = Digest("record", row["record_digest"], sha256(compressed))
    try:
        record, body = read_record(root, row)
    except (ArchiveError, OSError, zlib.error, StopIteration, *UNREADABLE):
        found = payload_found(root, row)
        return ExaminedRecord(row, trouble_of(row, compressed, record_digest, found), (record_digest, found))
    http = record.http_headers
    return ExaminedRecord(
        row,
        "",
        (record_digest, Digest("payload", row["payload_digest"], row["payload_digest"])),  # read_record compared them
        f"{http.protocol} {http.statusline}" if http else "",
        list(http.headers) if http else [],
        list(record.rec_headers.headers),
        request_behind(root, row),
        body,
        http,
        is_truncated(record),
        len(body),
    )


def _examined_large(root: Path, row: Row, large: LargeResponse) -> ExaminedRecord:
    http = large.record.http_headers
    return ExaminedRecord(
        row,
        "",
        (Digest("record", row["record_digest"], large.record_digest), Digest("payload", row["payload_digest"], large.payload_digest)),
        f"{http.protocol} {http.statusline}" if http else "",
        list(http.headers) if http else [],
        list(large.record.rec_headers.headers),
        request_behind(root, row),
        http=http,
        truncated=is_truncated(large.record),
        size=large.size,
        large=True,
    )


def bytes_at(root: Path, row: Row) -> bytes | None:
    """The compressed record as it lies in its file; None where the file cannot be read or lies outside the archive."""
    path = root / row["filename"]
    if not path.resolve().is_relative_to(root.resolve()):
        return None
    try:
        with open_warc(path) as file:
            file.seek(row["offset"])
            return file.read(row["length"])
    except OSError:
        return None


def payload_found(root: Path, row: Row) -> Digest:
    """The digest of what lies there as payload, whatever it is."""
    try:
        _, body = read_body(root, row["filename"], row["offset"], row["length"])
        return Digest("payload", row["payload_digest"], sha256(body))
    except (ArchiveError, OSError, zlib.error, *UNREADABLE):
        return Digest("payload", row["payload_digest"], None)


def trouble_of(row: Row, compressed: bytes, record: Digest, payload: Digest) -> str:
    """What is wrong with a record, as a sentence."""
    if len(compressed) < row["length"]:
        return f"The file {row['filename']} ends inside this record: {len(compressed):,} of {row['length']:,} bytes are there."
    if not record.right:
        return "The bytes in the file are not those that were written: the record is damaged."
    if payload.found is None:
        return "The record lies there as it was written, but cannot be read as an HTTP response."
    return "The record lies there as it was written, but its payload is not the one that the archive noted."


def request_behind(root: Path, row: Row) -> Headers:
    """Line and headers of the request whose record lies behind a response's, where it names it; empty where none does."""
    try:
        for _, _, content in whole_members(root / row["filename"], row["offset"] + row["length"], LARGEST_REQUEST):
            return request_headers(content, row["record_id"])
    except OSError:
        pass
    return []


def request_headers(content: bytes, answered_by: str) -> Headers:
    """Line and headers of the request in a member's content; empty where it is another record's, or none."""
    if not content.startswith(b"WARC/") or b"\r\nWARC-Type: request\r\n" not in content[:2000]:
        return []
    try:
        record: ArcWarcRecord = ArcWarcRecordLoader(verify_http=False).parse_record_stream(io.BytesIO(content), known_format="warc")
    except UNREADABLE:
        return []
    belongs = record.rec_headers.get_header("WARC-Concurrent-To")
    if record.http_headers is None or (belongs and belongs != answered_by):
        return []
    return [("", f"{record.http_headers.protocol} {record.http_headers.statusline}".strip()), *record.http_headers.headers]


def exchange_at(root: Path, row: Row) -> Iterator[bytes]:
    """The bytes of a response's record and of its request's, as they lie in the file, each a gzip member of its own."""
    yield from packed_chunks(root, row)
    try:
        for _, compressed, content in whole_members(root / row["filename"], row["offset"] + row["length"], LARGEST_REQUEST):
            if request_headers(content, row["record_id"]):
                yield compressed
            return
    except OSError:
        return


def text_page(text: str, number: int) -> tuple[str, int]:
    """(one page of a long text, how many there are)."""
    pages = max(1, -(-len(text) // PAGE))
    chosen = min(max(1, number), pages)
    return text[(chosen - 1) * PAGE : chosen * PAGE], pages
