"""Each text is stored once, and every table holds what it held; a former archive comes over whole, or stays as it was."""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.db.connection import open_for_reading, open_for_writing
from archive.db.schema import migrate
from archive.store.articles import blocks_of
from archive.store.blocks import add_blocks, span, text_of
from archive.store.store import Store
from archive.text.paragraph_markup import beside_plain, plain_paragraph
from archive.verify.database import Verification
from tests.crawls import PROJECT, rows
from tests.former_archive import as_former_release_held, made_by_former_release
from tests.literal import HOME, PARAGRAPHS, Desk, article, comment

BIO = "Mara Ellsworth reports on rivers."
LINKED = {
    "kind": "body",
    "text": "He wrote & left.",
    "html": '<p>He <a href="https://example.org/">wrote</a> &amp; left.</p>',
    "rule": "container",
}
LATER = "2026-02-01T00:00:00Z"
HELD = {
    "blocks": "revision_id, position",
    "comment_revisions": "id",
    "revisions": "id",
    "comments": "id",
    "rereadings": "id",
    "readings": "1, 2",
}


def held(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(folder, f"select * from {name} order by {order}") for name, order in HELD.items() if name != "readings"}


def storied(folder: Path) -> Desk:
    """An archive with a linked paragraph, a bio, an edit of the text, and a comment that was edited and read anew."""
    desk = Desk(folder)
    first = article(bio=BIO)
    first["blocks"].insert(1, LINKED)
    desk.see(first, _12=[comment("1"), comment("2", "Not I.", parent="1")])
    second = article(("The bridge fell on 4 May, at night.",), bio=BIO)
    desk.see(second, at=LATER, _12=[comment("1", "I was there, with my brother."), comment("2", "Not I.", parent="1")])
    again = article(("The bridge fell on 4 May, in the night.",), bio=BIO)
    desk.see(again, at="2026-03-01T00:00:00Z", extractor="2", _12=[comment("1", "I was there!"), comment("2", "Not I.", parent="1")])
    return desk


# what is stored


def test_a_text_is_stored_once(desk: Desk) -> None:
    first = article(bio=BIO)
    first["blocks"].append(LINKED)
    desk.see(first, _12=[comment("1")])
    assert desk.rows("select kind, text, html from block_spans order by position") == [
        (None, None, None),
        (None, None, None),
        ("bio", BIO, None),
        (None, None, LINKED["html"]),
    ]
    assert desk.rows("select author, text, length(digest) from comment_states") == [(None, None, 32)]
    shown = [{name: one[name] for name in ("kind", "text", "html", "rule")} | {"vote": None} for one in first["blocks"]]
    assert blocks_of(desk.db, 1) == shown
    assert desk.rows("select author, text from comment_revisions") == [("Shepherd", "I was there.")]


def test_states_keep_their_text_when_the_comment_is_edited_and_lose_none_when_it_is_edited_back(desk: Desk) -> None:
    for number, text in enumerate(("One.", "Two.", "One."), 1):
        desk.see(article(), at=f"2026-0{number}-01T00:00:00Z", _12=[comment("1", text)])
    assert desk.rows("select number, text from comment_revisions order by number") == [(1, "One."), (2, "Two."), (3, "One.")]
    assert desk.rows("select number, text from comment_states order by number") == [(1, None), (2, "Two."), (3, None)]


def test_blocks_keep_their_text_whatever_becomes_of_the_revisions_text(desk: Desk) -> None:
    desk.see(article())
    before = blocks_of(desk.db, 1)
    desk.db.execute("update revisions set text = 'Nobody has said why.' where id = 1")
    assert blocks_of(desk.db, 1) == before
    desk.db.execute("update revisions set text = ? where id = 1", [text_of(before)])
    assert blocks_of(desk.db, 1) == before
    assert desk.rows("select text from block_spans") == [(None,), (None,)]


TEXTS = st.lists(
    st.tuples(st.sampled_from(["body", "bio", "caption"]), st.text(alphabet="ab <>&\"'é中🕊\n", max_size=12), st.booleans()), max_size=6
)


@pytest.fixture(scope="module")
def blank() -> Database:
    """A database in memory with one empty revision."""
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    migrate(db)
    db.execute("insert into revisions values (1, 1, 1, '', '', null, null, 'page', '', null, null, null, '', '', '', '', '', '')")
    return db


@given(seen=TEXTS)
def test_blocks_are_shown_as_they_were_seen_whether_the_program_stores_them_or_a_view_takes_them(
    blank: Database, seen: list[tuple[str, str, bool]]
) -> None:
    blocks = [
        {"kind": kind, "text": text, "html": plain_paragraph(text) if plain else f"<h2>{text}</h2>", "rule": "r", "vote": None}
        for kind, text, plain in seen
    ]
    add_blocks(blank, 1, blocks)
    assert blocks_of(blank, 1) == blocks
    stored = blank.execute("select * from block_spans order by position").fetchall()
    every = blank.execute("select * from blocks order by position").fetchall()
    blank.execute("delete from blocks")
    assert blank.execute("select count(*) from block_spans").fetchone() == (0,)
    blank.conn.executemany("insert into blocks values (?, ?, ?, ?, ?, ?, ?, ?)", every)
    assert blank.execute("select * from block_spans order by position").fetchall() == stored
    blank.execute("delete from blocks")


