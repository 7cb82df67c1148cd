"""Bodies that are written once: takes a revisit record and the file in which it lies, gives the body that the older record holds.

Our own revisit records say in which file of the same folder the older record lies, and where. Those of other tools name it by its id,
or by address, date and digest: the files of the folder are searched then. What cannot be found is None, and a circle ends.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParserException

from archive.warc.place import SUFFIX, sha256

PROFILE = "/revisit/identical-payload-digest"  # what the address of the profile ends with, in WARC 1.0 and 1.1
LARGEST = 1 << 26  # bytes of a record that another tool wrote, unpacked
HOPS = 4  # a revisit should name a response; some tools name another revisit
UNREADABLE = (OSError, StopIteration, ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, AttributeError, ValueError, zlib.error)


class Spot(NamedTuple):
    """Where a record begins."""

    path: Path
    offset: int


def is_revisit(record: ArcWarcRecord) -> bool:
    """Whether a record stands for a response whose body lies elsewhere. The other profile, of answers 304, holds no state of a page."""
    return record.rec_type == "revisit" and (record.rec_headers.get_header("WARC-Profile") or "").strip("<>").endswith(PROFILE)


def named_body(path: Path, record: ArcWarcRecord) -> bytes | None:
    """The body of the response that a revisit record names, as it was transferred; None where it is not there. ``path``: the file
    of the revisit record."""
    for _ in range(HOPS):
        found = _named(path, record)
        if found is None:
            return None
        if found.rec_type == "response":
            body: bytes = found.raw_stream.read(LARGEST)
            return body
        if not is_revisit(found):
            return None
        record = found
    return None


def whole_record(root: Path, row: Mapping[str, Any]) -> ArcWarcRecord | None:
    """The response record of a row of ``captures``, where it is what the row says, not broken off, and holds its body itself."""
    try:
        with open(root / row["filename"], "rb") as file:
            file.seek(row["offset"])
            compressed = file.read(row["length"])
        record = next(iter(ArchiveIterator(io.BytesIO(compressed))))
        good = sha256(compressed) == row["record_digest"] and record.rec_type == "response"
        good = good and not record.rec_headers.get_header("WARC-Truncated")
        return record if good and sha256(record.raw_stream.read()) == row["payload_digest"] else None
    except UNREADABLE:
        return None


def _named(path: Path, record: ArcWarcRecord) -> ArcWarcRecord | None:
    """The record that a revisit record names."""
    said = record.rec_headers.get_header
    wanted = said("WARC-Refers-To") or ""
    name, offset = said("WARC-Refers-To-Filename") or "", said("WARC-Refers-To-File-Offset") or ""
    if wanted and "/" not in name and name.endswith(SUFFIX) and offset.isdecimal():
        found = record_at(Spot(path.with_name(name), int(offset)))
        if found is not None and found.rec_headers.get_header("WARC-Record-ID") == wanted:
            return found
    for key in names_in(record):
        if (spot := _places(path.parent).get(key)) is not None:
            return record_at(spot)
    return None


def names_in(record: ArcWarcRecord) -> Iterator[str]:
    """The names by which a revisit record may mean its older record, the surest first."""
    said = record.rec_headers.get_header
    if said("WARC-Refers-To"):
        yield said("WARC-Refers-To")
    digest = said("WARC-Payload-Digest")
    if digest and said("WARC-Refers-To-Date"):
        yield f"{digest} {(said('WARC-Refers-To-Target-URI') or said('WARC-Target-URI')).strip('<>')} {said('WARC-Refers-To-Date')}"
    if digest:
        yield digest


def _places(folder: Path) -> dict[str, Spot]:
    """The responses in the files of a folder, by every name that a revisit record may give them."""
    found: dict[str, Spot] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        for name, offset in _index(path, path.stat().st_size):
            found.setdefault(name, Spot(path, offset))
    return found


@lru_cache(maxsize=64)
def _index(path: Path, size: int) -> tuple[tuple[str, int], ...]:
    """(name, offset) of the responses in a file of this size."""
    found: list[tuple[str, int]] = []
    try:
        with open(path, "rb") as file:
            records = ArchiveIterator(file, no_record_parse=True)
            for record in records:
                said = record.rec_headers.get_header
                if record.rec_type == "response":
                    digest, date = said("WARC-Payload-Digest") or "", said("WARC-Date")
                    names = [said("WARC-Record-ID"), digest, f"{digest} {(said('WARC-Target-URI') or '').strip('<>')} {date}"]
                    found += [(name, records.get_record_offset()) for name in (names if digest else names[:1]) if name]
    except UNREADABLE:
        pass  # what lies before the damage can be found
    return tuple(found)


def record_at(spot: Spot) -> ArcWarcRecord | None:
    """The record that begins at a place; None where none does."""
    try:
        with open(spot.path, "rb") as file:
            file.seek(spot.offset)
            record = next(iter(ArchiveIterator(file)))
            record.raw_stream = io.BytesIO(record.raw_stream.read(LARGEST))
            return record
    except UNREADABLE:
        return None
