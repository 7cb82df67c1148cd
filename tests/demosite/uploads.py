"""Pictures: small PNGs drawn from their name, the only files besides feeds that carry ETag and Last-Modified."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from .response import Response

if TYPE_CHECKING:
    from .state import State

STAMP = "Mon, 01 Jun 2026 09:00:00 GMT"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@lru_cache(maxsize=256)
def png(seed: str, width: int = 320, height: int = 200) -> bytes:
    """A two-coloured relief map of an invented place; the same seed gives the same bytes."""
    key = hashlib.sha256(seed.encode()).digest()
    low, high = key[0:3], key[3:6]
    step, slope = 17 + key[6] % 23, 1 + key[7] % 5
    palette = b"".join(bytes((low[c] * (7 - n) + high[c] * n) // 7 for c in range(3)) for n in range(8))
    rows = []
    for y in range(height):
        bend = (y * slope + (y * y) // (40 + key[8] % 60)) // 3
        rows.append(b"\0" + bytes((((x + bend) // step) ^ (y // (step + 9))) & 7 for x in range(width)))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"PLTE", palette)
        + chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + chunk(b"IEND", b"")
    )


def answer(state: State, path: str, headers: dict[str, str]) -> Response | None:
    """None for a name that no post uses."""
    name = path.rpartition("/")[2]
    if not re.fullmatch(r"[\w.-]+\.png", name) or not (
        name == "avatar.png" or any(name == p.picture or f'"img:{name}"' in p.body for p in state.posts.values())
    ):
        return None
    seed = f"{name}/{state.pictures.get(name, 0)}"
    body = png(seed, 32, 32) if name == "avatar.png" else png(seed)
    tag = f'"{hashlib.md5(body).hexdigest()[:16]}"'
    about = [("ETag", tag), ("Last-Modified", STAMP)]
    if headers.get("if-none-match") == tag or ("if-none-match" not in headers and headers.get("if-modified-since") == STAMP):
        return Response(304, b"", "image/png", about)
    return Response(200, body, "image/png", about)
