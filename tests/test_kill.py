"""kill -9 at any moment, then the same command again: the archive is the one that an undisturbed crawl makes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.warc.read import whole_members
from tests.conftest import Steady
from tests.crawls import content, crawl, rows, start_crawl, until
from tests.demosite import DemoSite


def kill(site: DemoSite, folder: Path, after: int, *arguments: str, slowness: float = 0.03) -> bool:
    """Start a crawl and kill it once the site has seen ``after`` requests more. False when it had ended before."""
    site.clear_requests()
    fault = site.fault("", delay=slowness)
    process = start_crawl(site, folder, *arguments)
    until(lambda: len(site.requests) >= after or process.poll() is not None)
    killed = process.poll() is None
    process.kill()
    process.communicate()
    site.faults.rules.remove(fault)
    return killed


def assert_whole(folder: Path) -> None:
    """Every record of every WARC file can be read, each response has its row, and no comment is there twice."""
    placed = {(name, offset) for name, offset in rows(folder, "select filename, offset from captures")}
    found = set()
    for path in (folder / "warc").glob("*/*.warc.gz"):
        with path.open("rb") as file:
            assert [record.rec_type for record in ArchiveIterator(file)].count("response") > 0
        members = list(whole_members(path))
        assert sum(len(compressed) for _, compressed, _ in members) == path.stat().st_size
        responses = {offset for offset, _, text in members if b"WARC-Type: response" in text[:500]}
        found |= {(str(path.relative_to(folder)), offset) for offset in responses}
    assert found == placed
    assert rows(folder, "select article_id, source_id from comments group by 1, 2 having count(*) > 1") == []
    assert rows(folder, "pragma integrity_check") == [("ok",)]
    assert rows(folder, "pragma foreign_key_check") == []


def test_three_kills_and_a_rerun_give_the_rows_of_an_undisturbed_crawl(steady: Steady, folder: Path) -> None:
    for after in (4, 9, 25):
        assert kill(steady.site, folder, after)
    assert crawl(steady.site, folder).code == 0
    assert_whole(folder)
    assert content(folder) == steady.content
    assert [outcome for (outcome,) in rows(folder, "select outcome from crawls order by id")] == ["killed"] * 3 + ["complete"]


def test_a_kill_during_an_update_loses_no_change(site: DemoSite, tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    crawl(site, killed)
    crawl(site, whole)
    site.change()
    for after in (3, 6):
        assert kill(site, killed, after)
    assert crawl(site, killed).code == 0
    assert crawl(site, whole).code == 0
    assert_whole(killed)
    assert content(killed) == content(whole)


def test_what_a_killed_update_had_read_does_not_hide_what_vanished_beside_it(site: DemoSite, folder: Path) -> None:
    """As many came as went: the total is what it was, and the killed run holds what came."""
    crawl(site, folder, "pages=none")
    for number in (127, 128):
        site.trash(number)
        site.add_post(f"In place of {number}", f"Nobody knows what became of {site.post(number).title}.")
    assert kill(site, folder, 4)
    assert rows(folder, "select count(*) from articles where title like 'In place of%'") == [(2,)]
    assert crawl(site, folder, "pages=none").code == 0
    missing = "select source_id from articles where missing_since is not null order by 1"
    assert rows(folder, missing) == [("127",), ("128",)]
    assert rows(folder, "select count(*) from absences where comment_id is not null") == [(0,)]


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(4))
def test_many_kills(steady: Steady, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    kills = sum(kill(steady.site, folder, chance.randrange(1, 12), slowness=0.01) for _ in range(20))
    assert kills > 5
    assert crawl(steady.site, folder).code == 0
    assert_whole(folder)
    assert content(folder) == steady.content
