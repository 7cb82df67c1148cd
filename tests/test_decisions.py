"""What people overrule: it works at once, is kept with time and reason, is listed, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.db.connection import open_for_reading
from archive.queries import holdings
from archive.queries.withheld import withheld_ids
from archive.store.store import Store
from archive.text.fingerprint import fingerprint
from archive.verify.database import Verification
from tests.literal import HOME, URL, Desk, article, block, comment

BOX = "Sign up for our morning letter."
SHARE = "Share this on Facebook."
Command = Callable[..., str]


@pytest.fixture
def closed(folder: Path) -> Path:
    """An archive that nobody has open: an article with a box of the site in its text, a thread, a page in quarantine."""
    desk = Desk(folder)
    shown = article() | {"blocks": [*article()["blocks"], block("body", BOX), block("share", SHARE)]}
    desk.see(shown, _12=[comment("1"), comment("2")])
    desk.store.add_alias(1, HOME + "?p=12")
    desk.store.quarantine(desk.crawl, desk.site, URL, "the text shrank", desk.capture("page"), desk.clock.at)
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")
    desk.close()
    return folder


@pytest.fixture
def say(closed: Path) -> Command:
    """Run a command that must succeed; what it printed."""

    def command(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(commands, [*arguments, "--archive-dir", str(closed)])
        assert done.exit_code == code, done.output
        return done.output

    return command


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    db = open_for_reading(folder)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def text(folder: Path) -> str:
    return str(rows(folder, "select text from revisions")[0][0])


def test_a_label_changes_the_text_at_once_and_its_undoing_gives_it_back(closed: Path, say: Command) -> None:
    before = rows(closed, "select kind, text, html, rule from blocks"), text(closed)
    words = rows(closed, "select word_count from articles")
    assert say("label", BOX, "newsletter", "--reason", "a box") == f"{fingerprint(BOX)} is newsletter: 1 text changed\n"
    assert BOX not in text(closed) and rows(closed, "select word_count from articles") < words
    assert rows(closed, f"select kind from blocks where text = '{BOX}'") == [("newsletter",)]
    assert list(Verification(closed).findings()) == []
    assert say("label", fingerprint(SHARE), "body").endswith("is body: 1 text changed\n")
    assert text(closed).endswith(SHARE)
    say("label", BOX, "--undo")
    say("label", SHARE, "--undo", "--reason", "a mistake")
    assert (rows(closed, "select kind, text, html, rule from blocks"), text(closed)) == before
    assert rows(closed, "select word_count from articles") == words
    assert list(Verification(closed).findings()) == []


def test_a_label_survives_a_run_and_a_new_revision(closed: Path, say: Command) -> None:
    say("label", BOX, "newsletter")
    desk = Desk(closed, "2026-02-01T00:00:00Z")
    desk.see(article(("Another text.",)) | {"blocks": [block("body", "Another text."), block("body", BOX)]})
    desk.store.settle(desk.crawl, desk.site)
    assert desk.rows("select number, text from revisions order by number")[1] == (2, "Another text.")
    desk.close()


def test_what_was_decided_is_listed_with_time_and_reason(closed: Path, say: Command) -> None:
    say("label", BOX, "newsletter", "--reason", "a box")
    say("label", BOX, "--undo")
    undone, decided = say("label", "--list").splitlines()
    assert decided[:4] == "20" + decided[2:4] and decided[20:] == f"  {fingerprint(BOX)}  newsletter: a box"
    assert undone[20:] == f"  {fingerprint(BOX)}  undone"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("label", "No such text.", "bio"), "no block has this wording; give its whole text, or its fingerprint"),
        (("label", "Sign up", "bio"), f"these begin so: {fingerprint(BOX)} {BOX}"),
        (("label", BOX), "write: label WORDING KIND"),
        (("label", BOX, "bio", "--undo"), "write: label WORDING KIND"),
        (("label", BOX, "--undo"), "there is nothing to take back"),
        (("accept", "9"), "nothing is in quarantine under 9"),
        (("accept", "1", "--undo"), "there is nothing to take back"),
        (("accept", "--mass-loss", "nowhere"), "no site is called 'nowhere'; known are: example"),
        (("withhold", "https://nowhere.example/"), "no article is held under"),
        (("withhold", "comment:99"), "there is no 'comment:99'"),
        (("withhold", URL, "--undo"), "there is nothing to take back"),
    ],
)
def test_what_cannot_be_decided_is_one_line_and_nothing_is_written(
    closed: Path, say: Command, arguments: tuple[str, ...], said: str
) -> None:
    line = say(*arguments, code=2)
    assert said in line and line.count("\n") == 1
    assert rows(closed, "select * from decisions") == []


def test_an_accepted_page_passes_when_it_comes_again_for_the_same_reason(closed: Path, say: Command) -> None:
    [(capture,)] = rows(closed, "select capture_id from quarantine")

    def accepted(capture_id: object, url: str = URL, reason: str = "the text shrank") -> bool:
        db = open_for_reading(closed)
        try:
            return holdings.accepted(db, capture_id, url, reason)  # type: ignore[arg-type]
        finally:
            db.close()

    assert not accepted(capture) and "the text shrank" in say("accept", "--list")
    assert say("accept", "1", "--reason", "looked at it").startswith(f"accepted: {URL} of 2026-01-01T00:00:00Z (the text shrank)")
    assert accepted(capture, reason="whatever") and accepted(None) and accepted(999)
    assert not accepted(999, reason="a challenge page") and not accepted(999, url=HOME)
    assert "accepted" in say("accept", "--list") and "looked at it" in say("accept", "--list")
    say("accept", "1", "--undo")
    assert not accepted(capture) and not accepted(999)


def test_an_accepted_mass_loss_holds_for_the_next_run_and_no_other(closed: Path, say: Command) -> None:
    assert say("accept", "--mass-loss", "example") == "accepted: what the next run of example finds missing\n"
    store = Store(closed)

    def run(outcome: str) -> bool:
        crawl = store.start_crawl(1, "update")
        accepted = holdings.mass_loss_accepted(store.db, 1, crawl)
        store.finish_crawl(crawl, outcome, 0, 1, 1, "")
        return accepted

    assert [run(outcome) for outcome in ("interrupted", "killed", "complete", "complete")] == [True, True, True, False]
    other = store.ensure_site("other", "https://other.example/")["id"]
    assert not holdings.mass_loss_accepted(store.db, other, 99)
    store.close()
    say("accept", "--mass-loss", "example")
    assert say("accept", "--mass-loss", "example", "--undo").startswith("no longer accepted")
    store = Store(closed)
    assert not run("complete")
    store.close()


def test_what_is_withheld_is_known_by_id_whatever_the_address(closed: Path, say: Command) -> None:
    def withheld() -> tuple[list[int], list[int]]:
        db = open_for_reading(closed)
        try:
            return withheld_ids(db.conn, db.execute("select ref, value from decisions where kind = 'withhold' order by id").fetchall())
        finally:
            db.close()

    assert withheld() == ([], [])
    assert say("withhold", HOME + "?p=12", "--reason", "a court") == f"withheld: The bridge ({URL}), with its thread\n"
    say("withhold", "comment:2")
    assert withheld() == ([1], [2])
    desk = Desk(closed, "2026-02-01T00:00:00Z")
    desk.see(article(url=HOME + "moved"))
    desk.close()
    assert withheld() == ([1], [2])
    assert text(closed).startswith("The bridge fell")
    say("withhold", HOME + "moved", "--undo")
    assert withheld() == ([], [2])
    say("withhold", "comment:2", "--undo")
    assert withheld() == ([], [])
    assert "a court" in say("withhold", "--list")


def test_nothing_is_decided_while_a_crawl_writes(closed: Path, say: Command) -> None:
    store = Store(closed)
    assert "another crawl is writing" in say("withhold", URL, code=75)
    store.close()
