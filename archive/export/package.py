"""Where the files of an export go: takes names and contents piece by piece, gives a folder or a zip file, and each file's digest."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from archive.clock import moment


@dataclass(frozen=True, slots=True)
class Written:
    """A file of an export: SHA-256 in hex, and size in bytes."""

    digest: str
    size: int


class Package(Protocol):
    """Takes files one after the other. ``files``: name -> what was written under it."""

    files: dict[str, Written]

    def write(self, name: str, chunks: Iterable[bytes], *, stored: bool = False, large: bool = False) -> None:
        """Add a file. ``stored``: it is not compressed, because it is already, or is read at places in the middle. ``large``: it may
        have more than 2 GB."""


def _counted(chunks: Iterable[bytes], file: IO[bytes]) -> Written:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return Written(digest.hexdigest(), size)


class FolderPackage:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, dict[str, Written]()

    def write(self, name: str, chunks: Iterable[bytes], *, stored: bool = False, large: bool = False) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as file:
            self.files[name] = _counted(chunks, file)


class ZipPackage:
    """Files in a zip file, in the folder ``top`` where one is named. All have the time ``at``: equal content makes an equal file."""

    def __init__(self, packed: zipfile.ZipFile, at: str, top: str = "") -> None:
        self._packed, self._at, self._top, self.files = packed, at, top, dict[str, Written]()

    def write(self, name: str, chunks: Iterable[bytes], *, stored: bool = False, large: bool = False) -> None:
        entry = zipfile.ZipInfo(self._top + name, moment(self._at).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        with self._packed.open(entry, "w", force_zip64=large) as file:  # where it is not asked for, some readers do not understand it
            self.files[name] = _counted(chunks, file)


@contextmanager
def zip_package(path: Path, at: str, top: str = "") -> Iterator[ZipPackage]:
    """A new zip file at ``path``."""
    with zipfile.ZipFile(path, "x") as packed:
        yield ZipPackage(packed, at, top)


def sums(files: Iterable[tuple[str, Written]]) -> Iterator[bytes]:
    """Lines as ``sha256sum`` reads them, by name. BagIt's manifests have the same form."""
    for name, written in sorted(files):
        yield f"{written.digest}  {name}\n".encode()
