"""A WARC file without some of its records: takes the file and their offsets, gives a new file beside it, and where the others lie now.

All other records keep their bytes, so that digests and seals of them hold. A ``metadata`` record at the end says what was taken out.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.errors import StorageError
from archive.warc.read import header, whole_members

BESIDE = ".expunging"  # added to the file's name: no reader takes it for a WARC file
HEAD = 20_000  # bytes in which a record's own headers end


def written_without(path: Path, removed: Mapping[int, str], tombstones: Sequence[Mapping[str, Any]], at: str) -> dict[int, int]:
    """Write ``path`` anew, beside it and synced, without the records at these offsets (offset -> record id) and what belongs to them.

    Returns offset -> offset in the new file of each record that stays. Raises StorageError, with nothing left behind, where the file
    is damaged or the disk refuses.
    """
    made = beside(path)
    try:
        with open(made, "wb") as file:
            places = _copied(path, file, removed)
            file.write(tombstone(tombstones, at))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        made.unlink(missing_ok=True)
        raise StorageError(f"cannot write {made}: {error.strerror or error}; nothing was changed") from error
    except StorageError:
        made.unlink(missing_ok=True)
        raise
    return places


def beside(path: Path) -> Path:
    """Where the new file is written."""
    return path.with_name(path.name + BESIDE)


def put_in_place(path: Path) -> None:
    """Let the new file take the old one's place, where it waits for that."""
    if beside(path).is_file():
        beside(path).rename(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def tombstones_in(path: Path) -> Iterator[dict[str, Any]]:
    """What the tombstones of a file tell of each record that was taken out of it."""
    for _, _, content in whole_members(path):
        head, _, body = content.partition(b"\r\n\r\n")
        if header(head, "WARC-Type") == "metadata" and b'"expunged"' in body[:40]:
            yield from json.loads(body)["expunged"]


def _copied(path: Path, file: object, removed: Mapping[int, str]) -> dict[int, int]:
    places: dict[int, int] = {}
    ids = {record_id.encode() for record_id in removed.values()}
    at = end = 0
    for offset, data, content in whole_members(path):
        end = offset + len(data)
        if offset in removed or _belongs(content[:HEAD], ids):
            continue
        places[offset] = at
        file.write(data)  # type: ignore[attr-defined]
        at += len(data)
    if end < path.stat().st_size:
        raise StorageError(f"{path} is damaged at {end}: mend it from a backup before anything is taken out; nothing was changed")
    return places


def _belongs(head: bytes, ids: set[bytes]) -> bool:
    """Whether a record is the request of a removed one, or was made of it. Answers are named by their rows alone."""
    if header(head, "WARC-Type") in ("response", "revisit"):
        return False
    named = (header(head, name).encode() for name in ("WARC-Concurrent-To", "WARC-Refers-To"))
    return any(name in ids for name in named)


def tombstone(tombstones: Sequence[Mapping[str, Any]], at: str) -> bytes:
    """The record that says what was taken out of a file, when and why: one gzip member. ISO 28500, 6.6."""
    body = json.dumps({"expunged": [*tombstones]}, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    lines = [
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: <urn:uuid:{uuid4()}>",
        f"WARC-Date: {at}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return gzip.compress("\r\n".join([*lines, "", ""]).encode() + body + b"\r\n\r\n", mtime=0)
