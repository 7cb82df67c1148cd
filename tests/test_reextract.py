"""``scrapy reextract``: the archive is read anew out of its own records, in place; nothing of its history is made up or lost."""

from __future__ import annotations

import gzip
import re
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.__main__ import main
from archive.db.connection import open_for_writing
from archive.db.lock import Lock
from archive.store.revision_digest import seal
from archive.verify.database import Verification
from archive.warc.read import read_exchange
from archive.warc.write import WarcWriter
from tests.conftest import History
from tests.crawls import Run, content, copied, crawl, dump, rows, scrapy, scrapy_process
from tests.demosite import DemoSite
from tests.demosite.script import CORRECTED, SILENT
from tests.kills import start_reextract, stopped
from tests.literal import exchange

LONG = "nuvali-long-read"
KEPT = [  # tables of which reading again with the same code changes nothing
    "sites articles urls revisions revision_captures blocks readings authors article_authors tags article_tags images links",
    "comments comment_revisions absences coverage gaps differences quarantine boilerplate decisions captures lists rereadings",
]
TABLES = " ".join(KEPT).split()
GUARD = """
import socket
from pathlib import Path

def refused(*arguments, **named):
    (Path(__file__).parent / "asked").touch()
    raise OSError("this process may not use the network")

socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refused
local = socket.socket

class Guarded(local):  # a library binds one to ::1 when it is imported, to see whether there is IPv6: nothing leaves
    def connect(self, address):
        return super().connect(address) if self.family == socket.AF_UNIX else refused()

    def connect_ex(self, address):
        return super().connect_ex(address) if self.family == socket.AF_UNIX else refused()

    def sendto(self, *arguments):
        return refused()

    def listen(self, *arguments):
        return super().listen(*arguments) if self.family == socket.AF_UNIX else refused()

socket.socket = Guarded
"""
SPIDER = """
from crawler.site import Site
from crawler.spiders.site import SiteSpider

class Declared(SiteSpider):
    name = {name!r}
    site = Site(name={name!r}, home={home!r}, boilerplate={rules!r})
"""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site without REST, crawled, changed, crawled again and read in full: through pages alone."""
    folder = tmp_path_factory.mktemp("walked") / "archive"
    with DemoSite(rest="404", comments_per_page=3) as site:
        assert crawl(site, folder).code == 0
        site.change()
        assert crawl(site, folder).code == 0
        long = site.post(LONG)
        site.reword_bio(long.authors[0], "A reporter of the desk, whose bio was worded anew under a text of several pages.")
        site.edit(LONG, append="And a paragraph more.")
        assert crawl(site, folder, "mode=full").code == 0
    return folder


@pytest.fixture(params=["rest", "pages"])
def archive(request: pytest.FixtureRequest, history: History, walked: Path, folder: Path) -> Path:
    """An archive with edits, a removed article, an edited and a removed comment, from each door."""
    return copied(history.full.folder if request.param == "rest" else walked, folder)


@pytest.fixture
def small(history: History, folder: Path) -> Path:
    return copied(history.full.folder, folder)


def reextract(folder: Path, *sites: str, modules: Path | None = None, **settings: object) -> Run:
    return scrapy("reextract", *sites, folder=folder, modules=modules, **settings)


def change(folder: Path, *statements: str) -> None:
    """Damage an archive as its owner could not."""
    db = sqlite3.connect(folder / "archive.db")
    with db:
        for statement in statements:
            db.execute(statement)
    db.close()


def assert_as_written(folder: Path) -> None:
    assert list(Verification(folder).findings()) == []


def declared(folder: Path, place: Path, *rules: tuple[str, str]) -> Path:
    """A folder of modules in which the archive's site is declared with these boilerplate rules."""
    [(name, home)] = rows(folder, "select name, home from sites")
    place.mkdir()
    (place / "declared.py").write_text(SPIDER.format(name=name, home=home, rules=rules))
    return place


def with_rules(folder: Path, place: Path, *rules: tuple[str, str]) -> Run:
    return reextract(folder, modules=declared(folder, place, *rules), SPIDER_MODULES="crawler.spiders,declared")


# the same code


