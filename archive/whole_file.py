"""A file that appears whole or not at all: takes its place and its bytes, gives a synced file under that name."""

from __future__ import annotations

import os
from pathlib import Path

UNFINISHED = ".unfinished"  # how the name of a file ends that a killed process left behind


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, in a folder that is made where it lacks; it is on disk when this returns. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}{UNFINISHED}")
    with open(made, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
