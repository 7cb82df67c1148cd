"""Bodies that a server packs for their transfer: takes what comes in under ``Transfer-Encoding: gzip, chunked`` and the like, and gives the
body as it was before. Twisted knows ``chunked`` alone, and gives up an answer that is sent in another way.

As with chunks, this belongs to one connection and is no part of the body: what is archived, and read, is what the server packed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

from twisted.web._newclient import HTTPClientParser
from twisted.web.http import PotentialDataLoss, _ChunkedTransferDecoder, _DataLoss

Decoder = Callable[[Callable[[bytes], None], Callable[[bytes], None]], object]  # what Twisted makes one of for each answer
PACKED = frozenset((b"gzip", b"x-gzip", b"deflate"))
KNOWN = PACKED | {b"chunked", b"identity"}
GZIP, ZLIB = b"\x1f\x8b", 0x78  # with which the one begins, and most often the other
WINDOW = {True: zlib.MAX_WBITS | 16, False: zlib.MAX_WBITS}
PIECE = 2**18  # bytes unpacked at a time: whoever counts them can stop a body that grows without end
CHUNK_LENGTH = re.compile(rb"\s*[0-9a-fA-F]{1,16}[ \t]*(?:;[^\r\n]*)?(?:\r|$)")


class PackedTransferDecoder:
    """A decoder as Twisted wants it. Some servers name a coding and do not use it: the first bytes decide."""

    def __init__(self, data_callback: Callable[[bytes], None], finish_callback: Callable[[bytes], None]) -> None:
        self._deliver, self._finish = data_callback, finish_callback
        self._chunks: _ChunkedTransferDecoder | None = None
        self._unpack: zlib._Decompress | None = None
        self._begun = self._finished = False

    def dataReceived(self, data: bytes) -> None:
        if self._chunks is None and not self._begun and CHUNK_LENGTH.match(data):
            self._chunks = _ChunkedTransferDecoder(self._arrived, self._ended)
        if self._chunks is None:
            self._arrived(data)
        else:
            self._chunks.dataReceived(data)

    def noMoreData(self) -> None:
        """The body has ended, or the connection. Raises _DataLoss where that was too early, PotentialDataLoss where nobody can tell."""
        if self._finished:
            return
        if self._chunks is not None:
            self._chunks.noMoreData()
        self._ended(b"")
        if self._unpack is None and self._chunks is None:
            raise PotentialDataLoss()

    def _arrived(self, data: bytes) -> None:
        if not self._begun and data:
            self._begun = True
            packed = data[:2] == GZIP[: len(data)] or data[0] == ZLIB
            self._unpack = zlib.decompressobj(WINDOW[data[:1] == GZIP[:1]]) if packed else None
        if self._unpack is None:
            self._deliver(data)
            return
        try:
            while data and not self._unpack.eof:
                if piece := self._unpack.decompress(data, PIECE):
                    self._deliver(piece)
                data = self._unpack.unconsumed_tail
        except zlib.error as error:
            raise _DataLoss(f"not packed as its Transfer-Encoding says: {error}") from error

    def _ended(self, rest: bytes) -> None:
        if self._unpack is not None and not self._unpack.eof:
            raise _DataLoss("the body ends before what is packed in it does")
        self._finished = True
        self._finish(rest)


class TransferDecoders(dict[bytes, Decoder]):
    """Twisted's table, which it asks by the value of the header in lower case."""

    def __missing__(self, said: bytes) -> Decoder:
        """Raises KeyError for a coding that nobody knows."""
        codings = {coding.strip() for coding in said.split(b",")} - {b""}
        if codings - KNOWN:
            raise KeyError(said)
        return PackedTransferDecoder if codings != {b"chunked"} else _ChunkedTransferDecoder


def know_packed_transfers() -> None:
    """Let Twisted read them, in this process."""
    if not isinstance(HTTPClientParser._transferDecoders, TransferDecoders):
        HTTPClientParser._transferDecoders = TransferDecoders(HTTPClientParser._transferDecoders)  # type: ignore[assignment]
