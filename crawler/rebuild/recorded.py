"""The runs of a site as its WARC files tell them: takes the files, and gives each run with its answers, its failures, and how it ended.

A run notes its start and its end between its records (crawler/session/run_log.py). One that was killed and went on has several starts,
each of which is given as a run of its own. Where it noted nothing, because an earlier release made the files, a run is what lies behind
one warcinfo record: its options are guessed, and how it ended is not known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive.clock import stamp
from archive.warc.place import SUFFIX, is_own_file
from archive.warc.read import header, note_in, type_of, whole_members
from archive.warc.write import FULL_AT, FULL_UNDER_CLAIM
from crawler.session.run_log import RESUMED


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that got no answer."""

    url: str
    at: str
    error: str  # name of the exception
    message: str


Place = tuple[str, int]  # file, relative to the archive's folder, and offset


@dataclass(slots=True)
class RecordedRun:
    """One run. ``began`` and ``ended`` are its notes; ``ended`` is None of one that was killed, or that an earlier release made."""

    folder: str  # name of the site's folder below warc/
    started_at: str
    began: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] | None = None
    events: list[Place | Failure] = field(default_factory=list)  # in their order
    home: str = ""  # of the site, as known then
    is_foreign: bool = False  # no run of ours: captures of other tools, between two of them
    crawl_id: int | None = None  # of the run before, whose answers these are: it did not ask for them when it was done again
    goes_on: bool = False  # it had begun before, and was killed: the run before it in the list is what it did until then
    is_gone_on_with: bool = False  # the run after it in the list is what it did after it was killed

    @property
    def is_noted(self) -> bool:
        return bool(self.began)

    @property
    def answers(self) -> list[Place]:
        return [event for event in self.events if not isinstance(event, Failure)]


def recorded_runs(root: Path, folder: Path) -> list[RecordedRun]:
    """The runs of one site, the first one first. ``folder``: warc/SITE."""
    reader = _Reader(folder.name)
    for path in sorted((path for path in folder.glob(f"*{SUFFIX}") if is_own_file(path)), key=_by_time):
        name = str(path.relative_to(root))
        for offset, _, content in whole_members(path):
            reader.take(name, offset, content)
        reader.is_full = path.stat().st_size >= (FULL_UNDER_CLAIM if epoch_of(path) else FULL_AT)
    runs = [run for run in reader.runs if run.is_noted or run.events]
    for before, run in pairwise(runs):
        run.goes_on = before.is_gone_on_with = RESUMED in run.began and run.started_at == before.started_at
    return runs


def epoch_of(path: Path) -> int:
    """Of the claim under which a file of ours was written; 0 without one."""
    found = re.search(r"-e(\d+)\.warc\.gz$", path.name)
    return int(found[1]) if found else 0


def _by_time(path: Path) -> tuple[str, int, int]:
    month, number = re.findall(r"-(\d{6})-(\d+)(?:-e\d+)?\.warc\.gz$", path.name)[0]
    return month, epoch_of(path), int(number)


@dataclass(slots=True)
class _Reader:
    """Takes the records of a site in their order."""

    folder: str
    runs: list[RecordedRun] = field(default_factory=list)
    is_full: bool = False  # the file before this one: its run goes on in the next

    def take(self, filename: str, offset: int, content: bytes) -> None:
        kind = type_of(content)
        if kind == "warcinfo":
            if not (self.is_full and self.runs and self.runs[-1].ended is None):
                self.runs.append(RecordedRun(self.folder, date_of(content)))
            self.is_full = False
        elif kind in ("response", "revisit"):
            self._open(content).events.append((filename, offset))
        elif kind == "metadata":
            self._note(content)

    def _open(self, content: bytes) -> RecordedRun:
        if not self.runs:
            self.runs.append(RecordedRun(self.folder, date_of(content)))
        return self.runs[-1]

    def _note(self, content: bytes) -> None:
        if (note := note_in(content)) is None:
            return
        (kind, said), run = note, self._open(content)
        if kind == "start":
            if run.is_noted:  # in a file that follows a full one, and the run that filled that was killed
                self.runs.append(run := RecordedRun(self.folder, date_of(content)))
            run.began, run.started_at = said, said.get("started_at") or run.started_at
        elif kind == "failure":
            run.events.append(Failure(said.get("url", ""), date_of(content), said.get("error", ""), said.get("message", "")))
        elif kind == "end":
            run.ended = said


def date_of(content: bytes) -> str:
    """When a record was made, in whole seconds; '' where it does not say."""
    try:
        return stamp(datetime.fromisoformat(header(content, "WARC-Date")))
    except ValueError:
        return ""


def foreign_runs(folder: str, rows: Iterable[Mapping[str, Any]], own: Sequence[RecordedRun]) -> list[RecordedRun]:
    """Captures of other tools, in the order of time, as a run for each stretch between two of our own. ``rows`` have filename, offset
    and captured_at."""
    starts = sorted(run.started_at for run in own)
    found: dict[int, RecordedRun] = {}
    for row in rows:
        at = bisect_right(starts, row["captured_at"])
        run = found.setdefault(at, RecordedRun(folder, row["captured_at"], is_foreign=True))
        run.events.append((row["filename"], row["offset"]))
    return list(found.values())
