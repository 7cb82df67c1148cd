"""A signature that is shown as another name, comments that are too old to be served, addresses of authors: nothing that is served
tells of them, and the archive keeps them all."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from datasette.app import Datasette

from archive.__main__ import main as archive
from archive.clock import later, now
from archive.db.connection import open_for_writing
from archive.publish.redaction.open_redacted import redacted
from archive.publish.redaction.withholding import INSIDE, SEARCHED, SHOWN
from archive.publish.server.serve import build_server
from archive.publish.server.service import Service
from archive.queries.withheld import same_name
from archive.store.decisions import DECISIONS
from archive.store.seen import Seen
from archive.store.site_settings import HIDE_COMMENTS
from tests.captured_site import FIRST, HTML, WarcWriterOf, add_capture, build_captured, exchange
from tests.inside import AheadOfTime
from tests.literal import Desk, article, comment
from tests.publish_archive import HOME, open_archive
from tests.publish_site import PAGES, RAID, Site

NAME, PSEUDONYM = "Gone Guy", "Reader 7"
SECRETS = ("gone guy", "guy.example")
REMOVED = "This comment was removed."


def build(folder: Path) -> Path:
    """An archive in which a name stands wherever it can stand."""
    build_captured(folder)
    db = open_for_writing(folder)
    db.execute("update comments set author_url = 'https://guy.example/me' where id = 4")
    db.execute("update comments set author_url = 'https://bill.example/' where id = 1")
    db.execute("update comments set author_url = 'javascript:alert(1)' where id = 3")
    db.execute("update comments set text = '@Gone Guy: a reply about the convoy.' where id = 2")
    db.execute("update comment_states set author = 'GONE  GUY', text = '@Gone Guy, no.' where comment_id = 3 and number = 1")
    for number, author, text in ((1, "Gone Guy", "First words."), (2, None, None)):
        db.execute(
            "insert into comment_states(comment_id, number, seen_at, digest, content_key, author, text) values (4, ?, ?, ?, ?, ?, ?)",
            [number, FIRST, f"sha256:{number:064}", f"sha256:{number:064}", author, text],
        )
    db.execute("update blocks set text = 'Latest: Gone Guy on the raid' where revision_id = 21 and kind <> 'body'")
    db.execute(
        "insert into block_spans(revision_id, position, kind, rule, fingerprint, text)"
        " values (21, 90, 'related', 'x', 'f', 'Gone Guy on it')"
    )
    db.execute("insert into boilerplate values (1, 'f', 'related', 'Gone Guy on it', 3, 1, 'x')")
    db.execute("update quarantine set title = 'Gone Guy', text = 'Gone Guy says'")
    db.execute("insert into differences values (2, 'comments', 'Gone Guy', 'x', ?)", [FIRST])
    with WarcWriterOf(folder) as writer, db.conn:
        pages = {520: b"<p>By Gone <b>Guy</b></p>", 521: b'[{"author_name": "\\u0047one Guy"}]', 522: b"<p>Somebody else</p>"}
        for number, body in pages.items():
            row = {"id": number, "door": "page", "url": f"{HOME}{number}", "crawl_id": 2, "captured_at": FIRST, "status": 200}
            add_capture(db, writer, row, exchange(row["url"], FIRST, body, HTML))
    db.conn.close()
    return folder


def site_of(folder: Path) -> Iterator[Site]:
    with closing(Site(folder)) as site:
        yield site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """Served while the decision is taken."""
    for one in site_of(folder):
        assert NAME in one.get(RAID).text
        assert archive(["pseudonymise", "gone guy", "--as", PSEUDONYM, "--reason", "he asked", "--archive-dir", str(folder)]) == 0
        yield one


def told(content: str | bytes) -> list[str]:
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    plain = re.sub(r"[\s_+]+", " ", re.sub(r"<[^>]*>", "", text) + text).lower()
    return [secret for secret in SECRETS if secret in plain]


def unpacked(content: bytes) -> Iterator[bytes]:
    """A file as it is, and everything that is packed in it."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                yield name.encode()
                yield from unpacked(package.read(name))
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)


def all_of(target: Path) -> Iterator[bytes]:
    for path in [target] if target.is_file() else sorted(target.rglob("*")):
        if path.is_file():
            yield from unpacked(path.read_bytes())


