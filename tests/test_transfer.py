"""Bodies that a server packs for their transfer alone are read as any other, and a torn one is known to be torn."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest
from twisted.web.http import PotentialDataLoss, _DataLoss

from crawler.http.transfer import PackedTransferDecoder, TransferDecoders
from tests.crawls import rows, scrapy
from tests.othersites import Leaflet
from tests.othersites.server import chunked

BODY = b"<html><body><p>The dyke warden counted the sandbags twice.</p></body></html>" * 40


class Received:
    """What a decoder hands on: the body, and the bytes behind its end (None: it has not ended)."""

    def __init__(self) -> None:
        self.body, self.rest = b"", None
        self.decoder = PackedTransferDecoder(self._take, self._end)

    def _take(self, data: bytes) -> None:
        self.body += data

    def _end(self, rest: bytes) -> None:
        assert self.rest is None, "it ends once"
        self.rest = rest

    def feed(self, data: bytes, size: int) -> None:
        for start in range(0, len(data), size):
            self.decoder.dataReceived(data[start : start + size])


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("packed"), [gzip.compress(BODY), zlib.compress(BODY), BODY], ids=["gzip", "deflate", "not at all"])
def test_a_body_is_the_same_however_it_was_sent(packed: bytes, size: int) -> None:
    got = Received()
    got.feed(chunked(packed), size)
    got.decoder.noMoreData()
    assert (got.body, got.rest) == (BODY, b"")


def test_a_packed_body_without_chunks_ends_with_the_connection() -> None:
    got = Received()
    got.feed(gzip.compress(BODY), 50)
    got.decoder.noMoreData()
    assert (got.body, got.rest) == (BODY, b"")
    plain = Received()
    plain.feed(BODY, 50)
    with pytest.raises(PotentialDataLoss):
        plain.decoder.noMoreData()


@pytest.mark.parametrize(
    "sent",
    [chunked(gzip.compress(BODY)[:-20]), chunked(gzip.compress(BODY))[:-9], gzip.compress(BODY)[:-5]],
    ids=["packed short", "chunks short", "short"],
)
def test_a_torn_body_is_a_loss(sent: bytes) -> None:
    got = Received()
    with pytest.raises(_DataLoss):
        got.feed(sent, 30)
        got.decoder.noMoreData()
    assert got.rest is None


def test_bytes_that_are_packed_otherwise_are_a_loss() -> None:
    with pytest.raises(_DataLoss):
        Received().feed(chunked(b"\x1f\x8b\x08\x00" + os.urandom(400)), 400)


def test_codings_are_known_in_every_spelling_and_a_strange_one_is_refused() -> None:
    known = TransferDecoders()
    for said in (b"gzip, chunked", b"gzip,chunked", b"x-gzip , chunked", b"gzip", b"identity", b"deflate,chunked"):
        assert known[said] is PackedTransferDecoder
    assert known[b"chunked, "] is not PackedTransferDecoder
    with pytest.raises(KeyError):
        known[b"br, chunked"]


def test_a_site_that_packs_its_transfers_is_archived(tmp_path: Path) -> None:
    with Leaflet() as site:
        site.robots("User-agent: *")
        for number, coding in enumerate(("gzip, chunked", "gzip,chunked", "deflate, chunked")):
            site.article(f"/{number}", number)
            status, mime, page = site.answers[f"/{number}"][:3]
            packed = (zlib.compress if "deflate" in coding else gzip.compress)(str(page).encode())
            site.answers[f"/{number}"] = (status, mime, chunked(packed), {"Transfer-Encoding": coding})
        site.front(("/0", "/1", "/2"))
        assert scrapy("crawl", "site", "-a", f"home={site.home}/", folder=tmp_path).code == 0
    assert rows(tmp_path, "select count(*) from articles where word_count > 40") == [(3,)]
