"""Reading WARC files, ours and those of other tools: takes a file or the place of a record, gives gzip members, records and bodies.

A record of another tool may be anything; what cannot be read as an HTTP response is None, never an error. ISO 28500 (WARC 1.0, 1.1).
"""

from __future__ import annotations

import io
import json
import mmap
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException

from archive.clock import stamp
from archive.errors import StorageError
from archive.warc.far import open_warc
from archive.warc.place import sha256
from archive.warc.records import NOTES
from archive.warc.revisit import is_revisit, named_body

GZIP = b"\x1f\x8b\x08"
CHUNK = 1 << 20
LARGEST_FOREIGN = 1 << 26  # bytes of a member of another tool's file, unpacked: reading one takes several times as much memory
UNREADABLE = (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, AttributeError, ValueError)  # what warcio raises


class DamagedRecord(StorageError):
    """A record is not what was written: its bytes or its place do not fit its row."""


# members of a file


def whole_members(path: Path, start: int = 0, largest: int | None = None) -> Iterator[tuple[int, bytes, bytes]]:
    """(offset, compressed bytes, content) of each whole gzip member from ``start`` on; ends at the first torn one, and at one that
    unpacks to more than ``largest`` bytes."""
    with open_warc(path) as file:
        file.seek(start)
        offset, rest, size = start, b"", getattr(file, "chunk", CHUNK)
        while True:
            unzip, raw, content = zlib.decompressobj(zlib.MAX_WBITS + 16), bytearray(), bytearray()
            while not unzip.eof:
                chunk = rest or file.read(size)
                rest = b""
                if not chunk or not _unpack(unzip, chunk, content, largest):
                    return
                raw += chunk
            rest = unzip.unused_data
            del raw[len(raw) - len(rest) :]
            compressed = bytes(raw)
            del raw
            whole = bytes(content)
            del content
            length = len(compressed)
            yield offset, compressed, whole
            del compressed, whole  # the next member is read without this one in memory
            offset += length


def _unpack(unzip: Any, chunk: bytes, content: bytearray, largest: int | None) -> bool:
    """Add what a chunk unpacks to; False where it is no gzip, or more than ``largest`` bytes come of it."""
    try:
        while chunk and not unzip.eof:
            content += unzip.decompress(chunk, 0 if largest is None else largest + 1)
            chunk = unzip.unconsumed_tail
            if largest is not None and len(content) > largest:
                return False
    except zlib.error:
        return False
    return True


def next_record(path: Path, after: int) -> int | None:
    """Where the next whole gzip member begins, behind the byte ``after``, that holds a WARC record; None when there is none."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = after
        while (at := content.find(GZIP, at + 1)) >= 0:
            member = next(whole_members(path, at, LARGEST_FOREIGN), None)
            if member and member[2].startswith(b"WARC/"):
                return at
    return None


# records of any tool


def note_in(content: bytes) -> tuple[str, dict[str, Any]] | None:
    """(kind, what it says) of a note that a run of ours wrote down of itself; it says nothing where it is no JSON object. None for any
    other record."""
    target = header(content, "WARC-Target-URI")
    if type_of(content) != "metadata" or not target.startswith(f"{NOTES}:"):
        return None
    try:
        said = json.loads(re.split(rb"\r?\n\r?\n", content, maxsplit=1)[1])
    except (ValueError, IndexError):
        said = {}
    return target.removeprefix(f"{NOTES}:"), said if isinstance(said, dict) else {}


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """What a response record says, and its body as transferred."""

    record_id: str
    url: str  # without the angle brackets that wget puts around it
    captured_at: str  # UTC, whole seconds, with Z
    status: int
    mime: str | None
    body: bytes


def header(head: bytes, name: str) -> str:
    """A header's value; '' without it."""
    found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb":[ \t]*([^\r\n]*)", head)
    return found[1].decode("utf-8", "replace").strip() if found else ""


def is_response(content: bytes) -> bool:
    """Whether a member's content begins with a WARC record of the type ``response``."""
    return type_of(content) == "response"


def type_of(content: bytes) -> str:
    """The type of the WARC record with which a member's content begins; '' where it begins with none."""
    return header(_head(content), "WARC-Type") if content.startswith(b"WARC/") else ""


def holds_several(content: bytes) -> bool:
    """Whether more follows in a member behind its first record. By the standard nothing does: only the first has a place."""
    head = _head(content)
    length = header(head, "Content-Length")
    return length.isdigit() and bool(content[len(head) + int(length) :].strip(b"\r\n"))


def _head(content: bytes) -> bytes:
    """A record's own headers, with the empty line that ends them."""
    end = re.search(rb"\r?\n\r?\n", content)
    return content[: end.end()] if end else content


