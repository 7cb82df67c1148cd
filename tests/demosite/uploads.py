"""Pictures: small PNGs drawn from their name, the only files besides feeds that carry ETag and Last-Modified."""

from __future__ import annotations

import hashlib
import math
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


# Sea to summit, as on a printed relief map.
PALETTE = bytes.fromhex("5f7f8c 7f9ca3 c9c3a2 b9b98a 9fae7d b7a06e a58458 e8e1d2")


@lru_cache(maxsize=256)
def png(seed: str, width: int = 320, height: int = 200) -> bytes:
    """A relief map of an invented place; the same seed gives the same bytes."""
    key = hashlib.sha256(seed.encode()).digest()
    along = [math.sin(x / (18 + key[0] % 30) + key[1]) + 0.6 * math.sin(x / (7 + key[2] % 9) + key[3]) for x in range(width)]
    down = [math.sin(y / (16 + key[4] % 24) + key[5]) + 0.5 * math.cos(y / (6 + key[6] % 8) + key[7]) for y in range(height)]
    across = [0.8 * math.sin(d / (24 + key[8] % 30) + key[9]) for d in range(width + height)]
    rows = [
        b"\0" + bytes(max(0, min(7, int((along[x] + down[y] + across[x + y] + 3.2) * 1.25))) for x in range(width)) for y in range(height)
    ]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"PLTE", PALETTE) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")


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
