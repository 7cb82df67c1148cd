"""How far an export has come: takes a note of each step that was written, gives them back to the command that takes it up after a kill.

The notes are lines of JSON in a file beside what is written. A kill may cut the last one off: it is dropped, and its step is done again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.clock import now

LOCK, NOTES, MADE = "lock", "notes", "made"
BEGUN = "begun"  # kind of the first note: what the export is of, and its time


class ExportCourse:
    """The notes of one export, and ``made``, the file or folder that it writes.

    ``at``: the time of the export (UTC), which is that of its first command. ``folder`` is the export's own until it is whole. ``of``:
    what it is made of; where that differs from what was noted, it begins anew. ``tell`` is called with a line for people. ``last``:
    what was noted last of each kind.
    """

    def __init__(self, folder: Path, of: Mapping[str, Any], tell: Callable[[str], object]) -> None:
        self.folder, self.made, self._path = folder, folder / MADE, folder / NOTES
        self._of, self._tell = json.loads(json.dumps(of)), tell
        self.last = dict[str, Any]()
        self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115  # closed by whoever made this
        os.truncate(self._path, self._whole())
        begun = self.last.get(BEGUN)
        if begun is None:
            self.begin_anew()
        elif begun["of"] != self._of:
            other = "with other options" if begun["of"].get("options") != self._of.get("options") else "before the archive changed"
            self.begin_anew(f"the export that was broken off here was begun {other}: it begins anew")
        else:
            self.at = str(begun["at"])
            tell(f"going on with the export that was begun at {self.at}")

    def _whole(self) -> int:
        """Read all notes. Returns where the whole ones end."""
        end = 0
        with open(self._path, "rb") as file:
            for line in file:
                kind, _, said = line.partition(b" ")
                try:
                    self.last[kind.decode()] = json.loads(said if line.endswith(b"\n") else b"")
                except ValueError:
                    break
                end += len(line)
        return end

    def begin_anew(self, reason: str = "") -> None:
        """Forget all that was written. ``reason``: said to people."""
        if reason:
            self._tell(reason)
        for path in self.folder.iterdir():
            if path.name not in (LOCK, NOTES):
                remove(path)
        self._file.truncate(0)
        self.last.clear()
        self.at = now()
        self.note(BEGUN, {"of": self._of, "at": self.at})

    def note(self, kind: str, said: Mapping[str, Any]) -> None:
        """Add a note, of what is in its file already: a kill between the two costs that step."""
        self.last[kind] = said
        line = f"{kind} {json.dumps(said)}\n".encode()
        while line:
            line = line[self._file.write(line) :]

    def notes(self, kind: str) -> Iterator[Any]:
        """What was noted of a kind, in order."""
        start = f"{kind} ".encode()
        with open(self._path, "rb") as file:
            for line in file:
                if line.startswith(start):
                    yield json.loads(line[len(start) :])

    def close(self) -> None:
        """End the notes of this command."""
        self._file.close()


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it. What is not there is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
