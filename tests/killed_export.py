"""Exports killed at any moment: takes an archive, gives for each form whether what the next command makes of it is as if nothing was.

Each export runs in a process of its own, which kills itself (SIGKILL) at the n-th call of a function; processes are forked, so that one
costs no more than its work. ``python -m tests.killed_export ARCHIVE FOLDER KILLS [SEED]`` prints a line of JSON for each form.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import archive.export.records
import archive.export.wacz
import archive.publish.as_files.write
import archive.publish.redaction.public_copy  # noqa: F401  # all that an export needs is imported once, before the processes part
from archive import clock
from archive.__main__ import commands
from archive.export import records
from archive.publish.commands import export  # noqa: F401
from archive.publish.redaction import public_copy

FORMS = {
    "all.wacz": ["--all"],
    "all.bag": ["--all"],
    "all.zip": ["--all"],
    "all": ["--all"],
    "public.db": ["--public"],
    "site": ["--static"],
}
AT = {
    "all.wacz": ("note", 5),
    "public.db": ("_copy_rows", 14),
    "site": ("note", 12),
}  # in the middle of most of it: the n-th call of a function
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Stopped(datetime):
    """A clock that stands."""

    at = START

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return cls.at


@dataclass
class Ended:
    """How an export ended. ``calls``: of functions; 0 where it was killed."""

    status: int
    said: str
    calls: int


class Calls:
    """Counts calls of functions, of those called ``name`` where one is named, and kills its process at one of them."""

    def __init__(self, last: int, name: str) -> None:
        self.count, self.last, self.name = 0, last, name

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        if self.name and (event != "call" or frame.f_code.co_name != self.name):
            return
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def run(folder: Path, target: Path, last: int = 0, days: int = 0, name: str = "", counts: bool = True) -> Ended:
    """One export in a process of its own. ``last``: the call, of the function ``name`` or any, at which it is killed; 0 for none.
    ``days`` the clock is ahead. Not to count the calls is faster."""
    log = target.parent.with_name("log")
    process = os.fork()
    if process == 0:
        code = 70
        try:
            Stopped.at = START + timedelta(days=days)
            with open(log, "w") as sys.stderr:
                sys.stdout = sys.stderr
                calls = Calls(last, name)
                sys.setprofile(calls if counts else None)
                arguments = ["export", "--archive-dir", str(folder), *FORMS[target.name], "--to", str(target)]
                code = commands.main(arguments, standalone_mode=False)
                sys.setprofile(None)
                print(f"calls {calls.count}")
        finally:
            os._exit(code)
    _, status = os.waitpid(process, 0)
    said = log.read_text()
    return Ended(status, said, int(said.rpartition("calls ")[2]) if status == 0 else 0)


def digest(folder: Path) -> str:
    """Of all names and bytes in a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def tried(folder: Path, place: Path, form: str, kills: int, seed: int) -> dict[str, Any]:
    """An undisturbed export, and others that are killed until there were so many ``kills``; each gets two of them before it may end."""
    moments = random.Random(f"{form} {seed}")
    (place / form).mkdir(parents=True)
    whole = run(folder, place / form / form)
    wanted, unequal, gone_on, saved, count = digest(place / form), 0, 0, 0, 0
    for number in range(9 * kills):
        if count >= kills:
            break
        here = place / f"{form}-{number}"
        here.mkdir()
        first = moments.randint(1, moments.choice((whole.calls, whole.calls // 10)))  # what makes up few calls may take long
        ends = [run(folder, here / form, first)]
        begun = any(path.stat().st_size for path in here.glob(".*/notes"))  # from then on it has its time
        ends.append(run(folder, here / form, moments.randint(1, whole.calls), days=begun))
        count += sum(os.WIFSIGNALED(end.status) for end in ends)
        while ends[-1].status and len(ends) < 4:
            begun = begun or any(path.stat().st_size for path in here.glob(".*/notes"))
            ends.append(run(folder, here / form, days=2 * begun))
        unequal += digest(here) != wanted
        gone_on += any("going on with" in end.said for end in ends)
        saved += ends[-1].calls < whole.calls
    return {
        "form": form,
        "calls": whole.calls,
        "kills": count,
        "unequal": unequal,
        "gone on": gone_on,
        "shorter": saved,
        "status": whole.status,
    }


def left(folder: Path, place: Path, form: str) -> dict[str, Any]:
    """An undisturbed export in ``place/whole``, and what one leaves behind in ``place/left`` that was killed when most of it was done."""
    for name in ("whole", "left"):
        (place / name).mkdir(parents=True, exist_ok=True)
    name, last = AT.get(form, ("note", 30))
    whole = run(folder, place / "whole" / form, counts=False)
    return {"form": form, "status": whole.status, "killed": run(folder, place / "left" / form, last, name=name).status}


def main(archive_folder: str, place: str, kills: str, seed: str = "1") -> None:
    """``kills`` 0: each form is made once, and killed once."""
    clock.datetime = Stopped  # type: ignore[misc]
    records.FULL_AT, records.PART_OF, public_copy.ROWS = 60_000, 4_000, 40  # as a large archive has them
    for form in FORMS:
        folder, there = Path(archive_folder), Path(place)
        print(json.dumps(tried(folder, there, form, int(kills), int(seed)) if int(kills) else left(folder, there, form)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