TABLES = sorted({*SHOWN, *SEARCHED, *INSIDE, "edits", "comment_edits", "comment_revisions", "changes", "blocks", "signatures"})
SEARCHES = ["in:comments removed", "in:comments guy", "in:comments convoy", "in:comments author:guy", "is:missing", "in:comments first"]
SERVED = [
    *PAGES,
    RAID,
    "/20240115" + RAID,
    "/changes.atom",
    "/changes.csv",
    "/changes.json",
    "/status.json",
    "/comment/4",
    *(f"/cite.{form}?url={HOME}2014/03/raid" for form in ("txt", "bib", "ris", "json")),
    *(f"/search{form}?q={quote(query)}" for form in ("", ".json", ".csv", ".atom", ".ris", ".bib") for query in SEARCHES),
    *(f"/archive/{table}{form}" for table in TABLES for form in ("?_size=max", ".json?_shape=array&_size=max")),
    "/archive/comments.csv?_size=max",
    "/archive/comments/4",
    "/archive/comment_revisions/3",
    "/archive/comments?_facet=author&_facet=author_url",
    *(f"/record/{number}{form}" for number in (520, 521) for form in ("", "/text", "/raw", "/render")),
    f"/web/{HOME}520",
]  # fmt: skip


@pytest.mark.parametrize("path", SERVED)
def test_nothing_that_is_served_tells_the_name(site: Site, path: str) -> None:
    response = site.get(path, follow_redirects=True)
    assert response.status_code in (200, 404), response.text[:300]
    assert told(response.content) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from comments",
        "select author, author_url, text from comments where id = 4",
        "select * from comment_states",
        "select * from comment_revisions",
        "select * from comment_edits",
        "select * from signatures",
        "select * from changes",
        "select * from decisions",
        "select * from site_settings",
        "select * from comments_fts",
        "select * from comments_fts where comments_fts match 'author : gone'",
        "select snippet(comments_fts, 0, '', '', '', 9) from comments_fts where comments_fts match 'guy'",
        "select highlight(comments_fts, 0, '', '') from comments_fts where comments_fts match 'convoy'",
        "select hex(block) from comments_fts_data",
        "select * from blocks",
        "select * from quarantine",
        "select * from sqlite_temp_master",
        "select * from temp.shown_comments",
        "select * from temp.shown_states",
        "select * from temp.rows_with_names",
        "explain select * from comments",
        "explain select * from comment_revisions",
        "explain select * from blocks",
        "explain select * from comments_fts",
        "explain query plan select * from changes",
        "select count(*) from comments where author like 'gone%' having count(*) > 0",
        "select * from comments where author = 'Gone Guy'",
        "select max(author) from comments union select min(author) from comment_revisions",
    ],
)
def test_no_query_tells_the_name(site: Site, sql: str) -> None:
    response = site.get("/archive.json", params={"sql": sql, "_shape": "objects"})
    assert response.status_code == 200, response.text
    rows = response.json()["rows"]
    assert told(json.dumps(rows)) == [] and (rows == [] or ("having" not in sql and "= 'Gone" not in sql))


def test_digests_do_not_tell_whether_a_guess_is_right(folder: Path, site: Site) -> None:
    held = {row[0] for row in open_archive(folder).execute("select digest from comment_revisions where comment_id in (2, 3, 4)")}
    shown = {row["digest"] for row in site.get("/archive/comment_revisions.json?_shape=array").json()}
    assert held and not held & shown - {"sha256:" + "0" * 64}
    assert all(row["digest"] == "withheld" for row in site.get("/archive/comment_revisions.json?_shape=array&comment_id=4").json())


def test_the_thread_stays_readable(site: Site) -> None:
    text = site.text(RAID)
    assert f"{PSEUDONYM}" in text and REMOVED in text and f"@{PSEUDONYM}: a reply about the convoy." in text
    rows = site.get("/archive/comments.json?_shape=array").json()
    assert {row["id"]: row["author"] for row in rows}[4] == PSEUDONYM
    assert "1 comment" in site.text(f"/search?q=in:comments+author:%22{PSEUDONYM.replace(' ', '+')}%22")
    assert len(site.get("/archive/comment_edits.json?_shape=array").json()) == 2  # of comments 3 and 4
    assert site.get("/record/522").status_code == 200


