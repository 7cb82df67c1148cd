"""Are the seals what was sealed, and the records what the seals have? Takes a private copy of the database, gives a line for each finding.

Chains, trees and leaves are computed anew; stamps are checked by openssl alone, without the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.seal.files import OWN, DamagedSeal, Leaf, SealHead, chain_folders, heads_in, own_chain, read_head, read_leaves
from archive.seal.members import IN_A_SEAL, PREFIX
from archive.seal.openssl import NoStamp, Stamp, check
from archive.seal.sealing import sealed_up_to
from archive.spawned import cores
from archive.warc.place import sha256

Row = dict[str, Any]
SHOWN = 20  # records of one seal that are named one by one


@dataclass(slots=True)
class SealCheck:
    """One check of the seals that are there when it is made; counts on the way. Make it before the database is copied: what a seal
    has then, the copy has too. ``trusted``: certificates as PEM that stamps must lead to, where a person named them."""

    folder: Path
    trusted: Path | None = None
    seals: int = 0
    stamps: int = 0
    stated: dict[str, Row] = field(default_factory=dict)  # filename -> row of ``seals``
    heads: dict[Path, list[Path]] = field(init=False)  # chain's folder -> its seals
    said: dict[Path, Stamp | NoStamp] = field(default_factory=dict)  # stamp -> what openssl says of it

    def __post_init__(self) -> None:
        self.heads = {folder: heads_in(folder) for folder in chain_folders(self.folder)}

    def findings(self, db: Database) -> Iterator[str]:
        """Call it when the digests of all records without rows were given to ``note_digests``."""
        db.execute("create index verify_record on captures(record_digest)")
        db.execute("create index verify_seal on sealed_records(seal_id, position)")
        prepare(db)
        self.stated = {row["filename"]: row for row in db.query("select * from seals")}
        self._ask_openssl()
        destroyed = Tombstones.of(db)
        seen = set[str]()
        for folder, heads in self.heads.items():
            for finding in self._chain(db, heads, destroyed, seen):
                yield f"seals of {folder.name}: {finding}"
        yield from (f"{name}: the seal is not there" for name in sorted(self.stated.keys() - seen) if not (self.folder / name).is_file())
        yield from self._left_out(db)

    def _ask_openssl(self) -> None:
        """Have all stamps checked, some at a time: each takes several commands."""
        stamps = [(path, file) for heads in self.heads.values() for path in heads if (file := path.with_suffix(".tsr")).is_file()]
        with ThreadPoolExecutor(cores()) as threads:
            self.said = dict(zip((file for _, file in stamps), threads.map(self._checked, stamps), strict=True))

    def _checked(self, stamp: tuple[Path, Path]) -> Stamp | NoStamp:
        path, file = stamp
        try:
            return check(file.read_bytes(), sha256(path.read_bytes()).removeprefix("sha256:"), self.trusted)
        except NoStamp as error:
            return error

    def _chain(self, db: Database, heads: list[Path], destroyed: Tombstones, seen: set[str]) -> Iterator[str]:
        previous: str | None = None
        expected = 1
        for path in heads:
            number = int(path.stem)
            self.seals += 1
            seen.add(path.relative_to(self.folder).as_posix())
            if number != expected:
                yield f"{expected:06d} to {number - 1:06d} are not there"
            try:
                head, digest = read_head(path)
            except DamagedSeal as error:
                yield str(error)
                previous, expected = sha256(path.read_bytes()) if path.is_file() else None, number + 1
                continue
            if number == expected and head.previous != previous:
                yield f"{path.name} does not follow the one before it: it names another digest"
            yield from self._seal(db, path, head, destroyed)
            previous, expected = digest, number + 1

    def _seal(self, db: Database, path: Path, head: SealHead, destroyed: Tombstones) -> Iterator[str]:
        row = self.stated.get(head.filename)
        if row:
            yield from (f"{path.name}: {name} is not what the database says" for name in unlike_row(head, row))
        yield from self._stamp(path, row)
        try:
            leaves = read_leaves(path, head)
        except DamagedSeal as error:
            yield str(error)
            return
        if row:
            prefixes = db.execute("select prefix from sealed_records where seal_id = ? order by position", [row["id"]])
            if [prefix for (prefix,) in prefixes] != [digest[:PREFIX] for digest, _ in leaves]:
                yield f"{path.name}: the table sealed_records says other records than its leaves"
        lost = [leaf for leaf in leaves if not is_there(db, leaf[0]) and not destroyed.explain(leaf)]
        yield from lost_lines(path, lost)

    def _stamp(self, path: Path, row: Row | None) -> Iterator[str]:
        file = path.with_suffix(".tsr")
        said = self.said.get(file)
        if said is None:
            if row and row["stamp_digest"]:
                yield f"{file.name}: the stamp is not there"
            return
        self.stamps += 1
        if row and row["stamp_digest"] and sha256(file.read_bytes()) != row["stamp_digest"]:
            yield f"{file.name}: the stamp's digest differs"
        elif isinstance(said, NoStamp):
            yield f"{file.name}: {said}"
        elif row and row["stamp_digest"] and (said.stamped_at, said.authority) != (row["stamped_at"], row["authority"]):
            yield f"{file.name}: the stamp says {said.stamped_at} by {said.authority}, and the database something else"

    def _left_out(self, db: Database) -> Iterator[str]:
        """Captures in no seal, though the archive's own chain has later ones; and a chain of its own that is not there."""
        try:
            chain = own_chain(self.folder)
        except DamagedSeal as error:
            yield str(error)
            return
        if chain is None or not (self.folder / OWN).with_name(chain).is_dir():
            if chain is not None:
                yield f"{OWN} names the chain {chain}, and there is none"
            return
        sql = f"select id, filename, offset from captures where id <= ? and not {IN_A_SEAL} order by id"
        for capture_id, filename, offset in db.execute(sql, [sealed_up_to(db, chain)]):
            yield f"{filename}: capture {capture_id} at {offset} is in no seal, and later ones are; run python -m archive seal"


