"""Seals as files: takes and gives their heads and leaves, and keeps them under ``warc/seals/CHAIN/``.

A seal is two files. The head, ``NNNNNN.json``, is what is sent elsewhere and stamped: canonical JSON of a few hundred bytes, with the
root of the tree and the digest of the head before it. The leaves, ``NNNNNN.leaves``, have one line a record, "SHA-256 RECORD-ID", of
a request also the id of its response, in the order of the tree; the head has their file's digest. The stamp of a head lies beside it
as ``NNNNNN.tsr``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.errors import StorageError
from archive.seal.tree import root_of
from archive.warc.place import sha256
from archive.whole_file import write_whole

SEALS = "warc/seals"  # relative to the archive's folder
OWN = f"{SEALS}/.own"  # the id of the chain that this archive goes on with; no merge takes it along, and without it a new one begins
FORM = "archive seal 1"
Leaf = tuple[str, str]  # SHA-256 in hex of the compressed record; its id and, behind a blank, that of the record that it belongs to


class DamagedSeal(StorageError):
    """A seal's file cannot be read, or is not what was written."""


@dataclass(frozen=True, slots=True)
class SealHead:
    """What a seal says. ``previous``: digest of the head before it, null for the first of a chain."""

    chain: str  # id of the archive where it was made
    number: int  # from 1 on
    previous: str | None
    root: str  # of the tree over the records' digests, in hex
    records: int
    leaves: str  # digest of the file with the leaves
    sealed_at: str  # by the clock of the machine that made it, UTC
    form: str = FORM

    @property
    def content(self) -> bytes:
        """The head's file: keys in order, no blanks, one line."""
        return (json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()

    @property
    def filename(self) -> str:
        """Relative to the archive's folder."""
        return f"{SEALS}/{self.chain}/{self.number:06d}.json"


def leaves_content(leaves: list[Leaf]) -> bytes:
    return "".join(f"{digest} {record_id}\n" for digest, record_id in leaves).encode("utf-8", "replace")


def read_head(path: Path) -> tuple[SealHead, str]:
    """A head and the digest of its file. Raises DamagedSeal for one that this program did not write."""
    try:
        content = path.read_bytes()
        said: dict[str, Any] = json.loads(content)
        head = SealHead(**said)
        written = head.content == content and path.stem == f"{head.number:06d}" and path.parent.name == head.chain
    except OSError as error:
        raise DamagedSeal(f"{path.name} of chain {path.parent.name} cannot be read: {error.strerror or error}") from error
    except (ValueError, TypeError) as error:
        raise DamagedSeal(f"{path.name} of chain {path.parent.name} is no seal: {' '.join(str(error).split())[:100]}") from error
    if not written:
        raise DamagedSeal(f"{path.name} of chain {path.parent.name} is not as it was written")
    return head, sha256(content)


def read_leaves(path: Path, head: SealHead) -> list[Leaf]:
    """The leaves of a head, which lies at ``path``. Raises DamagedSeal unless they give its root."""
    file = path.with_suffix(".leaves")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DamagedSeal(f"{file.name} of chain {head.chain} cannot be read: {error.strerror or error}") from error
    if sha256(content) != head.leaves:
        raise DamagedSeal(f"{file.name} of chain {head.chain} is not as it was written: its digest differs from the seal's")
    leaves = [(line[:64], line[65:]) for line in content.decode("utf-8", "replace").split("\n")[:-1]]
    try:
        right = len(leaves) == head.records and root_of(bytes.fromhex(digest) for digest, _ in leaves) == head.root
    except ValueError:
        right = False
    if not right:
        raise DamagedSeal(f"{file.name} of chain {head.chain} does not give the root that the seal names")
    return leaves


def write_seal(root: Path, head: SealHead, leaves: bytes) -> None:
    """Write both files of a seal, the head last: without it there is no seal. Raises OSError."""
    path = root / head.filename
    write_whole(path.with_suffix(".leaves"), leaves)
    write_whole(path, head.content)


def head_files(root: Path) -> Iterator[Path]:
    """The heads of all chains, each chain in its order."""
    for folder in chain_folders(root):
        yield from heads_in(folder)


def chain_folders(root: Path) -> list[Path]:
    return sorted(path for path in (root / SEALS).glob("*") if path.is_dir())


def heads_in(folder: Path) -> list[Path]:
    """The heads of one chain, in order."""
    return sorted(path for path in folder.glob("*.json") if re.fullmatch(r"\d{6,}", path.stem))


def own_chain(root: Path) -> str | None:
    """The id of the archive's own chain; None before its first seal. Raises DamagedSeal."""
    path = root / OWN
    try:
        named = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedSeal(f"{OWN} cannot be read: {error.strerror or error}") from error
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", named):
        raise DamagedSeal(f"{OWN} names no chain")
    return named


def begin_chain(root: Path) -> str:
    """Make a chain of a new id the archive's own. Raises OSError."""
    chain = str(uuid4())
    (root / SEALS / chain).mkdir(parents=True)
    write_whole(root / OWN, f"{chain}\n".encode())
    return chain