@given(
    st.text(alphabet='ab<>&"中🕊 ', max_size=80), st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["<b>", "🕊", "a", ""])), max_size=3)
)
def test_markup_is_put_together_again(blank: Database, text: str, marks: list[tuple[int, str]]) -> None:
    plain = html = plain_paragraph(text)
    for place, mark in marks:
        html = html[:place] + mark + html[place + 1 :]
    stored, *_ = beside_plain(plain, html)
    assert (stored is None) == (html == plain) and len(stored or "") <= len(html)
    add_blocks(blank, 1, [{"kind": "body", "text": text, "html": html, "rule": ""}])
    assert blank.execute("select html, (select html from block_spans) from blocks").fetchone() == (html, stored)
    blank.execute("delete from blocks")


def test_a_span_counts_characters_as_sqlite_does(desk: Desk) -> None:
    whole = "a🕊中\n\nzweiter"
    start, length, *_ = span(whole, "zweiter", "<p>zweiter</p>")
    assert desk.rows("select substr(?, ?, ?)", whole, start, length) == [("zweiter",)]


def test_what_is_written_to_a_view_is_what_it_shows(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1")])
    desk.db.execute("update blocks set text = 'y', kind = 'bio' where position = 1")
    assert desk.rows("select kind, text from blocks order by position") == [("body", PARAGRAPHS[0]), ("bio", "y")]
    desk.db.execute("update comment_revisions set author = 'y', number = 7")
    assert desk.rows("select author, number, text from comment_revisions") == [("y", 7, "I was there.")]
    desk.db.execute("delete from blocks where position = 0")
    desk.db.execute("delete from comment_revisions")
    assert desk.rows("select position from blocks") == [(1,)] and desk.rows("select * from comment_revisions") == []


# a former archive


def test_a_former_archive_holds_what_it_held(tmp_path: Path) -> None:
    storied(tmp_path / "today").store.close()
    as_former_release_held(tmp_path / "today", tmp_path / "former")
    before = held(tmp_path / "former")
    assert before["blocks"] and before["rereadings"] and len(before["comment_revisions"]) > 2
    open_for_writing(tmp_path / "former").close()
    assert held(tmp_path / "former") == before == held(tmp_path / "today")
    spans = "select * from block_spans order by 1, 2"
    assert rows(tmp_path / "former", spans) == rows(tmp_path / "today", spans)
    states = "select * from comment_states order by 1"
    assert rows(tmp_path / "former", states) == rows(tmp_path / "today", states)
    shutil.copytree(tmp_path / "today" / "warc", tmp_path / "former" / "warc")
    assert list(Verification(tmp_path / "former").findings()) == []


def test_an_update_of_a_former_archive_writes_nothing_new(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "today")
    desk.see(article(bio=BIO), _12=[comment("1")])
    desk.store.close()
    as_former_release_held(tmp_path / "today", tmp_path / "former")
    db = sqlite3.connect(tmp_path / "former" / "archive.db")
    db.execute("""update readings set fields = replace(json_set(fields, '$.modified_by', null), ',"', ', "')""")
    db.commit()
    db.close()
    again = Desk(tmp_path / "former", LATER)
    before = held(tmp_path / "former") | {"readings": again.rows("select * from readings")}
    assert again.see(article(bio=BIO), _12=[comment("1")]) == {"unchanged": 2}
    after = held(tmp_path / "former") | {"readings": again.rows("select * from readings")}
    observed = {"revisions", "comments"}  # they say when they were last seen
    assert {name: kept for name, kept in after.items() if name not in observed} == {
        name: kept for name, kept in before.items() if name not in observed
    }
    assert again.rows("select count(*) from revisions") == [(1,)]


def large(folder: Path, megabytes: int) -> dict[str, list[tuple[Any, ...]]]:
    """A former archive so large that a step cannot keep it in its cache. What it holds."""
    db = made_by_former_release(folder)
    db.execute("insert into sites(id, name, home) values (1, 'example', ?)", [HOME])
    db.execute("begin")
    db.execute(
        "insert into articles(id, site_id, url, kind, title, first_seen_at, last_seen_at, checked_at) "
        "values (1, 1, ?, 'article', '', '', '', '')",
        [HOME],
    )
    db.execute("insert into revisions values (1, 1, 1, '', '', null, null, 'page', '', null, null, null, '', '', '', '', '', '')")
    many = f"with recursive n(i) as (select 0 union all select i + 1 from n where i < {megabytes * 10 - 1})"
    db.execute(f"{many} insert into blocks select 1, i, 'chrome', 'x', '<b>' || hex(zeroblob(50000)) || i || '</b>', 'r', '', null from n")
    db.execute("commit")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    return held(folder)


def opened(folder: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "archive", "changes", "--archive-dir", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)


def is_former(folder: Path) -> bool:
    return rows(folder, "select type from sqlite_master where name = 'blocks'") == [("table",)]


KILLED = """
import signal, sys
from archive.__main__ import main

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it: then a file that is too large is an error, and not the end
main(["changes", "--archive-dir", sys.argv[1]])
"""


@pytest.mark.parametrize("megabytes", [120, pytest.param(1000, marks=pytest.mark.torture)])
def test_a_former_archive_is_untouched_when_the_step_is_killed_half_way(tmp_path: Path, megabytes: int) -> None:
    """The kernel kills the process where its journal comes to 5 MB, wherever that finds it."""
    before = large(tmp_path, megabytes)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))

    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=PROJECT, preexec_fn=limit)
    assert killed.returncode == -signal.SIGXFSZ
    assert (tmp_path / "archive.db-wal").stat().st_size > 4_000_000
    assert is_former(tmp_path) and held(tmp_path) == before
    open_for_writing(tmp_path).close()
    assert not is_former(tmp_path) and held(tmp_path) == before