@pytest.mark.parametrize("name", ["all.wacz", "all.bag", "all.zip", "all", "copy.db", "pages"])
def test_no_export_tells_the_name(folder: Path, site: Site, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    what = {"copy.db": ["--public"], "pages": ["--static"]}.get(name, ["--all"])
    assert archive(["export", *what, "--to", str(target), "--archive-dir", str(folder)]) == 0
    found = list(all_of(target))
    assert found and [told(content) for content in found if told(content)] == []
    assert any((b"Somebody else" if name == "all.wacz" else b"Bill") in content for content in found)
    if name == "copy.db":
        copy = sqlite3.connect(target)
        assert copy.execute("select author, text from comments where id = 4").fetchone() == (PSEUDONYM, REMOVED)
        assert copy.execute("select rowid from comments_fts where comments_fts match 'reader'").fetchall()  # indexed anew


def test_the_evidence_stays_and_the_decision_travels(folder: Path, site: Site) -> None:
    db = open_archive(folder)
    assert db.execute("select author, author_url from comments where id = 4").fetchone() == (NAME, "https://guy.example/me")
    lines = [json.loads(line) for line in (folder / DECISIONS).read_text().splitlines()]
    assert [(line["kind"], line["ref"], line["value"]) for line in lines] == [("pseudonymise", "*/gone guy", PSEUDONYM)]


def test_a_comment_that_comes_later_is_covered_too(folder: Path, site: Site) -> None:
    assert told(site.get(RAID).text) == []
    db = open_for_writing(folder)
    row = db.execute("select * from comments where id = 4").fetchone()
    with db.conn:
        db["comments"].insert(
            dict(zip([c.name for c in db["comments"].columns], row, strict=True)) | {"id": 50, "source_id": "x", "author": "gOnE gUy"}
        )
    db.conn.close()
    try:
        assert told(site.get(RAID).text) == [] and told(site.get("/archive/comments.csv").text) == []
        assert site.get("/archive/comments.json?_shape=array&id=50").json()[0]["author"] == PSEUDONYM
    finally:
        db = open_for_writing(folder)
        db.execute("delete from comments where id = 50")
        db.conn.close()


def test_what_is_shown_of_a_withheld_comment_is_not_kept_where_sql_finds_it(tmp_path: Path) -> None:
    folder = build(tmp_path)
    assert archive(["pseudonymise", NAME, "--as", PSEUDONYM, "--archive-dir", str(folder)]) == 0
    asked = {"sql": "select * from temp.shown_comments", "_shape": "arrays"}
    for site in site_of(folder):
        assert "convoy" in str(site.get("/archive.json", params=asked).json()["rows"])
        assert archive(["withhold", "comment:2", "--archive-dir", str(folder)]) == 0
        assert "convoy" not in str(site.get("/archive.json", params=asked).json()["rows"])


def test_blocks_that_come_later_are_searched_too(tmp_path: Path) -> None:
    folder = build(tmp_path)
    assert archive(["pseudonymise", NAME, "--as", PSEUDONYM, "--archive-dir", str(folder)]) == 0
    for site in site_of(folder):
        assert told(site.get("/archive/block_spans.json?_size=max").text) == []
        db = open_for_writing(folder)
        columns = ", ".join(row[1] for row in db.execute("pragma table_info(revisions)") if row[1] not in ("id", "number"))
        db.execute(f"insert into revisions(id, number, {columns}) select 9000, 99, {columns} from revisions where id = 21")
        db.execute(
            "insert into block_spans(revision_id, position, kind, rule, fingerprint, text)"
            " values (9000, 0, 'related', 'x', 'f', 'GONE guy!')"
        )
        db.conn.close()
        assert told(site.get("/archive/block_spans.json?_size=max").text) == []
        assert told(site.get("/archive/block_spans/21,90.json").text) == []


# the command


def test_a_name_of_one_site_is_shown_at_others(tmp_path: Path) -> None:
    folder = build(tmp_path)
    assert archive(["pseudonymise", NAME, "--as", PSEUDONYM, "--site", "local", "--archive-dir", str(folder)]) == 2  # nobody there
    assert archive(["pseudonymise", NAME, "--as", PSEUDONYM, "--site", "example", "--archive-dir", str(folder)]) == 0
    for site in site_of(folder):
        assert told(site.get(RAID).text) == []
        assert archive(["pseudonymise", NAME, "--undo", "--site", "example", "--archive-dir", str(folder)]) == 0
        assert NAME in site.get(RAID).text and site.get("/record/520").status_code == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Nobody", "--as", "X"], "no comment is signed 'Nobody'"),
        ([NAME, "--as", "Bill"], "somebody signs so already"),
        ([NAME, "--as", "The Gone Guy"], "holds the name"),
        ([NAME, "--as", " "], "takes a name of 1 to"),
        ([NAME], "--as TEXT"),
        ([NAME, "--undo"], "nothing to take back"),
        ([NAME, "--as", "X", "--site", "none"], "no site is called"),
    ],
)
def test_what_cannot_be_decided_is_one_line(tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tmp_path)
    assert archive(["pseudonymise", *words, "--archive-dir", str(folder)]) == 2
    errors = capsys.readouterr().err
    assert said in errors and errors.count("\n") == 1


