"""Since when a record is proven to exist: takes the archive's folder and the digest of a record, gives its way to a seal and a stamp."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from archive.db.connection import FILENAME
from archive.seal.files import DamagedSeal, SealHead, read_head, read_leaves
from archive.seal.members import PREFIX
from archive.seal.tree import SIZE, Step, levels_of, steps_to_root


@dataclass(frozen=True, slots=True)
class TimeProof:
    """A record is in a seal, and the seal, or a later one of its chain, is stamped or is not.

    ``stamped_at`` is the authority's word: the record existed then at the latest. ``sealed_at`` is the word of the archive itself, and
    proves nothing to others unless the seal was sent elsewhere then.
    """

    sealed_at: str  # UTC
    stamped_at: str | None
    authority: str | None
    root: str  # of the tree, in hex
    path: tuple[Step, ...]  # from the record's leaf to the root: (side on which the other node stands, its SHA-256 in hex)
    seal: str  # the seal's file, relative to the archive's folder
    seals: tuple[str, ...]  # from that one to the stamped one, each naming the one before it; the one alone without a stamp
    stamp: str | None  # the stamp's file


@dataclass(frozen=True, slots=True)
class _Place:
    seal_id: int
    chain: str
    number: int
    filename: str
    position: int


def proof_of(root: Path, record_digest: str) -> TimeProof | None:
    """The proof for a compressed record, by ``sha256:HEX`` of its bytes; None where it is in no seal, or its seal is damaged.

    Of several the one with the earliest stamp, else the one that was sealed first. Raises sqlite3.DatabaseError.
    """
    return proofs_of(root, [record_digest]).get(record_digest)


def proofs_of(root: Path, record_digests: Iterable[str]) -> dict[str, TimeProof]:
    """The same of several records, of those that have one; a hundred take little longer than one."""
    proofs = {}
    with closing(sqlite3.connect(f"{(root / FILENAME).resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as db:
        for named in record_digests:
            digest = named.removeprefix("sha256:")
            found = [proof for place in _places(db, digest) if (proof := _proof(db, root, digest, place))]
            if found:
                proofs[named] = min(found, key=lambda proof: (proof.stamped_at is None, proof.stamped_at or proof.sealed_at))
    return proofs


def _places(db: sqlite3.Connection, digest: str) -> list[_Place]:
    sql = """
        select seals.id, chain, number, filename, position
        from sealed_records
        join seals on seals.id = seal_id
        where prefix = ?
        """
    return [_Place(*row) for row in db.execute(sql, [digest[:PREFIX]]).fetchall()]


def _proof(db: sqlite3.Connection, root: Path, digest: str, place: _Place) -> TimeProof | None:
    path = root / place.filename
    try:
        head, _ = read_head(path)
        leaves = path.with_suffix(".leaves").stat()
        digests, levels = _tree(path, head, leaves.st_mtime_ns, leaves.st_size)
    except (DamagedSeal, OSError):
        return None
    if digests[place.position * SIZE : (place.position + 1) * SIZE].hex() != digest:
        return None
    stamped = next(iter(_stamped(db, place)), None)
    last, stamped_at, authority = stamped or (place.number, None, None)
    names = "select filename from seals where chain = ? and number between ? and ? order by number"
    seals = tuple(name for (name,) in db.execute(names, [place.chain, place.number, last]))
    steps = tuple(steps_to_root(levels, place.position))
    stamp = seals[-1].removesuffix(".json") + ".tsr" if stamped else None
    return TimeProof(head.sealed_at, stamped_at, authority, head.root, steps, place.filename, seals, stamp)


def _stamped(db: sqlite3.Connection, place: _Place) -> Iterator[tuple[int, str, str]]:
    """(number, when, by whom) of the first stamp that covers a seal: its own, or that of a later one in its chain."""
    sql = """
        select number, stamped_at, authority
        from seals
        where chain = ? and number >= ? and stamped_at is not null
        order by number
        limit 1
        """
    return iter(db.execute(sql, [place.chain, place.number]).fetchall())


@lru_cache(maxsize=64)  # of 400 KB at most
def _tree(path: Path, head: SealHead, modified: int, size: int) -> tuple[bytes, list[bytes]]:
    """The leaves' digests and the tree of a seal. ``modified`` and ``size`` tell a file that was changed from the one before."""
    digests = bytes.fromhex("".join(digest for digest, _ in read_leaves(path, head)))
    return digests, levels_of(digests[at : at + SIZE] for at in range(0, len(digests), SIZE))
