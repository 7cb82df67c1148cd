"""What stays of sites on a worker's disk: takes the folders of its slices and how much may stay, removes those read longest ago.

A folder saves the way to the depot when its site is read here again. It may go when the depot has all of it; one that holds anything
that was not committed stays, whatever its size and age.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.db.connection import FILENAME
from archive.depot.brought import STATE, carried_files, read_state
from archive.depot.manifest import digest_of
from archive.warc.place import SUFFIX

UNDER_WAY = ".slice"  # lies in the folder of a site as long as a slice of it is not committed
LEAVING = ".leaving-"  # how the name of a folder begins that is being removed
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class KeptFolder:
    """``used``: when a slice began in it last, seconds of this machine's clock; ``size``: bytes."""

    used: float
    size: int


class KeptFolders:
    """The folders below one folder, which is this process's alone."""

    def __init__(self, folder: Path, most: float, days: float) -> None:
        """``most``: bytes that all of them together may have; ``days``: how long one stays that is not used; 0 of either: no bound."""
        self.folder, self.most, self.days = folder, most, days
        self._kept: dict[str, KeptFolder] = {}

    def measure(self) -> None:
        """Look at all of them: once, when a process begins."""
        for path in self.folder.glob(f"{LEAVING}*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.iterdir():
            self.measure_one(path.name)

    def measure_one(self, name: str) -> None:
        """Look at one in which a slice has ended."""
        try:
            used = (self.folder / name / STATE).stat().st_mtime
        except OSError:
            self._kept.pop(name, None)
            return
        self._kept[name] = KeptFolder(used, size_of(self.folder / name))

    def too_many(self) -> list[str]:
        """The names of those that should go, the one used longest ago first."""
        oldest = sorted(self._kept.items(), key=lambda item: item[1].used)
        over = sum(kept.size for kept in self._kept.values()) - self.most if self.most else 0.0
        before = time.time() - self.days * DAY if self.days else float("-inf")
        found = []
        for name, kept in oldest:
            if over <= 0 and kept.used >= before:
                break
            found.append(name)
            over -= kept.size
        return found

    def remove(self, name: str) -> bool:
        """Remove one; whether it could go. No slice of it may be under way."""
        path = self.folder / name
        if not is_spare(path):
            return False
        leaving = self.folder / f"{LEAVING}{name}"
        path.rename(leaving)  # so that what a kill leaves is no folder of a site
        self._kept.pop(name, None)
        shutil.rmtree(leaving, ignore_errors=True)
        return True

    async def bound(self, name: str, busy: dict[str, Any], in_thread: Callable[..., Awaitable[Any]]) -> None:
        """A slice of ``name`` has ended: remove what is too much. ``busy``: what must stay for now; what is being removed is added to it
        meanwhile."""
        await in_thread(self.measure_one, name)
        for one in self.too_many():
            if one != name and one not in busy:
                busy[one] = None
                try:
                    await in_thread(self.remove, one)
                finally:
                    del busy[one]


def size_of(path: Path) -> int:
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(path) for name in names)


def is_spare(folder: Path) -> bool:
    """Whether the depot has everything that lies in the folder of a site."""
    state = read_state(folder)
    if state is None or not state.base or (folder / UNDER_WAY).exists():
        return False
    if any(folder.glob(f".{FILENAME}.former-*")):
        return False
    sent = {f"warc/{state.name}/{name}": size for name, (size, _) in state.manifest.warc.items()}
    for path in (folder / "warc").rglob(f"*{SUFFIX}"):
        if sent.get(path.relative_to(folder).as_posix()) != path.stat().st_size:
            return False
    files = state.manifest.files
    return all(path in files and files[path].digest == digest_of(content) for path, content in carried_files(folder))
