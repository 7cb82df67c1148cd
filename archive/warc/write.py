"""Writing WARC files: takes an HTTP exchange, gives the place at which it lies on disk, before anything interprets it.

Each exchange is two gzip members, response and request. Exchanges that come together are appended in one write and synced once.
ISO 28500 (WARC 1.1); the records themselves are made by warcio, and responses are compressed by Intel's ISA-L.
"""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from isal import igzip_lib
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import StorageError
from archive.warc.place import SUFFIX, Place, sha256

FULL_AT = 1_000_000_000  # bytes; files of this size are copied and checked in reasonable time
LEVEL = 2  # of ISA-L's 0 to 3: a twentieth of zlib's time for files that are a tenth larger; 3 takes five times as long for a third of that
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
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


class WarcWriter:
    """Appends exchanges to ``warc/SITE/SITE-YYYYMM-NNN.warc.gz`` under the archive's folder. One writer at a time, by the lock."""

    def __init__(self, folder: Path, site: str, software: str, end_of_records: Callable[[str], int] = lambda filename: 0) -> None:
        """``end_of_records`` tells how far a file's records are known to reach: one that is shorter was lost, and its name is taken."""
        self._root, self._site, self._software, self._end_of_records = folder, site, software, end_of_records
        self._turn = threading.Lock()
        self._file: io.FileIO | None = None
        self._size = 0
        self._name = ""

    def write(self, exchange: Exchange) -> Place:
        """Append, sync, and say where. Raises StorageError with the file cut back to its last whole record."""
        return self.write_all([exchange])[0]

    def write_all(self, exchanges: Sequence[Exchange]) -> list[Place]:
        """The same of several, with one sync: all of them lie on disk, or none does. One thread at a time writes.

        It asks ``end_of_records`` nothing where ``begin_file`` was called before.
        """
        with self._turn, self._on_disk():
            pairs = [_Members.of(exchange) for exchange in exchanges]
            file = self._ready(exchanges[0].captured_at)
            start = self._size
            self._append(file, b"".join(part for pair in pairs for part in (pair.response, pair.request)))
            places = []
            for pair in pairs:
                places.append(pair.place(self._name, start))
                start += len(pair.response) + len(pair.request)
            return places

    def begin_file(self, at: str) -> None:
        """Open a file for the next exchanges, where none is open or the open one is full. Raises StorageError."""
        with self._turn, self._on_disk():
            self._ready(at)

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"cannot write WARC records to {self._root / 'warc'}: {error.strerror or error}") from error

    def close(self) -> None:
        with self._turn:
            self._close()

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _ready(self, at: str) -> io.FileIO:
        if self._file is None or self._size >= FULL_AT:
            self._close()
            self._open(at)
        assert self._file is not None
        return self._file

    def _open(self, at: str) -> None:
        folder = self._root / "warc" / self._site
        folder.mkdir(parents=True, exist_ok=True)
        month = at[:4] + at[5:7]
        number = 1
        while not self._may_grow(path := folder / f"{self._site}-{month}-{number:03d}{SUFFIX}"):
            number += 1
        self._name = str(path.relative_to(self._root))
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by close()
        self._size = path.stat().st_size
        self._append(self._file, member(warcinfo(path.name, at, self._software)))

    def _may_grow(self, path: Path) -> bool:
        """Not a file that is another archive's too: a link to it, or one of its names."""
        if path.is_symlink() or (path.exists() and path.stat().st_nlink > 1):
            return False
        size = path.stat().st_size if path.exists() else 0
        return self._end_of_records(str(path.relative_to(self._root))) <= size < FULL_AT

    def _append(self, file: io.FileIO, data: bytes) -> None:
        """All of ``data`` or none of it."""
        try:
            written = 0
            while written < len(data):
                written += file.write(data[written:]) or 0
            os.fdatasync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), self._size)
            raise
        self._size += len(data)


@dataclass(frozen=True, slots=True)
class _Members:
    """The two records of an exchange, compressed."""

    response: bytes
    request: bytes
    record_id: str
    payload_digest: str

    @classmethod
    def of(cls, exchange: Exchange) -> _Members:
        response, request = records(exchange)
        record_id = response.rec_headers.get_header("WARC-Record-ID")
        return cls(packed(response), member(request), record_id, sha256(exchange.body))

    def place(self, filename: str, offset: int) -> Place:
        return Place(filename, offset, len(self.response), self.record_id, sha256(self.response), self.payload_digest)


def records(exchange: Exchange) -> tuple[ArcWarcRecord, ArcWarcRecord]:
    """The response record and, pointing at it, the request record."""
    maker = WARCWriter(io.BytesIO(), gzip=False, warc_version="1.1")
    response_headers = {
        "WARC-Date": exchange.captured_at,
        "WARC-Record-ID": f"<urn:uuid:{uuid4()}>",
    }
    if exchange.ip:
        response_headers["WARC-IP-Address"] = exchange.ip
    if exchange.truncated:
        response_headers["WARC-Truncated"] = "disconnect"
    status = StatusAndHeaders(f"{exchange.status} {one_line(exchange.reason)}".strip(), clean(exchange.headers), protocol="HTTP/1.1")
    response = maker.create_warc_record(
        exchange.url, "response", payload=io.BytesIO(exchange.body), http_headers=status, warc_headers_dict=response_headers
    )
    target = re.sub(r"^\w+://[^/]*", "", exchange.url) or "/"
    line = StatusAndHeaders(f"{exchange.method} {target} HTTP/1.1", clean(exchange.request_headers), is_http_request=True)
    request = maker.create_warc_record(
        exchange.url,
        "request",
        payload=io.BytesIO(),
        http_headers=line,
        warc_headers_dict={"WARC-Date": exchange.captured_at, "WARC-Concurrent-To": response_headers["WARC-Record-ID"]},
    )
    return response, request


def warcinfo(filename: str, at: str, software: str) -> ArcWarcRecord:
    """What a reader of the file should know of how it was made."""
    maker = WARCWriter(io.BytesIO(), gzip=False, warc_version="1.1")
    info = {
        "software": software,
        "format": "WARC File Format 1.1",
        "description": "header names are in canonical case, repeated headers stand together, transfer encodings are removed, "
        "reason phrases are the standard ones: what the HTTP client hands on",
    }
    record = maker.create_warcinfo_record(filename, info)
    record.rec_headers.replace_header("WARC-Date", at)
    return record


def member(record: ArcWarcRecord) -> bytes:
    """A record as one gzip member, as zlib makes it: ``verify`` makes it anew where no row has a digest of its bytes."""
    out = io.BytesIO()
    WARCWriter(out, gzip=True, warc_version="1.1").write_record(record)
    return out.getvalue()


def packed(record: ArcWarcRecord) -> bytes:
    """A response as one gzip member, made by ISA-L: its row has a digest of these bytes."""
    out = io.BytesIO()
    WARCWriter(out, gzip=False, warc_version="1.1").write_record(record)
    made: bytes = igzip_lib.compress(out.getbuffer(), LEVEL, igzip_lib.COMP_GZIP)
    return made


def one_line(text: str) -> str:
    """A header's value without line breaks or NUL: warcio would write an injected header line as it came."""
    return re.sub(r"[\r\n\x00]+", " ", text)


def clean(headers: Headers) -> Headers:
    return [(one_line(name), one_line(value)) for name, value in headers if name.lower() != "transfer-encoding"]
