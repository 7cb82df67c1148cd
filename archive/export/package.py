"""Where the files of an export go: takes names and contents piece by piece, gives a folder or a zip file, and each file's digest.

What an earlier command wrote is read again, and counts where it is what was noted of it; the rest is written behind it. So a killed
export ends as one that was not killed, byte by byte.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from archive.clock import moment
from archive.export.course import ExportCourse

CHUNK = 1 << 20
FILE, PART = "file", "part"  # kinds of notes: a whole file, and the beginning of one that is being written
OF_ENTRY = ("header_offset", "CRC", "compress_size", "file_size", "create_version", "extract_version", "flag_bits")
DAMAGED = "what is left of the export that was broken off here is damaged: it begins anew"
Note = Mapping[str, Any]
Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Written:
    """A file of an export: SHA-256 in hex, and size in bytes."""

    digest: str
    size: int


class Package(ABC):
    """Takes files one after the other. ``files``: name -> what was written under it, by earlier commands too.

    ``course``: where that is noted. ``progress`` is told of the bytes of records that an earlier command wrote.
    """

    def __init__(self, course: ExportCourse, progress: Progress) -> None:
        self.files = dict[str, Written]()
        self.course = course
        self._kept: tuple[str, _Content] | None = None  # the beginning of a file that an earlier command wrote
        self._now: tuple[str, _Content] | None = None  # what is written at this moment
        try:
            is_as_noted = self._take_up(progress)
        except (OSError, zlib.error):
            is_as_noted = False
        if not is_as_noted:
            self.files.clear()
            self._kept = None
            course.begin_anew(DAMAGED)

    def write(self, name: str, chunks: Iterable[bytes], *, stored: bool = False, large: bool = False) -> None:
        """Add a file, unless an earlier command did. ``stored``: it is not compressed, because it is already, or is read at places in
        the middle. ``large``: it may have more than 2 GB. Where an earlier command wrote its beginning, up to the last call of
        ``note_part``, ``chunks`` are what comes behind that."""
        if name in self.files:
            return
        content = self._kept[1] if self._kept and self._kept[0] == name else _Content()
        with self._opened(name, content, stored, large) as file:
            self._now = (name, content)
            for chunk in chunks:
                file.write(chunk)
                content.add(chunk)
        self._now = None
        self.files[name] = content.written
        self._note(FILE, name, content, self._more_of(name))

    def note_part(self, said: Note) -> None:
        """Note how far the file is written whose chunks are asked for now, and ``said`` with it. Only of a file that is stored."""
        assert self._now is not None
        self._flush()
        self._note(PART, *self._now, said)

    def _note(self, kind: str, name: str, content: _Content, more: Note) -> None:
        written = content.written
        self.course.note(kind, {"name": name, "sha256": written.digest, "size": written.size, "place": content.place, **more})

    def _take_up(self, progress: Progress) -> bool:
        """Read what was noted. Returns whether it is there."""
        for said in self.course.notes(FILE):
            content = _Content()
            for chunk in self._read(said):
                content.add(chunk)
                progress(len(chunk) if is_records(said["name"]) else 0)
            if content.written != Written(said["sha256"], said["size"]):
                return False
            self.files[said["name"]] = content.written
        part = self.course.last.get(PART)
        if part is None or part["name"] in self.files:
            return True
        content = _Content(part["place"])
        for chunk in self._read_part(part):
            content.add(chunk)
            progress(len(chunk))
        self._kept = (part["name"], content)
        return content.written == Written(part["sha256"], part["size"])

    @abstractmethod
    def _opened(self, name: str, content: _Content, stored: bool, large: bool) -> Any:
        """A context manager that gives the file to write to, behind what ``content`` has of it."""

    @abstractmethod
    def _read(self, said: Note) -> Iterator[bytes]:
        """The content of a file that was noted."""

    @abstractmethod
    def _read_part(self, part: Note) -> Iterator[bytes]:
        """The same of the beginning of a file."""

    @abstractmethod
    def _flush(self) -> None:
        """Hand what is written to the system: a kill does not take it back then."""

    def _more_of(self, name: str) -> Note:
        """What else is noted of a file that was just written."""
        return {}


class _Content:
    """Digest and size of what is written to a file. ``place``: where its first byte lies."""

    def __init__(self, place: int = 0) -> None:
        self.place, self._digest, self._size = place, hashlib.sha256(), 0

    def add(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self._size += len(chunk)

    @property
    def written(self) -> Written:
        return Written(self._digest.hexdigest(), self._size)


class FolderPackage(Package):
    """Files in a folder."""

    def __init__(self, folder: Path, course: ExportCourse, progress: Progress) -> None:
        self.folder = folder
        self._file: IO[bytes] | None = None
        super().__init__(course, progress)

    @contextmanager
    def _opened(self, name: str, content: _Content, stored: bool, large: bool) -> Iterator[IO[bytes]]:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        begun = content.written.size
        with open(path, "r+b" if begun else "wb") as self._file:
            self._file.seek(begun)
            self._file.truncate()
            yield self._file

    def _read(self, said: Note) -> Iterator[bytes]:
        return chunks_of(self.folder / said["name"])

    def _read_part(self, part: Note) -> Iterator[bytes]:
        return chunks_of(self.folder / part["name"], 0, part["size"])

    def _flush(self) -> None:
        if self._file:
            self._file.flush()


class ZipPackage(Package):
    """Files in a zip file, in the folder ``top`` where one is named. All have the time of the export: equal content makes an equal file."""

    def __init__(self, course: ExportCourse, progress: Progress, top: str) -> None:
        self._path, self._top = course.made, top
        self._file: IO[bytes]
        self._packed: zipfile.ZipFile
        super().__init__(course, progress)

    @contextmanager
    def opened(self) -> Iterator[ZipPackage]:
        """The file for writing, behind what an earlier command wrote. Its list of files is written at the end."""
        noted = [said for said in self.course.notes(FILE) if said["name"] in self.files]
        end = noted[-1]["place"] + noted[-1]["compress_size"] if noted else 0
        with open(self._path, "r+b" if self._path.exists() else "w+b") as self._file:
            part = self.course.last[PART] if self._kept else None
            self._file.truncate(part["place"] + part["size"] if part else end)
            self._file.seek(end)
            with zipfile.ZipFile(self._file, "w") as self._packed:
                for said in noted:
                    self._remember(said)
                yield self

    def _remember(self, said: Note) -> None:
        entry = self._entry(said["name"], said["stored"])
        for field in OF_ENTRY:
            setattr(entry, field, said[field])
        self._packed.filelist.append(entry)
        self._packed.NameToInfo[entry.filename] = entry

    def _entry(self, name: str, stored: bool) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(self._top + name, moment(self.course.at).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry

    @contextmanager
    def _opened(self, name: str, content: _Content, stored: bool, large: bool) -> Iterator[IO[bytes]]:
        begun, place = content.written.size, content.place
        # where it is not asked for zip64, some readers do not understand it
        with self._packed.open(self._entry(name, stored), "w", force_zip64=large) as file:
            content.place = self._file.tell()
            for chunk in chunks_of(self._path, place, begun):  # the same bytes at the same place: the library counts them as it writes
                file.write(chunk)
            yield file
        self._file.flush()

    def _read(self, said: Note) -> Iterator[bytes]:
        stored = chunks_of(self._path, said["place"], said["compress_size"])
        return stored if said["stored"] else inflated(stored)

    def _read_part(self, part: Note) -> Iterator[bytes]:
        return chunks_of(self._path, part["place"], part["size"])

    def _flush(self) -> None:
        self._file.flush()

    def _more_of(self, name: str) -> Note:
        entry = self._packed.getinfo(self._top + name)
        return {"stored": entry.compress_type == zipfile.ZIP_STORED} | {field: getattr(entry, field) for field in OF_ENTRY}


@contextmanager
def zip_package(course: ExportCourse, progress: Progress, top: str = "") -> Iterator[ZipPackage]:
    """The zip file of a course."""
    with ZipPackage(course, progress, top).opened() as package:
        yield package


def is_records(name: str) -> bool:
    """Whether a file of an export has records in it."""
    return name.endswith(".warc.gz")


def chunks_of(path: Path, start: int = 0, size: int | None = None) -> Iterator[bytes]:
    """A file's content in pieces; of ``size`` bytes from ``start`` on."""
    with open(path, "rb") as file:
        file.seek(start)
        while chunk := file.read(CHUNK if size is None else min(CHUNK, size)):
            size = None if size is None else size - len(chunk)
            yield chunk


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Content that a zip file has deflated."""
    unzip = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in chunks:
        while chunk:
            yield unzip.decompress(chunk, CHUNK)
            chunk = unzip.unconsumed_tail
    yield unzip.flush()


def write_file(path: Path, chunks: Iterable[bytes]) -> Written:
    """Write a file by itself, in the place of one that is there."""
    content = _Content()
    with open(path, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            content.add(chunk)
    return content.written


def sums(files: Iterable[tuple[str, Written]]) -> Iterator[bytes]:
    """Lines as ``sha256sum`` reads them, by name. BagIt's manifests have the same form."""
    for name, written in sorted(files):
        yield f"{written.digest}  {name}\n".encode()
