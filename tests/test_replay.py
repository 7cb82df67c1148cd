"""Captures replayed as Wayback machines do: the nearest, as captured, rendered, and all of an address, for Memento's clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from archive.publish.records.replay import by_nearness, distance, original_headers, wanted_capture
from tests.captured_site import build_captured
from tests.publish_archive import HOME
from tests.publish_site import Site

RAID = f"{HOME}2014/03/raid"
EARLY, LATE = "20240101060010", "20240201060010"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_captured(tmp_path_factory.mktemp("captured"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with closing(Site(folder)) as site:
        yield site


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("/web/{}", LATE),
        ("/web/2/{}", LATE),
        ("/web/0/{}", EARLY),
        ("/web/2023/{}", EARLY),
        ("/web/202401/{}", LATE),
        ("/web/20240110/{}", EARLY),
        ("/web/20240230/{}", LATE),
        ("/web/99999999999999/{}", LATE),
    ],
)
def test_an_address_leads_to_the_nearest_capture(site: Site, asked: str, nearest: str) -> None:
    response = site.get(asked.format(RAID))
    assert (response.status_code, response.headers["location"]) == (302, f"/web/{nearest}/{RAID}")


@pytest.mark.parametrize("spelling", ["example.org/2014/03/raid", "http://example.org/2014/03/raid/", "https:/www.example.org/2014/03/raid",
                                      quote(RAID), quote(RAID, safe=""), RAID + "?utm_source=x"])  # fmt: skip
def test_any_spelling_of_an_address_will_do(site: Site, spelling: str) -> None:
    assert site.get(f"/web/{EARLY}id_/{spelling}").text.startswith("<!doctype html><title>Drone strike kills four")


def test_another_query_string_is_another_answer(site: Site) -> None:
    assert site.get(f"/web/{RAID}?print=1").headers["location"] == f"/web/{LATE}/{RAID}?print=1"
    assert site.get(f"/web/{LATE}id_/{RAID}?print=1").text == "<p>For print</p>"
    assert site.get(f"/web/{RAID}?page=7").status_code == 404
    assert site.get(f"/web/{LATE}id_/{HOME}wp-json/wp/v2/posts?page=2").json() == [{"id": 101}]


def test_a_capture_has_the_headers_that_mementos_have(site: Site) -> None:
    headers = site.get(f"/web/{EARLY}/{RAID}").headers
    assert headers["memento-datetime"] == "Mon, 01 Jan 2024 06:00:10 GMT"
    assert headers["link"] == (
        f'<{RAID}>; rel="original", <http://localhost/web/{RAID}>; rel="timegate", '
        f'<http://localhost/timemap/link/{RAID}>; rel="timemap"; type="application/link-format", '
        f'<http://localhost/web/{EARLY}/{RAID}>; rel="first memento"; datetime="Mon, 01 Jan 2024 06:00:10 GMT", '
        f'<http://localhost/web/{LATE}/{RAID}>; rel="last next memento"; datetime="Thu, 01 Feb 2024 06:00:10 GMT"'
    )


def test_a_time_can_be_negotiated(site: Site) -> None:
    response = site.get(f"/web/{RAID}", headers={"accept-datetime": "Fri, 05 Jan 2024 00:00:00 GMT"})
    assert (response.status_code, response.headers["location"]) == (302, f"/web/{EARLY}/{RAID}")
    assert "Accept-Datetime" in response.headers["vary"] and 'rel="original"' in response.headers["link"]
    assert site.get(f"/web/{RAID}", headers={"accept-datetime": "yesterday"}).status_code == 400


def test_as_captured_is_what_was_sent_with_its_headers_beside(site: Site) -> None:
    response = site.get(f"/web/{LATE}id_/{HOME}packed", headers={"accept-encoding": "gzip"})
    assert response.text == "<p>Packed, été</p>" and response.headers["content-encoding"] == "gzip"
    assert response.headers["x-archive-orig-server"] == "unit" and response.headers["x-archive-orig-set-cookie"] == "a=1, b=2"
    assert "set-cookie" not in response.headers and response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    unpacked = site.get(f"/web/{LATE}id_/{HOME}packed", headers={"accept-encoding": "identity"})
    assert unpacked.text == "<p>Packed, été</p>" and "content-encoding" not in unpacked.headers


def test_the_status_is_the_captured_one_and_a_redirect_stays_here(site: Site) -> None:
    gone, moved = site.get(f"/web/{LATE}id_/{HOME}nothing"), site.get(f"/web/{LATE}id_/{HOME}moved")
    assert (gone.status_code, gone.text) == (404, "<p>No such page</p>") and "memento-datetime" in gone.headers
    assert (moved.status_code, moved.headers["location"]) == (301, f"/web/{LATE}id_/{RAID}")
    assert moved.headers["x-archive-orig-location"] == "/2014/03/raid"
    page = site.get(f"/web/{LATE}/{HOME}moved")
    assert page.status_code == 200 and f'The answer leads on to <a href="/web/{LATE}/{RAID}">' in page.text
    assert site.get(f"/web/{LATE}/{HOME}nothing").status_code == 404


def test_a_page_is_framed_without_scripts(site: Site) -> None:
    page = site.get(f"/web/{LATE}/{HOME}2014/running")
    [frame] = re.findall(r'<iframe class="render tall" src="([^"]*)" sandbox ', page.text)
    shown = site.get(frame)
    assert "<script" not in shown.text and "sandbox" in shown.headers["content-security-policy"] and "<h1>Quiet</h1>" in shown.text
    assert shown.headers["memento-datetime"] == "Thu, 01 Feb 2024 06:00:10 GMT" and shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert "/record/urn:uuid:" in page.text


def test_pictures_and_texts_are_shown_in_the_page(site: Site) -> None:
    assert '<img class="captured" src="/picture/505"' in site.get(f"/web/{LATE}/{HOME}pic.png").text
    assert (
        '<pre class="source" tabindex="0" dir="auto">[{&#34;id&#34;: 101}]'
        in site.get(f"/web/{LATE}/{HOME}wp-json/wp/v2/posts?page=2").text
    )


def test_all_captures_of_an_address_are_listed(site: Site) -> None:
    text = site.text(f"/web/*/{RAID}")
    assert text.index("1 February 2024, 06:00 UTC") < text.index("1 January 2024, 06:00 UTC") and "2 captures" in text
    assert site.get(f"/web/*/{HOME}none").status_code == 404


def test_a_timemap_has_every_capture(site: Site) -> None:
    response = site.get(f"/timemap/link/{RAID}")
    lines = response.text.strip().split(",\n")
    assert response.headers["content-type"] == "application/link-format"
    assert lines == [
        f'<{RAID}>; rel="original"',
        f'<http://localhost/web/{RAID}>; rel="timegate"',
        f'<http://localhost/timemap/link/{RAID}>; rel="self"; type="application/link-format"; '
        'from="Mon, 01 Jan 2024 06:00:10 GMT"; until="Thu, 01 Feb 2024 06:00:10 GMT"',
        f'<http://localhost/web/{EARLY}/{RAID}>; rel="first memento"; datetime="Mon, 01 Jan 2024 06:00:10 GMT"',
        f'<http://localhost/web/{LATE}/{RAID}>; rel="last memento"; datetime="Thu, 01 Feb 2024 06:00:10 GMT"',
    ]
    assert "/timemap/www" not in response.text
    assert site.get(f"/timemap/link/{HOME}none").status_code == 404


@pytest.mark.parametrize(
    "path", ["/web/", "/web/2024/", "/web/2024id_/", "/web/*/", "/web/2024/http://", "/web/mailto:x@y", "/timemap/link/"]
)
def test_what_is_no_address_is_not_found(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


def test_a_path_is_taken_apart() -> None:
    wanted = wanted_capture("20240101id_/https://e.org/a", "b=1")
    assert wanted and (wanted.moment, wanted.form, wanted.url) == ("20240101", "id_", "https://e.org/a?b=1")
    local = wanted_capture("127.0.0.1:8765/deep/A%20b.html", "")
    assert local and (local.moment, local.parts) == ("", ("127.0.0.1:8765", "/deep/A%20b.html", ""))
    escaped = wanted_capture("2024id_/http%3A//e.org/a%3Fb%3D%2525", "")
    assert escaped and escaped.url == "http://e.org/a?b=%25"


def test_of_captures_at_one_time_the_latest_is_nearest() -> None:
    times = [("2024-01-01T00:00:00Z", 1), ("2024-01-03T00:00:00Z", 2), ("2024-01-03T00:00:00Z", 3), ("2024-02-29T00:00:00Z", 4)]
    assert list(by_nearness(times, "20240103000000")) == [2, 1, 0, 3] and list(by_nearness(times, "20240101120000")) == [0, 1, 2, 3]
    assert list(by_nearness(times, "")) == [3, 2, 1, 0] and list(by_nearness(times, "2023")) == [0, 1, 2, 3]
    assert list(by_nearness([], "2024")) == [] and distance("20240231000000", "2024-02-29T00:00:00Z") == 0


def test_headers_of_strangers_end_no_header_of_ours() -> None:
    sent = original_headers([("X-A", "1\r\nset-cookie: x"), ("bad name", "2"), ("", "3"), ("x-a", "4")])
    assert sent == {"x-archive-orig-x-a": "1 set-cookie: x, 4"}
