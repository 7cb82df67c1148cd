"""WARC files that do not lie in the archive's folder: takes a path, opens the file, or what somebody said how to reach it.

An archive that follows a depot leaves its WARC files there. Whoever knows the depot says so once for a folder; readers of records open
files through this module and need not know.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Protocol


class FarFiles(Protocol):
    """WARC files elsewhere, by the names that captures give them. Both raise OSError."""

    def open(self, name: str) -> BinaryIO:
        """A file for reading from any place in it."""

    def size(self, name: str) -> int:
        """Its bytes."""


_REACHED: dict[str, FarFiles] = {}


def reach(root: Path, files: FarFiles) -> None:
    """From now on files that are not in the archive's folder ``root`` are looked for here. What was said last counts."""
    _REACHED[os.path.abspath(root)] = files


def _reached(path: Path) -> tuple[FarFiles, str] | None:
    whole = os.path.abspath(path)
    found = ((files, whole.removeprefix(f"{root}/")) for root, files in _REACHED.items() if whole.startswith(f"{root}/warc/"))
    return next(found, None)


def open_warc(path: Path) -> BinaryIO:
    """A WARC file for reading, wherever it lies. Raises OSError."""
    try:
        return open(path, "rb")
    except FileNotFoundError:
        if (found := _reached(path)) is None:
            raise
        files, name = found
        return files.open(name)


def far_size(path: Path) -> int | None:
    """The bytes of a file that lies elsewhere; None where it does not, or cannot be reached."""
    if (found := _reached(path)) is None:
        return None
    files, name = found
    try:
        return files.size(name)
    except OSError:
        return None
