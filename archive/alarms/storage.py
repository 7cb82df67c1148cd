"""Alarms about the archive as a whole: records without seal or stamp, and a disk that fills up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlite_utils import Database

from archive.alarms.alarm import PROGRAM, Alarm
from archive.queries.health import Standing
from archive.queries.rows import Row
from archive.seal.standing import seal_standing

LOW_DISK = 1 << 30  # bytes free, less than which is an alarm whatever the archive's pace


def seal_alarms(db: Database, folder: Path, stale_after: float, now: str) -> Iterator[Alarm]:
    """Records that no seal covers, seals that no authority stamped."""
    for ref, since, what in seal_standing(db, folder).problems(stale_after, now):
        commands = (
            ("seal and stamp what waits", f"{PROGRAM} seal"),
            ("be silent until it is more", f"{PROGRAM} accept {ref}"),
        )
        yield Alarm(ref, "seal", None, since, what, (), commands)


def disk_alarms(db: Database, folder: Path, stands: Sequence[tuple[Row, Standing]], now: str) -> Iterator[Alarm]:
    """The disk has less room than the next 30 days need, or than a gigabyte."""
    free = shutil.disk_usage(folder).free
    grown = [stand.growth for _, stand in stands]
    files = sum(one.monthly_bytes or 0 for one in grown)
    database = max((one.monthly_database or 0 for one in grown), default=0)
    if free >= max(LOW_DISK, files + database):
        return
    last = db.execute("select max(finished_at) from crawls").fetchone()[0]
    yield Alarm(
        id="disk",
        kind="disk",
        site=None,
        since=last or now,
        what=f"{free / 1e9:.1f} GB are free; the next 30 days bring about {(files + database) / 1e9:.1f} GB",
        evidence=(),
        commands=(("make room; it is known until the next run", f"{PROGRAM} accept disk"),),
    )
