"""Records of WARC files that lie in a depot: takes its objects, gives files that read what is asked for by range, cached and bounded."""

from __future__ import annotations

import errno
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from archive.depot.address import open_objects
from archive.depot.marks import followed_url
from archive.depot.objects import NoObject, Objects, warc_key
from archive.errors import ArchiveError
from archive.warc.far import reach

BLOCK = 128 << 10  # bytes; a record and the request behind it mostly lie in one or two
AHEAD = 7  # blocks that are fetched along where the one before was read
HELD = 512  # blocks that stay in memory: 64 MB


class Blocks:
    """Stretches of immutable objects. May be asked by several threads."""

    def __init__(self, objects: Callable[[], Objects]) -> None:
        """``objects`` is called when the first block is asked for."""
        self._open = objects
        self._objects: Objects | None = None
        self._turn = threading.Lock()
        self._held: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self.requests = 0

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Raises OSError."""
        numbers = range(offset // BLOCK, (offset + max(length, 1) - 1) // BLOCK + 1)
        with self._turn:
            found = {number: block for number in numbers if (block := self._held.get((key, number))) is not None}
            for number in found:
                self._held.move_to_end((key, number))
        end = min((number for number, block in found.items() if len(block) < BLOCK), default=numbers[-1])
        missing = [number for number in numbers if number not in found and number <= end]
        if missing:
            last = missing[-1] + (AHEAD if self._was_read(key, missing[0] - 1) else 0)
            data = self._fetch(key, missing[0] * BLOCK, (last - missing[0] + 1) * BLOCK)
            fetched = {number: data[i * BLOCK : (i + 1) * BLOCK] for i, number in enumerate(range(missing[0], last + 1))}
            found |= fetched
            self._keep(key, fetched)
        start = offset - numbers[0] * BLOCK
        return b"".join(found.get(number, b"") for number in numbers)[start : start + length]

    def _was_read(self, key: str, number: int) -> bool:
        """Whether the file is read from end to end."""
        with self._turn:
            return (key, number) in self._held

    def _fetch(self, key: str, offset: int, length: int) -> bytes:
        with self._asked(key) as objects:
            return objects.get_range(key, offset, length)

    def size(self, key: str) -> int:
        """Raises OSError."""
        with self._asked(key) as objects:
            return objects.size(key)

    @contextmanager
    def _asked(self, key: str) -> Iterator[Objects]:
        try:
            with self._turn:
                objects = self._objects = self._objects or self._open()
                self.requests += 1
            yield objects
        except NoObject as error:
            raise FileNotFoundError(errno.ENOENT, "it is not in the depot", key) from error
        except ArchiveError as error:
            raise OSError(errno.EIO, str(error), key) from error

    def _keep(self, key: str, blocks: dict[int, bytes]) -> None:
        with self._turn:
            for number, block in blocks.items():
                self._held[key, number] = block
                self._held.move_to_end((key, number))
            while len(self._held) > HELD:
                self._held.popitem(last=False)


class DepotFile(io.RawIOBase):
    """One WARC file, read by range. ``chunk``: bytes that who reads it from end to end had best ask for at once."""

    chunk = BLOCK

    def __init__(self, blocks: Blocks, key: str) -> None:
        self._blocks, self._key, self._at = blocks, key, 0
        blocks.read(key, 0, 0)  # a file that is not there says so when it is opened

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}
        self._at = offset + (begins[whence] if whence in begins else self._blocks.size(self._key))
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._blocks.read(self._key, self._at, len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


class DepotFiles:
    """The WARC files of an archive, in a depot."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks

    def open(self, name: str) -> BinaryIO:
        return cast("BinaryIO", DepotFile(self.blocks, _key(name)))

    def size(self, name: str) -> int:
        return self.blocks.size(_key(name))


def _key(name: str) -> str:
    """``warc/SITE/FILE`` as an object."""
    _, site, file = name.split("/", 2)
    return warc_key(site, file)


def reach_depot(folder: Path, objects: Callable[[], Objects]) -> Blocks:
    """Have the records of the archive in ``folder`` read from a depot where their files are not there."""
    blocks = Blocks(objects)
    reach(folder, DepotFiles(blocks))
    return blocks


def reach_followed(folder: Path) -> Blocks:
    """The same for an archive that follows a depot, which is looked up when the first file is missing."""

    def objects() -> Objects:
        url = followed_url(folder)
        if url is None:
            raise NoObject("no depot is followed")
        return open_objects(url)

    return reach_depot(folder, objects)
