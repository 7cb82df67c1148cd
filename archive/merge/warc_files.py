"""The evidence of another archive brought into this one: takes its folder and the maps, gives each new record its place here.

A file that brings nothing but new records comes whole: as a hard link, a copy or a symbolic link. Of others only those stretches are
copied that are not here: a file that a run was appending to when it was merged last, or that two archives have in common up to a point.
WARC files only grow, and a record is one stretch of one: whatever is copied stays a WARC file. Every record that is brought is read and
compared with its digests before. What is written here is synced before the database names it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from archive.errors import StorageError
from archive.export.backup import appended, known_end
from archive.merge.source import refuse
from archive.verify.warc_files import COLUMNS, File, FileSpan, check_span
from archive.warc.place import SUFFIX, is_own_file

How = Literal["link", "copy", "reference"]
Span = tuple[int, int]  # the first byte of a stretch, and the byte behind it
CHUNK = 1 << 20
UNFINISHED_SUFFIX = ".merging"


@dataclass(slots=True)
class SourceFile:
    """A WARC file of the other archive."""

    path: Path
    name: str  # as its captures name it
    site: str  # the folder that its records have here
    end: int  # what lies behind is not known of yet
    whole: bool  # no run appends to it any more
    rows: list[dict[str, Any]] = field(default_factory=list)  # its captures in their order, with ``here`` and ``fresh``


@dataclass(slots=True)
class Placing:
    """What was written to this archive's folder, so that it can be taken back where the merge fails."""

    folder: Path
    how: How
    made: list[Path] = field(default_factory=list)
    grown: list[tuple[Path, int]] = field(default_factory=list)

    def take_back(self) -> None:
        for path in self.made:
            path.unlink(missing_ok=True)
        for path, size in self.grown:
            os.truncate(path, size)

    def free_name(self, name: str, site: str) -> Path:
        """A name that no file has, as this program names files where the file is named so."""
        place = self.folder / "warc" / site
        place.mkdir(parents=True, exist_ok=True)
        own = re.fullmatch(r".+-(\d{6})-(\d{3,})" + re.escape(SUFFIX), name)
        stem = name.removesuffix(SUFFIX)
        number = int(own[2]) if own else 1
        path = place / (f"{site}-{own[1]}-{number:03d}{SUFFIX}" if own else name)
        while path.exists() or path.is_symlink():
            number += 1
            path = place / (f"{site}-{own[1]}-{number:03d}{SUFFIX}" if own else f"{stem}-{number}{SUFFIX}")
        return path

    def place_whole(self, file: SourceFile) -> Path:
        """The whole file, under a free name."""
        target = self.free_name(file.path.name, file.site)
        if self.how == "reference":
            target.symlink_to(file.path.resolve())
        elif self.how == "copy" or not _linked(file.path, target):
            return self.write(target, file.path, [(0, file.end)])
        self.made.append(target)
        _sync(target.parent)
        return target

    def write(self, target: Path, source: Path, spans: list[Span]) -> Path:
        """A new file of these stretches. It has its name when it is whole and on the disk."""
        unfinished = target.with_name(f".{target.name}{UNFINISHED_SUFFIX}")
        try:
            with open(unfinished, "wb") as file:
                _copy_spans(source, spans, file)
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
        self.made.append(target)
        _sync(target.parent)
        return target

    def append(self, target: Path, source: Path, spans: list[Span]) -> None:
        self.grown.append((target, target.stat().st_size))
        with open(target, "ab") as file:
            _copy_spans(source, spans, file)


