"""``archive changes`` and ``archive diff``: what cron mails, and what a person asks for by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.__main__ import commands
from archive.text import word_diff
from archive.text.plaintext import HIDDEN, harmless, one_line, render_diff
from tests.conftest import History
from tests.crawls import PROJECT
from tests.literal import HOME, PARAGRAPHS, URL, Desk, article, block, comment

FIRST = "2026-01-01T00:00:00Z"
SECOND = "2026-02-01T00:00:00Z"
THIRD = "2026-03-01T00:00:00Z"
FOURTH = "2026-04-01T00:00:00Z"


Command = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def run(desk: Desk, folder: Path) -> Command:
    """Run a command on the desk's archive: (exit code, lines of output)."""

    def command(*arguments: str) -> tuple[int, list[str]]:
        done = CliRunner().invoke(commands, [*arguments, "--archive-dir", str(folder)])
        return done.exit_code, [*done.stdout.splitlines(), *done.stderr.splitlines()]

    return command


def next_run(desk: Desk, at: str, code: int = 0, outcome: str = "complete") -> None:
    """The present run ends where the clock stands; the next one begins at ``at``."""
    desk.store.finish_crawl(desk.crawl, outcome, code, 1, 100, "")
    desk.clock.at = at
    desk.crawl = desk.store.start_crawl(desk.site, "update")


def finish(desk: Desk) -> None:
    desk.store.finish_crawl(desk.crawl, "complete", 0, 1, 100, "")


def told(lines: list[str]) -> str:
    return "\n".join(lines)


def test_the_first_archiving_is_one_sentence(desk: Desk, run: Command) -> None:
    desk.see(article(), article(url=HOME + "2", source_id="13"), _12=[comment("1")])
    finish(desk)
    assert run("changes") == (0, ["example  https://www.example.org/", "", "2 articles, 1 comment archived for the first time", ""])


def test_nothing_is_printed_when_nothing_happened(desk: Desk, run: Command) -> None:
    desk.see(article())
    next_run(desk, SECOND)
    desk.see(article())
    finish(desk)
    assert run("changes") == (0, [])
    assert run("changes", "--since", "2026-01-02") == (0, [])


def test_an_edit_is_told_with_the_words_that_changed_and_their_surroundings(desk: Desk, run: Command) -> None:
    text = [f"Paragraph {letter}." for letter in "abcdefg"]
    desk.see(article((*PARAGRAPHS, *text)))
    next_run(desk, SECOND)
    edited = ("The bridge fell on 4 May, at night.", *PARAGRAPHS[1:], *text)
    desk.see(article(edited, title="The bridge at Marrow", published_at="2020-05-05T08:30:15Z", terms=[]))
    finish(desk)
    assert run("changes") == (
        0,
        [
            "example  https://www.example.org/",
            "",
            "edited (number, not declared): The bridge at Marrow",
            f"  {URL}",
            f"  between {FIRST} and {SECOND}",
            "  title: The bridge{+ at Marrow+}",
            "  date: [-2020-05-04T08:30:15Z-]{+2020-05-05T08:30:15Z+}",
            "  tags: [-tag: Bridges-]",
            "  text:",
            "    The bridge fell on [-3-]{+4+} May, at night.",
            "",
            "    Nobody has said why. The mayor, Ana Petrova, was away.",
            "",
            "    ... 7 unchanged paragraphs ...",
            "",
        ],
    )


def test_new_articles_and_comments_of_a_later_run_are_told_one_by_one(desk: Desk, run: Command) -> None:
    desk.see(article())
    next_run(desk, SECOND)
    desk.see(
        article(("Eight words are in this text, I think.",), url=HOME + "2", source_id="13", title="The ferry"),
        _12=[comment("1"), comment("2", "Which bridge?")],
        _13=[comment("3")],
    )
    finish(desk)
    assert run("changes")[1] == [
        "example  https://www.example.org/",
        "",
        "new: The ferry",
        "  https://www.example.org/2",
        "  Mara Ellsworth, 2020-05-04, 8 words, 1 comment",
        "",
        "2 new comments on: The bridge",
        f"  {URL}",
        "  Shepherd, 2020-05-05: I was there.",
        "  Shepherd, 2020-05-05: Which bridge?",
        "",
    ]


