"""Sealing: takes an archive that is open for writing, and gives every record that is in no seal its place in a new one.

The leaves are written first, then the head, then the rows. A kill in between loses nothing: a head without rows is taken in by the next
sealing, and leaves without a head are written again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from sqlite_utils import Database

from archive.errors import StorageError
from archive.seal.files import Leaf, SealHead, begin_chain, head_files, leaves_content, own_chain, read_head, read_leaves, write_seal
from archive.seal.members import PREFIX, is_sealed, unsealed
from archive.seal.tree import root_of
from archive.warc.place import sha256

if TYPE_CHECKING:
    from archive.store.opening import OpenArchive

LARGEST = 4096  # leaves of a seal: more make several, so that a path is found in milliseconds whatever a run brought


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealing made: seals, and the records in them."""

    seals: int = 0
    records: int = 0
    taken_in: int = 0  # seals that were there without rows


def seal_records(store: OpenArchive, *, every: bool = False) -> Sealed:
    """Seal what is in no seal. ``every``: all captures are asked for it, not only those that came since the last seal.

    Raises StorageError; what was sealed before stays so, the rest waits for the next sealing.
    """
    try:
        taken_in = take_in_seals(store)
        chain = own_chain(store.folder)
        after = 0 if every or taken_in or chain is None else sealed_up_to(store.db, chain)
        return replace(_seal_after(store, chain, after), taken_in=taken_in)
    except OSError as error:
        raise StorageError(f"cannot write seals to {store.folder / 'warc' / 'seals'}: {error.strerror or error}") from error
    except sqlite3.OperationalError as error:
        raise StorageError(f"cannot write the rows of a seal: {error}") from error


def sealed_up_to(db: Database, chain: str) -> int:
    """The id up to which all captures were sealed when the last seal of a chain was made; 0 before its first."""
    return int(db.execute("select coalesce(max(last_capture), 0) from seals where chain = ?", [chain]).fetchone()[0])


def _seal_after(store: OpenArchive, chain: str | None, after: int) -> Sealed:
    [last] = store.db.execute("select coalesce(max(id), 0) from captures").fetchone()
    waiting: set[str] = set()  # beginnings of digests that are about to be sealed
    leaves = _once(store.db, unsealed(store.db, store.folder, after), waiting)
    batch, seals, records = list(islice(leaves, LARGEST)), 0, 0
    if batch and chain is None:
        chain = begin_chain(store.folder)
    while batch:
        following = list(islice(leaves, LARGEST))
        _seal(store, str(chain), batch, None if following else last)
        waiting.difference_update(digest[:PREFIX] for digest, _ in batch)
        seals, records, batch = seals + 1, records + len(batch), following
    return Sealed(seals, records)


def _once(db: Database, leaves: Iterable[Leaf], waiting: set[str]) -> Iterator[Leaf]:
    """Each record once: a file that was copied under another name holds it twice. Those that are given are added to ``waiting``."""
    for leaf in leaves:
        prefix = leaf[0][:PREFIX]
        if prefix not in waiting and not is_sealed(db, leaf[0]):
            waiting.add(prefix)
            yield leaf


def _seal(store: OpenArchive, chain: str, leaves: list[Leaf], last_capture: int | None) -> None:
    before = "select number, digest from seals where chain = ? order by number desc limit 1"
    number, previous = store.db.execute(before, [chain]).fetchone() or (0, None)
    content = leaves_content(leaves)
    head = SealHead(
        chain=chain,
        number=number + 1,
        previous=previous,
        root=root_of(bytes.fromhex(digest) for digest, _ in leaves),
        records=len(leaves),
        leaves=sha256(content),
        sealed_at=store.now(),
    )
    write_seal(store.folder, head, content)
    with store.transaction():
        insert_seal(store.db, head, leaves, last_capture)


def _digest_of(db: Database, chain: str, number: int) -> str | None:
    found = db.execute("select digest from seals where chain = ? and number = ?", [chain, number]).fetchone()
    return found[0] if found else None


def insert_seal(db: Database, head: SealHead, leaves: Iterable[Leaf], last_capture: int | None) -> int:
    """The id of the seal's new row; runs inside the caller's transaction."""
    cursor = db.execute(
        """
        insert into seals(chain, number, filename, digest, root, records, sealed_at, last_capture)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            *[head.chain, head.number, head.filename, sha256(head.content)],
            *[head.root, head.records, head.sealed_at, last_capture],
        ],
    )
    seal_id = int(cursor.lastrowid or 0)
    rows = [(digest[:PREFIX], seal_id, position) for position, (digest, _) in enumerate(leaves)]
    db.conn.executemany("insert into sealed_records(prefix, seal_id, position) values (?, ?, ?)", rows)
    return seal_id


def take_in_seals(store: OpenArchive) -> int:
    """Give the seals that lie under ``warc/seals`` and have no row their rows: after a kill, a merge, or the loss of the database.

    A seal of another archive whose leaves have not come yet, as when a merge was killed, waits for them. Where a copy of this archive went
    on with the same chain and its seals were brought here, this archive begins a chain of its own. Returns how many were taken in.
    Raises DamagedSeal, OSError.
    """
    own = own_chain(store.folder)
    known = {filename for (filename,) in store.db.execute("select filename from seals")}
    taken_in = 0
    for path in head_files(store.folder):
        waits = path.parent.name != own and not path.with_suffix(".leaves").exists()
        if path.relative_to(store.folder).as_posix() not in known and not waits:
            head, _ = read_head(path)
            leaves = read_leaves(path, head)
            if head.chain == own and head.previous != _digest_of(store.db, head.chain, head.number - 1):
                own = begin_chain(store.folder)
            with store.transaction():
                insert_seal(store.db, head, leaves, None)
            taken_in += 1
    return taken_in
