"""Stamping: takes an archive that is open for writing and an authority, and puts its stamp beside the newest seal.

A seal names the one before it, so a stamp on the newest covers all of its chain: one question a run is enough, also after years
without an authority, and each new stamp renews what the older ones prove. A seal without a stamp waits for the next asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.errors import StorageError
from archive.seal.files import own_chain
from archive.seal.openssl import NoStamp, Stamp, check
from archive.warc.place import sha256
from archive.whole_file import write_whole

if TYPE_CHECKING:
    from archive.seal.authority import Authority
    from archive.store.opening import OpenArchive

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stamped:
    """Which seal has a stamp now, and what it says."""

    filename: str
    stamp: Stamp


def stamp_newest(store: OpenArchive, authority: Authority) -> Stamped | None:
    """Ask for a stamp on the newest seal of the archive's own chain; None where it has one, or where there is no seal.

    Raises NoStamp, after it is noted at the seal, and StorageError.
    """
    seal = _newest(store)
    if seal is None or seal["stamp_digest"]:
        return None
    digest = seal["digest"].removeprefix("sha256:")
    path = (store.folder / seal["filename"]).with_suffix(".tsr")
    try:
        if path.exists():  # a run was killed before it could note it
            content = path.read_bytes()
            said = check(content, digest, authority.trusted)
        else:
            content, said = authority.stamp(digest)
            write_whole(path, content)
    except NoStamp as error:
        note_refusal(store, seal["id"], str(error))
        raise
    except OSError as error:
        raise StorageError(f"cannot write {path.name}: {error.strerror or error}") from error
    note_stamp(store, seal["id"], said, content)
    return Stamped(seal["filename"], said)


def _newest(store: OpenArchive) -> Row | None:
    sql = "select * from seals where chain = ? order by number desc limit 1"
    return next(store.db.query(sql, [own_chain(store.folder) or ""]), None)


def note_refusal(store: OpenArchive, seal_id: int, why: str) -> None:
    """Remember since when a seal waits for its stamp, and why."""
    with store.transaction():
        store.db.execute("update seals set asked_at = coalesce(asked_at, ?), refusal = ? where id = ?", [store.now(), why, seal_id])


def note_stamp(store: OpenArchive, seal_id: int, said: Stamp, content: bytes) -> None:
    """Remember what a stamp says."""
    sql = "update seals set stamped_at = ?, authority = ?, stamp_digest = ?, asked_at = null, refusal = null where id = ?"
    with store.transaction():
        store.db.execute(sql, [said.stamped_at, said.authority, sha256(content), seal_id])


def take_in_stamps(store: OpenArchive, trusted: Path | None) -> list[str]:
    """Note the stamps that lie beside seals and that no row knows: after a merge, or the loss of the database.

    Returns a line for each that proves nothing: it stays where it is, for ``verify`` to name.
    """
    refused = []
    for seal in list(store.db.query("select id, filename, digest from seals where stamp_digest is null")):
        path = (store.folder / seal["filename"]).with_suffix(".tsr")
        try:
            content = path.read_bytes()
            said = check(content, seal["digest"].removeprefix("sha256:"), trusted)
        except FileNotFoundError:
            continue
        except (NoStamp, OSError) as error:
            refused.append(f"{path.relative_to(store.folder).as_posix()}: {error}")
            continue
        note_stamp(store, seal["id"], said, content)
    return refused