def test_a_mail_of_many_changes_says_first_what_there_is_and_keeps_each_edit_short(desk: Desk, run: Command) -> None:
    numbers = [str(number) for number in range(20, 40)]
    shelf = [article(url=HOME + n, source_id=n, title=f"No. {n}") for n in numbers]
    desk.see(*shelf)
    next_run(desk, SECOND)
    long = tuple(f"Paragraph {letter} was not there before." for letter in "abcdefghijkl")
    desk.see(*(one | {"blocks": [block("body", text) for text in long]} for one in shelf[:10]), _31=[comment("1")])
    desk.see(article(url=HOME + "9", source_id="9"))
    desk.store.mark_missing(desk.crawl, "articles", [20], SECOND, None, 24)
    finish(desk)
    lines = run("changes")[1]
    assert lines[2] == "Articles: 1 missing, not yet confirmed; 10 edited; 1 new. Comments: 1 new."
    heads = [line.split(":")[0] for line in lines if line.startswith(("missing", "edited", "new"))]
    assert heads == ["missing, not yet confirmed", *["edited (number, not declared)"] * 10, "new", "new comment on"]
    assert [line for line in lines if "more lines" in line] == [f"    ... 19 more lines: python -m archive diff {n}" for n in range(1, 11)]
    assert len(lines) < 10 * 15 + 20


def test_pingbacks_on_a_page_that_is_captured_for_the_first_time_were_there_before_us(desk: Desk, run: Command) -> None:
    desk.see(article(), _12=[comment("1")])
    next_run(desk, SECOND)
    desk.see(article(door="page"), _12=[comment("1"), comment("2", kind="pingback")])
    finish(desk)
    assert run("changes")[1][2:] == ["1 comment archived for the first time", ""]
    next_run(desk, THIRD)
    desk.see(article(door="page"), _12=[comment("1"), comment("2", kind="pingback"), comment("3", kind="pingback")])
    finish(desk)
    assert run("changes")[1][2] == "new comment on: The bridge"


def test_comments_edited_moved_and_missing_and_articles_missing_gone_back_and_renamed(desk: Desk, run: Command) -> None:
    three = [comment("1"), comment("2", "The ferry is late."), comment("3", parent="1")]
    desk.see(article(), article(url=HOME + "2", source_id="13", title="The ferry"), _12=three)
    next_run(desk, SECOND)
    desk.see(article(url=HOME + "moved"), _12=[comment("2", "The ferry is early."), comment("3", parent="2")])
    desk.store.mark_missing(desk.crawl, "comments", [1], SECOND, desk.capture("rest"), 24)
    desk.store.mark_missing(desk.crawl, "articles", [2], SECOND, desk.capture("rest"), 24)
    next_run(desk, THIRD)
    desk.store.mark_missing(desk.crawl, "articles", [2], THIRD, desk.capture("rest"), 24)
    next_run(desk, FOURTH)
    desk.see(article(url=HOME + "2", source_id="13", title="The ferry"))
    finish(desk)
    said = told(run("changes", "--since", SECOND)[1])
    for part in (
        f"comment missing, not yet confirmed, under: The bridge\n  {HOME}moved\n  went between {FIRST} and {SECOND}; not yet confirmed\n"
        "  Shepherd, 2020-05-05: I was there.",
        "comment edited, signed Shepherd, 2020-05-05, under: The bridge\n",
        "  The ferry is [-late-]{+early+}.",
        "comment moved, signed Shepherd",
        "  answered Shepherd, 2020-05-05: “I was there.”, now answers Shepherd, 2020-05-05: “The ferry is\n  early.”",
        f"back after an absence: The ferry\n  {HOME}2\n"
        f"  went between {FIRST} and {SECOND}; confirmed {THIRD}; seen again {FOURTH}; its text is kept",
        f"renamed: The bridge\n  now {HOME}moved\n  was {URL}",
    ):
        assert part in said, said
    assert said.count(": The ferry") == 1, "a disappearance is one story"
    assert told(run("changes")[1]).count("\n\n") == 1, "the last run brought one thing: an article that came back"


