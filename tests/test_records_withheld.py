"""A record that holds what is withheld is at no address: as if it did not exist, from the next request on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.__main__ import main as archive
from tests.captured_site import build_captured
from tests.publish_archive import HOME
from tests.publish_site import Site

RAID = f"{HOME}2014/03/raid"
LATE = "20240201060010"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_captured(tmp_path_factory.mktemp("captured"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with closing(Site(folder)) as site:
        yield site


@pytest.fixture
def withheld(folder: Path, site: Site) -> Iterator[Site]:
    """The article is withheld while the pages are served, and shown again afterwards."""
    assert site.get("/record/12").status_code == 200
    assert archive(["withhold", RAID, "--reason", "a court", "--archive-dir", str(folder)]) == 0
    yield site
    assert archive(["withhold", RAID, "--undo", "--archive-dir", str(folder)]) == 0
    assert site.get("/record/12").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/record/11",
        "/record/12",
        "/record/12/raw",
        "/record/12/text",
        "/record/12/render",
        "/record/12.warc.gz",
        f"/web/{RAID}",
        f"/web/{LATE}/{RAID}",
        f"/web/{LATE}id_/{RAID}",
        f"/web/{LATE}if_/{RAID}",
        f"/web/*/{RAID}",
        f"/timemap/link/{RAID}",
        "/record/503",  # the redirect that names its address
        f"/web/{LATE}id_/{HOME}moved",
    ],
)
def test_its_records_are_not_there(withheld: Site, path: str) -> None:
    response = withheld.get(path)
    assert response.status_code == 404
    assert "Drone strike" not in response.text and "convoy" not in response.text
    assert "memento-datetime" not in response.headers and LATE not in response.headers.get("link", "")


def test_a_list_of_captures_leaves_them_out(withheld: Site) -> None:
    found = withheld.get("/cdx", params={"url": f"{HOME}*", "fl": "original"}).text.splitlines()
    assert f"{HOME}packed" in found and RAID not in found and f"{HOME}moved" not in found
    assert withheld.get("/cdx", params={"url": RAID}).text == ""
    assert withheld.get(f"/timemap/link/{HOME}moved").status_code == withheld.get(f"/web/*/{HOME}moved").status_code == 404


def test_other_records_are_shown_as_before(withheld: Site) -> None:
    assert withheld.get("/record/501").status_code == withheld.get(f"/web/{LATE}id_/{HOME}packed").status_code == 200


@pytest.mark.parametrize(
    "path", [f"/compare/20240101060010..{LATE}/www.example.org/2014/03/raid", f"/cite.txt?url={RAID}&from=2024010106&to={LATE}"]
)
def test_a_comparison_of_it_is_held_and_not_shown(withheld: Site, path: str) -> None:
    response = withheld.get(path)
    assert response.status_code == 410 and "convoy" not in response.text


def test_a_record_that_is_damaged_shows_nothing_while_something_is_withheld(tmp_path: Path) -> None:
    folder = build_captured(tmp_path / "own")
    assert archive(["withhold", RAID, "--reason", "a court", "--archive-dir", str(folder)]) == 0
    for file in (folder / "warc").rglob("*.warc.gz"):
        file.write_bytes(file.read_bytes()[:-1].replace(b"\x00", b"\x01"))
    own = Site(folder)
    page = own.get("/record/21")
    assert page.status_code == 200 and "Nothing of it is shown" in page.text and "<pre" not in page.text
    assert own.get("/record/12").status_code == 404
    for database in own.datasette.databases.values():
        database.close()
    own.loop.close()