def test_the_same_code_reads_the_same_and_writes_nothing(archive: Path, tmp_path: Path) -> None:
    before = dump(archive, TABLES)
    run = reextract(archive)
    assert (run.code, run.err) == (0, "")
    assert re.search(r": complete; nothing new; 0 requests; .*; 0 of 4\d texts and 0 of 1\d\d comments read anew$", run.out.strip())
    assert len(run.out.splitlines()) == 1
    assert dump(archive, TABLES) == before
    [(mode, requests, exit_code)] = rows(archive, "select mode, requests, exit_code from crawls order by id desc limit 1")
    assert (mode, requests, exit_code) == ("reextract", 0, 0)
    assert_as_written(archive)


def test_the_network_is_not_touched(small: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    assert scrapy_process("reextract", folder=small, modules=tmp_path).code == 0
    assert not (tmp_path / "asked").exists()
    asked = scrapy_process("update", folder=small, modules=tmp_path)
    assert asked.code != 0 and (tmp_path / "asked").exists(), "the guard guards"


def test_damage_is_healed_by_the_record_and_the_replaced_digests_are_kept(archive: Path) -> None:
    whole = content(archive)
    kept = dump(archive, ["absences", "urls", "decisions", "captures", "coverage", "gaps"])
    seen = "select id, number, seen_at, last_seen_at from revisions order by id"
    times = rows(archive, seen)
    change(
        archive,
        "update revisions set extractor = 'older', text = 'lost', digest = 'sha256:old' || id, content_key = 'sha256:old'",
        "update blocks set text = 'lost', html = '<p>lost</p>', kind = 'chrome', fingerprint = '' where position > 0",
        "delete from images",
        "update links set url = 'https://elsewhere.example/'",
        "update articles set title = 'lost', byline = null, word_count = 0, published_at = null, kind = 'video', modified_at = null",
        "update revisions set title = 'lost', byline = null, published_at = null, tags = ''",
        "delete from article_authors where position = 0",
        "delete from article_tags",
        "update comments set author = 'lost', text = 'lost', posted_at = null, author_url = 'https://elsewhere.example/'",
        "update comment_revisions set author = 'lost', text = 'lost', digest = 'sha256:old' || id, content_key = 'sha256:old'",
        "delete from boilerplate",
    )
    run = reextract(archive)
    assert run.code == 0
    assert content(archive) == whole
    assert dump(archive, kept) == kept
    assert rows(archive, seen) == times
    assert rows(archive, "select distinct extractor = 'older' from revisions") == [(0,)]
    assert_as_written(archive)
    replaced = "select revision_id, digest, extractor, crawl_id from rereadings where revision_id is not null order by 1"
    last = rows(archive, "select max(id) from crawls")[0][0]
    assert rows(archive, replaced) == [(i, f"sha256:old{i}", "older", last) for (i, *_) in times]
    replaced = "select comment_revision_id, digest from rereadings where comment_revision_id is not null order by 1"
    assert rows(archive, replaced) == rows(archive, "select id, 'sha256:old' || id from comment_revisions order by id")
    before = dump(archive, TABLES)
    assert reextract(archive).code == 0
    assert dump(archive, TABLES) == before, "read once, there is nothing left to mend"


def test_a_crawl_after_reading_again_finds_nothing_new(site: DemoSite, folder: Path) -> None:
    crawl(site, folder)
    change(folder, "update readings set extractor = 'older'", "update revisions set extractor = 'older'")
    assert reextract(folder).code == 0
    before = dump(folder, ["revisions", "comment_revisions", "blocks", "rereadings"])
    run = crawl(site, folder, "mode=full", "pages=all")
    assert run.code == 0
    after = dump(folder, ["revisions", "comment_revisions", "blocks", "rereadings"])
    assert len(after["revisions"]) == len(before["revisions"]) and after["blocks"] == before["blocks"]


# new rules


def test_a_rule_that_was_added_mends_the_text_in_place(small: Path, tmp_path: Path) -> None:
    [(text,)] = rows(small, "select text from articles join revisions on revisions.id = revision_id where source_id = '136'")
    paragraph = text.split("\n\n")[1]
    revisions, comments = (rows(small, f"select count(*) from {table}") for table in ("revisions", "comment_revisions"))
    old = rows(small, "select revisions.id, digest from revisions join articles on articles.id = article_id where source_id = '136'")
    run = with_rules(small, tmp_path / "modules", ("appeal", f"^{re.escape(paragraph)}$"))
    assert run.code == 0
    texts = rows(small, "select text from revisions join articles on articles.id = article_id where source_id = '136'")
    assert all(paragraph not in text for (text,) in texts) and len(texts) == 2
    assert rows(small, "select distinct kind, rule like 'site:%' from blocks where text = ?", paragraph) == [("appeal", 1)]
    assert revisions == rows(small, "select count(*) from revisions")
    assert comments == rows(small, "select count(*) from comment_revisions")
    assert rows(small, "select revision_id, digest from rereadings") == old
    [(url,)] = rows(small, "select url from articles where source_id = '136'")
    assert main(["export", "--article", url, "--to", str(tmp_path / "export"), "--archive-dir", str(small)]) == 0
    exported = (tmp_path / "export" / "revision-1.txt").read_text()
    assert f"earlier digest: {old[0][1]}, as " in exported
    edits = "select change, declared from edits join articles on articles.id = article_id where source_id = '136'"
    assert rows(small, edits) == [("number", 0)], "the edit is still the edit"
    assert_as_written(small)


def test_votes_of_an_archive_that_had_none_are_filled_in_place(small: Path) -> None:
    asked = rows(small, "select revision_id, position, vote from blocks order by 1, 2")
    assert {vote for _, _, vote in asked} >= {"text", "chrome"}
    db = open_for_writing(small)
    db.execute("update blocks set vote = null")
    for (revision_id,) in db.execute("select id from revisions").fetchall():
        seal(db, revision_id)
    db.close()
    assert_as_written(small)
    before = rows(small, "select digest from revisions order by id")
    keys = rows(small, "select id, number, content_key, text from revisions order by id")
    assert reextract(small).code == 0
    assert rows(small, "select revision_id, position, vote from blocks order by 1, 2") == asked
    assert rows(small, "select id, number, content_key, text from revisions order by id") == keys
    assert rows(small, "select digest from revisions order by id") != before, "a digest covers the votes"
    assert_as_written(small)


def test_an_edit_that_is_none_any_more_keeps_its_number_and_leaves_the_list_of_edits(archive: Path, tmp_path: Path) -> None:
    edits = "select source_id from edits join articles on articles.id = article_id"
    assert (str(SILENT),) in rows(archive, edits)
    numbers = "select number, seen_at from revisions join articles on articles.id = article_id where source_id = ?"
    before = rows(archive, numbers, str(SILENT))
    run = with_rules(archive, tmp_path / "modules", ("newsletter", r"1[14],[14]00 tonnes"))
    assert run.code == 0
    assert rows(archive, numbers, str(SILENT)) == before
    assert (str(SILENT),) not in rows(archive, edits) and (str(CORRECTED),) in rows(archive, edits)
    edited = "select source_id from changes join articles on articles.id = article_id where event = 'edited' and comment_id is null"
    assert (str(SILENT),) not in rows(archive, edited)
    assert_as_written(archive)


def test_what_a_person_decided_stands_after_reading_again(small: Path, tmp_path: Path) -> None:
    [(text,)] = rows(small, "select text from revisions join articles on articles.id = article_id where source_id = '130'")
    text = text.split("\n\n")[1]
    assert main(["label", text, "newsletter", "--archive-dir", str(small)]) == 0
    before = content(small)
    change(small, "update blocks set text = 'lost', html = '', fingerprint = '' where rule not like 'decided%'")
    assert reextract(small).code == 0
    assert content(small) == before
    assert rows(small, "select distinct kind from blocks where text = ?", text) == [("newsletter",)]


# readings that are worse


def test_a_reading_that_loses_the_text_does_not_replace_it_until_a_person_says_so(archive: Path, tmp_path: Path) -> None:
    tables = ["articles", "blocks", "comments", "comment_revisions", "links", "images"]
    own = "select * from {} where article_id = (select id from articles where source_id = '130')"

    def state() -> list[object]:
        """All but which extractor read the other articles: the site's rules are part of its name."""
        return [
            dump(archive, tables),
            content(archive)["revisions"],
            rows(archive, own.format("revisions")),
            rows(archive, own.format("readings")),
        ]

    before = state()
    [(url,)] = rows(archive, "select url from articles where source_id = '130'")
    [(text,)] = rows(archive, "select text from revisions join articles on articles.id = article_id where source_id = '130'")
    rules = [("chrome", f"^{re.escape(paragraph)}$") for paragraph in text.split("\n\n")]
    modules = declared(archive, tmp_path / "modules", *rules)
    named = {"modules": modules, "SPIDER_MODULES": "crawler.spiders,declared"}
    run = reextract(archive, **named)  # type: ignore[arg-type]
    assert run.code == 4 and "the text shrank from" in run.err and url in run.err
    assert len(run.err.splitlines()) == 1
    assert state() == before
    [(kept, asked)] = rows(archive, "select reason, url from quarantine")
    assert asked == url and kept.startswith("read again: the text shrank from")
    assert reextract(archive, **named).code == 4  # type: ignore[arg-type]
    [(row, shown)] = rows(archive, "select id, count(*) from quarantine")
    assert shown == 1
    assert main(["accept", str(row), "--archive-dir", str(archive)]) == 0
    assert reextract(archive, **named).code == 0  # type: ignore[arg-type]
    assert rows(archive, "select text from revisions join articles on articles.id = article_id where source_id = '130'") == [("",)]
    assert_as_written(archive)


def test_a_damaged_record_is_named_and_its_articles_stay_as_they_are(small: Path) -> None:
    [(article, filename, offset, length)] = rows(
        small,
        """
        select article_id, filename, offset, length from captures
        where article_id = (select id from articles where source_id = '130') and door = 'page' order by id limit 1
        """,
    )
    with open(small / filename, "r+b") as file:
        file.seek(offset + length // 2)
        [byte] = file.read(1)
        file.seek(offset + length // 2)
        file.write(bytes([byte ^ 1]))
    change(small, "update blocks set html = '<p>lost</p>' where position = 1")
    run = reextract(small)
    assert run.code == 3 and "is damaged" in run.err and "1 article left as it was" in run.err
    lost = "select distinct article_id from blocks join revisions on revisions.id = revision_id where html = '<p>lost</p>'"
    assert rows(small, lost) == [(article,)], "all others were read"


# pages that were not believed, records that were adopted


def forgotten(folder: Path, source_id: str, reason: str | None) -> dict[str, list[tuple[object, ...]]]:
    """Make an archive as though an article's page had not been saved: refused, or adopted after a kill. Returns what it was."""
    whole = content(folder)
    [(article, site)] = rows(folder, "select id, site_id from articles where source_id = ?", source_id)
    of_it = f"(select id from revisions where article_id = {article})"
    statements = [f"delete from {table} where revision_id in {of_it}" for table in ("revision_captures", "blocks")]
    comments = f"(select id from comments where article_id = {article})"
    statements += [f"update comments set parent_id = null where article_id = {article}"]
    statements += [f"update comment_revisions set parent_id = null where comment_id in {comments}"]
    statements += [f"delete from comment_revisions where comment_id in {comments}"]
    statements += [f"update articles set revision_id = null where id = {article}"]
    statements += [f"update links set target_article_id = null where target_article_id = {article}"]
    names = "revisions readings article_authors article_tags images links comments differences urls"
    statements += [f"delete from {name} where article_id = {article}" for name in names.split()]
    if reason:
        statements.append(
            f"""
            insert into quarantine(site_id, url, captured_at, reason, capture_id)
            select {site}, url, captured_at, '{reason}', min(id) from captures where article_id = {article} and door = 'page'
            """
        )
    else:
        statements.append(f"update captures set crawl_id = null where article_id = {article}")
    statements += [f"update captures set article_id = null where article_id = {article}", f"delete from articles where id = {article}"]
    change(folder, *statements)
    return whole


@pytest.mark.parametrize("reason", ["no container", None], ids=["in quarantine", "adopted"])
def test_a_page_that_was_not_saved_becomes_the_article_that_it_shows_as_of_its_capture(
    walked: Path, folder: Path, reason: str | None
) -> None:
    copied(walked, folder)
    [(first_seen,)] = rows(folder, "select first_seen_at from articles where source_id = '130'")
    whole = forgotten(folder, "130", reason)
    run = reextract(folder)
    assert run.code == 0 and re.search("[12] pages saved that no run had saved", run.out)
    held = content(folder)
    assert held["coverage"] and {name: held[name] for name in held if name != "coverage"} == {
        name: whole[name] for name in held if name != "coverage"
    }
    assert rows(folder, "select first_seen_at from articles where source_id = '130'") == [(first_seen,)]
    assert rows(folder, "select * from quarantine") == []
    assert_as_written(folder)
    before = dump(folder, TABLES)
    assert reextract(folder).code == 0
    assert dump(folder, TABLES) == before


def torn(body: bytes) -> dict[str, Any]:
    packed = gzip.compress(body)
    return {"headers": [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], "body": packed[: len(packed) * 2 // 3]}


def cut(body: bytes) -> dict[str, Any]:
    return {"headers": [("Content-Type", "text/html")], "body": body[: len(body) * 2 // 3]}


def part(body: bytes) -> dict[str, Any]:
    return {"headers": [("Content-Type", "text/html")], "body": body, "status": 206}


def marked(body: bytes) -> dict[str, Any]:
    return {"headers": [("Content-Type", "text/html")], "body": body, "truncated": True}


def unbroken(body: bytes) -> dict[str, Any]:
    return {"headers": [("Content-Type", "text/html")], "body": body}


@pytest.mark.parametrize(("broken", "held"), [(torn, 0), (cut, 0), (part, 0), (marked, 0), (unbroken, 1)])
def test_a_broken_record_that_a_killed_run_left_is_no_article(
    walked: Path, folder: Path, broken: Callable[[bytes], dict[str, Any]], held: int
) -> None:
    """What a live run refuses is refused in adopted records too: torn in its compression, cut off, a part, marked as truncated."""
    copied(walked, folder)
    places = "select captures.id, captures.url, filename, offset, length, record_digest, payload_digest from captures"
    [found] = rows(folder, f"{places} join articles on articles.id = article_id where source_id = '130' order by captures.id limit 1")
    page = dict(zip(("id", "url", "filename", "offset", "length", "record_digest", "payload_digest"), found, strict=True))
    _, packed = read_exchange(folder, page)
    body = gzip.decompress(packed)
    forgotten(folder, "130", None)
    change(folder, "delete from captures where crawl_id is null")
    writer = WarcWriter(folder, page["filename"].split("/")[1], "test")
    writer.write(exchange(page["url"], "2026-12-01T00:00:00Z", **broken(body)))
    writer.close()
    run = reextract(folder)
    assert run.code == 0, run.lines
    assert rows(folder, "select count(*) from captures where crawl_id is null") == [(1,)], "the record was adopted"
    assert rows(folder, "select count(*) from articles where source_id = '130'") == [(held,)]


def test_a_page_that_lies_before_what_was_seen_later_stays_in_quarantine_and_is_told(walked: Path, folder: Path) -> None:
    copied(walked, folder)
    captures = "select id, url, captured_at from captures where article_id = (select id from articles where source_id = '130') order by id"
    [(early, url, at), (late, *_)] = rows(folder, captures)
    change(
        folder,
        f"update captures set article_id = null where id = {early}",
        f"update revision_captures set capture_id = {late} where capture_id = {early}",
        f"update readings set capture_id = {late} where capture_id = {early}",
        f"update comment_revisions set capture_id = {late} where capture_id = {early}",
        f"insert into quarantine(site_id, url, captured_at, reason, capture_id) values (1, '{url}', '{at}', 'no container', {early})",
    )
    history = "select article_id, number, seen_at from revisions order by id"
    before = rows(folder, history), rows(folder, "select * from quarantine")
    run = reextract(folder)
    assert run.code == 0 and "1 pages in quarantine could be believed, but lie before what was seen later" in run.out
    assert (rows(folder, history), rows(folder, "select * from quarantine")) == before


def test_a_comment_that_nobody_had_read_is_taken_in_as_of_its_capture(archive: Path) -> None:
    whole = content(archive)
    answered = "select parent_id from comments where parent_id is not null"
    sql = f"select id, first_seen_at from comments where parent_id is null and missing_since is null and id not in ({answered}) limit 1"
    [(number, seen)] = rows(archive, sql)
    change(
        archive,
        f"delete from comment_revisions where comment_id = {number}",
        f"delete from comments where id = {number}",
        "update articles set comment_count = (select count(*) from comments where article_id = articles.id and missing_since is null)",
    )
    run = reextract(archive)
    assert run.code == 0 and "1 new" in run.out
    assert content(archive) == whole
    assert rows(archive, "select first_seen_at from comments order by id desc limit 1") == [(seen,)]
    assert_as_written(archive)


@pytest.mark.parametrize("lie", ["donate", "redesign"])
def test_a_page_that_lied_is_not_believed_later(lie: str, folder: Path) -> None:
    with DemoSite(rest="404") as site:
        assert crawl(site, folder, "limit=12").code == 0
        site.fault(r"^/archives/\d", lie=lie)
        assert crawl(site, folder, "mode=full", "limit=12").code == 4
    before = dump(folder, TABLES)
    assert rows(folder, "select count(*) from quarantine")[0][0] > 3
    assert reextract(folder).code == 0
    assert dump(folder, TABLES) == before


# stopping, and who may run


def older(folder: Path) -> int:
    return int(rows(folder, "select count(*) from revisions where extractor = 'older'")[0][0])


def damage(folder: Path) -> None:
    change(
        folder,
        "update revisions set extractor = 'older'",
        "update blocks set html = '<p>lost</p>'",
        "update comments set author_url = 'https://elsewhere.example/'",
    )


ASKED_TO_END = pytest.param((signal.SIGTERM, signal.SIGINT), id="asked", marks=pytest.mark.torture)


@pytest.mark.parametrize("ends", [pytest.param((signal.SIGKILL, signal.SIGKILL), id="killed"), ASKED_TO_END])
def test_stopped_at_any_moment_the_same_command_goes_on_and_ends_as_if_undisturbed(
    ends: tuple[signal.Signals, signal.Signals], small: Path, tmp_path: Path
) -> None:
    damage(small)
    undisturbed = copied(small, tmp_path / "undisturbed")
    assert reextract(undisturbed).code == 0
    first = stopped(start_reextract(small), lambda: older(small) < 45, ends[0])
    assert 0 < older(small) < 45, "it was stopped on the way"
    begun = rows(small, "select max(id) from crawls")
    second = stopped(start_reextract(small), lambda: rows(small, "select max(id) from crawls") > begun, ends[1])
    assert [first.code, second.code] == [-9 if end == signal.SIGKILL else 130 for end in ends]
    assert reextract(small).code == 0
    assert content(small) == content(undisturbed)
    assert_as_written(small)


def test_another_run_holds_the_lock(small: Path) -> None:
    lock = Lock(small)
    run = reextract(small)
    lock.release()
    assert (run.code, run.out, len(run.err.splitlines())) == (75, "", 1)


@pytest.mark.parametrize(
    ("arguments", "said"), [(("elsewhere",), "'elsewhere'"), (("-a", "mode=full"), "mode"), (("-a", "home=https://example.org/"), "home")]
)
def test_what_cannot_be_done_is_one_line(small: Path, arguments: tuple[str, ...], said: str) -> None:
    run = scrapy("reextract", *arguments, folder=small)
    assert (run.code, run.out, len(run.err.splitlines())) == (2, "", 1)
    assert said in run.err


def test_an_empty_archive_has_nothing_to_read(folder: Path) -> None:
    assert reextract(folder).code == 2


def test_only_the_named_site_is_read(site: DemoSite, folder: Path) -> None:
    with DemoSite() as other:
        crawl(site, folder, "limit=2", "pages=none")
        crawl(other, folder, "limit=2", "pages=none")
    names = [name for (name,) in rows(folder, "select name from sites order by id")]
    change(folder, "update revisions set extractor = 'older'")
    assert reextract(folder, names[1]).out.startswith(names[1])
    assert rows(
        folder, "select distinct site_id from articles join revisions on revisions.article_id = articles.id where extractor = 'older'"
    ) == [(1,)]
    quiet = reextract(folder, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_reading_again_is_no_visit_of_the_site(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> tuple[int, str]:
        code = main([*words, "--archive-dir", str(small)])
        return code, capsys.readouterr().out

    change(small, "update crawls set started_at = '2020-01-01T00:00:00Z', finished_at = '2020-01-01T00:00:01Z'")
    changes, (code, stale) = said("changes"), said("status", "--quiet")
    assert code == 4 and "no run was complete for" in stale
    assert reextract(small).code == 0
    assert said("status", "--quiet")[0] == 4
    assert said("changes") == changes
