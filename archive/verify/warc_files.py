"""Are the WARC files what was written? Every byte of them is read: a reader that skips what it cannot read finds nothing.

A capture's row has the digest of its compressed record. The other records (warcinfo, requests) have none: their content has
gzip's checksum, and their encoding must be what compressing the content anew gives, as it does for most of them.
That leaves no bit that may flip unseen: 49 of the 80 bits of a gzip header are ignored by every decompressor.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.warc.place import is_own_file, sha256
from archive.warc.read import LARGEST_FOREIGN, holds_several, is_response, response_in, whole_members

Row = Mapping[str, Any]


@dataclass(slots=True)
class File:
    """A WARC file as it was when the check began, and the captures that should be in it."""

    path: Path
    name: str  # relative to the archive's folder
    size: int  # what a crawl appends meanwhile is not looked at
    rows: Mapping[int, Row]  # offset -> captures row
    known: Callable[[str], str | None]  # record id -> where the capture with this id lies; None where there is none
    growing: bool  # a run is under way, or was killed: what lies behind the last row is taken in by the next run
    records: int = 0
    seen: set[int] = field(default_factory=set)
    unlike: list[int] = field(default_factory=list)  # offsets of records without a digest that are encoded otherwise
    alike: int = 0  # how many of them are encoded as they would be today

    @property
    def last(self) -> int:
        return max(self.rows, default=-1)


def check_file(file: File) -> Iterator[str]:
    """What is wrong with a file, a line each."""
    position = 0
    while position < file.size:
        end = position
        for offset, compressed, content in whole_members(file.path, position, None if is_own_file(file.path) else LARGEST_FOREIGN):
            if offset + len(compressed) > file.size:
                break
            end = offset + len(compressed)
            file.records += 1
            yield from _check_member(file, offset, compressed, content)
        position = end
        if end < file.size:
            position = min((offset for offset in file.rows if offset > end), default=file.size)
            if not (file.growing and end > file.last):
                yield f"{file.name}: bytes {end} to {position} are no whole record"
    for offset in sorted(set(file.rows) - file.seen):
        yield f"{file.name}: no record at {offset}, where capture {file.rows[offset]['id']} should be"
    if file.alike > len(file.unlike):  # else another tool made them, or another zlib
        yield from (f"{file.name}: the record at {offset} is not encoded as it was written" for offset in file.unlike)


def _check_member(file: File, offset: int, compressed: bytes, content: bytes) -> Iterator[str]:
    row = file.rows.get(offset)
    if row is not None:
        file.seen.add(offset)
        yield from (f"{file.name}: capture {row['id']} at {offset}: {what}" for what in compare(row, compressed, content))
        return
    if not content.startswith(b"WARC/1."):
        yield f"{file.name}: what lies at {offset} is no WARC record"
    elif holds_several(content):
        yield f"{file.name}: several records lie at {offset} as one: give each its own member (warcio recompress)"
    elif is_response(content):
        yield from _without_row(file, offset, content)
    elif recompressed(content) == compressed:
        file.alike += 1
    else:
        file.unlike.append(offset)


def _without_row(file: File, offset: int, content: bytes) -> Iterator[str]:
    """What is to be said of a response that is no capture: it is one already, elsewhere; it cannot be one; or it was lost."""
    record = response_in(content)
    place = file.known(record.record_id) if record else None
    if place:
        yield f"{file.name}: the response at {offset} is a copy of {place}"
    elif record is None:
        yield f"{file.name}: the response at {offset} cannot be read as one of HTTP"
    elif not (file.growing and offset > file.last):
        yield f"{file.name}: the response at {offset} has no row in captures"


def compare(row: Row, compressed: bytes, content: bytes) -> Iterator[str]:
    """Where a response record is not what its row says."""
    if len(compressed) != row["length"]:
        yield f"{len(compressed)} bytes long, not {row['length']}"
    if sha256(compressed) != row["record_digest"]:
        yield "the record's digest differs"
    record = response_in(content)
    if record is None:
        yield "it cannot be read as a response"
        return
    if sha256(record.body) != row["payload_digest"]:
        yield "the payload's digest differs"
    for column in ("record_id", "url", "captured_at", "status"):
        if getattr(record, column) != row[column]:
            yield f"{column} differs: the record says {getattr(record, column)!r}"
    if (record.mime or "").isascii() and (record.mime or "") != (row["mime"] or ""):
        yield f"mime differs: the record says {record.mime!r}"


def recompressed(content: bytes) -> bytes:
    """The gzip member that warcio makes of a record."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return deflate.compress(content) + deflate.flush()
