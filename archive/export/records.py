"""The records of an export: takes a connection and its chosen captures, gives WARC files, byte by byte as the records were written.

Each record goes with what belongs to it: its request, and the ``warcinfo`` of its file. A record that holds what is withheld is left
out, and named. Where each record lies is noted in ``placed_records``. No record is held in memory whole, unless it is searched for what
is withheld.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.errors import StorageError
from archive.export.course import ExportCourse
from archive.export.package import PART, Note
from archive.export.places import index_line
from archive.export.selection import Selection
from archive.queries.withheld_records import WithheldTexts
from archive.warc.far import open_warc
from archive.warc.members import HEAD, Member, members_between
from archive.warc.read import header, is_response

Row = dict[str, Any]
FULL_AT = 1_000_000_000  # bytes of a WARC file
PART_OF = 1_000_000  # bytes after which it is noted how far it came
CHUNK = 1 << 20
OF_ANSWERS = ("response", "revisit")
IN_FILES = """
    select distinct filename
    from captures
    where id in (select id from chosen_captures) and filename >= ?
    order by filename
"""
NEXT_IN_FILE = """
    select captures.*, chosen_captures.part
    from captures
    join chosen_captures on chosen_captures.id = captures.id
    where filename = ? and offset > ?
    order by offset
    limit 1
