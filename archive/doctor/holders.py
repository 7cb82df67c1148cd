"""Who holds a lock: takes a file, gives the process that has it, without taking the lock for longer than a look."""

from __future__ import annotations

import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path("/proc/locks")


@dataclass(frozen=True, slots=True)
class LockHolder:
    """``pid`` is None where the system does not say it: a process in another container, say."""

    pid: int | None

    @property
    def said(self) -> str:
        if self.pid is None:
            return "a process that cannot be seen from here"
        words = command_of(self.pid)
        return f"process {self.pid}{f' ({words})' if words else ''}"


def lock_holder(path: Path) -> LockHolder | None:
    """Who holds an exclusive flock on a file; None where nobody does, or there is no such file. Raises OSError where it cannot be read."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    if found := _listed(there):
        return found
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:  # held for microseconds: what is listed names no process of another container
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _listed(there) or LockHolder(None)
    finally:
        os.close(handle)
    return None


def _listed(there: os.stat_result) -> LockHolder | None:
    """The holder as Linux lists it: ``1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234 0 EOF``. https://man7.org/linux/man-pages/man5/proc_locks.5.html"""
    if not LOCKS.is_file():
        return None
    for line in LOCKS.read_text(encoding="ascii", errors="replace").splitlines():
        found = re.search(r": FLOCK +ADVISORY +WRITE +(-?\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) ", line)
        if found and int(found[4]) == there.st_ino and (int(found[2], 16), int(found[3], 16)) == _device(there):
            return LockHolder(int(found[1]) if int(found[1]) > 0 else None)
    return None


def _device(there: os.stat_result) -> tuple[int, int]:
    return os.major(there.st_dev), os.minor(there.st_dev)


def command_of(pid: int) -> str:
    """The first words of a process's command line; '' where it cannot be read."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    return " ".join(word for word in words if word)[:100]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
