"""Whether a body was captured before is known without a look through all captures: the answer is that of the look."""

from __future__ import annotations

from typing import Any

import pytest

from archive.queries import known_bodies
from archive.queries.captures import first_with_body
from archive.queries.known_bodies import FEW, KnownBodies
from archive.warc.place import sha256
from archive.warc.records import Exchange
from tests.literal import Desk


def exchange(body: bytes, status: int = 200) -> Exchange:
    return Exchange(f"https://example.org/{body.decode()}", "2026-01-01T00:00:00Z", "GET", [], status, "OK", [], body)


def capture(desk: Desk, body: bytes, status: int = 200) -> str:
    """The digest of a body that is captured now."""
    sent = exchange(body, status)
    place = desk.warc.write(sent)
    desk.store.add_capture(desk.crawl, "page", sent, "text/html", place)
    return place.payload_digest


def found(desk: Desk, bodies: KnownBodies, digest: str) -> dict[str, Any] | None:
    """What is known of a digest; it has to be what a look through all captures gives."""
    row = desk.store.ask(bodies.first, digest)
    assert row == first_with_body(desk.store.db, "example", digest)
    return row


def test_bodies_of_earlier_runs_and_of_this_one_are_found_and_new_ones_are_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_bodies, "FOLDED", 3)
    before = [capture(desk, b"earlier %d" % number) for number in range(5)]
    refused = capture(desk, b"an error page", status=503)
    bodies = KnownBodies("example")
    for number in range(FEW + 8):
        assert found(desk, bodies, sha256(b"new %d" % number)) is None
        bodies.add(capture(desk, b"new %d" % number))
        assert found(desk, bodies, sha256(b"new %d" % number)) is not None
    assert all(found(desk, bodies, digest) for digest in before)
    assert found(desk, bodies, refused) is None


def test_no_captures_are_looked_through_for_a_new_body(desk: Desk) -> None:
    bodies, asked = KnownBodies("example"), list[str]()
    for number in range(FEW + 1):
        desk.store.ask(bodies.first, sha256(b"%d" % number))
    desk.store.db.conn.set_trace_callback(asked.append)
    assert desk.store.ask(bodies.first, sha256(b"another")) is None
    desk.store.db.conn.set_trace_callback(None)
    assert asked == []
