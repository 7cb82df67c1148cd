"""What a person has to decide or look at: takes a connection and the archive's folder, gives alarms, each until it is decided or over.

``archive status``, the status page, its JSON and the metrics show this one list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from sqlite_utils import Database

from archive.alarms.alarm import Alarm, undecided
from archive.alarms.missing import gap_alarms, mass_loss_alarms
from archive.alarms.runs import bad_runs, closed_doors, fill_alarms
from archive.alarms.storage import disk_alarms, seal_alarms
from archive.alarms.unbelieved import quarantine_alarms
from archive.queries.health import Standing
from archive.queries.rows import Row


def alarms(db: Database, folder: Path, stands: Sequence[tuple[Row, Standing]], stale_after: float, now: str) -> list[Alarm]:
    """All that is undecided, the sites in their order. ``stands``: each site's row with how it stands; ``stale_after``: hours."""
    found = [alarm for site, stand in stands for alarm in site_alarms(db, site, stand, stale_after, now)]
    of_all = chain(seal_alarms(db, folder, stale_after, now), disk_alarms(db, folder, stands, now))
    return [*found, *undecided(db, of_all)]


def site_alarms(db: Database, site: Row, stand: Standing, stale_after: float, now: str) -> Iterator[Alarm]:
    """The alarms of one site, those that hide something first."""
    yield from quarantine_alarms(db, site)
    yield from mass_loss_alarms(db, site)
    yield from gap_alarms(db, site, stand)
    yield from undecided(db, closed_doors(db, site))
    yield from undecided(db, fill_alarms(db, site, now))
    if not (site["paused_at"] or site["removed_at"]):
        yield from undecided(db, bad_runs(db, site, stand, stale_after, now))
