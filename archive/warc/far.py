"""WARC files that do not lie in the archive's folder: takes a path, opens the file, or what somebody said how to reach it.

An archive that follows a depot leaves its WARC files there. Whoever knows the depot says so once for a folder; readers of records open
files through this module and need not know.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

Opener = Callable[[str], BinaryIO]  # takes a name as captures have it; raises OSError
_REACHED: dict[str, Opener] = {}


def reach(root: Path, opener: Opener) -> None:
    """From now on files that are not in the archive's folder ``root`` are opened so. What was said last counts."""
    _REACHED[os.path.abspath(root)] = opener


def open_warc(path: Path) -> BinaryIO:
    """A WARC file for reading, wherever it lies. Raises OSError."""
    try:
        return open(path, "rb")
    except FileNotFoundError:
        whole = os.path.abspath(path)
        for root, opener in _REACHED.items():
            if whole.startswith(f"{root}/warc/"):
                return opener(whole.removeprefix(f"{root}/"))
        raise
