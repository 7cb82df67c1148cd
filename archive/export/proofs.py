"""Proofs of time that go with an export: takes its placed records, gives the path from each to its seal, and the seals' files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from sqlite_utils import Database

from archive.seal.proofs import proofs_of

SEALS = "warc/seals"  # relative to the archive's folder
TOGETHER = 500  # records whose proofs are asked for at once
PLACED = """
    select record_id, record_digest
    from placed_records
    join captures on captures.id = capture_id
    order by placed_records.file, at
"""


def has_seals(root: Path) -> bool:
    """Whether anything in the archive is sealed."""
    return any(path.is_file() for path in (root / SEALS).rglob("*.json")) if (root / SEALS).is_dir() else False


def proof_lines(db: Database, root: Path) -> Iterator[bytes]:
    """A line of JSON for each record that is sealed: its id, its digest, and the proof."""
    records = db.execute(PLACED)
    while some := records.fetchmany(TOGETHER):
        proofs = proofs_of(root, [digest for _, digest in some])
        for record_id, digest in some:
            if digest in proofs:
                line = {"record_id": record_id, "record_digest": digest} | asdict(proofs[digest])
                yield (json.dumps(line, ensure_ascii=False) + "\n").encode()


def seal_files(root: Path, whole: bool) -> Iterator[tuple[str, Path]]:
    """(name below ``seals/``, file) of the seals and their stamps; of a whole export also the lists of what was sealed."""
    for path in sorted((root / SEALS).rglob("*")):
        if path.is_file() and not path.name.startswith(".") and (whole or path.suffix != ".leaves"):
            yield path.relative_to(root / SEALS).as_posix(), path
