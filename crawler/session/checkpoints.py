"""What a run notes for the next ones at one site: takes and gives plain values, and is the only place that knows how they are stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.store.absences import Table
    from archive.store.store import Store


class Checkpoints:
    """Notes on one site. A note that says nothing is forgotten."""

    def __init__(self, store: Store, site_id: int) -> None:
        self.store, self.site_id = store, site_id

    def suspects(self, collection: str) -> dict[int, str]:
        """Our id -> the site's id of what was absent where it should be, and is still to be asked for."""
        return {int(row_id): number for row_id, number in self._read(f"suspects of {collection}").items()}

    def save_suspects(self, collection: str, suspects: dict[int, str]) -> None:
        self._write(f"suspects of {collection}", suspects)

    def mass_loss(self, table: Table) -> dict[int, tuple[str, int]]:
        """Our id -> (first seen missing, in how many runs since) of what was missing in too great a number to be marked."""
        return {int(row_id): (first, runs) for row_id, (first, runs) in self._read(f"mass loss of {table}").items()}

    def save_mass_loss(self, table: Table, counted: dict[int, tuple[str, int]]) -> None:
        self._write(f"mass loss of {table}", counted)

    def elsewhere(self) -> dict[str, str]:
        """Our id, as text -> when an article's address was first seen to show something else."""
        return {str(row_id): str(first) for row_id, first in self._read("addresses that lead elsewhere").items()}

    def save_elsewhere(self, first_seen: dict[str, str]) -> None:
        self._write("addresses that lead elsewhere", first_seen)

    def swept_at(self, collection: str) -> str | None:
        """When the last share of the sweep was read; None before the first."""
        row = self.store.list_of(self.site_id, f"sweep of {collection}")
        return row["checked_at"] if row else None

    def mark_swept(self, collection: str, door: str, home: str) -> None:
        self.store.save_list(self.site_id, f"sweep of {collection}", door=door, url=home, checked_at=self.store.now())

    def _read(self, name: str) -> dict[str, Any]:
        row = self.store.list_of(self.site_id, name)
        found: dict[str, Any] = json.loads((row and row["watermark"]) or "{}")
        return found

    def _write(self, name: str, value: dict[Any, Any]) -> None:
        if value or self._read(name):
            self.store.save_list(self.site_id, name, watermark=json.dumps(value) if value else None, checked_at=self.store.now())
