"""Compressed bodies: takes a body as it was transferred and its Content-Encoding, and says whether it breaks off before its end."""

from __future__ import annotations

import zlib

PIECE = 2**20  # bytes unpacked at a time, and thrown away
FORMATS = {"gzip": zlib.MAX_WBITS + 16, "x-gzip": zlib.MAX_WBITS + 16, "deflate": zlib.MAX_WBITS}


def is_torn(body: bytes, encoding: str) -> bool:
    """Whether a packed body ends before its stream does. Half of it unpacks without a complaint, and reads like an edit.

    False for what is not packed so, or not at all: that is for the one who unpacks it to say.
    """
    if not body or encoding.strip().lower() not in FORMATS:
        return False
    unzip = zlib.decompressobj(FORMATS[encoding.strip().lower()])
    try:
        while not unzip.eof and (unzip.decompress(body, PIECE) or len(unzip.unconsumed_tail) < len(body)):
            body = unzip.unconsumed_tail
    except zlib.error:
        return False
    return not unzip.eof
