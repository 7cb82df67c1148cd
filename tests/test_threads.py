"""Comments: their states, and their places in the thread."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.store.comments import digest, place
from tests.literal import Desk, article, comment

LATER = "2026-02-01T00:00:00Z"
THREAD = """
    select comments.source_id, parents.source_id, comments.position, comments.depth
    from comments left join comments as parents on parents.id = comments.parent_id
    order by comments.position
    """
PARENTS = """
    select parents.source_id
    from comment_revisions join comments on comments.id = comment_id
    left join comments as parents on parents.id = comment_revisions.parent_id
    where comments.source_id = ?
    order by number
    """


def test_a_thread_stands_in_reading_order(desk: Desk) -> None:
    desk.see(article(), _12=[comment("3", parent="1"), comment("1"), comment("2"), comment("4", parent="3")])
    assert desk.rows(THREAD) == [("1", None, 0, 1), ("3", "1", 1, 2), ("4", "3", 2, 3), ("2", None, 3, 1)]
    assert desk.rows("select comment_count from articles") == [(4,)]


def test_a_parent_that_comes_later_finds_its_answers(desk: Desk) -> None:
    desk.see(article(), _12=[comment("2", parent="1")])
    assert desk.rows(THREAD) == [("2", None, 0, 1)]
    desk.see(_12=[comment("1")])
    assert desk.rows(THREAD) == [("1", None, 0, 1), ("2", "1", 1, 2)]
    assert desk.rows("select count(*) from comment_revisions") == [(2,)]


def test_an_edited_comment_becomes_a_revision(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1", "52")])
    assert desk.see(_12=[comment("1", "58")]) == {"revised": 1}
    assert desk.rows("select number, text from comment_revisions order by number") == [(1, "52"), (2, "58")]
    assert desk.rows("select event from changes where comment_id is not null order by event") == [("edited",), ("new",)]


def test_a_comment_that_changes_its_signature_becomes_a_revision(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1")])
    assert desk.see(_12=[comment("1", author="Goatherd")]) == {"revised": 1}


def test_a_moved_comment_is_called_moved(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1"), comment("2"), comment("3", parent="1")])
    assert desk.see(_12=[comment("3", parent="2")])["revised"] == 1
    assert desk.rows(THREAD)[1:] == [("2", None, 1, 1), ("3", "2", 2, 2)]
    assert desk.rows("select event from changes where event in ('moved', 'edited')") == [("moved",)]
    assert desk.rows(PARENTS, "3") == [("1",), ("2",)]


def test_an_unchanged_thread_writes_no_revision(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1"), comment("2", parent="1")])
    assert desk.see(_12=[comment("1"), comment("2", parent="1")], at=LATER) == {"unchanged": 2}
    assert desk.rows("select count(*) from comment_revisions") == [(2,)]
    assert desk.rows("select distinct last_seen_at from comments") == [(LATER,)]


def test_a_page_never_overrules_rest_and_adds_what_rest_lacks(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1", "As REST gives it")])
    ping = comment("9", "A blog", kind="pingback", author="Blog")
    counts = desk.see(article(door="page"), _12=[comment("1", "As the page gives it", posted_at="2020-05-05T10:00Z"), ping])
    assert counts == {"unchanged": 2, "new": 1}
    assert desk.rows("select text, door, kind from comments order by source_id") == [
        ("As REST gives it", "rest", "comment"),
        ("A blog", "page", "pingback"),
    ]


def test_rest_completes_what_a_page_showed_first(desk: Desk) -> None:
    desk.see(article(door="page"), _12=[comment("1", posted_at="2020-05-05T10:00Z", posted_precision="minute")])
    assert desk.see(_12=[comment("1")]) == {"unchanged": 1}
    assert desk.rows("select posted_at, door from comments") == [("2020-05-05T10:00:01Z", "rest")]
    assert desk.rows("select count(*) from comment_revisions") == [(1,)]


def test_the_digest_of_a_comment_is_that_of_its_stored_state(desk: Desk) -> None:
    desk.see(article(door="page"), _12=[comment("1", posted_at="2020-05-05T10:00Z", posted_precision="minute")])
    desk.see(_12=[comment("1")])
    [stored] = desk.rows("select digest from comment_revisions")
    assert stored == (digest(comment("1")),)


def test_comments_of_articles_that_are_not_held_are_counted_not_stored(desk: Desk) -> None:
    assert desk.see(_77=[comment("1"), comment("2")]) == {"homeless": 2}
    assert desk.rows("select count(*) from comments") == [(0,)]


def test_the_same_id_under_two_articles_is_two_comments(desk: Desk) -> None:
    other = article(source_id="13", url="https://www.example.org/other.php")
    desk.see(article(), other, _12=[comment("1", "One")], _13=[comment("1", "Two")])
    assert desk.rows("select text from comments order by text") == [("One",), ("Two",)]


@given(st.dictionaries(st.integers(1, 12), st.one_of(st.none(), st.integers(1, 15)), max_size=12))
def test_every_comment_gets_one_place_whatever_its_parents(parents: dict[int, int | None]) -> None:
    rows = [{"id": n * 10, "source_id": str(n), "source_parent_id": p and str(p), "posted_at": None} for n, p in parents.items()]
    placed = place(rows)
    assert sorted(position for _, position, _ in placed.values()) == list(range(len(rows)))
    assert placed.keys() == {row["id"] for row in rows}
    for parent, position, depth in placed.values():
        assert (parent is None) == (depth == 1)
        if parent is not None:
            assert placed[parent][1] < position and placed[parent][2] == depth - 1