def test_a_former_archive_is_untouched_when_the_disk_is_full(tmp_path: Path) -> None:
    before = large(tmp_path, 100)
    content = (tmp_path / "archive.db").read_bytes()

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000_000, 30_000_000))

    process = opened(tmp_path, limit)
    said = process.communicate()[1]
    assert (process.returncode, said.count("\n")) == (3, 1)
    assert str(tmp_path / "archive.db") in said and "free space" in said
    assert (tmp_path / "archive.db").read_bytes() == content
    assert is_former(tmp_path) and held(tmp_path) == before


def hollow(folder: Path) -> int:
    """A former archive of which most is texts that stand twice more in their blocks. Bytes of its file."""
    db = made_by_former_release(folder)
    db.execute("insert into sites(id, name, home) values (1, 'example', ?)", [HOME])
    db.execute("begin")
    many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
    db.execute(
        f"{many} insert into articles(id, site_id, url, kind, title, first_seen_at, last_seen_at, checked_at) "
        "select i, 1, i, 'article', '', '', '', '' from n"
    )
    text = "'é' || replace(hex(zeroblob(2000)), '0', '.') || i"
    db.execute(
        f"{many} insert into revisions select i, i, 1, '', '', null, null, 'page', '', null, null, null, '', {text}, '', '', '', '' from n"
    )
    db.execute("insert into blocks select id, 0, 'body', text, '<p>' || text || '</p>', 'r', '', null from revisions")
    db.execute("commit")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    return (folder / "archive.db").stat().st_size


def test_a_former_archive_shrinks(tmp_path: Path) -> None:
    size = hollow(tmp_path)
    before = held(tmp_path)
    open_for_reading(tmp_path).close()
    assert (tmp_path / "archive.db").stat().st_size < size / 2
    assert held(tmp_path) == before


def test_without_room_it_comes_over_and_shrinks_when_there_is_room(tmp_path: Path) -> None:
    size = hollow(tmp_path)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

    process = opened(tmp_path, limit)
    said = process.communicate()[1]
    assert (process.returncode, said.count("\n")) == (0, 1)
    assert "lie free" in said and not is_former(tmp_path)
    assert (tmp_path / "archive.db").stat().st_size >= size
    open_for_writing(tmp_path).close()
    assert (tmp_path / "archive.db").stat().st_size < size / 2


def test_a_step_shows_its_progress_on_a_terminal_alone(tmp_path: Path) -> None:
    for folder in (tmp_path / "watched", tmp_path / "unwatched"):
        db = made_by_former_release(folder)
        db.execute("pragma foreign_keys = off")
        db.execute("insert into revisions values (1, 1, 1, '', '', null, null, 'page', '', null, null, null, '', '', '', '', '', '')")
        many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)"
        db.execute(f"{many} insert into blocks select 1, i, 'chrome', 'x', '<p>x</p>', 'r', '', null from n")
        db.close()
    assert opened(tmp_path / "unwatched").communicate()[1] == ""
    terminal, its_end = os.openpty()
    fcntl.ioctl(its_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    command = [sys.executable, "-m", "archive", "changes", "--archive-dir", str(tmp_path / "watched")]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=its_end).returncode == 0
    assert b"bringing it to this release" in os.read(terminal, 65536)


# the indexes of words


def test_an_index_of_words_becomes_one_piece_when_a_run_has_added_much(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for number in range(12):
        desk.see(article((f"On day {number} the bridge fell.",), source_id=str(number), url=f"{HOME}{number}"))
    pieces = "select count(distinct segid) from revisions_fts_idx"
    assert desk.rows(pieces)[0][0] > 1
    desk.store.finish_crawl(desk.crawl, "complete", 0, 12, 400, "")
    desk.store.close()
    assert rows(tmp_path, pieces) == [(1,)]
    index = rows(tmp_path, "select * from revisions_fts_data")
    Store(tmp_path).close()
    assert rows(tmp_path, "select * from revisions_fts_data") == index
