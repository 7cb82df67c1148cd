"""What the store makes of readings: new articles, revisions, completions, or nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archive.errors import LockHeld, StorageError
from archive.store.gaps import NAMED, finish_threads
from archive.store.seen import Seen
from archive.store.store import Store
from archive.text import content_key
from tests.literal import HOME, PARAGRAPHS, URL, Desk, article, author, block, comment

LATER = "2026-02-01T00:00:00Z"
NUMBERS = "select number, change, declared, text from revisions order by number"


def numbers(desk: Desk) -> list[int]:
    return [number for (number,) in desk.rows("select number from revisions order by number")]


def test_a_first_reading_is_a_new_article_with_revision_1(desk: Desk) -> None:
    assert desk.see(article()) == {"new": 1}
    assert desk.rows(NUMBERS) == [(1, None, None, "\n\n".join(PARAGRAPHS))]
    [row] = desk.rows("select source_id, url, title, byline, year, month, word_count, first_seen_at, last_seen_at from articles")
    words = len(" ".join(PARAGRAPHS).split())
    assert row == ("12", URL, "The bridge", "Mara Ellsworth", 2020, "2020-05", words, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")


def test_the_same_reading_again_only_moves_the_observation_on(desk: Desk) -> None:
    desk.see(article())
    before = desk.rows("select * from revision_captures")
    assert desk.see(article(), at=LATER) == {"unchanged": 1}
    assert numbers(desk) == [1]
    assert desk.rows("select last_seen_at from articles union select last_seen_at from revisions") == [(LATER,)]
    assert desk.rows("select * from revision_captures") == before


def test_a_silent_edit_is_a_revision(desk: Desk) -> None:
    desk.see(article())
    assert desk.see(article([PARAGRAPHS[0].replace("3 May", "4 May"), PARAGRAPHS[1]]), at=LATER) == {"revised": 1}
    [(_, change, declared, text)] = desk.rows(NUMBERS + " desc limit 1")
    assert (change, declared) == ("number", 0) and "4 May" in text
    assert desk.rows("select old_text, unchanged_until from edits") == [("\n\n".join(PARAGRAPHS), "2026-01-01T00:00:00Z")]


def test_a_declared_correction_is_called_one(desk: Desk) -> None:
    desk.see(article())
    desk.see(article(["The bridge fell on 4 May.", PARAGRAPHS[1], "Correction: the bridge fell on 4 May."]))
    assert desk.rows("select change, declared from revisions where number = 2") == [("correction", 1)]


def test_a_reverted_edit_is_a_third_revision(desk: Desk) -> None:
    desk.see(article())
    desk.see(article(["Other words."]))
    desk.see(article())
    assert numbers(desk) == [1, 2, 3]
    assert desk.rows("select count(distinct content_key), count(distinct digest) from revisions") == [(2, 2)]
    assert desk.rows("select number from revisions join articles on articles.revision_id = revisions.id") == [(3,)]


@pytest.mark.parametrize(
    ("changed", "change"),
    [
        ({"title": "A bridge"}, "headline"),
        ({"authors": [author("Tobin Raske")], "byline": "Tobin Raske"}, "byline"),
        ({"terms": []}, "tags"),
        ({"published_at": "2020-05-05T08:30:15Z"}, "date"),
        ({"links": [{"url": "https://other.example/", "text": "other"}]}, "link"),
        ({"images": [{"url": HOME + "a.jpg", "caption": "The bridge, in 2019", "alt": ""}]}, "wording"),
    ],
)
def test_every_part_of_an_articles_content_counts(desk: Desk, changed: dict[str, object], change: str) -> None:
    desk.see(article())
    assert desk.see(article(**changed)) == {"revised": 1}
    assert desk.rows("select change from revisions where number = 2") == [(change,)]


@pytest.mark.parametrize(
    "changed",
    [
        {"modified_at": "2025-01-01T00:00:00Z"},
        {"bio": "Mara Ellsworth writes."},
        {"reported_comment_count": 7},
        {"kind": "link"},
        {"published_at": "2020-05-04T08:30Z", "published_precision": "minute"},
        {"title": "The\u00a0bridge"},
        {"url": HOME + "archives/2020/05/renamed.php"},
    ],
)
def test_what_is_no_content_makes_no_revision(desk: Desk, changed: dict[str, object]) -> None:
    desk.see(article())
    assert desk.see(article(**changed)) == {"unchanged": 1}
    assert numbers(desk) == [1]


def test_a_reworded_bio_makes_no_revision_and_is_kept(desk: Desk) -> None:
    desk.see(article(bio="Mara Ellsworth is an editor."))
    desk.see(article(bio="Mara Ellsworth is a deputy editor."))
    assert numbers(desk) == [1]
    assert desk.rows("select count(*) from blocks where kind = 'bio'") == [(1,)]


def test_a_field_that_an_older_release_did_not_know_is_no_edit(desk: Desk) -> None:
    desk.see(article())
    desk.see(article(door="page"), at=LATER)
    desk.store.db.execute("update readings set fields = json_remove(fields, '$.terms', '$.modified_at')")
    assert desk.see(article(door="page", reported_comment_count=1), at="2026-03-01T00:00:00Z") == {"unchanged": 1}
    assert numbers(desk) == [1]
    assert set(content_key.reading(article())) == set(content_key.FIELDS)


def test_a_pictures_new_address_is_no_edit(desk: Desk) -> None:
    desk.see(article(images=[{"url": HOME + "a.jpg", "caption": "The bridge", "alt": ""}]))
    desk.see(article(images=[{"url": HOME + "cdn/a.webp", "caption": "The bridge", "alt": ""}]))
    assert numbers(desk) == [1]


def test_a_page_after_rest_completes_and_makes_no_revision(desk: Desk) -> None:
    desk.see(article())
    both = [author("Mara Ellsworth", ""), author("Lena Petrossy", "")]
    page = article(door="page", authors=both, byline="Mara Ellsworth and Lena Petrossy", modified_at=None, published_at="2020-05-04T08:30Z")
    assert desk.see(page, at=LATER) == {"unchanged": 1}
    assert numbers(desk) == [1]
    assert desk.rows("select byline, published_at from articles") == [("Mara Ellsworth and Lena Petrossy", "2020-05-04T08:30:15Z")]
    assert desk.rows("select name from authors join article_authors on author_id = authors.id order by position") == [
        ("Mara Ellsworth",),
        ("Lena Petrossy",),
    ]
    assert desk.see(article(), at=LATER) == {"unchanged": 1}, "REST alone does not take the co-author away again"
    assert desk.rows("select byline from articles") == [("Mara Ellsworth and Lena Petrossy",)]


def test_rest_after_a_page_completes_and_makes_no_revision(desk: Desk) -> None:
    desk.see(
        article(door="page", source_id=None, authors=None, modified_at=None, published_at="2020-05-04T08:30Z", published_precision="minute")
    )
    assert desk.see(article()) == {"unchanged": 1}
    assert numbers(desk) == [1]
    assert desk.rows("select source_id, published_at, modified_at from articles") == [
        ("12", "2020-05-04T08:30:15Z", "2020-05-04T08:41:15Z")
    ]


def test_a_page_that_reads_otherwise_than_rest_is_a_difference_not_a_revision(desk: Desk) -> None:
    desk.see(article())
    desk.see(article(["Another text."], door="page"))
    assert numbers(desk) == [1]
    assert desk.rows("select field from differences") == [("text_key",)]
    desk.see(article(door="page"))
    assert desk.rows("select field from differences") == []


def test_a_co_author_who_leaves_the_page_is_a_revision(desk: Desk) -> None:
    two = {"authors": [author("Mara Ellsworth"), author("Lena Petrossy", "")], "byline": "Mara Ellsworth and Lena Petrossy"}
    desk.see(article())
    desk.see(article(door="page", **two))
    assert desk.see(article(door="page")) == {"revised": 1}
    assert desk.rows("select number, change, text = (select text from revisions where number = 1) from revisions where number = 2") == [
        (2, "byline", 1)
    ]


def test_an_upgraded_extractor_updates_in_place(desk: Desk) -> None:
    desk.see(article(), extractor="1")
    desk.see(article([*PARAGRAPHS, "A paragraph that the old extractor missed."]), extractor="2")
    assert numbers(desk) == [1]
    assert desk.rows("select extractor, text like '%missed.' from revisions") == [("2", 1)]


def test_a_rename_keeps_the_article_and_both_addresses(desk: Desk) -> None:
    desk.see(article())
    desk.see(article(url=HOME + "new.php"), at=LATER)
    assert desk.rows("select url, kind from urls order by kind") == [(URL, "alias"), (HOME + "new.php", "current")]
    assert desk.rows("select event, detail from changes where event = 'renamed'") == [("renamed", HOME + "new.php")]
    assert desk.see(article(source_id=None)) == {"unchanged": 1}, "the old address still leads to it"


def test_another_article_at_an_old_address_is_another_article(desk: Desk) -> None:
    desk.see(article())
    desk.see(article(url=HOME + "new.php"))
    assert desk.see(article(source_id="99", title="Another")) == {"new": 1}
    assert desk.rows("select urls.url, source_id from urls join articles on articles.id = article_id order by source_id") == [
        (HOME + "new.php", "12"),
        (URL, "99"),
    ]


def test_links_lead_to_archived_articles_whichever_came_first(desk: Desk) -> None:
    other = HOME + "other.php"
    desk.see(article(links=[{"url": other + "#top", "text": "see"}, {"url": "https://www.nytimes.example/x", "text": "it"}]))
    assert desk.rows("select host, target_article_id from links order by position") == [("example.org", None), ("nytimes.example", None)]
    desk.see(article(source_id="13", url=other, title="Other", links=[{"url": URL, "text": "back"}]))
    assert desk.rows("select title, cited_title from citations order by 1") == [("Other", "The bridge"), ("The bridge", "Other")]


def test_an_articles_gap_ends_when_it_is_read(desk: Desk) -> None:
    desk.store.add_gap(desk.site, kind="article", ref="12", reason="failed", explained=0)
    desk.store.add_gap(desk.site, kind="article", ref=URL, reason="failed", explained=0)
    desk.see(article())
    assert desk.rows("select count(*) from gaps") == [(0,)]


def test_digests_can_be_computed_again_from_what_is_stored(desk: Desk) -> None:
    desk.see(article(bio="Mara writes."), _12=[comment("1"), comment("2", "Me too.", parent="1")])
    [(digest, *values)] = desk.rows("select digest, title, byline, published_at, modified_at, tags, text from revisions")
    blocks = [
        dict(zip(("kind", "text", "html", "rule"), row, strict=True)) for row in desk.rows("select kind, text, html, rule from blocks")
    ]
    assert blocks[2] == block("bio", "Mara writes.")
    assert digest == content_key.key(*values, blocks)


def test_an_answer_is_saved_whole_or_not_at_all(desk: Desk) -> None:
    desk.see(article())
    with pytest.raises(KeyError):
        desk.see(article(["Changed."]), article(source_id="13") | {"blocks": [{"kind": "body"}]})
    assert numbers(desk) == [1]
    assert desk.rows("select new, revised from crawls") == [(1, 0)]


def test_search_finds_old_and_new_wording(desk: Desk) -> None:
    desk.see(article(["The refrigerator stood in the yard."]))
    desk.see(article(["The wardrobe stood in the yard."]))
    found = "select number from revisions_fts join revisions on revisions.id = revisions_fts.rowid where revisions_fts match ?"
    assert desk.rows(found, "refrigerators") == [(1,)]
    assert desk.rows(found, "wardrobe") == [(2,)]
    assert desk.rows(found, "nonsense") == []


def test_a_completed_text_can_be_searched(desk: Desk) -> None:
    desk.see(article(["The refrigerator."]), extractor="1")
    desk.see(article(["The wardrobe."]), extractor="2")
    found = "select count(*) from revisions_fts where revisions_fts match ?"
    assert desk.rows(found, "refrigerator") == [(0,)]
    assert desk.rows(found, "wardrobe") == [(1,)]


def test_a_second_store_is_refused_and_the_first_goes_on(desk: Desk, folder: Path) -> None:
    with pytest.raises(LockHeld, match="another crawl"):
        Store(folder)
    assert desk.see(article()) == {"new": 1}


def test_a_database_that_is_locked_by_others_is_a_storage_error(desk: Desk) -> None:
    desk.db.execute("pragma busy_timeout = 10")
    other = sqlite3.connect(desk.store.folder / "archive.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StorageError, match="locked"):
        desk.store.add_gap(desk.site, kind="article", ref="1", reason="failed", explained=0)
    other.execute("rollback")
    other.close()
    desk.store.add_gap(desk.site, kind="article", ref="1", reason="failed", explained=0)
    assert desk.rows("select count(*) from gaps") == [(1,)]


def test_a_site_of_which_nothing_was_read_is_forgotten_and_its_captures_kept(desk: Desk) -> None:
    desk.capture("page")
    desk.store.forget_unread_site(desk.site)
    assert desk.rows("select count(*) from sites") == [(0,)]
    assert desk.rows("select crawl_id from captures") == [(None,)]


def test_a_site_of_which_something_was_read_is_not_forgotten(desk: Desk) -> None:
    desk.see(article())
    desk.store.forget_unread_site(desk.site)
    assert desk.rows("select count(*) from sites") == [(1,)]


def test_two_sites_of_one_name_get_two_names(desk: Desk) -> None:
    assert desk.store.ensure_site("example", "https://example.net/")["name"] == "example-2"
    assert desk.store.ensure_site("example", HOME)["name"] == "example"


def test_a_crawl_that_was_killed_is_closed_by_the_next_start(folder: Path) -> None:
    first = Desk(folder)
    first.store._lock.release()  # what the kernel does
    second = Desk(folder, at=LATER)
    assert second.rows("select outcome, finished_at from crawls where id = 1") == [("killed", LATER)]
    second.store.close()


def test_seen_carries_its_captures(desk: Desk) -> None:
    desk.see(article(), at=LATER)
    [(part, at)] = desk.rows("select part, captured_at from revision_captures join captures on captures.id = capture_id")
    assert (part, at) == ("rest", LATER)
    assert Seen(LATER, ((1, "rest"),), "1").captures[0][1] == "rest"


def test_a_sites_own_pages_are_none_of_its_sources(desk: Desk) -> None:
    linked = [HOME + "donate", "https://example.org/about", "mailto:mara@example.org", "https://www.other.example/a", "https://my.org/"]
    desk.see(article(links=[{"url": url, "text": ""} for url in linked]))
    assert desk.rows("select host, links from sources order by host") == [("my.org", 1), ("other.example", 1)]


def test_a_link_to_an_article_that_was_renamed_is_no_edit(desk: Desk) -> None:
    target, moved = f"{HOME}archives/2019/01/quay.php", f"{HOME}archives/2019/01/old-quay.php"
    desk.see(article(source_id="7", url=target), article(links=[{"url": target, "text": "the quay"}]))
    desk.see(article(source_id="7", url=moved), at="2026-02-01T00:00:00Z")
    desk.see(article(links=[{"url": moved, "text": "the quay"}]), at="2026-02-02T00:00:00Z")
    assert desk.rows("select count(*) from revisions where number > 1") == [(0,)]
    desk.see(article(links=[{"url": f"{HOME}elsewhere", "text": "the quay"}]), at="2026-02-03T00:00:00Z")
    assert desk.rows("select change from revisions where number > 1") == [("link",)]


def test_a_headline_that_gets_a_text_is_a_link_no_more(desk: Desk) -> None:
    desk.see(article((), kind="link"))
    assert desk.rows("select kind, word_count from articles") == [("link", 0)]
    desk.see(article(("Now there is a text.",)), at="2026-02-01T00:00:00Z")
    assert desk.rows("select kind, word_count from articles") == [("article", 5)]


def test_the_end_of_a_thread_is_noted_as_fast_on_a_large_site_as_on_a_small_one(desk: Desk) -> None:
    def steps() -> int:
        taken = []
        desk.db.conn.set_progress_handler(lambda: taken.append(1), 10)
        finish_threads(desk.db, desk.site, [URL, "12"], "2026-01-01T00:00:00Z")
        desk.db.conn.set_progress_handler(None, 0)
        return len(taken)

    desk.see(article())
    few = steps()
    row = "insert into articles(site_id, source_id, url, kind, title, first_seen_at, last_seen_at, checked_at)"
    desk.db.conn.executemany(f"{row} values (?, ?, ?, 'article', '', '', '', '')", [(desk.site, f"a{n}", f"{URL}/{n}") for n in range(500)])
    assert steps() <= few + 5
    assert desk.rows("select count(*) from articles where comments_checked_at is not null") == [(1,)]


def test_no_article_is_looked_through_for_a_thread_that_is_whole(desk: Desk) -> None:
    """Statistics of a small archive say that it costs little; the archive grows."""
    desk.see(article())
    desk.db.execute("analyze")
    plan = desk.db.execute(f"explain query plan {NAMED}", [desk.site, URL, URL, desk.site]).fetchall()
    assert len(plan) > 1
    assert not any(row[3].startswith("SCAN") for row in plan)
