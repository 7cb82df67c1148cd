"""What of the WARC files is in no seal yet: takes an open archive, gives the records in the order of the files.

Responses have rows with their digests, and nothing of them is read again. The records around them (requests, warcinfo, metadata of
runs) have none: the bytes between two responses are read, a few hundred for each, and every record in them becomes a leaf too.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sqlite_utils import Database

from archive.seal.files import Leaf
from archive.text.plaintext import one_line
from archive.warc.read import LARGEST_FOREIGN, header, whole_members

PREFIX = 16  # hex digits of a digest that stand in ``sealed_records``
AT_ONCE = 2000  # captures
SMALL = 65_536  # bytes between two responses that are read at once
IN_A_SEAL = "exists (select 1 from sealed_records where prefix = substr(record_digest, 8, 16))"
Row = tuple[int, int, str, str, int]  # offset, length, record id, record digest, whether it is in a seal


def unsealed(db: Database, root: Path, after: int) -> Iterator[Leaf]:
    """The records that no seal has, in files with captures of ids above ``after`` that no seal has."""
    sql = f"select filename, min(offset) from captures not indexed where id > ? and not {IN_A_SEAL} group by filename order by filename"
    for filename, first in db.execute(sql, [after]).fetchall():
        yield from _of_file(db, root / filename, filename, first)


def count_unsealed(db: Database, after: int) -> int:
    """How many captures of ids above ``after`` are in no seal."""
    return int(db.execute(f"select count(*) from captures not indexed where id > ? and not {IN_A_SEAL}", [after]).fetchone()[0])


def _of_file(db: Database, path: Path, filename: str, first: int) -> Iterator[Leaf]:
    """The unsealed records of a file, from the end of the capture before ``first`` on."""
    before = "select offset + length from captures where filename = ? and offset < ? order by offset desc limit 1"
    [end] = db.execute(before, [filename, first]).fetchone() or [0]
    for offset, length, record_id, digest, sealed in _rows(db, filename, first):
        yield from _beside(db, path, end, offset)
        if not sealed:
            yield digest.removeprefix("sha256:"), one_line(record_id).replace(" ", "")
        end = max(end, offset + length)
    yield from _beside(db, path, end, None)


def _rows(db: Database, filename: str, first: int) -> Iterator[Row]:
    sql = f"""
        select offset, length, record_id, record_digest, {IN_A_SEAL}
        from captures
        where filename = ? and offset >= ?
        order by offset
        limit {AT_ONCE}
        """
    while rows := db.execute(sql, [filename, first]).fetchall():
        yield from rows
        first = rows[-1][0] + 1


def _beside(db: Database, path: Path, start: int, end: int | None) -> Iterator[Leaf]:
    """The unsealed records without a row between two places of a file. What cannot be read there is left to ``verify``."""
    try:
        end = path.stat().st_size if end is None else end
        found = _members(path, start, end) if start < end else []
    except OSError:
        return
    for compressed, content in found:
        digest = hashlib.sha256(compressed).hexdigest()
        if content.startswith(b"WARC/") and not is_sealed(db, digest):
            yield digest, _ids(content[:SMALL])


def _ids(content: bytes) -> str:
    """A record's id and that of the response that it belongs to: where that is destroyed by a legal order, the request is too."""
    named = (one_line(header(content, f"WARC-{name}")).replace(" ", "") for name in ("Record-ID", "Concurrent-To", "Refers-To"))
    record_id, *belongs = named
    return " ".join([record_id or "-", *filter(None, belongs)])


def is_sealed(db: Database, digest: str) -> bool:
    """Whether a record with this SHA-256, in hex, is in a seal."""
    return db.execute("select 1 from sealed_records where prefix = ?", [digest[:PREFIX]]).fetchone() is not None


def _members(path: Path, start: int, end: int) -> Iterator[tuple[bytes, bytes]] | list[tuple[bytes, bytes]]:
    """(compressed bytes, content) of the whole gzip members between two places."""
    if end - start > SMALL:
        return _large(path, start, end)
    with open(path, "rb") as file:
        return _small(file, start, end)


def _small(file: BinaryIO, start: int, end: int) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    file.seek(start)
    data: Any = file.read(end - start)
    while data:
        unzip = zlib.decompressobj(zlib.MAX_WBITS + 16)
        try:
            content = unzip.decompress(data, LARGEST_FOREIGN)
        except zlib.error:
            break
        if not unzip.eof:
            break
        found.append((data[: len(data) - len(unzip.unused_data)], content))
        data = unzip.unused_data
    return found


def _large(path: Path, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    for offset, compressed, content in whole_members(path, start, LARGEST_FOREIGN):
        if offset + len(compressed) > end:
            return
        yield compressed, content
