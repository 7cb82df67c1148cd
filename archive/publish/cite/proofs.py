"""What proves a citation: takes captures and the archive's folder, gives the record, its payload's digest, and since when it is
sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.queries.rows import Row

SEALS = "warc/seals"  # an archive without this folder has no seal, and is not searched for one


@dataclass(frozen=True, slots=True)
class Proof:
    """The record that a citation rests on. Times are UTC, ISO 8601; empty where there is none."""

    seen_at: str
    payload_digest: str = ""
    record_id: str = ""
    sealed_at: str = ""
    stamped_at: str = ""

    def __str__(self) -> str:
        parts = [f"seen {self.seen_at}"]
        parts += [f"payload {self.payload_digest}", f"WARC record {self.record_id}"] if self.record_id else []
        parts += [f"sealed {self.sealed_at}"] if self.sealed_at else []
        parts += [f"stamped {self.stamped_at}"] if self.stamped_at else []
        return "; ".join(parts)


def seal_of(root: Path, record_digest: str) -> Any:
    """The seal that covers a record: ``sealed_at``, ``stamped_at``, ``authority``, ``root``, ``path`` and ``seal``; None without one."""
    if not (root / SEALS).is_dir():
        return None
    try:
        from archive.seal.proofs import proof_of  # type: ignore[import-not-found, unused-ignore]
    except ModuleNotFoundError:
        return None
    return proof_of(root, record_digest)


def proof_by(root: Path, seen_at: str, capture: Row | None) -> Proof:
    """What proves that something was seen at a time: the capture that shows it, if one does."""
    if not capture:
        return Proof(seen_at)
    seal = seal_of(root, capture["record_digest"])
    times = {"sealed_at": seal.sealed_at, "stamped_at": seal.stamped_at or ""} if seal else {}
    return Proof(seen_at, capture["payload_digest"], capture["record_id"], **times)
