"""Are the WARC files what was written? Every byte of them is read: a reader that skips what it cannot read finds nothing.

A capture's row has the digest of its compressed record. The other records (warcinfo, requests) have none: their content has
gzip's checksum, and their encoding must be what compressing the content anew gives, as it does for most of them.
That leaves no bit that may flip unseen: 49 of the 80 bits of a gzip header are ignored by every decompressor.

A file is checked in spans, each by itself, which begin where a record is known to begin. Where a span does not end with a whole
record, its file is checked once more from its beginning, as one.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.warc.place import is_own_file, sha256
from archive.warc.read import LARGEST_FOREIGN, holds_several, is_response, response_in, type_of, whole_members

Row = Mapping[str, Any]
COLUMNS = ("id", "offset", "length", "record_id", "record_digest", "payload_digest", "url", "captured_at", "status", "mime")


@dataclass(frozen=True, slots=True)
class File:
    """A WARC file as it was when the check began."""

    path: Path
    name: str  # relative to the archive's folder
    size: int  # what a crawl appends meanwhile is not looked at
    last: int  # offset of the last capture that should be in it; -1 where there is none
    growing: bool  # a run is under way, or was killed: what lies behind the last row is taken in by the next run

    def is_growth(self, offset: int) -> bool:
        """Whether what lies at an offset belongs to a run that is not finished."""
        return self.growing and offset > self.last


@dataclass(frozen=True, slots=True)
class FileSpan:
    """A part of a file, and the captures that should be in it."""

    file: File
    start: int
    end: int
    rows: Mapping[int, Row]  # offset -> ``COLUMNS`` of captures


@dataclass(frozen=True, slots=True)
class Stray:
    """A response at a place of which no capture is known."""

    offset: int
    record_id: str | None  # None where it cannot be read


@dataclass(slots=True)
class Checked:
    """What a check of a span, or of a whole file, found."""

    end: int = 0  # where the whole records that it read end
    records: int = 0
    findings: list[str | Stray] = field(default_factory=list)  # in the order of the file
    missing: list[tuple[int, int]] = field(default_factory=list)  # (offset, id) of captures where no record begins
    unlike: list[int] = field(default_factory=list)  # offsets of records without a digest that are encoded otherwise
    alike: int = 0  # how many of them are encoded as they would be today
    beside: list[str] = field(default_factory=list)  # SHA-256 in hex of the records without a row: seals have them too


def check_span(span: FileSpan) -> Checked:
    """Read a span up to its end, or to the first byte that is no whole record."""
    found, seen = Checked(span.start), set[int]()
    _read_members(span, found, seen)
    found.missing = [(offset, span.rows[offset]["id"]) for offset in sorted(span.rows.keys() - seen)]
    return found


def check_whole(span: FileSpan) -> Checked:
    """Read a span to its end, whatever lies in it: behind damage, from the next place on where a capture should be."""
    found, seen = Checked(span.start), set[int]()
    while found.end < span.end:
        _read_members(span, found, seen)
        if (end := found.end) < span.end:
            found.end = min((offset for offset in span.rows if offset > end), default=span.end)
            if not span.file.is_growth(end):
                found.findings.append(f"{span.file.name}: bytes {end} to {found.end} are no whole record")
    found.missing = [(offset, span.rows[offset]["id"]) for offset in sorted(span.rows.keys() - seen)]
    return found


def _read_members(span: FileSpan, found: Checked, seen: set[int]) -> None:
    """Check whole records from ``found.end`` on."""
    if found.end >= span.end:
        return
    path = span.file.path
    for offset, compressed, content in whole_members(path, found.end, None if is_own_file(path) else LARGEST_FOREIGN):
        if offset + len(compressed) > span.end:
            return
        found.end = offset + len(compressed)
        found.records += 1
        if (row := span.rows.get(offset)) is not None:
            seen.add(offset)
        found.findings += _check_member(span.file, found, row, offset, compressed, content)
        if found.end == span.end:
            return


def joined(parts: Iterable[Checked]) -> Checked:
    """The spans of one file, in their order, as one."""
    whole = Checked()
    for part in parts:
        whole.end = part.end
        whole.records += part.records
        whole.findings += part.findings
        whole.missing += part.missing
        whole.unlike += part.unlike
        whole.alike += part.alike
        whole.beside += part.beside
    return whole


def findings_of(file: File, found: Checked, known: Callable[[str], str | None]) -> Iterator[str]:
    """What is wrong with a file, a line each. ``known``: record id -> where the capture with this id lies; None where there is none."""
    for finding in found.findings:
        yield from [finding] if isinstance(finding, str) else _stray(file, finding, known)
    for offset, capture_id in found.missing:
        yield f"{file.name}: no record at {offset}, where capture {capture_id} should be"
    if found.alike > len(found.unlike):  # else another tool made them, or another zlib
        yield from (f"{file.name}: the record at {offset} is not encoded as it was written" for offset in found.unlike)


def _stray(file: File, stray: Stray, known: Callable[[str], str | None]) -> Iterator[str]:
    """What is to be said of a response that is no capture: it is one already, elsewhere; it cannot be one; or it was lost."""
    place = known(stray.record_id) if stray.record_id is not None else None
    if place:
        yield f"{file.name}: the response at {stray.offset} is a copy of {place}"
    elif stray.record_id is None:
        yield f"{file.name}: the response at {stray.offset} cannot be read as one of HTTP"
    elif not file.is_growth(stray.offset):
        yield f"{file.name}: the response at {stray.offset} has no row in captures"


def _check_member(file: File, found: Checked, row: Row | None, offset: int, compressed: bytes, content: bytes) -> Iterator[str | Stray]:
    name = file.name
    if row is not None:
        yield from (f"{name}: capture {row['id']} at {offset}: {what}" for what in compare(row, compressed, content, file.path))
        return
    found.beside.append(sha256(compressed).removeprefix("sha256:"))
    if not content.startswith(b"WARC/1."):
        yield f"{name}: what lies at {offset} is no WARC record"
    elif holds_several(content):
        yield f"{name}: several records lie at {offset} as one: give each its own member (warcio recompress)"
    elif is_response(content):
        record = response_in(content)
        yield Stray(offset, record.record_id if record else None)
    elif type_of(content) == "revisit" and (record := response_in(content, file.path)):
        yield Stray(offset, record.record_id)
    elif recompressed(content) == compressed:
        found.alike += 1
    else:
        found.unlike.append(offset)


def compare(row: Row, compressed: bytes, content: bytes, path: Path | None = None) -> Iterator[str]:
    """Where a response record is not what its row says. ``path``: its file; a revisit record names another one there, or beside it."""
    if len(compressed) != row["length"]:
        yield f"{len(compressed)} bytes long, not {row['length']}"
    if sha256(compressed) != row["record_digest"]:
        yield "the record's digest differs"
    record = response_in(content, path)
    if record is None:
        revisit = type_of(content) == "revisit"
        yield "the record that it refers to is not there" if revisit else "it cannot be read as a response"
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
