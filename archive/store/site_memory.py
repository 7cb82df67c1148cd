"""What was read of a site's lists and checkpoints in this process: takes rows as they are read or written, gives them without asking
the database again. Only the archive's one writer changes them, and it tells each change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.store import checkpoints, sites
from archive.store.checkpoints import Checkpoint, Kind


@dataclass(slots=True)
class _Site:
    lists: dict[str, dict[str, Any]]
    kinds: set[str]  # of which there are checkpoints
    rows: dict[Kind, list[Checkpoint]] = field(default_factory=dict)


class SiteMemory:
    """The lists and checkpoints of all sites that were asked for."""

    def __init__(self) -> None:
        self._sites: dict[int, _Site] = {}

    def list_of(self, db: Database, site_id: int, name: str) -> dict[str, Any] | None:
        """The row of ``lists``; None where the list was never asked."""
        row = self._site(db, site_id).lists.get(name)
        return None if row is None else dict(row)

    def checkpoints(self, db: Database, site_id: int, kind: Kind) -> list[Checkpoint]:
        """What is remembered of a kind, in the order in which it was saved."""
        site = self._site(db, site_id)
        if kind not in site.kinds:
            return []
        if kind not in site.rows:
            site.rows[kind] = checkpoints.checkpoints(db, site_id, kind)
        return [*site.rows[kind]]

    def list_changed(self, db: Database, site_id: int, name: str) -> None:
        """The row of a list was written."""
        if site := self._sites.get(site_id):
            row = sites.list_of(db, site_id, name)
            site.lists.pop(name, None)
            if row is not None:
                site.lists[name] = row

    def checkpoints_changed(self, site_id: int, kind: Kind, rows: Sequence[Checkpoint]) -> None:
        """The rows of a kind were written: these, and no others."""
        if site := self._sites.get(site_id):
            site.rows.pop(kind, None)
            (site.kinds.add if rows else site.kinds.discard)(kind)

    def forget(self, site_id: int) -> None:
        self._sites.pop(site_id, None)

    def clear(self) -> None:
        self._sites.clear()

    def _site(self, db: Database, site_id: int) -> _Site:
        if site_id not in self._sites:
            lists = {row["name"]: row for row in db.query("select * from lists where site_id = ?", [site_id])}
            kinds = {kind for (kind,) in db.execute("select distinct kind from checkpoints where site_id = ?", [site_id])}
            self._sites[site_id] = _Site(lists, kinds)
        return self._sites[site_id]