def prepare(db: Database) -> None:
    db.execute("create table if not exists verify_beside (digest text primary key) without rowid")


def note_digests(db: Database, digests: Iterable[str]) -> None:
    """Remember SHA-256 digests, in hex, of records that have no row in captures: requests, warcinfo."""
    prepare(db)
    db.execute("begin")
    db.conn.executemany("insert or ignore into verify_beside(digest) values (?)", ((digest,) for digest in digests))
    db.execute("commit")


def is_there(db: Database, digest: str) -> bool:
    """Whether a record with this SHA-256, in hex, is in the archive."""
    sql = """
        select 1 from captures where record_digest = 'sha256:' || :digest
        union all
        select 1 from verify_beside where digest = :digest
        """
    return db.execute(sql, {"digest": digest}).fetchone() is not None


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Records that were destroyed by a legal order, and that the archive names for it."""

    digests: frozenset[str] = frozenset()  # SHA-256 in hex
    ids: frozenset[str] = frozenset()

    @classmethod
    def of(cls, db: Database) -> Tombstones:
        if "expunged" not in db.table_names():
            return cls()
        rows = db.execute("select record_digest, record_id from expunged where record_digest is not null").fetchall()
        return cls(frozenset(digest.removeprefix("sha256:") for digest, _ in rows), frozenset(record_id for _, record_id in rows))

    def explain(self, leaf: Leaf) -> bool:
        """Whether a sealed record is one of them, or belonged to one, as a request does."""
        digest, ids = leaf
        return digest in self.digests or not self.ids.isdisjoint(ids.split(" ")[1:])


def unlike_row(head: SealHead, row: Row) -> Iterator[str]:
    """The columns of ``seals`` in which a seal's file says something else."""
    said = {"digest": sha256(head.content)} | {name: getattr(head, name) for name in ("chain", "number", "root", "records", "sealed_at")}
    yield from (name for name, value in said.items() if value != row[name])


def lost_lines(path: Path, lost: list[Leaf]) -> Iterator[str]:
    """Records that a seal has and the archive has not, a line each, the first ``SHOWN`` of them."""
    for digest, record_id in lost[:SHOWN]:
        yield f"{path.name}: the record {record_id.split(' ')[0]} with the digest {digest} is not in the archive, or is not what was sealed"
    if len(lost) > SHOWN:
        yield f"{path.name}: the same of {len(lost) - SHOWN:,} more records"