def test_two_names_do_not_share_a_pseudonym(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tmp_path)
    assert archive(["pseudonymise", NAME, "--as", "Reader", "--archive-dir", str(folder)]) == 0
    assert archive(["pseudonymise", "Bill", "--as", "Reader", "--archive-dir", str(folder)]) == 2
    assert archive(["pseudonymise", "GONE guy", "--as", "Reader 2", "--archive-dir", str(folder)]) == 0  # the same name, another word
    capsys.readouterr()
    assert archive(["pseudonymise", "--list", "--archive-dir", str(folder)]) == 0
    assert capsys.readouterr().out.count("*/Gone Guy  Reader") == 2


def test_hundreds_of_names_are_shown_as_others(tmp_path: Path) -> None:
    folder = build(tmp_path / "archive")
    db = open_for_writing(folder)
    names = [NAME, *(f"Reader {number} of {number % 7}" for number in range(1200)), *(f"Čtenář {number}" for number in range(50))]
    with db.conn:
        for number, name in enumerate(names):
            db["decisions"].insert(
                {"kind": "pseudonymise", "ref": f"{'example' if number % 2 else '*'}/{name}", "value": f"P{number}", "decided_at": FIRST}
            )
    db.conn.close()
    for site in site_of(folder):
        for path in (RAID, "/archive/comments.csv", "/search?q=in:comments+guy", "/archive/comment_revisions.json", "/archive/blocks.json"):
            assert told(site.get(path).text) == [] and site.get(path).status_code == 200
        assert site.get("/archive/comments.json?_shape=array&id=4").json()[0]["author"] == "P0"
    assert archive(["export", "--public", "--to", str(tmp_path / "copy.db"), "--archive-dir", str(folder)]) == 0


def test_spellings_of_one_name() -> None:
    assert same_name(" Gone\u00a0 GUY ") == same_name("gone guy") != same_name("goneguy")


# addresses of authors


def test_addresses_of_authors_are_shown_only_when_wished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build(tmp_path / "archive")
    for site in site_of(folder):
        for path in (RAID, "/archive/comments.csv", "/archive/comments.json", "/archive/comments/1", "/archive/comments?_facet=author_url"):
            assert "bill.example" not in site.get(path).text
        for sql in ("select author_url from comments", "select * from comments where author_url like '%bill%'"):
            assert "bill.example/" not in str(site.get("/archive.json", params={"sql": sql, "_shape": "objects"}).json()["rows"])
    shown: Datasette = build_server(folder, service=Service(author_urls=True))
    served = Site.__new__(Site)
    served.datasette, served.loop = shown, site.loop.__class__()
    served.run(shown.invoke_startup())
    page = served.get(RAID).text
    assert 'href="https://bill.example/" rel="nofollow ugc noreferrer noopener"' in page and "javascript:alert" not in page
    assert "https://bill.example/" in served.get("/archive/comments.csv").text
    served.loop.close()


