"""How the seals of an archive stand: takes a connection, gives the list of them, and what waits to be sealed or stamped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.clock import moment
from archive.seal.files import DamagedSeal, own_chain
from archive.seal.members import count_unsealed
from archive.seal.sealing import sealed_up_to
from archive.text.plaintext import counted

Row = dict[str, Any]


def seal_rows(db: Database) -> list[Row]:
    """The rows of ``seals``, chain by chain."""
    return list(db.query("select * from seals order by chain, number"))


@dataclass(frozen=True, slots=True)
class SealStanding:
    """The archive's own chain, and what is not in it."""

    seals: int  # of all chains
    newest: str | None  # when the newest seal of the own chain was made
    unsealed: int  # captures; those of a run under way wait for its end
    under_way: bool  # a run is
    unstamped: int  # seals of the own chain that no stamp covers, where one was ever asked for
    asked_at: str | None  # since when a stamp is asked for in vain
    refusal: str | None  # why

    @property
    def line(self) -> str:
        """``12 seals, the newest of 2026-11-29T04:00:00Z; 3 seals not stamped since 2026-11-27T04:00:00Z: HOST does not answer``."""
        parts = [f"{counted(self.seals, 'seal')}, the newest of {self.newest}" if self.newest else counted(self.seals, "seal")]
        if self.unsealed:
            parts.append(f"{counted(self.unsealed, 'record')} not sealed{' yet' if self.under_way or not self.newest else ''}")
        if self.unstamped:
            since = f" since {self.asked_at}: {self.refusal}" if self.asked_at else ""
            parts.append(f"{counted(self.unstamped, 'seal')} not stamped{since}")
        return "; ".join(parts)

    def problems(self, stale_after: float, now: str) -> Iterator[tuple[str, str, str]]:
        """What a person should look at: (its name, since when, what). ``stale_after``: hours."""
        if self.unsealed and self.newest and not self.under_way:
            yield "not-sealed", self.newest, f"{counted(self.unsealed, 'record')} not sealed"
        if self.unstamped and self.asked_at and (moment(now) - moment(self.asked_at)).total_seconds() > stale_after * 3600:
            yield "not-stamped", self.asked_at, f"{counted(self.unstamped, 'seal')} not stamped: {self.refusal}"


def seal_standing(db: Database, folder: Path) -> SealStanding:
    """How the seals stand. A chain whose name cannot be read counts as none: ``verify`` says what is wrong."""
    try:
        chain = own_chain(folder) or ""
    except DamagedSeal:
        chain = ""
    [seals] = db.execute("select count(*) from seals").fetchone()
    newest, stamped = db.execute(
        "select max(number), max(number) filter (where stamp_digest is not null) from seals where chain = ?", [chain]
    ).fetchone()
    waiting = "from seals where chain = ? and number > ? and asked_at is not null"
    [asked] = db.execute(f"select min(asked_at) {waiting}", [chain, stamped or 0]).fetchone()
    [refusal] = db.execute(f"select refusal {waiting} order by number desc limit 1", [chain, stamped or 0]).fetchone() or [None]
    last = next(db.query("select * from seals where chain = ? and number = ?", [chain, newest or 0]), {})
    return SealStanding(
        seals=seals,
        newest=last.get("sealed_at"),
        unsealed=count_unsealed(db, sealed_up_to(db, chain)),
        under_way=db.execute("select 1 from crawls where finished_at is null").fetchone() is not None,
        unstamped=(newest or 0) - (stamped or 0) if stamped or asked else 0,
        asked_at=asked,
        refusal=refusal,
    )
