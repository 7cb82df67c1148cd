"""The crawler's memory between runs: typed rows of a kind, replaced as a whole, with the answer or list they belong to."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import get_args

import pytest

from archive.store.checkpoints import Checkpoint, Kind
from archive.store.seen import Seen
from tests.literal import HOME, Desk, article

NEWEST = [Checkpoint("12", value="2026-01-02T03:04:05"), Checkpoint("7", value="2026-01-02T03:04:05")]


@pytest.fixture
def desk(folder: Path) -> Desk:
    return Desk(folder)


def test_what_was_never_remembered_is_an_empty_list(desk: Desk) -> None:
    assert all(desk.store.checkpoints(desk.site, kind) == [] for kind in get_args(Kind))


def test_rows_come_back_as_they_were_saved_and_in_their_order(desk: Desk) -> None:
    desk.store.save_checkpoints(desk.site, "newest_posts", NEWEST)
    lost = [Checkpoint("3", at="2026-01-01T00:00:00Z", count=2)]
    desk.store.save_checkpoints(desk.site, "mass_loss_articles", lost)
    assert desk.store.checkpoints(desk.site, "newest_posts") == NEWEST
    assert desk.store.checkpoints(desk.site, "mass_loss_articles") == lost


def test_saving_replaces_one_kind_of_one_site_and_no_other(desk: Desk) -> None:
    other = desk.store.ensure_site("other", "https://other.example.org/")["id"]
    for site in (desk.site, other):
        desk.store.save_checkpoints(site, "sections", [Checkpoint(f"{HOME}news/")])
        desk.store.save_checkpoints(site, "unlisted", [Checkpoint(f"{HOME}old/")])
    desk.store.save_checkpoints(desk.site, "sections", [])
    assert desk.store.checkpoints(desk.site, "sections") == []
    assert desk.store.checkpoints(desk.site, "unlisted") == desk.store.checkpoints(other, "unlisted") == [Checkpoint(f"{HOME}old/")]
    assert desk.store.checkpoints(other, "sections") == [Checkpoint(f"{HOME}news/")]


def test_saving_what_is_remembered_writes_nothing(desk: Desk) -> None:
    desk.store.save_checkpoints(desk.site, "newest_posts", NEWEST)
    before = desk.db.conn.total_changes
    desk.store.save_checkpoints(desk.site, "newest_posts", NEWEST)
    assert desk.db.conn.total_changes == before
    desk.store.save_checkpoints(desk.site, "newest_posts", NEWEST[::-1])
    assert desk.store.checkpoints(desk.site, "newest_posts") == NEWEST[::-1]


def test_rows_that_cannot_be_saved_leave_those_that_are_there(desk: Desk) -> None:
    desk.store.save_checkpoints(desk.site, "newest_posts", NEWEST)
    with pytest.raises(sqlite3.IntegrityError):
        desk.store.save_checkpoints(desk.site, "newest_posts", [Checkpoint("1"), Checkpoint("1")])
    assert desk.store.checkpoints(desk.site, "newest_posts") == NEWEST


def test_an_answer_and_its_checkpoints_are_saved_together_or_not_at_all(desk: Desk) -> None:
    seen = Seen(desk.clock.at, ((desk.capture("rest"), "rest"),), "1")
    with pytest.raises(sqlite3.IntegrityError):
        desk.store.save_answer(
            desk.crawl, desk.site, seen, articles=[article()], checkpoints={"newest_posts": [Checkpoint("1"), Checkpoint("1")]}
        )
    assert desk.rows("select count(*) from articles") == [(0,)]
    desk.store.save_answer(desk.crawl, desk.site, seen, articles=[article()], checkpoints={"newest_posts": NEWEST})
    assert desk.rows("select count(*) from articles") == [(1,)]
    assert desk.store.checkpoints(desk.site, "newest_posts") == NEWEST


def test_a_list_and_its_checkpoints_are_saved_together_or_not_at_all(desk: Desk) -> None:
    desk.store.save_list(desk.site, "posts", total=7)
    with pytest.raises(sqlite3.IntegrityError):
        desk.store.save_list(desk.site, "posts", {"newest_posts": [Checkpoint("1"), Checkpoint("1")]}, total=8)
    desk.store.save_list(desk.site, "comments", {"newest_comments": [Checkpoint("9")]}, total=9)
    assert desk.rows("select name, total from lists order by name") == [("comments", 9), ("posts", 7)]
    assert desk.store.checkpoints(desk.site, "newest_comments") == [Checkpoint("9")]


def test_a_site_that_is_forgotten_leaves_no_checkpoints(desk: Desk) -> None:
    desk.store.save_checkpoints(desk.site, "newest_posts", NEWEST)
    desk.store.forget_unread_site(desk.site)
    assert desk.rows("select count(*) from checkpoints") == [(0,)]
