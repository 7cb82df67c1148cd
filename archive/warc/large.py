"""Records that are too large to be held in memory: takes the row of a capture, gives headers, digests and body piece by piece."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

from archive.warc.far import open_warc
from archive.warc.members import FEW, HEAD
from archive.warc.read import UNREADABLE, header, type_of

LARGE = 1 << 23  # bytes of a record's block: above it is not held in memory where that is not needed
END = re.compile(rb"\r?\n\r?\n")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LargeResponse:
    """A response record without its body. Digests are as of ``captures``; ``size``: bytes of the body, as transferred."""

    record: ArcWarcRecord
    record_digest: str
    payload_digest: str
    size: int

    def wrong(self, row: Row) -> bool:
        """Whether it is not what its row says."""
        return (self.record_digest, self.payload_digest) != (row["record_digest"], row["payload_digest"])


def is_large(root: Path, row: Row) -> bool:
    """Whether a record is a response of more than ``LARGE`` bytes, unpacked, by what it says of itself."""
    try:
        head = next(_unpacked(root, row), b"")
    except (OSError, zlib.error):
        return False
    length = header(head[:HEAD], "Content-Length")
    return type_of(head) == "response" and length.isdigit() and int(length) > LARGE


def large_response(root: Path, row: Row) -> LargeResponse | None:
    """Such a record, read to its end; None where it cannot be read as a response of HTTP."""
    digest, size, record_digest = hashlib.sha256(), 0, hashlib.sha256()
    try:
        for chunk in packed_chunks(root, row):
            record_digest.update(chunk)
        for chunk in body_chunks(root, row):
            digest.update(chunk)
            size += len(chunk)
        head = next(_unpacked(root, row))
        loader = ArcWarcRecordLoader(verify_http=False)
        record = loader.parse_record_stream(io.BytesIO(head), known_format="warc")
    except (OSError, zlib.error, StopIteration, *UNREADABLE):
        return None
    return LargeResponse(record, f"sha256:{record_digest.hexdigest()}", f"sha256:{digest.hexdigest()}", size)


def body_chunks(root: Path, row: Row) -> Iterator[bytes]:
    """The body of a response record as it was transferred. Raises OSError, zlib.error, ValueError where it cannot be read."""
    chunks = _unpacked(root, row)
    head = next(chunks, b"")
    own = END.search(head)
    http = END.search(head, own.end()) if own else None
    length = header(head[: own.end()], "Content-Length") if own else ""
    if own is None or http is None or not length.isdigit():
        raise ValueError("its headers do not end")
    left = int(length) - (http.end() - own.end())
    for chunk in chain([head[http.end() :]], chunks):
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def packed_chunks(root: Path, row: Row) -> Iterator[bytes]:
    """The bytes of a record as they lie in its file. Raises OSError."""
    left = row["length"]
    with open_warc(root / row["filename"]) as file:
        file.seek(row["offset"])
        while chunk := file.read(min(left, FEW)):
            left -= len(chunk)
            yield chunk


def _unpacked(root: Path, row: Row) -> Iterator[bytes]:
    """What a record holds, in pieces of at least ``HEAD`` bytes: all its headers stand in the first one."""
    unzip, piece = zlib.decompressobj(zlib.MAX_WBITS + 16), b""
    for chunk in packed_chunks(root, row):
        while chunk and not unzip.eof:
            piece += unzip.decompress(chunk, FEW)
            chunk = unzip.unconsumed_tail
            if len(piece) >= HEAD:
                yield piece
                piece = b""
    yield piece + unzip.flush()