"""
PLACED = "insert into placed_records values (?, ?, ?, ?, ?)"
LEFT_OUT = "insert into left_out values (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class RecordPiece:
    """A record as it lies in its file, piece by piece; ``row`` is that of its capture, where it is a chosen one. ``head``: its first
    bytes, unpacked."""

    chunks: Iterable[bytes]
    row: Row | None = None
    head: bytes = b""


@dataclass(slots=True)
class ChosenRecords:
    """All records of a selection, in WARC files of at most ``FULL_AT`` bytes or so. ``progress`` is told of bytes that are written.

    ``course``: what an earlier command noted; ``note``: takes how far this one came with the file that is written.
    """

    db: Database
    root: Path
    selection: Selection
    base: str  # name of the files, without what tells them apart
    course: ExportCourse
    note: Callable[[Note], object]
    progress: Callable[[int], object] = lambda written: None
    written: int = 0
    left_out: int = 0
    _name: str = ""
    _at: int = 0
    _number: int = 0
    _placed: list[tuple[Any, ...]] = field(default_factory=list)  # since the last note
    _left: list[tuple[Any, ...]] = field(default_factory=list)
    _noted: int = 0  # bytes of the file up to the last note
    _texts: WithheldTexts = field(init=False)

    def __post_init__(self) -> None:
        self._texts = WithheldTexts.of(self.db.conn)
        for said in self.course.notes(PART):
            self.db.conn.executemany(PLACED, said["placed"])
            self.db.conn.executemany(LEFT_OUT, said["left_out"])
            self.written += len(said["placed"])
            self.left_out += len(said["left_out"])

    @property
    def is_large(self) -> bool:
        """Whether a file may have more than 2 GB, because a single record has more than 1 GB."""
        [longest] = self.db.execute("select max(length) from captures where id in (select id from chosen_captures)").fetchone()
        return int(longest) >= FULL_AT

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """(name, content) of each WARC file. The content of one is read before the next is asked for; of a file of which an earlier
        command wrote the beginning it is the rest."""
        last = self.course.last.get(PART)
        pieces = self._pieces(last["next"] if last else ["", -1])
        if last:
            self._name, self._number, self._at = last["name"], last["number"], last["size"]
        rest: list[RecordPiece | None] = [None]
        if last:
            yield self._name, iter(()) if last["whole"] else self._one_file(pieces, rest)
        first = rest[0] or next(pieces, None)
        while first is not None:
            self._number += 1
            several = self.selection.bytes > FULL_AT
            self._name, self._at = f"{self.base}-{self._number:03d}.warc.gz" if several else f"{self.base}.warc.gz", 0
            rest[0] = None
            yield self._name, self._one_file(chain([first], pieces), rest)
            first = rest[0]

    def _one_file(self, pieces: Iterator[RecordPiece], rest: list[RecordPiece | None]) -> Iterator[bytes]:
        self._noted = self._at
        for piece in pieces:
            if piece.row and self._at >= FULL_AT:
                rest[0] = piece
                self._note_part(piece.row, whole=True)
                return
            if piece.row and self._at - self._noted >= PART_OF:
                self._note_part(piece.row)
            if piece.row:
                self._place(piece.row, piece.head)
            for chunk in piece.chunks:
                yield chunk
                self._at += len(chunk)
                self.progress(len(chunk))
        self._note_part(None, whole=True)

    def _note_part(self, following: Row | None, *, whole: bool = False) -> None:
        """Note what was written, and the record that comes next: of this file, or of the next one where this is ``whole``."""
        place = [following["filename"], following["offset"]] if following else None
        said = {"next": place, "whole": whole, "number": self._number, "placed": self._placed, "left_out": self._left}
        self.note(said)
        self._placed, self._left, self._noted = [], [], self._at

    def _pieces(self, start: list[Any] | None) -> Iterator[RecordPiece]:
        """The records from a place on; [file, -1] is the beginning of a file, and None means that there are no more."""
        if start is None:
            return
        for filename in [name for (name,) in self.db.execute(IN_FILES, start[:1]).fetchall()]:
            yield from self._of_file(filename, start[1] if filename == start[0] else -1)

    def _of_file(self, filename: str, start: int) -> Iterator[RecordPiece]:
        """The chosen records of a file, each with its request; all that stands between them where nothing is to be left out."""
        path = self.root / filename
        try:
            with open_warc(path) as file:
                row = self._next(filename, start - 1)
                if start < 0:
                    yield from self._before(path, row["offset"] if row else 0)
                while row is not None:
                    following = self._next(filename, row["offset"])
                    shown = self._shown(row)
                    if shown:
                        yield self._record(file, row)
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
        self._left.append((row["record_id"], row["captured_at"], reason))
        self.db.execute(LEFT_OUT, self._left[-1])
        return False

    def _record(self, file: Any, row: Row) -> RecordPiece:
        """A record. Its pieces are read when they are asked for. Raises StorageError behind the last one, where it is not what it was."""
        file.seek(row["offset"])
        head = head_of(file.read(min(row["length"], 4 * HEAD)))

        def chunks() -> Iterator[bytes]:
            digest, left = hashlib.sha256(), row["length"]
            file.seek(row["offset"])
            while chunk := file.read(min(left, CHUNK)):
                digest.update(chunk)
                left -= len(chunk)
                yield chunk
            if f"sha256:{digest.hexdigest()}" != row["record_digest"]:
                place = f"{row['filename']}:{row['offset']}"
                raise StorageError(f"the record at {place} is not what was written; run python -m archive verify")

        return RecordPiece(chunks(), row, head)

    def _before(self, path: Path, first: int) -> Iterator[RecordPiece]:
        """What the file says of itself, where it begins with that; in a whole export all that stands before the first chosen record."""
        if self.selection.whole:
            yield from self._beside(path, 0, first, False, "")
            return
        for member in members_between(path, 0, first):
            if b"WARC-Type: warcinfo" in member.head[:500]:
                yield RecordPiece(member.chunks())
            return

    def _beside(self, path: Path, start: int, end: int | None, shown: bool, record_id: str) -> Iterator[RecordPiece]:
        """What lies between two chosen records and belongs to the first; in a whole export also what belongs to none."""
        asked = shown
        for member in members_between(path, start, end):
            kind = header(member.head, "WARC-Type")
            if is_response(member.head) or kind in OF_ANSWERS:
                asked = False  # a record that was not chosen, and what follows it
                if not self.selection.whole:
                    return
            elif kind == "request":
                if asked and record_id.encode() in member.head:
                    yield RecordPiece(member.chunks())
            elif not self.selection.whole:
                return
            elif self._hides_nothing(member):
                yield RecordPiece(member.chunks())

    def _hides_nothing(self, member: Member) -> bool:
        return not self._texts.is_anything or self._texts.in_text(member.content().decode("utf-8", "replace")) is None

    def _place(self, row: Row, head: bytes) -> None:
        """Write down where a record lies, and the line of the index that leads to it."""
        key, line = index_line(row, head, self._name.rpartition("/")[2], self._at, row["length"])
        self._placed.append((row["id"], self._name, self._at, key, line))
        self.db.execute(PLACED, self._placed[-1])
        self.written += 1


def head_of(data: bytes) -> bytes:
    """A compressed record's own headers, and those of HTTP behind them."""
    return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data, HEAD)