def test_what_a_killed_run_brought_is_told_with_the_run_that_followed(desk: Desk, run: Command) -> None:
    desk.see(article())
    next_run(desk, SECOND)
    desk.see(article(("Another text.",)))
    next_run(desk, THIRD, outcome="killed")
    finish(desk)
    assert "edited (number, not declared): The bridge" in run("changes")[1]
    next_run(desk, FOURTH)
    finish(desk)
    assert run("changes") == (0, [])


def test_only_what_was_asked_for(desk: Desk, run: Command) -> None:
    ferry = article(("The ferry was late.",), url=HOME + "2", source_id="13", title="The ferry", terms=[])
    desk.see(article(), ferry)
    next_run(desk, SECOND)
    desk.see(
        article(("A causeway is built.",)), ferry | {"title": "The old ferry"}, _12=[comment("1", "No ferry here.")], _13=[comment("2")]
    )
    finish(desk)

    def heads(*arguments: str) -> list[str]:
        return [line for line in run("changes", *arguments)[1] if line.startswith(("edited", "new"))]

    assert len(heads()) == 4
    assert heads("--search", "bridge -ferry") == ["edited (number, not declared): The bridge"], "the word stood in an earlier state"
    assert heads("--search", "ferry") == ["edited (headline, not declared): The old ferry", "new comment on: The bridge"]
    assert heads("--tag", "bridges") == ["edited (number, not declared): The bridge", "new comment on: The bridge"]
    assert heads("--tag", "Ferries") == []
    assert heads("--site", "example") == heads()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "archive: 'yesterday' is no date; write it as 2026-03-01 or 2026-03-01T06:00:00Z"),
        (("--since", "2026-13-01"), "archive: '2026-13-01' is no date; write it as 2026-03-01 or 2026-03-01T06:00:00Z"),
        (("--site", "nowhere"), "archive: no site is called 'nowhere'; known are: example"),
        (("--search", "-"), "archive: --search '-' has no word to look for; for a tag write --tag"),
    ],
)
def test_a_wrong_argument_is_one_line(desk: Desk, run: Command, arguments: tuple[str, ...], said: str) -> None:
    desk.see(article())
    assert run("changes", *arguments) == (2, [said])


def test_since_takes_a_day_a_month_or_a_time_with_its_zone(desk: Desk, run: Command) -> None:
    desk.see(article())
    next_run(desk, "2026-02-01T12:00:00Z")
    desk.see(article(("Another text.",)))
    finish(desk)
    for since, expected in (
        ("2026-02-01", 1),
        ("2026-02", 1),
        ("2026-02-01T13:00:00+01:00", 1),
        ("2026-02-01T12:00:01Z", 0),
        ("2026-03", 0),
    ):
        assert told(run("changes", "--since", since)[1]).count("edited (") == expected, since


def test_text_from_the_web_does_nothing_to_a_terminal(desk: Desk, run: Command) -> None:
    desk.see(article())
    next_run(desk, SECOND)
    desk.see(
        article(("Safe \x1b[2J\u202etext.",), title="A \u202ereversed \x07title"),
        _12=[comment("1", "\x9b31m red", author="\x1b]0;owned\x07")],
    )
    finish(desk)
    said = told(run("changes")[1]) + told(run("diff", "1")[1])
    assert not HIDDEN.search(said)
    assert "<U+202E>reversed" in said and "<U+001B>[2J" in said


