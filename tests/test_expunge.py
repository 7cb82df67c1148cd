"""What a legal order has destroyed is nowhere in the archive's files, and everything else is as it was."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.cli.expunge import holding
from archive.store.expunge import Destruction, finish, remove_rows, write_files
from archive.store.store import Store
from archive.verify.database import Verification
from archive.warc.read import whole_members
from archive.warc.rewrite import BESIDE
from tests import crawls
from tests.demosite import DemoSite
from tests.literal import HOME, Desk, article, comment
from tests.quarry import OTHER, SAID, TEXT, URL, WORDS, Quarry

LATER = "2026-02-01T00:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive that nobody has open."""
    desk = Desk(tmp_path / "archive")
    Quarry(desk)
    desk.close()
    return tmp_path / "archive"


def run(folder: Path, *arguments: str, answer: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(commands, ["expunge", "--archive-dir", str(folder), *arguments], input=answer)
    return done.exit_code, done.output


def every_byte(folder: Path) -> dict[str, bytes]:
    """Each file as it is, and each record as it unpacks, its body too."""
    found = {}
    for path in (path for path in folder.rglob("*") if path.is_file()):
        found[str(path)] = path.read_bytes()
        if path.name.endswith(".gz"):
            contents = [content for _, _, content in whole_members(path)]
            found[f"{path} unpacked"] = b"".join(contents)
            bodies = (content.partition(b"\x1f\x8b") for content in contents)
            found[f"{path} bodies"] = b"".join(gzip.decompress(b"\x1f\x8b" + b.removesuffix(b"\r\n\r\n")) for _, mark, b in bodies if mark)
    return found


def told(folder: Path, words: tuple[str, ...] = WORDS) -> set[str]:
    return {word for content in every_byte(folder).values() for word in words if word.lower().encode() in content.lower()}


def verified(folder: Path) -> list[str]:
    return list(Verification(folder).findings())


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        return db.execute(sql).fetchall()


def test_an_article_is_gone_from_every_byte_and_the_rest_is_as_it_was(folder: Path) -> None:
    assert told(folder) == set(WORDS) and verified(folder) == []
    before = dict(rows(folder, "select record_id, record_digest from captures"))
    code, said = run(folder, URL, "--reason", "order 7/26", "--yes")
    assert code == 0, said
    assert "2 records in 1 WARC file" in said and "1 of them holds other texts too" in said and "not touched: backups" in said
    assert told(folder) == set()
    assert verified(folder) == []
    assert rows(folder, "select title from articles") == [("A good harvest",)]
    assert rows(folder, "select count(*) from comments") == [(0,)]
    after = dict(rows(folder, "select record_id, record_digest from captures"))
    assert after.items() < before.items() and len(after) == 2
    dead = rows(folder, "select record_id, record_digest, reason, unfinished from expunged where record_id is not null")
    assert {(i, digest) for i, digest, *_ in dead} == before.items() - after.items()
    assert {(reason, unfinished) for *_, reason, unfinished in dead} == {("order 7/26", 0)}


def test_the_file_says_what_was_taken_out_of_it(folder: Path) -> None:
    run(folder, URL, "--reason", "order 7/26", "--yes")
    [path] = (folder / "warc").glob("*/*.warc.gz")
    *_, (_, _, content) = whole_members(path)
    assert b"WARC-Type: metadata" in content
    told_of = json.loads(content.partition(b"\r\n\r\n")[2])["expunged"]
    assert {row["reason"] for row in told_of} == {"order 7/26"} and len(told_of) == 2


def test_the_address_stays_in_lists_unless_they_are_named_too(folder: Path) -> None:
    code, said = run(folder, URL, "--reason", "x", "--yes")
    assert code == 0 and "1 record more that names no more than its headline or address" in said
    assert told(folder, ("the-quarry",)) == {"the-quarry"}


def test_links_go_too_when_they_are_named(folder: Path) -> None:
    code, said = run(folder, URL, "--reason", "x", "--yes", "--links")
    assert code == 0 and "3 records" in said
    assert told(folder, (*WORDS, "the-quarry")) == set() and verified(folder) == []


def test_a_comment_is_blanked_and_what_answers_it_keeps_its_place(folder: Path) -> None:
    code, said = run(folder, "comment:1", "--reason", "x", "--yes")
    assert code == 0, said
    assert told(folder, ("eleven months", "wages for that")) == set() and "Tarrabas" in told(folder)
    assert rows(folder, "select id, parent_id, author, text from comments order by id") == [
        (1, None, "", "[destroyed by a legal order]"), (2, 1, "Bob", "Is that so?")]  # fmt: skip
    assert verified(folder) == []


def test_a_killed_destruction_is_as_before_or_goes_on(folder: Path) -> None:
    held = rows(folder, "select * from captures")
    with closing(Store(folder)) as store:
        records, _ = holding(store.db, folder, 1, ([1], []))
        plan = Destruction(1, "article 1", 1, None, records, "x", LATER)
        write_files(folder, plan)
    assert [path.suffix for path in (folder / "warc").glob("*/*")].count(BESIDE) == 1  # killed before anything was committed
    Store(folder).close()
    assert not list((folder / "warc").glob(f"*/*{BESIDE}"))
    assert rows(folder, "select * from captures") == held and verified(folder) == [] and told(folder) == set(WORDS)
    with closing(Store(folder)) as store:
        places = write_files(folder, plan)
        with store.transaction():
            remove_rows(store.db, plan, places)
    Store(folder).close()  # killed before the files were in their places
    assert told(folder) == set() and verified(folder) == []
    with closing(Store(folder)) as store:
        assert finish(store.db, folder)


def test_verify_accepts_what_a_tombstone_explains_and_nothing_else(folder: Path) -> None:
    [path] = (folder / "warc").glob("*/*.warc.gz")
    whole = path.read_bytes()
    run(folder, URL, "--reason", "x", "--yes")
    assert verified(folder) == []
    path.write_bytes(whole)  # the old file put back
    assert verified(folder) != []


def test_the_store_takes_it_in_no_more(folder: Path) -> None:
    run(folder, URL, "--reason", "x", "--yes")
    desk = Desk(folder, LATER)
    found = desk.see(article(TEXT, url=URL + "?utm_source=x", source_id="12"), article(OTHER, url=HOME + "new/", source_id="14"),
                     _12=[comment("1", SAID)])  # fmt: skip
    moved = desk.see(article(TEXT, url=URL, source_id=None))
    assert found == {"new": 1} and moved == {}
    assert desk.rows("select title from articles order by id") == [("A good harvest",), ("The bridge",)]
    assert desk.rows("select ref, reason, explained from gaps where kind = 'article'")[0] == ("12", "destroyed by a legal order", 1)
    desk.close()


def test_a_destroyed_comment_stays_blank(folder: Path) -> None:
    run(folder, "comment:1", "--reason", "x", "--yes")
    desk = Desk(folder, LATER)
    desk.see(
        article(TEXT, url=URL, source_id="12"),
        _12=[comment("1", SAID, author="Ann"), comment("2", "Is that so?", author="Bob", parent="1")],
    )
    assert desk.rows("select text from comments order by id") == [("[destroyed by a legal order]",), ("Is that so?",)]
    desk.close()
    assert verified(folder) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([URL, "--reason", "x"], "Nothing was destroyed; a script says --yes"),
        ([HOME + "nowhere/", "--reason", "x", "--yes"], "no article is held"),
        (["comment:99", "--reason", "x", "--yes"], "there is no 'comment:99'"),
        ([URL, "--yes"], "Missing option '--reason'"),
    ],
)
def test_nothing_is_destroyed_by_mistake(folder: Path, arguments: list[str], said: str) -> None:
    code, output = run(folder, *arguments)
    assert code == 2 and said in output
    assert told(folder) == set(WORDS) and verified(folder) == []


