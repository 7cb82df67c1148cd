"""Files of other tools as records: takes a WARC or ARC file, packed or not, and gives each record with the bytes that may be copied.

A record that is a gzip member of its own keeps its bytes. Where several lie in one member, or in a file that is not packed, each is
packed by itself. Memory is bounded: a record of more than ``LARGEST_FOREIGN`` bytes is passed over, and counted.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from archive.warc.read import GZIP, LARGEST_FOREIGN, UNREADABLE, header, holds_several, next_record, whole_members
from archive.warc.records import NOTES

HEADERS = 1 << 16  # bytes of a record's own headers
PIECE = 1 << 20
BROKEN = (*UNREADABLE, OSError, zlib.error)


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """A record as it came (``content``), and as the gzip member that is written; ``packed_anew``: its bytes are not the tool's own."""

    content: bytes
    member: bytes
    packed_anew: bool

    def said(self, name: str) -> str:
        """A header of the record, without the angle brackets of an address; '' without it."""
        head = self.content[: HEADERS + 4].partition(b"\r\n\r\n")[0]
        return header(head, name)


@dataclass(slots=True)
class ForeignFile:
    """One file of another tool. ``faults`` counts what could not be read, by what it was."""

    path: Path
    faults: Counter[str]

    def records(self) -> Iterator[ForeignRecord]:
        """Its records, in their order; what is torn or no record is passed over."""
        with open(self.path, "rb") as file:
            start = file.read(16)
        if start.startswith(GZIP):
            yield from self._of_gzip()
        elif start.startswith(b"filedesc:"):
            yield from self._of_arc()
        elif start.startswith(b"WARC/"):
            with open(self.path, "rb") as file:
                yield from self._of_stream(file)
        else:
            self.faults["file that is no WARC or ARC"] += 1

    def _of_gzip(self) -> Iterator[ForeignRecord]:
        try:
            with gzip.open(self.path) as opened:
                first = opened.read(16)
        except BROKEN:
            first = b"WARC/"
        if first.startswith(b"filedesc:"):
            yield from self._of_arc()
            return
        begin = next(whole_members(self.path, 0, LARGEST_FOREIGN), None)
        if begin is None or holds_several(begin[2]):
            with gzip.open(self.path) as opened:  # one member for all records
                yield from self._of_stream(cast("IO[bytes]", opened))
            return
        yield from self._of_members()

    def _of_members(self) -> Iterator[ForeignRecord]:
        position: int | None = 0
        size, end = self.path.stat().st_size, 0
        while position is not None:
            for offset, compressed, content in whole_members(self.path, position, LARGEST_FOREIGN):
                end = offset + len(compressed)
                if not content.startswith(b"WARC/"):
                    self.faults["part that is no record"] += 1
                elif holds_several(content):
                    yield from self._of_stream(io.BytesIO(content))
                else:
                    yield ForeignRecord(content, compressed, packed_anew=False)
            if end >= size:
                return
            self.faults["torn or too large record"] += 1
            position = next_record(self.path, end)

    def _of_stream(self, file: IO[bytes]) -> Iterator[ForeignRecord]:
        """The records of a file that is not packed, or whose packing is one piece."""
        try:
            while head := self._head(file):
                length = header(head, "Content-Length")
                if not length.isdecimal():
                    self.faults["record without its length"] += 1
                    return
                if int(length) > LARGEST_FOREIGN:
                    self.faults["torn or too large record"] += 1
                    self._skip(file, int(length))
                    continue
                block = file.read(int(length))
                if len(block) < int(length):
                    self.faults["torn or too large record"] += 1
                    return
                content = head + block + b"\r\n\r\n"
                yield ForeignRecord(content, packed_record(content), packed_anew=True)
        except BROKEN:
            self.faults["torn or too large record"] += 1

    def _head(self, reader: IO[bytes]) -> bytes:
        """The headers of the next record, with the empty line that ends them; empty at the end of the file."""
        line = reader.readline(HEADERS)
        while line in (b"\r\n", b"\n"):
            line = reader.readline(HEADERS)
        if not line:
            return b""
        if not line.startswith(b"WARC/"):
            self.faults["part that is no record"] += 1
            return b""
        lines = [line.rstrip(b"\r\n") + b"\r\n"]
        while (line := reader.readline(HEADERS)).strip():
            lines.append(line.rstrip(b"\r\n") + b"\r\n")
            if sum(map(len, lines)) > HEADERS:
                self.faults["part that is no record"] += 1
                return b""
        return b"".join(lines) + b"\r\n"

    def _skip(self, reader: IO[bytes], length: int) -> None:
        while length > 0 and (piece := reader.read(min(length, PIECE))):
            length -= len(piece)

    def _of_arc(self) -> Iterator[ForeignRecord]:
        """The records of an ARC file, as warcio makes WARC records of them."""
        try:
            with open(self.path, "rb") as file:
                for record in ArchiveIterator(file, arc2warc=True):
                    if int(record.length or 0) > LARGEST_FOREIGN:
                        self.faults["torn or too large record"] += 1
                        continue
                    out = io.BytesIO()
                    WARCWriter(out, gzip=False).write_record(record)
                    yield ForeignRecord(out.getvalue(), packed_record(out.getvalue()), packed_anew=True)
        except BROKEN:
            self.faults["torn or too large record"] += 1


def packed_record(content: bytes) -> bytes:
    """A record as one gzip member, as ``verify`` would make it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return deflate.compress(content) + deflate.flush()


def import_note(path: Path) -> dict[str, Any]:
    """What an import noted at the beginning of a file that it made: ``file``, ``home``, ...; empty in other files."""
    begin = next(whole_members(path, 0, PIECE), None)
    if begin is None or header(begin[2][:HEADERS], "WARC-Target-URI") != f"{NOTES}:import":
        return {}
    try:
        said = json.loads(re.split(rb"\r\n\r\n", begin[2], maxsplit=1)[1])
    except (ValueError, IndexError):
        return {}
    return said if isinstance(said, dict) else {}


def imported_from(path: Path) -> str | None:
    """The name of the file that an import took the records of this file from; None of a file that no import made."""
    name = import_note(path).get("file")
    return name if isinstance(name, str) else None
