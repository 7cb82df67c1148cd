"""What a feed told of an article outlives a kill, and is forgotten when the article holds it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.store.feed_items import FeedFacts
from archive.store.store import Store
from tests.literal import HOME, URL, Desk, article

ITEM = FeedFacts(URL, "2020-05-04T08:30:15Z", ("Mara Ellsworth", "Ana Petrova"), "a1")
OTHER = FeedFacts(f"{HOME}archives/2020/06/road.php", "2020-06-04T08:30:15Z", (), "b1")
MINUTES = {"door": "page", "published_at": "2020-05-04T08:30:00Z", "published_precision": "minute"}


@pytest.fixture
def desk(folder: Path) -> Desk:
    return Desk(folder)


def remembered(desk: Desk) -> list[FeedFacts]:
    return desk.store.feed_items(desk.site)


def test_what_the_feed_told_is_there_after_a_kill_also_when_the_item_has_left_the_feed(folder: Path) -> None:
    desk = Desk(folder)
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.store._lock.release()  # as the end of a killed process does
    again = Store(folder)
    again.save_feed_items(desk.site, [OTHER])
    assert again.feed_items(desk.site) == [ITEM, OTHER]
    again.close()


def test_it_stays_while_its_article_holds_minutes_and_goes_when_it_holds_seconds_and_authors(desk: Desk) -> None:
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.see(article(**MINUTES, authors=[]))
    desk.store.save_feed_items(desk.site, [OTHER])
    assert remembered(desk) == [ITEM, OTHER]
    desk.see(article(**MINUTES | {"published_precision": "second"}), at="2026-01-02T00:00:00Z")
    desk.store.save_feed_items(desk.site, [OTHER])
    assert remembered(desk) == [OTHER]


def test_it_stays_while_its_article_lacks_the_authors(desk: Desk) -> None:
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.see(article(authors=[]))
    desk.store.save_feed_items(desk.site, [OTHER])
    assert ITEM in remembered(desk)


def test_what_the_feed_still_names_stays_for_the_next_comparison(desk: Desk) -> None:
    desk.see(article())
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.store.save_feed_items(desk.site, [ITEM])
    assert remembered(desk) == [ITEM]


def test_what_is_known_to_be_no_article_goes_with_its_item(desk: Desk) -> None:
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.store.add_gap(desk.site, kind="article", ref=URL, reason="a listing", explained=1)
    desk.store.save_feed_items(desk.site, [OTHER])
    assert remembered(desk) == [OTHER]


def test_a_feed_that_gave_nothing_forgets_nothing(desk: Desk) -> None:
    desk.see(article())
    desk.store.save_feed_items(desk.site, [ITEM])
    assert desk.store.save_feed_items(desk.site, []) == set()
    assert remembered(desk) == [ITEM]


def test_a_time_and_names_that_an_item_does_not_tell_any_more_stay(desk: Desk) -> None:
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.store.save_feed_items(desk.site, [replace(ITEM, published_at=None, authors=(), digest="a2")])
    assert remembered(desk) == [replace(ITEM, digest="a2")]


def test_news_is_what_shows_another_digest_than_before_and_it_is_told_until_the_article_is_read(desk: Desk) -> None:
    desk.see(article())
    assert desk.store.save_feed_items(desk.site, [ITEM, OTHER]) == set(), "an item that was never seen is no change"
    desk.clock.at = "2026-01-02T00:00:00Z"
    edited = [replace(ITEM, digest="a2"), OTHER]
    assert desk.store.save_feed_items(desk.site, edited) == {URL}
    desk.clock.at = "2026-01-03T00:00:00Z"
    assert desk.store.save_feed_items(desk.site, edited) == {URL}, "the run that saw it was killed before it read the page"
    desk.see(article(title="The bridge at Marrow"), at="2026-01-03T00:00:01Z")
    assert desk.store.save_feed_items(desk.site, edited) == set()


def test_news_within_the_second_in_which_the_article_was_read_is_told(desk: Desk) -> None:
    desk.store.save_feed_items(desk.site, [ITEM])
    desk.see(article())
    assert desk.store.save_feed_items(desk.site, [replace(ITEM, digest="a2")]) == {URL}


def test_saving_what_is_remembered_writes_no_row(desk: Desk) -> None:
    desk.store.save_feed_items(desk.site, [ITEM, OTHER])
    before = desk.db.conn.total_changes
    desk.store.save_feed_items(desk.site, [OTHER, ITEM])
    assert desk.db.conn.total_changes == before


def test_sites_do_not_mix(desk: Desk) -> None:
    other = desk.store.ensure_site("other", "https://other.example.org/")["id"]
    desk.store.save_feed_items(desk.site, [ITEM])
    assert desk.store.save_feed_items(other, [replace(ITEM, digest="a2")]) == set()
    assert remembered(desk) == [ITEM]


def test_the_first_sight_of_an_item_whose_article_is_held_is_no_news(desk: Desk) -> None:
    desk.see(article(), at="2026-01-01T00:00:00Z")
    assert desk.store.save_feed_items(desk.site, [ITEM]) == set()
    assert desk.store.save_feed_items(desk.site, [ITEM]) == set()
    assert desk.store.save_feed_items(desk.site, [replace(ITEM, digest="a2")]) == {URL}
