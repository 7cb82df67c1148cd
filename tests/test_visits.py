"""Lines that a page writes anew at each visit make no flood of revisions, and hide no edit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.text.visits import visit_lines
from tests.crawls import rows, scrapy
from tests.literal import HOME, Desk, article
from tests.othersites import Leaflet
from tests.othersites.server import HTML

TUESDAY, WEDNESDAY = "2026-05-05T09:12:00Z", "2026-05-06T11:40:30Z"
TEXT = ("The bridge fell on 3 May, at night.", "Nobody has said why.")


def explained(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """The lines that a clock or a counter explains."""
    return [line.pair for line in visit_lines(old, TUESDAY, new, WEDNESDAY) or () if line.explained]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Today is Tuesday, May 5, 2026", "Today is Wednesday, May 6, 2026"),
        ("Tuesday, 5 May", "Wednesday, 6 May"),
        ("Happy Tuesday to all readers", "Happy Wednesday to all readers"),
        ("5.5.2026", "6.5.2026"),
        ("2026-05-05 11:12", "2026-05-06 13:40"),
        ("Heute ist Dienstag, der 5. Mai 2026", "Heute ist Mittwoch, der 6. Mai 2026"),
        ("Nous sommes le mardi 5 mai 2026", "Nous sommes le mercredi 6 mai 2026"),
        ("Local time: 11:12", "Local time: 13:41"),
        ("Local time: 7:12 am", "Local time: 9:40 am"),
        ("Wednesday, May 6, 2026, in Auckland", "Thursday, May 7, 2026, in Auckland"),
        ("Posted 3 hours ago", "Posted 1 day ago"),
        ("vor 3 Minuten", "vor 26 Stunden"),
        ("Read 1,204 times", "Read 1,311 times"),
        ("Zugriffe: 998", "Zugriffe: 1.020"),
    ],
)
def test_the_clock_of_two_visits_explains_a_line(was: str, now: str) -> None:
    assert explained([was, *TEXT], [now, *TEXT]) == [(was, now)]
    assert explained([f"By the desk\n{was}", *TEXT], [f"By the desk\n{now}", *TEXT]) == [(was, now)]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Today is Tuesday, May 5, 2026", "Today is Wednesday, May 6, 2025"),
        ("There were 5 dead", "There were 6 dead"),
        ("It sank on 3 May 2026", "It sank on 4 May 2026"),
        ("On Tuesday the port closed", "On Monday the port closed"),
        ("The mayor spoke on Tuesday, 5 May 2026", "The minister spoke on Wednesday, 6 May 2026"),
        ("The meeting begins at 11:00", "The meeting begins at 13:00"),
        ("Read 1,311 times", "Read 1,204 times"),
        ("1,204 men were counted", "1,311 men were counted"),
        ("He died 3 years ago and was buried at sea", "He died 4 years ago and was buried at sea"),
        ("Local time: 11:12", "Local time: 12:30"),
    ],
)
def test_what_no_clock_explains_is_an_edit(was: str, now: str) -> None:
    assert explained([was, *TEXT], [now, *TEXT]) == []


def test_an_edit_beside_such_a_line_is_an_edit() -> None:
    was, now = "Today is Tuesday, May 5, 2026", "Today is Wednesday, May 6, 2026"
    assert visit_lines([was, *TEXT], TUESDAY, [now, TEXT[0], "Nobody will say why."], WEDNESDAY) is None
    assert visit_lines([was, *TEXT], TUESDAY, [now, TEXT[0]], WEDNESDAY) is None


DAYS = [f"2026-05-0{day}T10:00:00Z" for day in range(5, 10)]
NAMES = ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def shown(day: int, number: int = 1, text: str = TEXT[1]) -> dict[str, object]:
    paragraphs = [TEXT[0] + f" It was number {number}.", f"It is {NAMES[day]} in the harbour.", text]
    return article(paragraphs, source_id=str(number), url=f"{HOME}{number}")


def visit(desk: Desk, day: int, *articles: dict[str, object]) -> None:
    desk.clock.at = DAYS[day]
    desk.crawl = desk.store.start_crawl(desk.site, "full")
    desk.see(*articles, at=DAYS[day])
    desk.store.settle(desk.crawl, desk.site)


def edits(desk: Desk) -> list[tuple[object, ...]]:
    return desk.store.db.execute("select source_id, revisions.number, change from revisions join articles on articles.id = article_id "
                                 "where number > 1 order by 1, 2").fetchall()  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path, at=DAYS[0])
    yield one
    one.close()


def test_a_line_that_other_articles_have_too_makes_no_revision(desk: Desk) -> None:
    for day in range(5):
        visit(desk, day, shown(day, 1), shown(day, 2))
    assert edits(desk) == []
    assert desk.db.execute("select count(*) from revision_captures").fetchone()[0] == 2, "an unchanged text adds no row"
    assert desk.db.execute("select distinct last_seen_at from revisions").fetchall() == [(DAYS[4],)]


def test_a_line_of_one_article_alone_is_an_edit_once_and_then_known(desk: Desk) -> None:
    for day in range(5):
        visit(desk, day, shown(day))
    assert edits(desk) == [("1", 2, "name")]


def test_no_edit_hides_behind_such_a_line(desk: Desk) -> None:
    for day in range(3):
        visit(desk, day, shown(day, 1), shown(day, 2))
    visit(desk, 3, shown(3, 1, "Somebody has said why."), shown(3, 2))
    visit(desk, 4, shown(4, 1, "Somebody has said why."), shown(4, 2))
    assert edits(desk) == [("1", 2, "name")], "of a state with an edit all that differs is told, the weekday too"
    [(text,)] = desk.db.execute("select text from revisions where number = 2").fetchall()
    assert text.endswith("It is Friday in the harbour.\n\nSomebody has said why.")


def test_a_counter_of_the_site_makes_no_revision(desk: Desk) -> None:
    def counted(number: int, count: int, text: str = TEXT[1]) -> dict[str, object]:
        counter = f"So far {count:,} readers came by."
        return article([TEXT[0] + str(number), counter, text], source_id=str(number), url=f"{HOME}{number}")

    for day in range(3):
        visit(desk, day, *(counted(number, 990 + 7 * day + number) for number in (1, 2)))
    visit(desk, 3, counted(1, 1200, "Somebody has said why."), counted(2, 1300))
    assert edits(desk) == [("1", 2, "number")]


def test_numbers_of_which_nobody_knows_what_they_count_are_edits_until_they_changed_everywhere_and_before(desk: Desk) -> None:
    def polled(number: int, votes: int) -> dict[str, object]:
        poll = f"Raise the dyke: {votes} %"
        return article([TEXT[0] + str(number), poll, TEXT[1]], source_id=str(number), url=f"{HOME}{number}")

    for day in range(4):
        visit(desk, day, *(polled(number, 40 + day + number) for number in (1, 2, 3)))
    assert edits(desk) == [(number, 2, "number") for number in "123"]
    visit(desk, 4, polled(1, 12), polled(2, 45), polled(3, 46))
    assert edits(desk) == [("1", 2, "number"), ("1", 3, "number"), ("2", 2, "number"), ("3", 2, "number")], "in one article it is an edit"


def test_a_site_whose_pages_tell_the_day_and_the_readers_is_unchanged(tmp_path: Path) -> None:
    def pages(site: Leaflet, day: int) -> None:
        paths = tuple(f"/report-{number}" for number in range(3))
        for number, path in enumerate(paths):
            site.article(path, number)
            page = str(site.answers[path][2])
            volatile = (
                f"<p>In the harbour it is {day} visits past noon.</p><p>Hits: {100 * day + number}</p><p>Updated {day} minutes ago</p>"
            )
            site.answers[path] = (200, HTML, page.replace("</p><p>", f"</p>{volatile}<p>", 1))
        site.front(paths)

    with Leaflet() as site:
        site.robots("User-agent: *")
        for day in (2, 3, 4):
            pages(site, day)
            assert scrapy("crawl", "site", "-a", f"home={site.home}/", "-a", "mode=full", folder=tmp_path).code == 0
    assert rows(tmp_path, "select count(*), max(number) from revisions") == [(3, 1)]