def test_a_damaged_file_is_left_alone(folder: Path) -> None:
    [path] = (folder / "warc").glob("*/*.warc.gz")
    [(offset,)] = rows(folder, "select offset from captures where id = 3")
    content = bytearray(path.read_bytes())
    content[int(str(offset)) + 30] ^= 1
    path.write_bytes(content)
    code, said = run(folder, URL, "--reason", "x", "--yes")
    assert code == 3 and "from a backup" in said
    assert rows(folder, "select count(*) from articles") == [(2,)] and not list((folder / "warc").glob(f"*/*{BESIDE}"))


@pytest.mark.parametrize("rest", ["open", "404"])
def test_later_crawls_do_not_bring_it_back(tmp_path: Path, rest: str) -> None:
    folder = tmp_path / "archive"
    with DemoSite(rest=rest) as site:
        assert crawls.crawl(site, folder).code == 0
        [(number, url, title, text)] = crawls.rows(
            folder, "select articles.id, url, articles.title, text from articles join revisions on revisions.id = revision_id"
            " where comment_count > 3 and word_count > 60 order by articles.published_at limit 1")  # fmt: skip
        code, said = run(folder, str(number), "--reason", "x", "--yes")
        assert code == 0, said
        words = (text[:60],)
        assert told(folder, words) == set()
        done = crawls.crawl(site, folder, "mode=full")
    assert done.code == 0, done.err
    assert told(folder, words) == set()
    assert crawls.rows(folder, "select count(*) from articles where title = ?", title) == [(0,)]
    assert crawls.rows(folder, "select distinct reason, explained from gaps where reason like 'destroyed%'") in (
        [("destroyed by a legal order", 1)], [])  # fmt: skip
    assert verified(folder) == [] and url
