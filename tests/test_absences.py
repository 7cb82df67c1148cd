"""Disappearances: confirmed twice, a day apart, with the interval in which they happened."""

from __future__ import annotations

from archive.queries.change_report import events_since, report_paragraphs
from archive.store.absences import due_again
from archive.store.gaps import TEXT, THREAD
from tests.literal import URL, Desk, article, comment

SEEN, GONE_AFTER = "2026-01-01T00:00:00Z", 24
ABSENCES = "select last_seen_at, missing_since, gone_at, back_at from absences"


def miss(desk: Desk, table: str, at: str) -> int:
    desk.clock.at = at
    ids = [row_id for (row_id,) in desk.rows(f"select id from {table}")]
    return desk.store.mark_missing(desk.crawl, table, ids, at, desk.capture("rest"), GONE_AFTER)  # type: ignore[arg-type]


def test_missing_then_gone_then_back(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    assert miss(desk, "articles", "2026-01-02T00:00:00Z") == 1
    assert desk.rows(ABSENCES) == [(SEEN, "2026-01-02T00:00:00Z", None, None)]
    assert miss(desk, "articles", "2026-01-02T23:59:59Z") == 0, "less than a day later it is not called gone"
    assert desk.rows(ABSENCES) == [(SEEN, "2026-01-02T00:00:00Z", None, None)]
    assert miss(desk, "articles", "2026-01-03T00:00:00Z") == 0
    assert desk.rows(ABSENCES) == [(SEEN, "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", None)]
    desk.see(article(), at="2026-01-09T00:00:00Z")
    assert desk.rows(ABSENCES) == [(SEEN, "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z")]
    assert desk.rows("select missing_since, gone_at from articles") == [(None, None)]
    assert [event for (event,) in desk.rows("select event from changes order by at")] == ["new", "missing", "gone", "back"]


def test_what_is_gone_stays_gone_since_its_first_confirmation(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    for at in ("2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-06T00:00:00Z"):
        miss(desk, "articles", at)
    assert desk.rows("select gone_at from articles union select gone_at from absences") == [("2026-01-04T00:00:00Z",)]


def test_a_second_disappearance_is_a_second_absence(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    miss(desk, "articles", "2026-01-02T00:00:00Z")
    desk.see(article(), at="2026-01-03T00:00:00Z")
    assert miss(desk, "articles", "2026-01-04T00:00:00Z") == 1
    assert desk.rows(ABSENCES + " order by id") == [
        (SEEN, "2026-01-02T00:00:00Z", None, "2026-01-03T00:00:00Z"),
        ("2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z", None, None),
    ]


def test_a_missing_comment_is_kept_and_no_longer_counted(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1")], at=SEEN)
    assert miss(desk, "comments", "2026-01-02T00:00:00Z") == 1
    assert desk.rows("select comment_count from articles") == [(0,)]
    assert desk.rows("select text, missing_since from comments") == [("I was there.", "2026-01-02T00:00:00Z")]
    desk.see(_12=[comment("1")], at="2026-01-03T00:00:00Z")
    assert desk.rows("select missing_since, gone_at from comments") == [(None, None)]
    assert desk.rows("select comment_count from articles") == [(1,)]


def test_comments_of_a_missing_article_are_not_marked(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1")], at=SEEN)
    miss(desk, "articles", "2026-01-02T00:00:00Z")
    assert desk.rows("select missing_since from comments") == [(None,)]
    assert desk.rows("select missing from crawls") == [(1,)]


def test_the_second_confirmation_is_due_a_day_later_and_only_once(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    miss(desk, "articles", "2026-01-02T00:00:00Z")
    due = lambda at: due_again(desk.db, desk.site, "articles", at, GONE_AFTER)  # noqa: E731
    assert due("2026-01-02T12:00:00Z") == []
    assert due("2026-01-03T00:00:00Z") == [(1, "12")]
    miss(desk, "articles", "2026-01-03T00:00:00Z")
    assert due("2026-01-05T00:00:00Z") == []


def test_an_absence_that_no_answer_states_is_told_with_its_reason(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    at = desk.clock.at = "2026-01-03T00:00:00Z"
    desk.store.mark_missing(desk.crawl, "articles", [1], at, desk.capture("page"), GONE_AFTER, "its address leads to the front page")
    site = next(desk.db.query("select * from sites"))
    [told] = report_paragraphs(desk.db, site, events_since(desk.db, desk.site, at))
    assert told.splitlines() == [
        "missing, not yet confirmed: The bridge",
        f"  {URL}",
        f"  went between {SEEN} and {at}; not yet confirmed; its text is kept",
        "  its address leads to the front page",
    ]


def test_only_what_its_own_request_confirmed_is_called_gone(desk: Desk) -> None:
    desk.see(article(), article(url=f"{URL}2", source_id="13"), _12=[comment("1"), comment("2")], at=SEEN)
    miss(desk, "comments", "2026-01-02T00:00:00Z")
    miss(desk, "articles", "2026-01-02T00:00:00Z")
    for table in ("comments", "articles"):
        at = "2026-01-04T00:00:00Z"
        assert desk.store.mark_missing(desk.crawl, table, [1], at, desk.capture("rest"), GONE_AFTER) == 0  # type: ignore[arg-type]
    gone = desk.rows("select article_id, comment_id from absences where gone_at is not null order by article_id, comment_id")
    assert gone == [(1, None), (1, 1)]


def test_an_article_that_came_back_was_gone_only_the_second_time(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    miss(desk, "articles", "2026-01-02T00:00:00Z")
    desk.see(article(), at="2026-01-03T00:00:00Z")
    miss(desk, "articles", "2026-01-04T00:00:00Z")
    miss(desk, "articles", "2026-01-06T00:00:00Z")
    assert desk.rows("select gone_at from absences order by id") == [(None,), ("2026-01-06T00:00:00Z",)]


def test_a_confirmed_absence_counts_as_a_check_of_that_article_alone(desk: Desk) -> None:
    desk.see(article(), article(url=f"{URL}2", source_id="13"), at=SEEN)
    [(before,)] = desk.rows("select checked_at from articles where id = 2")
    desk.store.mark_missing(desk.crawl, "articles", [1], "2026-01-02T00:00:00Z", desk.capture("rest"), GONE_AFTER)
    assert desk.rows("select checked_at from articles order by id") == [("2026-01-02T00:00:00Z",), (before,)]


def test_missing_comments_are_due_again_on_their_own_site(desk: Desk) -> None:
    desk.see(article(), _12=[comment("7")], at=SEEN)
    miss(desk, "comments", "2026-01-02T00:00:00Z")
    assert due_again(desk.db, desk.site, "comments", "2026-01-03T00:00:00Z", GONE_AFTER) == [(1, "7")]
    assert due_again(desk.db, desk.site + 1, "comments", "2026-01-03T00:00:00Z", GONE_AFTER) == []


def test_what_was_lacking_of_an_article_that_is_missing_is_no_gap_any_more(desk: Desk) -> None:
    desk.see(article(), article(url=f"{URL}2", source_id="13"), at=SEEN)
    lacking = [("article", URL), ("article", "12"), ("article", f"{URL}{TEXT}"), ("comment", f"{URL}{THREAD}")]
    others = [("article", f"{URL}2"), ("article", f"{URL}3"), ("comment", "7"), ("image", URL)]
    for kind, ref in lacking + others:
        desk.store.add_gap(desk.site, kind=kind, ref=ref, reason="answered 404", explained=0)
    desk.store.mark_missing(desk.crawl, "articles", [1], "2026-01-02T00:00:00Z", desk.capture("rest"), GONE_AFTER)
    assert sorted(desk.rows("select kind, ref from gaps")) == sorted(others)


def test_a_reason_that_explains_what_is_lacking_outlasts_the_absence(desk: Desk) -> None:
    desk.see(article(), at=SEEN)
    desk.store.add_gap(desk.site, kind="article", ref=URL, reason="robots.txt", explained=1)
    miss(desk, "articles", "2026-01-02T00:00:00Z")
    assert desk.rows("select ref from gaps") == [(URL,)]
