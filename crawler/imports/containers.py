"""What a person names to be taken in, as single files: takes files and folders, gives WARC and ARC files, those inside a WACZ too.

A WACZ is a zip file. What is read of it is copied to a folder of our own under names of our own: the paths inside it lead nowhere.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ConfigurationError, StorageError

ENDINGS = (".warc", ".warc.gz", ".arc", ".arc.gz")
PIECE = 1 << 20
LARGEST_MEMBER = 1 << 36  # bytes of a file inside a WACZ: they are not packed in it, and nothing is unpacked to more
RATIO = 200  # how many times larger than in the zip a file may be


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and the name by which it is told and remembered."""

    name: str
    path: Path


def sources(named: Sequence[str], scratch: Path, faults: Counter[str]) -> Iterator[Source]:
    """The files behind what was named, one after the other; of a WACZ each is copied to ``scratch``, and removed when the next is asked
    for. ``faults`` counts what could not be read. Raises ConfigurationError for what is not there, StorageError for a full disk."""
    for name in named:
        path = Path(name)
        if not path.exists():
            raise ConfigurationError(f"there is no {name}")
    for path in map(Path, named):
        inside = sorted(p for p in path.rglob("*") if p.is_file() and p.name.endswith((*ENDINGS, ".wacz"))) if path.is_dir() else [path]
        if path.is_dir() and not inside:
            faults[f"folder without WARC files ({path})"] += 1
        for file in inside:
            if zipfile.is_zipfile(file):
                yield from _of_wacz(file, scratch, faults)
            else:
                yield Source(file.name, file)


def _of_wacz(path: Path, scratch: Path, faults: Counter[str]) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as opened:
            held = [info for info in opened.infolist() if info.filename.endswith(ENDINGS) and not info.is_dir()]
            if not held:
                faults["WACZ without WARC files"] += 1
            for info in held:
                copy = scratch / "source"
                if info.file_size > LARGEST_MEMBER or info.file_size > RATIO * max(info.compress_size, PIECE):
                    faults["file in a WACZ that unpacks to too much"] += 1
                    continue
                if not _copied(opened, info, copy):
                    faults["torn file in a WACZ"] += 1
                yield Source(f"{path.name}:{Path(info.filename).name}", copy)
                copy.unlink(missing_ok=True)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        faults["WACZ that is no whole zip file"] += 1


def _copied(opened: zipfile.ZipFile, info: zipfile.ZipInfo, to: Path) -> bool:
    """Copy a file out of a zip; False where it breaks off, or is not what the zip says."""
    left = info.file_size
    try:
        with open(to, "wb") as out, opened.open(info) as member:
            while (piece := member.read(PIECE)) and left >= 0:
                out.write(piece)
                left -= len(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return False
    except OSError as error:
        raise StorageError(f"cannot write to {to.parent}: {error.strerror or error}") from error
    return True
