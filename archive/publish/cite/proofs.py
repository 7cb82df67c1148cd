"""What proves a citation: takes captures and the archive's folder, gives the record, its payload's digest, and since when it is
sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.queries.rows import Row
from archive.seal.proofs import TimeProof, proofs_of

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


def seals_of(root: Path, captures: Iterable[Row]) -> dict[str, TimeProof]:
    """By ``record_digest``: the seal that covers a record, of those that have one."""
    return proofs_of(root, {capture["record_digest"] for capture in captures}) if (root / SEALS).is_dir() else {}


def proof_by(root: Path, seen_at: str, capture: Row | None) -> Proof:
    """What proves that something was seen at a time: the capture that shows it, if one does."""
    return proofs_by(root, [(seen_at, capture)])[0]


def proofs_by(root: Path, shown: Sequence[tuple[str, Row | None]]) -> list[Proof]:
    """The same of several, in their order; a hundred cost little more than one."""
    sealed = seals_of(root, [capture for _, capture in shown if capture])
    return [_proof(seen_at, capture, sealed.get(capture["record_digest"]) if capture else None) for seen_at, capture in shown]


def _proof(seen_at: str, capture: Row | None, seal: TimeProof | None) -> Proof:
    if not capture:
        return Proof(seen_at)
    times = {"sealed_at": seal.sealed_at, "stamped_at": seal.stamped_at or ""} if seal else {}
    return Proof(seen_at, capture["payload_digest"], capture["record_id"], **times)
