"""A depot in a folder, also one that several machines share: takes its path. Files are written beside their place and renamed to it.

A lock (flock) stands around each comparison with the write that follows it. Times are those of the file system, not of this process.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.depot.objects import DepotAway, DepotFull, Listed, NoObject, ObjectChanged, Stored
from archive.errors import ConfigurationError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOCK = ".lock"
SAFE = re.compile(r"(?!.*(?:^|/)\.)[^\0\\]+")  # no part of a name begins with a dot: such files are being written


class FolderObjects:
    """Objects as files under a folder, which is made where it is not there."""

    def __init__(self, place: str) -> None:
        """Raises ConfigurationError where the folder cannot be."""
        self.folder = Path(place).expanduser().absolute()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{self.folder} can be no depot: {error.strerror or error}") from error
        self.url = self.folder.as_uri()

    def get(self, key: str) -> Stored:
        with self._told(key), open(self._path(key), "rb") as file:
            data = file.read()
            return Stored(data, version_of(data), os.fstat(file.fileno()).st_mtime)

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        with self._told(key), open(self._path(key), "rb") as file:
            return os.pread(file.fileno(), length, offset)

    def size(self, key: str) -> int:
        with self._told(key):
            return self._path(key).stat().st_size

    def put(self, key: str, data: bytes) -> None:
        with self._told(key):
            self._write(self._path(key), data)

    def put_file(self, key: str, path: Path) -> None:
        with self._told(key), open(path, "rb") as read:
            self._write(self._path(key), read)

    def put_if(self, key: str, data: bytes, version: str | None) -> str:
        with self._told(key), self._alone():
            path = self._path(key)
            held = version_of(path.read_bytes()) if path.exists() else None
            if held != version:
                raise ObjectChanged(f"{key} was written by somebody else in the meantime")
            self._write(path, data)
        return version_of(data)

    def demand_conditions(self, key: str) -> None:
        """Some mounted file systems take every lock."""
        with self._told(key), self._alone():
            handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                os.close(handle)
        raise ConfigurationError(
            f"the file system of {self.folder} keeps no lock (flock): two workers could read one site; a depot needs another folder"
        )

    def list(self, prefix: str) -> Iterator[Listed]:
        base = prefix.rpartition("/")[0]
        with self._told(prefix):
            for path in sorted(self._path(base).rglob("*") if base else self.folder.rglob("*")):
                key = path.relative_to(self.folder).as_posix()
                if key.startswith(prefix) and SAFE.fullmatch(key) and path.is_file():
                    data = path.read_bytes() if prefix.startswith("heads") else b""
                    told = path.stat()
                    yield Listed(key, told.st_size, version_of(data) if data else "", told.st_mtime)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            with self._told(key):
                self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not SAFE.fullmatch(key) or key.startswith("/"):
            raise NoObject(f"{key!r} can be no name in a depot")
        return self.folder / key

    def _write(self, path: Path, data: bytes | BinaryIO) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{secrets.token_hex(8)}.unfinished")
        try:
            with open(made, "wb") as file:
                if isinstance(data, bytes):
                    file.write(data)
                else:
                    shutil.copyfileobj(data, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
            made.rename(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Errors of the disk as those of a depot."""
        try:
            yield
        except FileNotFoundError as error:
            raise NoObject(f"{key} is not in {self.folder}") from error
        except OSError as error:
            kind = DepotFull if error.errno in FULL else DepotAway
            raise kind(f"the depot {self.folder} refuses {key}: {error.strerror or error}") from error


def version_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
