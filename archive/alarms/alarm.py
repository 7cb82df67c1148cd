"""One alarm: what happened, since when, where the evidence is, and the exact command for each answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archive.store.decisions import decided

PROGRAM = "python -m archive"
SHOWN = 5  # addresses of one alarm; the command or page that it names has them all

AlarmKind = Literal["quarantine", "mass loss", "gap", "closed door", "bad run", "late run", "fill rate", "seal", "disk"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that needs a person. ``site`` is None where it is about the whole archive. Times are UTC."""

    id: str  # what ``accept`` and ``reject`` take
    kind: AlarmKind
    site: str | None
    since: str
    what: str
    evidence: tuple[str, ...]  # addresses on the site, or paths of the reading site; at most SHOWN
    commands: tuple[tuple[str, str], ...]  # (what it does, the command)


def undecided(db: Database, found: Iterator[Alarm]) -> Iterator[Alarm]:
    """Those that nobody has accepted since they began."""
    accepted = decided(db, "accept")
    for alarm in found:
        decision = accepted.get(alarm.id)
        if decision is None or decision["decided_at"] < alarm.since:
            yield alarm