def response_in(content: bytes, path: Path | None = None) -> ResponseRecord | None:
    """The HTTP response that a member's content holds; None where it holds none, several records, or one that cannot be read.

    ``path``: the file of the member; with it, a revisit record is the response that it stands for, with the body it names.
    """
    if not (is_response(content) or (path and type_of(content) == "revisit")) or holds_several(content):
        return None
    try:
        record = ArcWarcRecordLoader(verify_http=False).parse_record_stream(io.BytesIO(content), known_format="warc")
        body = _body(record, path)
        if body is None:
            return None
        said = {name: record.rec_headers.get_header(f"WARC-{name}") for name in ("Record-ID", "Target-URI", "Date")}
        if record.http_headers is None or not record.length or record.raw_stream.limit or not all(said.values()):
            return None  # of another protocol, empty, cut, or without a name
        status = int(record.http_headers.get_statuscode())
        captured_at = stamp(datetime.fromisoformat(said["Date"].strip()))
    except UNREADABLE:
        return None
    mime = (record.http_headers.get_header("Content-Type") or "").split(";")[0].strip() or None
    return ResponseRecord(said["Record-ID"].strip(), said["Target-URI"].strip(), captured_at, status, mime, body)


def _body(record: ArcWarcRecord, path: Path | None) -> bytes | None:
    """The body as transferred, where a record holds it or names the record in the file ``path`` or beside it that does."""
    body: bytes | None = record.raw_stream.read()
    if record.rec_type == "response":
        return body
    return named_body(path, record) if path and is_revisit(record) else None


# records by their rows


def read_exchange(root: Path, row: Mapping[str, Any]) -> tuple[StatusAndHeaders, bytes]:
    """HTTP headers and body of a row of ``captures``, as ``read_record`` gives them. Raises DamagedRecord."""
    record, body = read_record(root, row)
    return record.http_headers, body


def read_record(root: Path, row: Mapping[str, Any]) -> tuple[ArcWarcRecord, bytes]:
    """The response record of a row of ``captures`` and its body as transferred, but without chunks; both digests are checked. Of a
    revisit record it is the body that the older record holds.

    A body that is shorter than its headers announce makes ``is_truncated`` true of the record. Raises DamagedRecord.
    """
    name = f"capture {row['id']} ({row['filename']} at {row['offset']}, {row['url']})"
    try:
        with open_warc(root / row["filename"]) as file:
            file.seek(row["offset"])
            compressed = file.read(row["length"])
    except OSError as error:
        raise DamagedRecord(f"{name} cannot be read: {error.strerror or error}") from error
    if sha256(compressed) != row["record_digest"]:
        raise DamagedRecord(f"{name} is damaged: the record's digest differs; mend it from a backup")
    record = next(iter(ArchiveIterator(io.BytesIO(compressed))))
    body = _body(record, root / row["filename"])
    if body is None:
        raise DamagedRecord(f"{name} is a revisit, and the record that holds its body is not there; mend it from a backup")
    if sha256(body) != row["payload_digest"]:
        raise DamagedRecord(f"{name} is damaged: the payload's digest differs; mend it from a backup")
    body, whole = _unframed(record.http_headers, body)
    if not whole and not is_truncated(record):
        record.rec_headers.add_header("WARC-Truncated", "unspecified")
    return record, body


def is_truncated(record: ArcWarcRecord) -> bool:
    """Whether the body broke off: the record says so, or ``read_record`` found it shorter than announced."""
    return bool(record.rec_headers.get_header("WARC-Truncated"))


def _unframed(http: StatusAndHeaders, body: bytes) -> tuple[bytes, bool]:
    """(the body without transfer encoding, whether it is as long as its headers announce). Our own records have none left.

    Some tools keep the header ``Transfer-Encoding: chunked`` and take the chunks out: such a body is taken as it is.
    """
    if (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        return _dechunked(body)
    length = (http.get_header("Content-Length") or "").strip()
    return body, not (body and length.isdigit() and int(length) > len(body))


def _dechunked(body: bytes) -> tuple[bytes, bool]:
    """(what the chunks hold, whether the last one is there). RFC 9112, 7.1."""
    data, at = bytearray(), 0
    while size := re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n").match(body, at):
        length = int(size[1], 16)
        if not length:
            return bytes(data), True
        data += body[size.end() : size.end() + length]
        at = size.end() + length
        if at > len(body):
            return bytes(data), False
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    return (bytes(data), False) if at else (body, True)


def read_body(root: Path, filename: str, offset: int, length: int) -> tuple[StatusAndHeaders, bytes]:
    """HTTP headers and body as transferred of the response record at a place. Raises StorageError when it cannot be read."""
    try:
        with open_warc(root / filename) as file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(io.BytesIO(file.read(length)))))
            return record.http_headers, _body(record, root / filename) or b""
    except (OSError, StopIteration) as error:
        raise StorageError(f"no readable WARC record at {filename}:{offset}") from error
