"""What articles link to: hosts by year, the links to one of them, those that no longer answer, and what a reading page shows of it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.store.outlinks import OutlinkFinding, save_outlink
from archive.store.store import Store
from tests.conftest import History
from tests.crawls import rows
from tests.literal import HOME, Desk, article
from tests.publish_site import Site

REPORT, LIST, OLD = "https://reports.example.net/2014/a?x=1#part", "https://reports.example.net/list", "http://old.example.com/"


def piece(number: int, published: str | None, *links: tuple[str, str]) -> dict[str, Any]:
    named = [{"url": url, "text": text} for url, text in links]
    dates = (
        {"published_at": f"{published}T08:00:00Z", "published_on": published} if published else {"published_at": None, "published_on": None}
    )
    return article((f"Text {number}.",), source_id=str(number), url=f"{HOME}{number}", title=f"Part {number}", links=named, **dates)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources") / "archive"
    desk = Desk(folder)
    desk.see(
        piece(1, "2014-03-07", (REPORT, "a report"), (LIST, "the list"), (OLD, "=an old page")),
        piece(
            2,
            "2016-01-01",
            (LIST, "the list again"),
            (f"{HOME}1", "part one"),
            (f"{HOME}lost", "a lost page"),
            ("mailto:a@example.net", "mail"),
        ),
        piece(3, None, (REPORT, "undated"), ("javascript:alert(1)", "a trap")),
    )
    desk.close()
    with closing(Store(folder)) as store:
        for url, outcome, status, *times in (
            (REPORT.partition("#")[0], "failing", 404, "2026-11-12T05:00:00Z", "2026-11-14T05:00:00Z"),
            (LIST, "failing", 500, "2026-11-14T05:00:00Z"),
            (OLD, "answers", 200, "2026-11-14T05:00:00Z"),
        ):
            for at in times:
                with store.transaction():
                    save_outlink(store.db, OutlinkFinding(url, outcome, status), at)
    return folder


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with Site(folder) as opened:
        yield opened


def table(site: Site, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site.get(f"/sources.csv{query}").text)))


def test_hosts_are_counted_by_year_without_the_archives_own_sites(site: Site) -> None:
    assert [tuple(row.values()) for row in table(site, "")] == [
        ("old.example.com", "2014", "1", "1"),
        ("reports.example.net", "", "1", "1"),
        ("reports.example.net", "2014", "2", "1"),
        ("reports.example.net", "2016", "1", "1"),
    ]
    shown = site.text("/sources")
    assert "2 hosts" in shown and "reports.example.net 3 4 2014–2016" in shown and "www.example.org" not in shown.partition("2 hosts")[2]


def test_the_links_to_a_host_are_listed_with_their_articles(site: Site) -> None:
    found = [(row["url"], row["words"], row["title"], row["state"]) for row in table(site, "?host=www.reports.example.net")]
    assert found == [
        (LIST, "the list again", "Part 2", "failing"),
        (REPORT, "a report", "Part 1", "dead"),
        (LIST, "the list", "Part 1", "failing"),
        (REPORT, "undated", "Part 3", "dead"),
    ]
    shown = site.get("/sources?host=reports.example.net").text
    assert f'href="{REPORT}"' in shown and 'href="/www.example.org/1"' in shown
    assert site.get("/sources?host=nowhere.example").status_code == 200


def test_the_ledger_tells_a_dead_source_from_one_that_failed_once(site: Site) -> None:
    assert {row["url"] for row in table(site, "?state=dead")} == {REPORT}
    assert {row["url"] for row in table(site, "?state=failing")} == {LIST}
    assert "dead: it has not answered since 12 November 2026, last asked 14 November 2026: 404" in site.text("/sources?state=dead")
    assert "did not answer on 14 November 2026: 500" in site.text("/sources?state=failing")
    assert "Answers 1" in site.text("/sources") and "Dead 1" in site.text("/sources")
    [row] = [row for row in json.loads(site.get("/sources.json?state=dead").text)["rows"] if row["title"] == "Part 1"]
    assert (row["status"], row["checked_at"], row["failing_since"]) == (404, "2026-11-14T05:00:00Z", "2026-11-12T05:00:00Z")
    assert row["article"] == "http://localhost/www.example.org/1"


def test_a_reading_page_lists_its_sources_and_what_of_its_own_site_is_not_held(site: Site) -> None:
    first, second = site.text("/www.example.org/1"), site.text("/www.example.org/2")
    assert "Sources a report reports.example.net https://reports.example.net/2014/a?x=1#part dead: it has not answered" in first
    assert "http://old.example.com/ answered on 14 November 2026" in first
    assert "a lost page of this site, not held here" in second
    assert "Cited by Part 2" in first
    assert 'href="javascript' not in site.get("/www.example.org/3").text


def test_what_only_a_withheld_article_links_to_is_told_nowhere(folder: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    done = CliRunner().invoke(commands, ["withhold", f"{HOME}1", "--archive-dir", str(own)])
    assert done.exit_code == 0, done.output
    site = Site(own)
    assert "old.example.com" not in site.get("/sources.csv").text + site.get("/archive/outlink_checks.json").text
    assert {row["url"] for row in table(site, "?state=dead")} == {REPORT}  # the third article links to it too
    site.close()


def test_a_destroyed_article_takes_along_what_only_it_linked_to(folder: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    done = CliRunner().invoke(commands, ["expunge", f"{HOME}1", "--reason", "an order", "--yes", "--archive-dir", str(own)])
    assert done.exit_code == 0, done.output
    assert {url for (url,) in rows(own, "select url from outlink_checks")} == {REPORT.partition("#")[0], LIST}


@pytest.mark.parametrize("asked", ["?host=%00", "?state=nothing", "?host='", "?page=99999", "?host=reports.example.net&state=dead&page=x"])
def test_whatever_is_asked_of_sources_is_answered(site: Site, asked: str) -> None:
    for path in ("/sources", "/sources.json", "/sources.csv"):
        assert site.get(path + asked).status_code == 200


def test_the_demo_links_to_hosts_that_its_table_has(history: History) -> None:
    site = Site(history.full.folder)
    listed = {row["host"]: int(row["links"]) for row in table(site, "") if row["year"] == "2013"}
    site.close()
    counted = """
        select links.host, count(*)
        from links
        join articles on articles.id = article_id
        where year = 2013 and target_article_id is null and links.host not in ('', '127.0.0.1') and links.url like 'http%'
        group by 1
    """
    assert listed == dict(rows(history.full.folder, counted)) != {}
