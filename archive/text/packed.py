"""A digest in half the room: takes ``sha256:HEX``, gives its 32 bytes, and back."""

from __future__ import annotations

import re

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def packed(digest: str) -> bytes | str:
    """The 32 bytes of ``sha256:HEX``; anything else, such as a damaged digest, as it is."""
    return bytes.fromhex(digest.removeprefix("sha256:")) if DIGEST.fullmatch(digest) else digest


def unpacked(stored: bytes | str) -> str:
    """``sha256:HEX`` of its 32 bytes; anything else as it is."""
    return f"sha256:{stored.hex()}" if isinstance(stored, bytes) else stored
