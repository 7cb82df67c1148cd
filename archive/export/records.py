"""The records of an export: takes a connection and its chosen captures, gives WARC files, byte by byte as the records were written.

Each record goes with what belongs to it: its request, and the ``warcinfo`` of its file. A record that holds what is withheld is left
out, and named. Where each record lies is noted in ``placed_records``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.errors import StorageError
from archive.export.places import index_line
from archive.export.selection import Selection
from archive.queries.withheld_records import WithheldTexts
from archive.warc.far import open_warc
from archive.warc.place import sha256
from archive.warc.read import LARGEST_FOREIGN, header, is_response, whole_members

Row = dict[str, Any]
FULL_AT = 1_000_000_000  # bytes of a WARC file
HEAD = 20_000  # bytes in which a record's own headers end
NEAR = 1_000_000  # bytes that are read at once
OF_ANSWERS = ("response", "revisit")
IN_FILES = "select distinct filename from captures where id in (select id from chosen_captures) order by filename"
NEXT_IN_FILE = """
    select captures.*, chosen_captures.part
    from captures
    join chosen_captures on chosen_captures.id = captures.id
    where filename = ? and offset > ?
    order by offset
    limit 1
"""


@dataclass(slots=True)
class ChosenRecords:
    """All records of a selection, in WARC files of at most ``FULL_AT`` bytes or so. ``progress`` is told of bytes that are written."""

    db: Database
    root: Path
    selection: Selection
    base: str  # name of the files, without what tells them apart
    progress: Callable[[int], object] = lambda written: None
    written: int = 0
    left_out: int = 0
    _name: str = ""
    _at: int = 0
    _texts: WithheldTexts = field(init=False)
    _refused: str | None = None

    def __post_init__(self) -> None:
        self._texts = WithheldTexts.of(self.db.conn)

    @property
    def is_large(self) -> bool:
        """Whether a file may have more than 2 GB, because a single record has more than 1 GB."""
        [longest] = self.db.execute("select max(length) from captures where id in (select id from chosen_captures)").fetchone()
        return int(longest) >= FULL_AT

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """(name, content) of each WARC file. The content of one is read before the next is asked for."""
        pieces = self._pieces()
        first = next(pieces, None)
        several = self.selection.bytes > FULL_AT
        number = 0
        while first is not None:
            number += 1
            self._name = f"{self.base}-{number:03d}.warc.gz" if several else f"{self.base}.warc.gz"
            rest: list[RecordPiece | None] = [None]
            yield self._name, self._one_file(first, pieces, rest)
            first = rest[0]

    def _one_file(self, first: RecordPiece, pieces: Iterator[RecordPiece], rest: list[RecordPiece | None]) -> Iterator[bytes]:
        self._at = 0
        piece: RecordPiece | None = first
        while piece is not None:
            if piece.row and self._at >= FULL_AT:
                rest[0] = piece
                return
            if piece.row:
                self._note(piece.row, piece.data)
            yield piece.data
            self._at += len(piece.data)
            self.progress(len(piece.data))
            piece = next(pieces, None)

    def _pieces(self) -> Iterator[RecordPiece]:
        for filename in [name for (name,) in self.db.execute(IN_FILES).fetchall()]:
            yield from self._of_file(filename)

    def _of_file(self, filename: str) -> Iterator[RecordPiece]:
        """The chosen records of a file, each with its request; all that stands between them where nothing is to be left out."""
        path = self.root / filename
        try:
            with open_warc(path) as file:
                row = self._next(filename, -1)
                yield from self._before(path, row["offset"] if row else 0)
                while row is not None:
                    following = self._next(filename, row["offset"])
                    shown = self._shown(row)
                    if shown:
                        file.seek(row["offset"])
                        data = file.read(row["length"])
                        self._check(row, data)
                        yield RecordPiece(data, row)
                    end = following["offset"] if following else None
                    yield from self._beside(path, row["offset"] + row["length"], end, shown, row["record_id"])
                    row = following
        except OSError as error:
            raise StorageError(f"cannot read {filename}: {error.strerror or error}") from error

    def _next(self, filename: str, after: int) -> Row | None:
        return next(self.db.query(NEXT_IN_FILE, [filename, after]), None)

    def _shown(self, row: Row) -> bool:
        reason = self._texts.in_record(self.root, row)
        if reason is None:
            return True
        self.left_out += 1
        self.db.execute("insert into left_out values (?, ?, ?)", [row["record_id"], row["captured_at"], reason])
        return False

    def _check(self, row: Row, data: bytes) -> None:
        if sha256(data) != row["record_digest"]:
            raise StorageError(f"the record at {row['filename']}:{row['offset']} is not what was written; run python -m archive verify")

    def _before(self, path: Path, first: int) -> Iterator[RecordPiece]:
        """What the file says of itself, where it begins with that; in a whole export all that stands before the first chosen record."""
        if self.selection.whole:
            yield from self._beside(path, 0, first, False, "")
            return
        for _, data, content in members_between(path, 0, first):
            if b"WARC-Type: warcinfo" in content[:500]:
                yield RecordPiece(data)
            return

    def _beside(self, path: Path, start: int, end: int | None, shown: bool, record_id: str) -> Iterator[RecordPiece]:
        """What lies between two chosen records and belongs to the first; in a whole export also what belongs to none."""
        asked = shown
        for _, data, content in members_between(path, start, end):
            kind = header(content[:HEAD], "WARC-Type")
            if is_response(content) or kind in OF_ANSWERS:
                asked = False  # a record that was not chosen, and what follows it
                if not self.selection.whole:
                    return
            elif kind == "request":
                if asked and record_id.encode() in content[:HEAD]:
                    yield RecordPiece(data)
            elif not self.selection.whole:
                return
            elif self._texts.in_text(content.decode("utf-8", "replace")) is None:
                yield RecordPiece(data)

    def _note(self, row: Row, data: bytes) -> None:
        """Write down where a record lies, and the line of the index that leads to it."""
        key, line = index_line(row, head_of(data), self._name.rpartition("/")[2], self._at, len(data))
        self.db.execute("insert into placed_records values (?, ?, ?, ?, ?)", [row["id"], self._name, self._at, key, line])
        self.written += 1


@dataclass(frozen=True, slots=True)
class RecordPiece:
    """A record as it lies in its file; ``row`` is that of its capture, where it is a chosen one."""

    data: bytes
    row: Row | None = None


def head_of(data: bytes) -> bytes:
    """A compressed record's own headers, and those of HTTP behind them."""
    return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data, HEAD)


def members_between(path: Path, start: int, end: int | None) -> Iterator[tuple[int, bytes, bytes]]:
    """(offset, compressed bytes, content) of the members of a file from ``start`` up to ``end``, without a look at what lies behind."""
    if end is None or end - start > NEAR:
        for offset, data, content in whole_members(path, start):
            if end is not None and offset >= end:
                return
            yield offset, data, content
        return
    with open_warc(path) as file:
        file.seek(start)
        rest = file.read(end - start)
    while rest:
        unzip = zlib.decompressobj(zlib.MAX_WBITS + 16)
        try:
            content = unzip.decompress(rest, LARGEST_FOREIGN)
        except zlib.error:
            return
        if not unzip.eof:
            return
        data, rest = rest[: len(rest) - len(unzip.unused_data)], unzip.unused_data
        yield start, data, content
        start += len(data)
