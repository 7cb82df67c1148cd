"""One thing that was looked at: how it stands, and the command that mends it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.db.connection import archive_dir

State = Literal["ok", "warning", "fault"]
CONTENT, STORAGE = 4, 3  # exit codes of faults


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``about`` is one word or two; ``mend`` the command to type, '' where there is nothing to do. ``code``: the exit code of a fault."""

    about: str
    state: State
    said: str
    mend: str = ""
    code: int = CONTENT

    @property
    def line(self) -> str:
        return f"{self.state:<8} {self.about:<13} {self.said}{f'; {self.mend}' if self.mend else ''}"


def fine(about: str, said: str) -> Diagnosis:
    return Diagnosis(about, "ok", said)


def warning(about: str, said: str, mend: str) -> Diagnosis:
    return Diagnosis(about, "warning", said, mend)


def fault(about: str, said: str, mend: str, code: int = CONTENT) -> Diagnosis:
    return Diagnosis(about, "fault", said, mend, code)


def archive_line(folder: Path, words: str) -> str:
    """The command ``archive WORDS`` for this archive, as it is typed here."""
    elsewhere = "" if archive_dir() == folder else f"--archive-dir {quoted(folder)} "
    return f"python -m archive {elsewhere}{words}"


def scrapy_line(folder: Path, words: str) -> str:
    """The command ``scrapy WORDS`` for this archive, as it is typed here."""
    elsewhere = "" if archive_dir() == folder else f" -s ARCHIVE_DIR={quoted(folder)}"
    return f"scrapy {words}{elsewhere}"


def quoted(path: Path | str) -> str:
    return shlex.quote(str(path))


def some(names: list[str], shown: int = 3) -> str:
    """``a, b, c and 4 more``."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
