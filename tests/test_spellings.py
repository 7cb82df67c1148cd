"""Addresses that an earlier release spelled otherwise move to today's spelling, and nothing that happened changes."""

from __future__ import annotations

import pytest

from archive.store.spellings import PLAIN
from archive.text.urls import one_spelling
from tests.literal import HOME, Desk, article

OLD = f"{HOME}archives/%d0%b4?PHPSESSID=1"
NEW = f"{HOME}archives/%D0%B4"


def addresses(desk: Desk) -> list[tuple[str, str, int]]:
    return desk.rows("select url, kind, article_id from urls order by url")


def test_an_article_moves_to_the_new_spelling_and_keeps_the_old_as_an_alias(desk: Desk) -> None:
    desk.see(article(url=OLD))
    before = desk.rows("select event, detail from changes"), desk.rows("select digest from revisions")
    assert desk.store.respell(desk.site, one_spelling) == 1
    assert addresses(desk) == [(NEW, "current", 1), (OLD, "alias", 1)]
    assert desk.rows("select url from articles") == [(NEW,)]
    assert (desk.rows("select event, detail from changes"), desk.rows("select digest from revisions")) == before
    assert desk.store.respell(desk.site, one_spelling) == 0
    desk.see(article(url=NEW))
    assert desk.rows("select count(*) from revisions") == [(1,)]


def test_a_second_copy_of_a_page_stays_what_it_is(desk: Desk) -> None:
    for number, url in enumerate((NEW, OLD)):
        desk.see(article(url=url, source_id=str(number)))
    assert desk.store.respell(desk.site, one_spelling) == 0
    assert addresses(desk) == [(NEW, "current", 1), (OLD, "current", 2)]


def test_gaps_and_what_the_feed_told_move_along(desk: Desk) -> None:
    for ref in (OLD, f"{OLD}#comments", f"{HOME}b?utm_source=x", f"{HOME}b", "77"):
        desk.store.add_gap(desk.site, kind="article", ref=ref, reason="failed", explained=0)
    desk.store.respell(desk.site, one_spelling)
    assert [ref for (ref,) in desk.rows("select ref from gaps order by ref")] == ["77", NEW, f"{NEW}#comments", f"{HOME}b"]


@pytest.mark.parametrize(
    "url",
    [
        HOME,
        f"{HOME}archives/2019/05/a-report.php",
        f"{HOME}a_b~c+d,e@f/",
        "http://a.b/C-d..e",
        "http://127.0.0.1:8080/a",
        "http://10.0.0.255/a/",
    ],
)
def test_plain_addresses_are_in_the_one_spelling(url: str) -> None:
    assert PLAIN.fullmatch(url) and one_spelling(url) == url


@pytest.mark.parametrize(
    "url", ["http://010.0.0.1/a", "http://10.0.0.1.2/a", "http://10.0.1/a", "http://a.b:80/a", "http://a.b:08/a", "http://0x7f.1/a"]
)
def test_an_address_whose_host_may_be_written_otherwise_is_not_plain(url: str) -> None:
    assert PLAIN.fullmatch(url) is None


@pytest.mark.parametrize(
    "path", ["a?p=1", "a#b", "a;jsessionid=1", "a/(S(abcdefghijklmnopqrstuvwxyz))/b", "a/../b", "./a", "a/..", "%d0%b4", "a//b", "д", "a b"]
)
def test_what_may_have_another_spelling_is_no_plain_address(path: str) -> None:
    assert PLAIN.fullmatch(f"{HOME}{path}") is None
    assert PLAIN.fullmatch(f"{HOME.upper()}a") is None


def test_a_long_address_that_is_not_plain_is_told_at_once() -> None:
    assert PLAIN.fullmatch(f"{HOME}{'a-' * 50_000}?") is None