def test_diff_shows_two_revisions_by_id_or_any_address(desk: Desk, run: Command) -> None:
    desk.see(article())
    assert run("diff", "1")[1][-1] == f"one revision only, seen {FIRST} to {FIRST}: nothing to compare"
    desk.see(article(("A causeway is built.",)), at=SECOND)
    desk.see(article(("A causeway is built.", "It is long.")), at=THIRD)
    by_id = run("diff", "1")
    assert by_id == (
        0,
        [
            "The bridge",
            URL,
            f"--- revision 2, seen {SECOND} to {SECOND}: number, not declared",
            f"+++ revision 3, seen {THIRD} to {THIRD}: wording, not declared",
            "text:",
            "  A causeway is built.",
            "",
            "  {+It is long.+}",
        ],
    )
    for spelling in (
        URL,
        URL.replace("https://www.", ""),
        URL + "?utm_source=x",
        URL.upper().replace("/ARCHIVES/2020/05/BRIDGE.PHP", URL[23:]),
    ):
        assert run("diff", spelling) == by_id, spelling
    assert "[-The bridge fell" in told(run("diff", "1", "1", "3")[1])
    assert "{+The bridge fell" in told(run("diff", "1", "3", "1")[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("77",), "no article has the id 77"),
        (("https://elsewhere.example/1",), "no article is held under 'https://elsewhere.example/1'"),
        (("1", "1", "9"), "there is no revision 9; there are 1, 2"),
        (("1", "2"), "give two revisions to compare"),
    ],
)
def test_diff_says_what_is_wrong(desk: Desk, run: Command, arguments: tuple[str, ...], said: str) -> None:
    desk.see(article())
    desk.see(article(("A causeway is built.",)), at=SECOND)
    code, lines = run("diff", *arguments)
    assert (code, len(lines)) == (2, 1) and said in lines[0]


def changes_of(folder: Path) -> str:
    """What the command prints of an archive, which succeeds."""
    done = CliRunner().invoke(commands, ["--archive-dir", str(folder), "changes"])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_scripted_change_of_the_demo_site_is_told(history: History) -> None:
    for folder, expected in ((history.first.folder, 1), (history.unchanged.folder, 0)):
        assert len([part for part in changes_of(folder).split("\n\n") if part]) == expected + (expected > 0)
    said = changes_of(history.update.folder)
    events = history.update.rows(
        "select event, comment_id is null from changes where at >= (select started_at from crawls order by id desc limit 1)"
    )
    for event in {event for event, of_article in events if of_article and event != "new"}:
        assert f"\n{event}" in said, event
    assert "edited (correction, declared)" in said and "[-3:20-]{+3:40+}" in said and "archived for the first time" not in said
    assert "edited (number, not declared)" in changes_of(history.full.folder), "what no list of the site told"


def test_as_cron_runs_it_whatever_the_terminal_knows_and_whoever_stops_reading(desk: Desk, folder: Path) -> None:
    desk.see(article(title="الجسر — мост"))
    next_run(desk, SECOND)
    desk.see(article(("A causeway is built.",), title="الجسر"), _12=[comment(str(n), "word " * 80) for n in range(1, 1500)])
    finish(desk)
    command = f"{sys.executable} -m archive changes --archive-dir {folder}"
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    for line, expected in ((command, "\\u0627"), (f"set -o pipefail; {command} | head -n 1", "example")):
        done = subprocess.run(["bash", "-c", line], cwd=PROJECT, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "") and expected in done.stdout


TEXT = st.text(alphabet=st.sampled_from("ab 1.\n\x1b\u202e"), max_size=60)


@given(TEXT, TEXT)
def test_a_diff_holds_both_texts(old: str, new: str) -> None:
    line = word_diff.line_diff(old, new)
    assert ("".join(piece.old for piece in line), "".join(piece.new for piece in line)) == (old, new)
    assert not any(HIDDEN.search(shown) for shown in render_diff(word_diff.text_diff(old, new)))


def test_hidden_signs_are_shown_and_lines_are_cut_at_words() -> None:
    assert harmless("a\tb\nc\r\x00\u200b") == "a\tb\nc<U+000D><U+0000><U+200B>"
    assert one_line("  one\n two   three ", 9) == "one two …"
