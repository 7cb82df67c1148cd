"""Fingerprints of blocks: what makes two blocks the same wording."""

from __future__ import annotations

import hashlib
import re
import unicodedata


def fingerprint(text: str) -> str:
    """16 hex digits, equal for equal wording: case, punctuation, spacing and Unicode form aside. Empty text gives ''."""
    letters = "".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
    return hashlib.sha256(letters.encode()).hexdigest()[:16] if letters else ""