def _linked(source: Path, target: Path) -> bool:
    """False where the file system cannot link them."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno == 28:  # no space left
            raise
        return False
    return True


def _copy_spans(source: Path, spans: list[Span], file: Any) -> None:
    with open(source, "rb") as read:
        for start, end in spans:
            read.seek(start)
            left = end - start
            while left and (data := read.read(min(CHUNK, left))):
                file.write(data)
                left -= len(data)
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_unfinished(folder: Path) -> None:
    """What a merge that was killed left half-written."""
    for path in (folder / "warc").glob(f"*/.*{UNFINISHED_SUFFIX}"):
        path.unlink()


class Evidence:
    """The WARC files of the other archive, and what of them is new."""

    def __init__(self, db: Database, folder: Path, source: Path, told: Callable[[int], None]) -> None:
        self.db, self.folder, self.source, self.told = db, folder, source, told
        sql = """
            select theirs.name, ours.name
            from source.sites as theirs
            join temp.map_sites as map on map.old = theirs.id
            join main.sites as ours on ours.id = map.new
            """
        self.sites: dict[str, str] = dict(db.execute(sql).fetchall())
        self.files = [file for file in self._files() if file.rows or self._is_unlike(file)]
        self.needed = [(file, spans) for file in self.files if (spans := self.missing(file))]
        self.bytes = sum(end - start for _, spans in self.needed for start, end in spans)

    def _files(self) -> Iterator[SourceFile]:
        paths = sorted(path for path in (self.source / "warc").glob(f"*/*{SUFFIX}") if path.is_file())
        newest = appended(paths)
        names = {path.relative_to(self.source).as_posix(): path for path in paths}
        fresh = "select distinct filename from source.captures as c join temp.map_captures as map on map.old = c.id where map.fresh"
        lost = sorted({name for (name,) in self.db.execute(fresh)} - names.keys())
        refuse(self.source, [f"{name} is not there, and captures are said to be in it" for name in lost])
        for name, path in names.items():
            size = path.stat().st_size
            end = min(size, known_end(self.db.conn, name, path, growing=False, captures="source.captures")) if path in newest else size
            yield SourceFile(path, name, self.sites.get(path.parent.name, path.parent.name), end, path not in newest, self._rows(name))

    def _rows(self, name: str) -> list[dict[str, Any]]:
        columns = ", ".join(f"theirs.{column}" for column in COLUMNS)
        sql = f"""
            select {columns}, map.new as here, map.fresh,
              ours.filename as our_file, ours.offset as our_offset, ours.record_digest as our_digest, ours.payload_digest as our_payload
            from source.captures as theirs
            join temp.map_captures as map on map.old = theirs.id
            left join main.captures as ours on ours.id = map.new and not map.fresh
            where theirs.filename = ?
            order by theirs.offset
            """
        rows = list(self.db.query(sql, [name]))
        for row in rows:
            if not row["fresh"] and (row["our_digest"], row["our_payload"]) != (row["record_digest"], row["payload_digest"]):
                refuse(self.source, [f"the record {row['record_id']} has another digest than the same record here"])
        return rows

    def _is_unlike(self, file: SourceFile) -> bool:
        """Whether a file without captures is not here yet."""
        return not any(_same_start(file, path) for path in (self.folder / "warc" / file.site).glob(f"*{SUFFIX}"))

    def missing(self, file: SourceFile) -> list[Span]:
        """The stretches of a file that are not here, neighbours as one."""
        starts = [row["offset"] for row in file.rows]
        spans: list[Span] = [] if file.rows and not file.rows[0]["fresh"] else [(0, starts[0] if starts else file.end)]
        for row, end in zip(file.rows, [*starts[1:], file.end], strict=True):
            start = row["offset"] if row["fresh"] else min(end, row["offset"] + self._held(row))
            if start < end:
                if spans and spans[-1][1] == start:
                    spans[-1] = (spans[-1][0], end)
                else:
                    spans.append((start, end))
        return [span for span in spans if span[0] < span[1]]

    def _held(self, row: dict[str, Any]) -> int:
        """How many bytes lie here from the start of a record to the next one."""
        sql = "select min(offset) from main.captures where filename = ? and offset > ?"
        [following] = self.db.execute(sql, [row["our_file"], row["our_offset"]]).fetchone()
        try:
            return int(following if following is not None else (self.folder / row["our_file"]).stat().st_size) - int(row["our_offset"])
        except OSError as error:
            raise StorageError(
                f"{self.folder / row['our_file']} cannot be read: {error.strerror}; look with python -m archive verify"
            ) from error

    def check(self) -> None:
        """Raises DamagedSource where a record that is to be brought is not what its row says."""
        for file, spans in self.needed:
            own = is_own_file(file.path)
            kept = File(file.path, file.name, file.end, file.rows[-1]["offset"] if file.rows else -1, False)
            for start, end in spans:
                rows = {row["offset"]: row for row in file.rows if start <= row["offset"] < end}
                found = check_span(FileSpan(kept, start, end, rows))
                lines = [line for line in found.findings if isinstance(line, str) and (own or ": capture " in line)]
                lines += [f"{file.name}: no record at {offset}, where capture {row_id} should be" for offset, row_id in found.missing]
                if found.end != end and own:
                    lines.append(f"{file.name}: what lies at {found.end} is no whole record")
                refuse(self.source, lines)
                self.told(end - start)

    def bring(self, placing: Placing) -> None:
        """Write what is missing, and say in ``temp.places`` where each new record lies."""
        self.db.execute("drop table if exists temp.places")
        self.db.execute("create temp table places (old integer primary key, filename text not null, offset integer not null)")
        for file, spans in self.needed:
            if file.whole and spans == [(0, file.path.stat().st_size)]:
                target, base = placing.place_whole(file), 0
            elif (grown := self._continued(file, spans)) is not None:
                target, base = grown, grown.stat().st_size
                placing.append(target, file.path, spans)
            else:
                target, base = placing.free_name(file.path.name, file.site), 0
                placing.write(target, file.path, spans)
            name = target.relative_to(self.folder).as_posix()
            for start, end in spans:
                places = [(r["id"], name, base + r["offset"] - start) for r in file.rows if r["fresh"] and start <= r["offset"] < end]
                self.db.conn.executemany("insert into temp.places(old, filename, offset) values (?, ?, ?)", places)
                base += end - start

    def _continued(self, file: SourceFile, spans: list[Span]) -> Path | None:
        """The file here that ends where these stretches begin, if it is this archive's alone; its former part is compared."""
        before = [row for row in file.rows if row["offset"] < spans[0][0]]
        if not before or before[-1]["fresh"]:
            return None
        row = before[-1]
        path = self.folder / row["our_file"]
        [last] = self.db.execute("select max(offset) from main.captures where filename = ?", [row["our_file"]]).fetchone()
        placed = [place for (place,) in self.db.execute("select 1 from temp.places where filename = ?", [row["our_file"]])]
        if placed or last != row["our_offset"] or path.is_symlink() or path.stat().st_nlink > 1 or not is_own_file(path):
            return None
        length = path.stat().st_size - last
        same = _read(path, last, length) == _read(file.path, row["offset"], length) and row["offset"] + length == spans[0][0]
        return path if same else None


def _read(path: Path, start: int, length: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(start)
        return file.read(length)


def _same_start(file: SourceFile, path: Path) -> bool:
    if not path.is_file() or path.stat().st_size < file.end:
        return False
    return _read(path, 0, file.end) == _read(file.path, 0, file.end)


def bring_seals(folder: Path, source: Path) -> list[str]:
    """The other archive's chains of seals, as they are: they prove the time of its records wherever these lie. Returns what differs."""
    differing = []
    for path in sorted((source / "warc" / "seals").rglob("*")):
        target = folder / "warc" / "seals" / path.relative_to(source / "warc" / "seals")
        if not path.is_file() or path.name.startswith("."):
            continue
        theirs, ours = path.read_bytes(), target.read_bytes() if target.is_file() else b""
        if target.is_file() and ours.startswith(theirs):
            continue
        if not theirs.startswith(ours):
            differing.append(f"{path} differs from the file of the same name here, which stays")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}{UNFINISHED_SUFFIX}")
        shutil.copyfile(path, unfinished)
        with open(unfinished, "rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    return differing