@pytest.mark.parametrize("name", ["copy.db", "pages", "all"])
def test_exports_show_addresses_of_authors_only_when_wished(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build(tmp_path / "archive")
    what = {"copy.db": "--public", "pages": "--static"}.get(name, "--all")
    assert archive(["export", what, "--to", str(tmp_path / name), "--archive-dir", str(folder)]) == 0
    assert not any(b"bill.example" in content for content in all_of(tmp_path / name))
    monkeypatch.setenv("SHOW_AUTHOR_URLS", "1")
    assert archive(["export", what, "--to", str(tmp_path / f"shown-{name}"), "--archive-dir", str(folder)]) == 0
    assert any(b"bill.example" in content for content in all_of(tmp_path / f"shown-{name}"))


# rules of age


def aged(folder: Path, *rules: str) -> None:
    assert archive(["sites", "set", "example", *rules, "--archive-dir", str(folder)]) == 0


def test_comments_older_than_the_rule_are_served_nowhere_and_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tmp_path / "archive")
    secrets = ("Second paragraph", REMOVED, "A deeper reply", "First! See", "which was reworded", "zebra")
    for site in site_of(folder):
        assert REMOVED in site.get(RAID).text
        aged(folder, "hide-comments-after=2y")
        for path in SERVED:
            response = site.get(path, follow_redirects=True)
            assert not [secret for secret in secrets if secret in response.text], path
        assert "4 comments held, and not shown: older than this archive serves" in site.text(RAID)
        assert site.get("/archive/comments.json?_shape=array").json() == []
        assert site.get("/archive.json", params={"sql": "select * from comments_fts", "_shape": "arrays"}).json()["rows"] == []
        assert site.get("/record/520").status_code == 404  # of a time in which they were new
        assert site.get("/record/506").status_code == 200  # a list of articles
        made = tmp_path / "copy.db"
        assert archive(["export", "--public", "--to", str(made), "--archive-dir", str(folder)]) == 0
        assert not [secret for secret in secrets if any(secret.encode() in content for content in all_of(made))]
        capsys.readouterr()
        assert archive(["withhold", "--list", "--archive-dir", str(folder)]) == 0
        assert capsys.readouterr().out == "example: hide-comments-after=2y\n"
        aged(folder, "hide-comments-after=")
        assert REMOVED in site.get(RAID).text
    assert open_archive(folder).execute("select count(*) from comments").fetchone() == (5,)


def test_a_young_comment_is_served_beside_old_ones(tmp_path: Path) -> None:
    folder = build(tmp_path)
    db = open_for_writing(folder)
    db.execute("update comments set posted_at = '2999-01-01T00:00:00Z' where id = 1")
    db.execute("update comments set posted_at = null, first_seen_at = '2999-01-01T00:00:00Z' where id = 5")
    db.conn.close()
    aged(folder, "hide-comments-after=90d")
    for site in site_of(folder):
        assert [row["id"] for row in site.get("/archive/comments.json?_shape=array").json()] == [5, 1]
        assert (
            "First! See" in site.get(RAID).text and "convoy." not in site.text(RAID).partition("comments")[2].partition("First!")[2][:200]
        )


def test_what_is_gone_for_longer_than_the_rule_is_served_no_more(tmp_path: Path) -> None:
    folder = build(tmp_path)
    db = open_for_writing(folder)
    url = db.execute("select url from articles where id = 3").fetchone()[0]
    db.execute("update articles set missing_since = '2024-02-01T06:00:20Z', gone_at = '2024-02-03T06:00:20Z' where id = 3")
    db.execute("update comments set gone_at = '2024-02-03T06:00:20Z' where id = 4")
    db.conn.close()
    path = "/" + url.partition("://")[2]
    for site in site_of(folder):
        assert site.get(path).status_code == 200 and REMOVED in site.get(RAID).text
        aged(folder, "hide-gone-after=90d")
        assert site.get(path).status_code == 410 and REMOVED not in site.get(RAID).text
        assert site.get("/archive/articles/3").status_code == 404 and site.get("/archive/comments/4").status_code == 404
        assert "First! See" in site.get(RAID).text and "1 comment held, and not shown" in site.text(RAID)
        aged(folder, "hide-gone-after=200y")
        assert site.get(path).status_code == 200


def test_a_rule_is_applied_anew_each_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = build(tmp_path)
    db = open_for_writing(folder)
    db.execute("update comments set posted_at = ? where id = 1", [later(now(), days=-89)])
    db.conn.close()
    aged(folder, "hide-comments-after=90d")
    for site in site_of(folder):
        assert "First! See" in site.get(RAID).text
        monkeypatch.setattr(AheadOfTime, "later", timedelta(days=3))
        assert "First! See" not in site.get(RAID).text


