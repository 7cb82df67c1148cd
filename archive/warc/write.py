"""Writing WARC files: takes an HTTP exchange, gives the place at which it lies on disk, before anything interprets it.

Each exchange is two gzip members, response and request. Exchanges that come together are appended in one write and synced once.
A body that the site sent before is not written again: a revisit record names the record that holds it. What a run notes of itself
stands between them as ``metadata`` records. ISO 28500 (WARC 1.1); archive/warc/records.py makes the records.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isal import igzip_lib
from warcio.recordloader import ArcWarcRecord

from archive.errors import StorageError
from archive.warc.place import SUFFIX, Place, sha256
from archive.warc.records import Exchange, Note, OlderRecord, RecordMaker, metadata, record_id, records, revisit_of, warcinfo
from archive.warc.revisit import whole_record

FULL_AT = 1_000_000_000  # bytes; files of this size are copied and checked in reasonable time
FULL_UNDER_CLAIM = 60_000_000  # bytes; such files are sent to a depot in one request
LEVEL = 2  # of ISA-L's 0 to 3: a twentieth of zlib's time for files that are a tenth larger; 3 takes five times as long for a third of that
WORTH_A_REVISIT = 1000  # bytes of a body; a shorter one takes no more room than the record that names it
Row = Mapping[str, Any]


class WarcWriter:
    """Appends exchanges to ``warc/SITE/SITE-YYYYMM-NNN.warc.gz`` under the archive's folder. One writer at a time, by the lock."""

    def __init__(
        self,
        folder: Path,
        site: str,
        software: str,
        end_of_records: Callable[[str], int] = lambda filename: 0,
        epoch: int = 0,
    ) -> None:
        """``end_of_records`` tells how far a file's records are known to reach: one that is shorter was lost, and its name is taken.

        ``epoch``: of the claim on a site in a depot, 0 without one. Its files are ``...-NNN-eEPOCH.warc.gz``: no other claim's, and
        smaller, for each goes up as one object.
        """
        self._root, self._site, self._software, self._end_of_records = folder, site, software, end_of_records
        self._ending, self._full_at = (f"-e{epoch}{SUFFIX}", FULL_UNDER_CLAIM) if epoch else (SUFFIX, FULL_AT)
        self._turn = threading.Lock()
        self._path: Path | None = None  # of the file that grows
        self._file: io.FileIO | None = None  # from its first record on
        self._size = 0
        self._name = ""
        self._head = b""  # the warcinfo record, until it is written with what it speaks of
        self._info = ""  # its id

    def write(self, exchange: Exchange) -> Place:
        """Append, sync, and say where. Raises StorageError with the file cut back to its last whole record."""
        return self.write_all([exchange])[0]

    def write_all(self, exchanges: Sequence[Exchange], notes: Sequence[Note] = (), earlier: Mapping[int, Row] | None = None) -> list[Place]:
        """The same of several, with one sync: all of them lie on disk, or none does. ``notes`` are written before them. One thread
        at a time writes.

        ``earlier`` maps the index of an exchange to the row of an older capture with the same body: where its record is whole, a
        revisit record is written. It asks ``end_of_records`` nothing where ``begin_file`` was called before.
        """
        with self._turn, self._on_disk():
            self._choose((exchanges[0] if exchanges else notes[0]).captured_at)
            held = {i: found for i, row in (earlier or {}).items() if (found := self._whole(row, exchanges[i]))}
            first = [member(metadata(note, self._info)) for note in notes]
            pairs = [_Members.of(exchange, self._info, held.get(i)) for i, exchange in enumerate(exchanges)]
            first.insert(0, self._head)
            start = self._size + sum(map(len, first))
            self._append(b"".join([*first, *(part for pair in pairs for part in (pair.response, pair.request))]))
            self._head = b""
            places = []
            for pair in pairs:
                places.append(pair.place(self._name, start))
                start += len(pair.response) + len(pair.request)
            return places

    def _whole(self, row: Row, exchange: Exchange) -> OlderRecord | None:
        """The older capture as a record that a revisit may name; None where its record is damaged, torn, or holds no body itself."""
        record = whole_record(self._root, row)
        if exchange.truncated or record is None:
            return None
        said = record.rec_headers.get_header
        return OlderRecord(row["record_id"], row["url"], said("WARC-Date"), row["filename"], row["offset"])

    def begin_file(self, at: str) -> None:
        """Choose a file for the next exchanges, where none is chosen or the chosen one is full. Raises StorageError."""
        with self._turn, self._on_disk():
            self._choose(at)

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
        self._path = None
        if self._file:
            self._file.close()
            self._file = None

    def _choose(self, at: str) -> None:
        if self._path is not None and self._size < self._full_at:
            return
        self._close()
        folder = self._root / "warc" / self._site
        folder.mkdir(parents=True, exist_ok=True)
        month = at[:4] + at[5:7]
        number = 1
        while not self._may_grow(path := folder / f"{self._site}-{month}-{number:03d}{self._ending}"):
            number += 1
        self._path, self._name = path, str(path.relative_to(self._root))
        self._size = path.stat().st_size if path.exists() else 0
        info = warcinfo(path.name, at, self._software)
        self._head, self._info = member(info), record_id(info)

    def _may_grow(self, path: Path) -> bool:
        """Not a file that is another archive's too: a link to it, or one of its names."""
        if path.is_symlink() or (path.exists() and path.stat().st_nlink > 1):
            return False
        size = path.stat().st_size if path.exists() else 0
        return self._end_of_records(str(path.relative_to(self._root))) <= size < self._full_at

    def _append(self, data: bytes) -> None:
        """All of ``data`` or none of it."""
        if self._file is None:
            assert self._path
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115 - closed by close()
        try:
            written = 0
            while written < len(data):
                written += self._file.write(data[written:]) or 0
            os.fdatasync(self._file.fileno())
        except OSError:
            os.ftruncate(self._file.fileno(), self._size)
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
    def of(cls, exchange: Exchange, info: str, earlier: OlderRecord | None) -> _Members:
        response, request = records(exchange, info)
        if earlier:
            response = revisit_of(response, earlier)
        return cls(packed(response), member(request), record_id(response), exchange.payload_digest)

    def place(self, filename: str, offset: int) -> Place:
        return Place(filename, offset, len(self.response), self.record_id, sha256(self.response), self.payload_digest)


def member(record: ArcWarcRecord) -> bytes:
    """A record as one gzip member, as zlib makes it: ``verify`` makes it anew where no row has a digest of its bytes."""
    out = io.BytesIO()
    RecordMaker(out, gzip=True).write_record(record)
    return out.getvalue()


def packed(record: ArcWarcRecord) -> bytes:
    """A response as one gzip member, made by ISA-L: its row has a digest of these bytes."""
    out = io.BytesIO()
    RecordMaker(out).write_record(record)
    made: bytes = igzip_lib.compress(out.getbuffer(), LEVEL, igzip_lib.COMP_GZIP)
    return made
