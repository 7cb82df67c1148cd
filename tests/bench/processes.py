"""Runs a command as a process: takes its words, gives its wall and CPU time, and the memory of it and of all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent
EVERY = 0.1  # seconds between two looks at the processes
KIND = "PSS" if Path("/proc/self/smaps_rollup").exists() else "RSS"  # PSS counts a page that processes share once for all of them
PAGE = os.sysconf("SC_PAGE_SIZE")


class MeasureFailed(Exception):
    """Something that is measured did not do what it should; the message says what."""


@dataclass
class Memory:
    """The most that was seen at one time. Bytes."""

    main: int = 0  # the first process at its peak, as the kernel kept it
    total: int = 0  # of all processes
    kind: str = KIND
    processes: int = 0
    parts: list[tuple[str, int]] = field(default_factory=list)  # command and bytes of each when the total was largest


@dataclass(frozen=True)
class Usage:
    """``cpu``: user and system, of the process and of its children that it waited for. Seconds."""

    code: int
    wall: float
    cpu: float
    memory: Memory
    said: str


def run(words: Iterable[str], *, cwd: Path = ROOT, allowed: Iterable[int] = (0,), watched: bool = False) -> Usage:
    """Run to the end. ``watched``: memory of all processes is looked at ten times a second, which costs a little itself.

    Raises MeasureFailed for an exit code that is not allowed.
    """
    command, memory = list(words), Memory()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled, and so are the references
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=output, env=environment, start_new_session=True)
        try:
            status, cpu = _await_end(process, memory, watched=watched)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        wall = time.perf_counter() - start
        said = _read(output)
    if status not in allowed:
        raise MeasureFailed(f"{' '.join(command[1:6])} ... ended with {status}:\n{said[-1500:]}")
    return Usage(status, wall, cpu, memory, said)


def scrapy(*words: str, folder: Path, cwd: Path = ROOT, allowed: Iterable[int] = (0,), watched: bool = False, **settings: object) -> Usage:
    """The product's command at default settings, without delay."""
    return run(scrapy_words(*words, folder=folder, **settings), cwd=cwd, allowed=allowed, watched=watched)


def scrapy_words(*words: str, folder: Path, **settings: object) -> list[str]:
    named = {"ARCHIVE_DIR": folder, "DOWNLOAD_DELAY": 0} | settings
    return [sys.executable, "-m", "scrapy", *words, *(word for name, value in named.items() for word in ("-s", f"{name}={value}"))]


def _read(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")


def _await_end(process: subprocess.Popen[bytes], memory: Memory, *, watched: bool) -> tuple[int, float]:
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_utime + usage.ru_stime
        memory.main = max(memory.main, _peak(process.pid))
        if watched:
            look(process.pid, memory)
        time.sleep(EVERY if watched else EVERY / 5)


def _peak(pid: int) -> int:
    """The most that a process has held at one time, bytes; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def look(session: int, memory: Memory) -> None:
    """Keep the largest of what is seen now of a session's processes and what was seen before."""
    parts = []
    for pid in session_members(session):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parts.append((command[:70], _size(pid)))
    memory.processes = max(memory.processes, len(parts))
    if (total := sum(size for _, size in parts)) > memory.total:
        memory.total, memory.parts = total, parts


def session_members(session: int) -> list[int]:
    """The processes that belong to a session, whoever their parent is by now."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                state, _, _, of = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(of) == session and state != "Z":
                    found.append(int(entry.name))
    return found


def _size(pid: int) -> int:
    """Bytes of memory, by ``KIND``; 0 for a process that is about to end. Raises OSError when it has."""
    if KIND == "RSS":
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
