"""What a run notes for the next ones at one site: plain values go in and come out, typed rows of ``checkpoints`` lie in between.

It is the only place that knows how they are stored; archive/store/checkpoints.py says what each kind means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from archive.store.absences import Table
from archive.store.checkpoints import Checkpoint, Kind, counted_kind, newest_kind

if TYPE_CHECKING:
    from archive.store.store import Store

Listed = str  # the name of a REST list: of articles or of comments
Swept = Literal["posts", "comments", "pages"]
Refs = Literal["hidden_comments", "sections", "sitemaps", "unlisted"]
Newest = list[list[Any]]  # [id, modified_gmt] of a post, [id, ""] of a comment, as a REST list names them first
SUSPECTS: dict[Table, Kind] = {"articles": "suspect_posts", "comments": "suspect_comments"}
LOSSES: dict[str, Kind] = {"articles": "mass_loss_articles", "comments": "mass_loss_comments"}
SWEEPS: dict[Swept, Kind] = {"posts": "sweep_posts", "comments": "sweep_comments", "pages": "sweep_pages"}


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """How far a reading of a site's captures has come that is not finished."""

    since: str  # when it began
    read_by: str  # the extractor
    last: int  # our id of the article up to which all have been read
    left: frozenset[int]  # our ids of articles that were left as they were, or not believed


class Checkpoints:
    """Notes on one site."""

    def __init__(self, store: Store, site_id: int) -> None:
        self.store, self.site_id = store, site_id

    def suspects(self, table: Table) -> dict[int, str]:
        """Our id -> the site's id of what was absent where it should be, and is still to be asked for."""
        return {int(row.ref): row.value or "" for row in self._read(SUSPECTS[table])}

    def save_suspects(self, table: Table, suspects: Mapping[int, str]) -> None:
        self._write(SUSPECTS[table], (Checkpoint(str(row_id), value=number) for row_id, number in suspects.items()))

    def mass_loss(self, table: Table) -> dict[int, tuple[str, int]]:
        """Our id -> (first seen missing, in how many runs since) of what was missing in too great a number to be marked."""
        return {int(row.ref): (row.at or "", row.count or 0) for row in self._read(LOSSES[table])}

    def save_mass_loss(self, table: Table, counted: Mapping[int, tuple[str, int]]) -> None:
        self._write(LOSSES[table], (Checkpoint(str(row_id), at=first, count=runs) for row_id, (first, runs) in counted.items()))

    def elsewhere(self) -> dict[str, str]:
        """Our id, as text -> when an article's address was first seen to show something else."""
        return {row.ref: row.at or "" for row in self._read("leads_elsewhere")}

    def save_elsewhere(self, first_seen: Mapping[str, str]) -> None:
        self._write("leads_elsewhere", (Checkpoint(row_id, at=first) for row_id, first in first_seen.items()))

    def swept_at(self, collection: Swept) -> str | None:
        """When the last share of the sweep was read; None before the first."""
        return next((row.at for row in self._read(SWEEPS[collection])), None)

    def mark_swept(self, collection: Swept) -> None:
        self._write(SWEEPS[collection], [Checkpoint(at=self.store.now())])

    def newest(self, collection: Listed) -> Newest:
        """What a REST list named first when it was last asked, in its order."""
        return [[int(row.ref), row.value or ""] for row in self._read(newest_kind(collection))]

    def counted(self, collection: Listed) -> tuple[str, str]:
        """(where the walk through a REST list goes on, what it has counted since its last edge); empty where no walk is under way."""
        return next(((row.ref, row.value or "") for row in self._read(counted_kind(collection))), ("", ""))

    def refs(self, kind: Refs) -> list[str]:
        """The ids or addresses noted under a kind, in the order in which they were saved."""
        return [row.ref for row in self._read(kind)]

    def listed_by(self) -> str | None:
        """Which list named the articles of a site without REST."""
        return next((row.value for row in self._read("listed_by")), None)

    def followed(self) -> str | None:
        """When that list was last followed as far as it leads."""
        return next((row.at for row in self._read("followed")), None)

    def compared(self) -> str | None:
        """When all lists of the site were last held against each other."""
        return next((row.at for row in self._read("compared")), None)

    def list_limits(self) -> list[Checkpoint]:
        """How many rows the REST lists give at a time that do not give all they are asked for."""
        return self._read("list_limits")

    def save_list_limits(self, rows: Iterable[Checkpoint]) -> None:
        self._write("list_limits", rows)

    def refused_parameters(self) -> list[Checkpoint]:
        """What REST lists do not take."""
        return self._read("refused_parameters")

    def save_refused_parameters(self, rows: Iterable[Checkpoint]) -> None:
        self._write("refused_parameters", rows)

    def closed_doors(self) -> dict[str, tuple[str, int]]:
        """List -> (when it is looked at again, how often it was found closed)."""
        return {row.ref: (row.at or "", row.count or 0) for row in self._read("closed_doors")}

    def save_closed_doors(self, doors: Mapping[str, tuple[str, int]]) -> None:
        self._write("closed_doors", (Checkpoint(ref, at=at, count=count) for ref, (at, count) in doors.items()))

    def read_again(self) -> ReadAgain | None:
        """How far the last reading of the captures came; None where it was finished."""
        rows = {row.ref: row for row in self._read("read_again")}
        if "" not in rows:
            return None
        left = rows["left"].value if "left" in rows else None
        return ReadAgain(rows[""].at or "", rows[""].value or "", rows[""].count or 0, frozenset(map(int, (left or "").split())))

    def finish_read_again(self) -> None:
        self._write("read_again", [])

    def _read(self, kind: Kind) -> list[Checkpoint]:
        return self.store.checkpoints(self.site_id, kind)

    def _write(self, kind: Kind, rows: Iterable[Checkpoint]) -> None:
        self.store.save_checkpoints(self.site_id, kind, list(rows))


def newest_rows(collection: Listed, newest: Newest) -> dict[Kind, list[Checkpoint]]:
    """The rows of ``newest``, to be saved with the list that named them."""
    return {newest_kind(collection): [Checkpoint(str(number), value=str(modified) or None) for number, modified in newest]}


def counted_rows(collection: Listed, cursor: str, state: str) -> dict[Kind, list[Checkpoint]]:
    """The rows of ``counted``, to be saved with the answer that was counted; an empty cursor ends the walk."""
    return {counted_kind(collection): [Checkpoint(cursor, value=state)] if cursor else []}


def read_again_rows(state: ReadAgain) -> dict[Kind, list[Checkpoint]]:
    """The rows of ``read_again``, to be saved with the articles that were read."""
    left = [Checkpoint("left", value=" ".join(map(str, sorted(state.left))))] if state.left else []
    return {"read_again": [Checkpoint(at=state.since, count=state.last, value=state.read_by), *left]}


def as_refs(refs: Iterable[str]) -> list[Checkpoint]:
    """Rows of ids or addresses, each once."""
    return [Checkpoint(ref) for ref in dict.fromkeys(refs)]
