"""Gzip members of a WARC file, without holding one in memory: takes a file and a place, gives where each lies and how it begins."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.warc.far import open_warc

HEAD = 20_000  # bytes in which a record's own headers, and those of HTTP, end
FEW = 1 << 16  # bytes that are read at once
LARGEST = 1 << 26  # bytes of a member that is read whole


@dataclass(frozen=True, slots=True)
class Member:
    """Where a whole member lies, in bytes of its file; ``head``: its first ``HEAD`` bytes, unpacked."""

    path: Path
    offset: int
    length: int
    head: bytes

    def chunks(self) -> Iterator[bytes]:
        """Its bytes as they lie in the file."""
        left = self.length
        with open_warc(self.path) as file:
            file.seek(self.offset)
            while chunk := file.read(min(left, FEW)):
                left -= len(chunk)
                yield chunk

    def content(self) -> bytes:
        """What it holds, unpacked; of a very large one the beginning."""
        unzip, found = zlib.decompressobj(zlib.MAX_WBITS + 16), bytearray()
        for chunk in self.chunks():
            found += unzip.decompress(chunk, LARGEST - len(found) + 1)
            if len(found) > LARGEST:
                break
        return bytes(found)


def members_between(path: Path, start: int, end: int | None) -> Iterator[Member]:
    """The whole members of a file from ``start`` up to ``end``; ends at the first torn one. None: to the end of the file."""
    with open_warc(path) as file:
        file.seek(start)
        offset, rest, at = start, b"", start
        while end is None or offset < end:
            unzip, head, length = zlib.decompressobj(zlib.MAX_WBITS + 16), bytearray(), 0
            while not unzip.eof:
                if not rest:
                    rest = file.read(FEW if end is None else min(FEW, end - at))
                    at += len(rest)
                if not rest:
                    return
                try:
                    head += _skipped(unzip, rest, HEAD - len(head))
                except zlib.error:
                    return
                length += len(rest) - len(unzip.unused_data)
                rest = unzip.unused_data
            yield Member(path, offset, length, bytes(head))
            offset += length


def _skipped(unzip: zlib._Decompress, chunk: bytes, wanted: int) -> bytes:
    """The first ``wanted`` bytes of what a chunk unpacks to; the rest is unpacked and thrown away."""
    kept = unzip.decompress(chunk, max(wanted, 1))
    while unzip.unconsumed_tail and not unzip.eof:
        unzip.decompress(unzip.unconsumed_tail, FEW)
    return kept[:wanted] if wanted > 0 else b""
