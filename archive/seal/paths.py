"""The way from a record to a stamp as one JSON file, which a stranger checks with a dozen lines of any language and openssl.

``docs/evidence.md`` has such a program. The file carries everything but the record itself and the authority's certificate.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from archive.seal.proofs import proof_of


def time_path(root: Path, record_digest: str) -> dict[str, Any] | None:
    """What the file holds; None where the record is in no seal.

    ``record``: SHA-256 of the compressed record in hex; ``path``: pairs of side and SHA-256; ``seals``: the heads, as the text of their
    files, of which the first has the tree's root and each other one names the one before it; ``stamp``: the stamp of the last one in
    Base64, or null. Raises OSError.
    """
    proof = proof_of(root, record_digest)
    if proof is None:
        return None
    return {
        "record": record_digest.removeprefix("sha256:"),
        "path": proof.path,
        "root": proof.root,
        "sealed_at": proof.sealed_at,
        "seals": [(root / name).read_text(encoding="utf-8") for name in proof.seals],
        "files": proof.seals,
        "stamp": base64.b64encode((root / proof.stamp).read_bytes()).decode() if proof.stamp else None,
        "stamped_at": proof.stamped_at,
        "authority": proof.authority,
    }


def time_path_file(root: Path, record_digest: str) -> bytes | None:
    """The file's content."""
    found = time_path(root, record_digest)
    return None if found is None else (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()
