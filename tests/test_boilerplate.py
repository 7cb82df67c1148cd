"""What is learned to be boilerplate, and what is protected, whatever the order of crawling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.text.fingerprint import Wording, begins_with_bio, fingerprint, learned_kind, letters, replaced
from tests.literal import HOME, Desk, article, author

BIO = "Mara Ellsworth follows the river provinces for this desk and has reported from six of them."
APPEAL = "We are paid by those who read us; if this page was of use, keep the lights on with a small gift."
STANDING = "Since 2009 this desk keeps a file of all strikes in the highlands, with date, place and source."
PLACES = ("ferry", "quarry", "orchard", "viaduct", "granary", "lighthouse", "tannery", "reservoir", "chapel", "sawmill", "harbour", "kiln")


@pytest.fixture
def other_desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path / "other")
    yield opened
    opened.store.close()


def own(number: int) -> tuple[str, str]:
    place = PLACES[number]
    return f"The {place} was closed by the council.", f"Nobody at the {place} would say who gave the order."


def report(number: int, *paragraphs: str, who: str = "Mara Ellsworth") -> dict[str, object]:
    return article(
        paragraphs,
        source_id=str(number),
        url=f"{HOME}{number}",
        title=PLACES[number],
        authors=[author(who, str(len(who)))],
        byline=who,
        published_at=f"2020-01-{number:02d}T08:00:00Z",
        published_on=f"2020-01-{number:02d}",
    )


def kinds(desk: Desk, number: int) -> list[tuple[str, str]]:
    sql = """
        select blocks.kind, blocks.text
        from articles
        join blocks on blocks.revision_id = articles.revision_id
        where articles.source_id = ?
        order by position
        """
    return desk.rows(sql, str(number))


def settle(desk: Desk) -> None:
    desk.store.settle(desk.crawl, desk.site)


def test_an_appeal_under_articles_of_several_authors_is_learned(desk: Desk) -> None:
    names = ("Mara Ellsworth", "Idris Vane", "Tobin Raske")
    desk.see(*(report(n, *own(n), APPEAL, who=names[n % 3]) for n in range(1, 10)))
    settle(desk)
    assert kinds(desk, 5)[-1] == ("appeal", APPEAL)


def count_of_the_day(number: int) -> str:
    return f"By the evening of that day {number * 37} people had been counted at the gates, and {number * 5} of them were sent back again."


@pytest.mark.parametrize("names", [("Mara Ellsworth",), ("Mara Ellsworth", "Idris Vane", "Tobin Raske")])
def test_a_last_paragraph_that_reports_other_numbers_each_time_is_text(names: tuple[str, ...], desk: Desk) -> None:
    desk.see(*(report(n, *own(n), count_of_the_day(n), who=names[n % len(names)]) for n in range(1, 10)))
    settle(desk)
    assert kinds(desk, 5)[-1] == ("body", count_of_the_day(5))


def test_an_appeal_or_a_short_line_with_numbers_is_learned(desk: Desk) -> None:
    names = ("Mara Ellsworth", "Idris Vane", "Tobin Raske")
    appeal = APPEAL.replace("those who", "812 people who")
    desk.see(*(report(n, *own(n), appeal, f"Read {n * 31} times, shared {n} times", who=names[n % 3]) for n in range(1, 10)))
    settle(desk)
    assert [kind for kind, _ in kinds(desk, 5)[-2:]] == ["appeal", "appeal"]


def test_a_standing_paragraph_inside_the_text_stays(desk: Desk) -> None:
    desk.see(*(report(n, own(n)[0], STANDING, own(n)[1]) for n in range(1, 7)))
    settle(desk)
    assert kinds(desk, 3)[1] == ("body", STANDING)


def test_a_paragraph_that_two_bios_share_is_a_bio(desk: Desk) -> None:
    shared = f"{BIO} Idris Vane writes from the coast."
    desk.see(*(report(n, *own(n), BIO) for n in range(1, 5)), report(6, *own(6), shared), report(7, *own(7), who="Idris Vane"))
    settle(desk)
    assert kinds(desk, 6)[-1] == ("bio", shared)


def test_labels_do_not_depend_on_the_order_of_crawling(desk: Desk, other_desk: Desk) -> None:
    reports = [report(n, *own(n), BIO) for n in range(1, 5)] + [report(n, *own(n), who="Idris Vane") for n in (5, 6)]
    for where, order in ((desk, reports), (other_desk, reports[::-1])):
        for each in order:
            where.see(each)
            settle(where)
    assert [kinds(desk, n) for n in range(1, 7)] == [kinds(other_desk, n) for n in range(1, 7)]
    assert ("bio", BIO) in kinds(desk, 1)


def test_fingerprints_do_not_see_case_punctuation_or_numbers() -> None:
    assert fingerprint("Give today — $5 helps!") == fingerprint("give TODAY: $20 helps")
    assert fingerprint("Give today") != fingerprint("Give tomorrow")
    assert fingerprint("* * *") == ""


@pytest.mark.parametrize("text", ["", "Give 20_000 today -- it's (really) NEEDED!", "A\tb\nC\x00d", "x" * 3])
def test_a_text_in_plain_letters_has_the_wording_that_it_has_beside_an_accent(text: str) -> None:
    assert letters(f"{text} é") == f"{letters(text)}é"


def test_a_list_of_numbers_that_recurs_under_some_articles_is_protected() -> None:
    numbers = Wording("f", "2019: 12", "<ul><li>2019: 12</li></ul>", 6, 6, {"Mara Ellsworth": 6}, {"Mara Ellsworth": 40}, 90)
    assert learned_kind(numbers) is None


def test_what_stands_where_boilerplate_stood_is_boilerplate_and_a_new_paragraph_is_not() -> None:
    old = [("body", "a"), ("bio", "b")]
    assert replaced(old, [("body", "a"), ("body", "c")]) == {1: "bio"}
    assert replaced(old, [("body", "a"), ("body", "c"), ("bio", "b")]) == {}
    assert replaced(old, [("body", "x"), ("body", "y"), ("bio", "b")]) == {}


def test_a_short_bio_does_not_swallow_a_sentence_that_begins_like_it() -> None:
    assert begins_with_bio(f"{BIO} And more.", [letters(BIO)])
    assert not begins_with_bio("Mara Ellsworth said no.", [letters("Mara Ellsworth")])


def test_a_last_paragraph_that_begins_with_its_authors_name_is_a_bio(desk: Desk) -> None:
    bio = "Mara Ellsworth edits this desk. Idris Vane reports for it."
    desk.see(report(1, *own(1), bio), report(2, own(2)[0], "Mara Ellsworth was asked to leave.", own(2)[1]))
    settle(desk)
    assert [kind for kind, _ in kinds(desk, 1)] == ["body", "body", "bio"]
    assert [kind for kind, _ in kinds(desk, 2)] == ["body", "body", "body"]


def test_a_standing_paragraph_of_an_authors_series_is_no_bio(desk: Desk) -> None:
    desk.see(*(report(n, *own(n), *([STANDING] if n % 2 else [])) for n in range(1, 12)))
    settle(desk)
    assert kinds(desk, 3)[-1] == ("body", STANDING)


@pytest.mark.parametrize(("left_out", "kind"), [(12, "appeal"), (10, "appeal"), (6, None), (0, None)])
def test_an_appeal_that_trafilatura_leaves_out_too_is_learned_under_fewer_articles(left_out: int, kind: str | None) -> None:
    authors = {"Mara Ellsworth": 4, "Idris Vane": 4, "Tobin Raske": 4}
    wording = Wording("f", APPEAL, f"<p>{APPEAL}</p>", 12, 12, authors, dict.fromkeys(authors, 40), 110, left_out=left_out)
    assert (learned_kind(wording) or (None, ""))[0] == kind
