"""Real clients of web archives, pointed at a served archive instead of the Internet Archive. Each is skipped where it is not installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from archive.warc.place import sha256
from tests.publish_archive import HOME, open_archive

ROOT = Path(__file__).parent.parent
RAID = f"{HOME}2014/03/raid"
TIMES = ["20240101060010", "20240201060010"]


@pytest.fixture
def address(captured_address: str) -> str:
    return captured_address


def test_waybackpy_lists_captures_and_finds_the_nearest(address: str) -> None:
    pytest.importorskip("waybackpy", reason="waybackpy is not installed: its package brings a folder named tests, which hides ours")
    from waybackpy import WaybackMachineCDXServerAPI

    def api(url: str, **asked: Any) -> WaybackMachineCDXServerAPI:
        client = WaybackMachineCDXServerAPI(url, **asked)
        client.endpoint = f"{address}/cdx"
        return client

    assert [one.timestamp for one in api(RAID).snapshots()] == TIMES
    assert [one.timestamp for one in api(RAID, sort="reverse").snapshots()] == TIMES[::-1]
    assert api(RAID).near(year=2024, month=1, day=5).timestamp == api(RAID).oldest().timestamp == TIMES[0]
    assert api(RAID).newest().timestamp == TIMES[1]
    of_host = api("example.org", match_type="host", filters=["statuscode:200"], collapses=["urlkey"], limit=4)
    found = [one.original for one in of_host.snapshots()]
    assert len(found) == len(set(found)) == 13  # over several answers, by resume keys


def test_wayback_finds_and_reads_mementos(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wayback = pytest.importorskip("wayback", reason="wayback is not installed")
    from wayback import _client, _utils

    monkeypatch.setattr(_client, "CDX_SEARCH_URL", f"{address}/cdx")
    monkeypatch.setattr(_utils, "MEMENTO_URL_TEMPLATE", _utils.MEMENTO_URL_TEMPLATE.replace("https://web.archive.org", address))
    monkeypatch.setattr(_utils, "MEMENTO_URL_PATTERN", re.compile(rf"^{re.escape(address)}/web/(\d+)(\w\w_)?/(.+)$"))
    with wayback.WaybackClient() as client:
        first, _ = client.search(RAID)
        memento = client.get_memento(first)
        assert sha256(memento.content) == first.digest and memento.url == RAID and memento.headers["Server"] == "unit"
        packed = client.get_memento(next(client.search(f"{HOME}packed")))
        assert packed.text == "<p>Packed, été</p>"
        refused = client.get_memento(next(client.search(f"{HOME}nothing")))
        assert (refused.status_code, refused.ok) == (404, False)
        moved = client.get_memento(next(client.search(f"{HOME}moved")))
        assert moved.url == RAID and [one.status_code for one in moved.history] == [301]
        assert len(list(client.search("example.org", match_type="domain", limit=5))) == 16
        with pytest.raises(wayback.exceptions.NoMementoError):
            client.get_memento("http://nowhere.example/", timestamp="20240101000000")


def test_cdx_toolkit_goes_through_pages_and_makes_records(address: str) -> None:
    cdx_toolkit = pytest.importorskip("cdx_toolkit", reason="cdx_toolkit is not installed")
    client = cdx_toolkit.CDXFetcher(source=f"{address}/cdx", wb=f"{address}/web")
    found = list(client.iter("example.org/*"))
    assert len(found) == 16 and client.get_size_estimate("example.org/*", as_pages=True) == 1
    picture = next(one for one in found if one["mime"] == "image/png")
    assert picture.content.startswith(b"\x89PNG")
    plain = next(one for one in found if one["url"].endswith("posts?page=2"))
    assert plain.content == b'[{"id": 101}]' and plain.fetch_warc_record().http_headers.get_header("Content-Type") == "application/json"
    assert list(client.iter("http://nowhere.example/")) == client.get("http://nowhere.example/") == []


def test_the_digest_of_a_line_is_that_of_the_record(address: str, captured: Path) -> None:
    import httpx

    fields = httpx.get(f"{address}/cdx", params={"url": RAID, "fl": "digest,recordid"}).text.splitlines()
    db = open_archive(captured)
    rows = db.execute("select payload_digest, trim(record_id, '<>') from captures where id in (11, 12) order by id").fetchall()
    db.close()
    assert fields == [" ".join(row) for row in rows]