@pytest.mark.parametrize(
    ("rules", "shown"),
    [
        ({"example": "1d"}, {"b-old", "b-new", "a-new"}),
        ({"example": "1d", "other": "1d"}, {"a-new", "b-new"}),
        ({"example": "1d", "other": "99y"}, {"a-new", "b-old", "b-new"}),
    ],
)
def test_each_site_has_its_own_rule(tmp_path: Path, rules: dict[str, str], shown: set[str]) -> None:
    desk = Desk(tmp_path, "2026-11-01T00:00:00Z")
    other = desk.store.ensure_site("other", "https://other.example.com/")["id"]
    number = {"a-old": "1", "a-new": "2", "b-old": "3", "b-new": "4"}
    for letter, site in (("a", desk.site), ("b", other)):
        said = article(source_id="12", url=f"https://{letter}.example.com/1")
        at = {"old": "2020-01-01T00:00:00Z", "new": "2099-01-01T00:00:00Z"}
        thread = [comment(number[f"{letter}-{age}"], posted_at=posted) for age, posted in at.items()]
        run = desk.store.start_crawl(site, "update")
        seen = Seen(desk.clock.at, ((desk.capture("rest"), "rest"),), "1")
        desk.store.save_answer(run, site, seen, articles=[said], threads={"12": thread}, thread_door="rest")
    for name, value in rules.items():
        desk.db.execute("insert into site_settings select id, ?, ? from sites where name = ?", [HIDE_COMMENTS, value, name])
    desk.close()
    with redacted(tmp_path) as db:
        assert {source_id for (source_id,) in db.execute("select source_id from comments")} == {number[one] for one in shown}


def test_a_rule_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tmp_path)
    for rule in ("hide-comments-after=2", "hide-gone-after=2m", "hide-gone-after=0d", "hide-gone-after=never"):
        assert archive(["sites", "set", "example", rule, "--archive-dir", str(folder)]) == 2
        assert "write hide-" in capsys.readouterr().err


def test_a_proxy_of_a_site_is_served_nowhere(tmp_path: Path) -> None:
    folder = build(tmp_path / "archive")
    aged(folder, "proxy=socks5h://me:opensecret@127.0.0.1:9050", "delay=2")
    for site in site_of(folder):
        rows = site.get("/archive/site_settings.json?_shape=array").json()
        assert [row["name"] for row in rows] == ["delay"]
        for path in ("/status", "/status.json", "/archive/site_settings", "/archive/site_settings/1,proxy"):
            assert "9050" not in site.get(path).text
    assert archive(["export", "--public", "--to", str(tmp_path / "copy.db"), "--archive-dir", str(folder)]) == 0
    assert not any(b"opensecret" in content for content in all_of(tmp_path / "copy.db"))


# one person's comments


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_person_is_given_all_comments_of_a_signature(tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = build(tmp_path / "archive")
    assert archive(["pseudonymise", NAME, "--as", PSEUDONYM, "--archive-dir", str(folder)]) == 0
    assert archive(["withhold", "comment:4", "--archive-dir", str(folder)]) == 0
    target = tmp_path / f"mine.{form}"
    assert archive(["export", "--signature", "gone guy", "--site", "example", "--to", str(target), "--archive-dir", str(folder)]) == 0
    assert "a signature, not a person" in capsys.readouterr().out
    text = target.read_text(encoding="utf-8")
    if form == "json":
        told_all = json.loads(text)
        assert "a signature, not a person" in told_all["notice"] and [c["id"] for c in told_all["comments"]] == [3, 4]
        last = told_all["comments"][1]
        assert last["text"] == REMOVED and last["author_url"] == "https://guy.example/me" and last["article"].endswith("2014/03/raid")
        assert [state["number"] for state in last["revisions"]] == [1, 2] and last["revisions"][0]["text"] == "First words."
        assert told_all["comments"][0]["revisions"][1]["record_id"]
    else:
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["comment_id"], row["revision_number"]) for row in rows] == [("3", "1"), ("3", "2"), ("4", "1"), ("4", "2")]
        assert rows[0]["revision_text"] == "'@Gone Guy, no." and "a signature, not a person" in rows[0]["notice"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--signature", "Nobody", "--to", "x.json"], "no comment is signed"),
        (["--signature", NAME, "--to", "x.pdf"], "FILE.json or FILE.csv"),
        (["--signature", NAME, "--all", "--to", "x.json"], "only one"),
        (["--signature", NAME, "--since", "2020-01-01", "--to", "x.json"], "--since and --until go with"),
        (["--signature", NAME, "--site", "none", "--to", "x.json"], "no site is called"),
    ],
)
def test_a_persons_export_that_cannot_be_made_leaves_nothing(
    folder: Path, tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert archive(["export", *words, "--archive-dir", str(folder)]) == 2
    assert said in capsys.readouterr().err and list(tmp_path.iterdir()) == []
