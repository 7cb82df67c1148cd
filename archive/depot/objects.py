"""What a depot stands on: objects by name that can be read, written if nobody changed them since, and listed. Takes an address.

Two kinds keep this contract: a bucket of an object store (``archive/depot/s3.py``) and a folder (``archive/depot/folder.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.errors import StorageError


class DepotAway(StorageError):
    """The store does not answer, or refuses; nothing is known of what it did."""


class ClockRefused(DepotAway):
    """The store refuses what this machine signs, for its clock is off."""

    exit_code = 2


class DepotFull(StorageError):
    """The store has no room."""


class NoObject(StorageError):
    """Nothing lies under this name."""


class ObjectChanged(StorageError):
    """Somebody wrote the object since it was read: nothing was written."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was read. ``version`` differs for each content; ``modified`` is seconds of the store's own clock."""

    data: bytes
    version: str
    modified: float


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing shows it."""

    key: str
    size: int
    version: str
    modified: float


class Objects(Protocol):
    """Objects by name. Every method raises DepotAway, those that write DepotFull."""

    url: str

    def get(self, key: str) -> Stored:
        """The whole object. Raises NoObject."""

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """A stretch of it, shorter where the object ends. Raises NoObject."""

    def size(self, key: str) -> int:
        """Its bytes. Raises NoObject."""

    def put(self, key: str, data: bytes) -> None:
        """Write an object whose name nobody else writes."""

    def put_file(self, key: str, path: Path) -> None:
        """The same of a file, however large."""

    def put_if(self, key: str, data: bytes, version: str | None) -> str:
        """Write it if it is still this version, or None: if there is none. Returns the new version. Raises ObjectChanged.

        No two contents may be equal: what this call wrote is recognised by its content where an answer was lost.
        """

    def demand_conditions(self, key: str) -> None:
        """Raises ConfigurationError where a write that has to be refused is not, so that two could hold a site. ``key``: an object that
        is there, and this process's alone."""

    def list(self, prefix: str) -> Iterator[Listed]:
        """The objects whose names begin with ``prefix``, in the order of their names."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove them; those that are not there are removed already."""


def warc_key(site: str, filename: str) -> str:
    """``warc/SITE/FILE`` as an object."""
    return f"sites/{site}/warc/{filename.rpartition('/')[2]}"
