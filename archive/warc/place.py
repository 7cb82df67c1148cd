"""Where a record lies, what it hashes to, and which files this program writes: what writers and readers of WARC files share."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".warc.gz"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a response record lies, and what it must hash to."""

    filename: str
    offset: int
    length: int
    record_id: str
    record_digest: str
    payload_digest: str


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def is_own_file(path: Path) -> bool:
    """Whether a file is named as ``WarcWriter`` names its files: SITE-YYYYMM-NNN.warc.gz or SITE-YYYYMM-NNN-eEPOCH.warc.gz in SITE."""
    return re.fullmatch(re.escape(path.parent.name) + r"-\d{6}-\d{3,}(?:-e\d+)?" + re.escape(SUFFIX), path.name) is not None
