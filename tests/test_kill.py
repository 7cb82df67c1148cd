"""kill -9 at any moment, then the same command again: the archive is the one that an undisturbed crawl makes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conftest import Steady
from tests.crawls import content, crawl, rows
from tests.demosite import DemoSite
from tests.kills import assert_whole, kill


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


def test_kills_among_answers_that_are_committed_together_lose_nothing(steady: Steady, folder: Path) -> None:
    """A site that answers at once: records are synced and answers are committed several at a time."""
    assert sum(kill(steady.site, folder, after, slowness=0) for after in (12, 25)) > 0
    assert crawl(steady.site, folder).code == 0
    assert_whole(folder)
    assert content(folder) == steady.content


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2))
def test_twenty_kills_among_answers_that_are_committed_together(steady: Steady, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    kills = sum(kill(steady.site, folder, chance.randrange(1, 30), slowness=0) for _ in range(20))
    assert kills > 5
    assert crawl(steady.site, folder).code == 0
    assert_whole(folder)
    assert content(folder) == steady.content


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(4))
def test_many_kills(steady: Steady, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    kills = sum(kill(steady.site, folder, chance.randrange(1, 12), slowness=0.01) for _ in range(20))
    assert kills > 5
    assert crawl(steady.site, folder).code == 0
    assert_whole(folder)
    assert content(folder) == steady.content
