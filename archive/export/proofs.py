"""Proofs of time that go with an export: takes its placed records, gives the path from each to its seal, and the seals' files."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlite_utils import Database

SEALS = "warc/seals"  # relative to the archive's folder
PLACED = """
    select record_id, record_digest
    from placed_records
    join captures on captures.id = capture_id
    order by placed_records.file, at
"""


def proof_of(root: Path, record_digest: str) -> Any:
    """The proof of a record's time; None where it is not sealed."""
    if importlib.util.find_spec("archive.seal") is None or importlib.util.find_spec("archive.seal.proofs") is None:
        return None
    return importlib.import_module("archive.seal.proofs").proof_of(root, record_digest)


def has_seals(root: Path) -> bool:
    """Whether anything in the archive is sealed."""
    return any(path.is_file() for path in (root / SEALS).rglob("*.json")) if (root / SEALS).is_dir() else False


def proof_lines(db: Database, root: Path) -> Iterator[bytes]:
    """A line of JSON for each record that is sealed: its id, its digest, and the proof."""
    for record_id, record_digest in db.execute(PLACED):
        proof = proof_of(root, record_digest)
        if proof is not None:
            line = {"record_id": record_id, "record_digest": record_digest} | asdict(proof)
            yield (json.dumps(line, ensure_ascii=False) + "\n").encode()


def seal_files(root: Path, whole: bool) -> Iterator[tuple[str, Path]]:
    """(name below ``seals/``, file) of the seals and their stamps; of a whole export also the lists of what was sealed."""
    for path in sorted((root / SEALS).rglob("*")):
        if path.is_file() and (whole or path.suffix != ".leaves"):
            yield path.relative_to(root / SEALS).as_posix(), path
