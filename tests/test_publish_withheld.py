"""What a person withholds is on no page and in no query, from the next request on; the archive keeps it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.__main__ import main as archive
from archive.db.connection import open_for_writing
from archive.publish.redaction.withholding import INSIDE, OPEN, SEARCHED, SHOWN, reaches_around
from tests.publish_archive import HOME, build_archive, open_archive
from tests.publish_site import PAGES, RAID, Site

SECRETS = ("convoy", "Hurayra", "strike kills", "2014/03/raid", "road to Marib", "marib.jpg", "Gone Guy", "A deeper reply", "donate")
"""Words of article 1 and its thread that stand nowhere else: text, headline, address, caption, picture, comments, what was cut."""
WITHHELD_COMMENT = "First! See"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = build_archive(tmp_path_factory.mktemp("archive"))
    db = open_for_writing(folder)
    db["boilerplate"].insert(
        {
            "site_id": 1,
            "fingerprint": "only there",
            "kind": "appeal",
            "text": "Please donate",
            "articles": 9,
            "authors": 2,
            "decided_by": "x",
        }
    )
    db.execute("update blocks set fingerprint = 'only there' where text like '%donate%'")
    db.execute("update links set url = 'https://elsewhere.example/' where article_id = 2")
    db.execute("update blocks set html = '<p>The charter.</p>' where revision_id = 21")
    db.execute(
        "insert into captures select 900, crawl_id, null, 'image', 'https://p.example/x.png', captured_at, 200, 'image/png', 'd', 'i', 'r',"
        " filename, 900, 9, null from captures where id = 12"
    )
    db.execute("update images set capture_id = 900 where article_id = 1")
    db.execute("insert into readings values (1, 'rest', '{\"title\": \"Drone strike\"}', '2024-01-01T00:00:00Z', null, 'x')")
    db.execute("insert into differences values (1, 'title', 'Drone strike kills', 'Drone strike kills!', '2024-01-01T00:00:00Z')")
    db.execute("insert into checkpoints select 1, 'unlisted', url, 0, null, null, null from urls where article_id = 1 and kind = 'current'")
    db.execute("insert into feed_items select 1, url, null, 'Gone Guy', 'd', '' from urls where article_id = 1 and kind = 'current'")
    db.conn.close()
    return folder


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with closing(Site(folder)) as site:
        yield site


@pytest.fixture
def withheld(folder: Path, site: Site) -> Iterator[Site]:
    """The article is withheld while the pages are served, and shown again afterwards."""
    assert site.get(RAID).status_code == 200
    assert archive(["withhold", HOME + "2014/03/raid", "--reason", "a court", "--archive-dir", str(folder)]) == 0
    yield site
    assert archive(["withhold", HOME + "2014/03/raid", "--undo", "--archive-dir", str(folder)]) == 0
    assert site.get(RAID).status_code == 200


def told(body: str) -> list[str]:
    return [secret for secret in SECRETS if secret.lower() in body.lower()]


OWN = [*PAGES, "/changes?event=removed", "/changes.atom", "/www.example.org/2014/04/charter"]
FOUND = [
    f"/search{form}?q={quote(query)}"
    for form in ("", ".json", ".csv", ".atom", ".ris", ".bib")
    for query in ("commander", "in:comments reply", "in:history four", "author:masri", "tag:yemen", "before:9999", "month:2014-03",
                  "is:edited", "is:missing", "cites:source.example.net", "in:articles", "in:comments", "in:history")
]  # fmt: skip


@pytest.mark.parametrize("path", [*OWN, *FOUND])
def test_no_page_and_no_search_tells_of_it(withheld: Site, path: str) -> None:
    response = withheld.get(path)
    body = re.sub(r'value="[^"]*"', "", response.text)
    assert response.status_code == 200
    assert told(body) == []


@pytest.mark.parametrize(
    "path",
    [
        RAID,
        "/20240115" + RAID,
        "/example.org/2014/03/raid/",
        "/timemap" + RAID,
        f"/url?url={HOME}2014/03/raid",
        f"/compare?url={HOME}2014/03/raid",
    ],
)
@pytest.mark.parametrize("more", ["", "?utm_source=x"])
def test_its_address_says_that_it_is_held_and_since_when_it_is_not_shown(withheld: Site, path: str, more: str) -> None:
    response = withheld.get(path + ("" if "?" in path else more))
    assert response.status_code == 410
    assert "This article is held, and not shown" in response.text and "<time" in response.text
    assert "a court" not in response.text and "Drone strike" not in response.text


@pytest.mark.parametrize(
    "path",
    [f"/cite.{form}?url={HOME}2014/03/raid" for form in ("txt", "bib", "ris", "json")] + [f"/unapi?format=ris&id={HOME}2014/03/raid"],
)
def test_it_is_not_cited(withheld: Site, path: str) -> None:
    response = withheld.get(path)
    assert response.status_code == 410 and "Doe" not in response.text


@pytest.mark.parametrize("path", ["/article/1", "/comment/2", "/source.example.net/x", "/url?url=https://source.example.net/x"])
def test_no_way_leads_to_it(withheld: Site, path: str) -> None:
    response = withheld.get(path)
    assert response.status_code == 404 and told(response.text) == []


TABLES = sorted(
    {*SHOWN, *SEARCHED, *INSIDE, "edits", "comment_edits", "changes", "article_texts", "most_discussed", "citations", "signatures"}
)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("form", ["?_size=max", ".json?_shape=array&_size=max", ".csv?_size=max&_stream=1"])
def test_no_table_tells_of_it_in_any_form(withheld: Site, table: str, form: str) -> None:
    response = withheld.get(f"/archive/{table}{form}")
    assert response.status_code == 200 or (response.status_code, form[:4]) == (400, ".csv"), response.text[:300]
    assert told(response.text) == []


@pytest.mark.parametrize(
    "path",
    ["articles/1", "revisions/11", "revisions/12", "comments/2", "comment_revisions/1", "blocks/12,0", "captures/12", "images/1,0",
     "articles/1.json?_shape=objects", "comments/2.json", "article_tags/1,1", "authors/9", "tags/3", "readings/1,rest", "urls/1"],
)  # fmt: skip
def test_no_row_tells_of_it(withheld: Site, path: str) -> None:
    response = withheld.get(f"/archive/{path}")
    assert response.status_code == 404 and told(response.text) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from articles",
        "select * from 'articles'",
        "select * from temp.articles",
        "select title, text from revisions where id in (11, 12)",
        "select * from article_texts",
        "select * from edits",
        "select * from changes",
        "select html from blocks",
        "select text from comments",
        "select text from comment_revisions",
        "select * from revisions_fts",
        "select rowid, text from revisions_fts where revisions_fts match 'commander'",
        "select snippet(revisions_fts, 2, '', '', '', 20) from revisions_fts where revisions_fts match 'commander'",
        "select highlight(revisions_fts, 0, '', '') from revisions_fts order by rank",
        "select * from comments_fts",
        "select hex(block), block from revisions_fts_data",
        "select * from revisions_fts_idx",
        "select * from captures",
        "select * from urls",
        "select * from decisions",
        "select * from boilerplate",
        "select * from images union all select * from images",
        "with recursive t(n) as (select 1 union all select n + 1 from t where n < 99) select r.* from t join revisions r on r.id = n",
        "with x as (select * from articles) select * from x",
        "select (select text from revisions where id = 12)",
        "select * from articles a left join revisions r on r.id = a.revision_id",
        "select a.* from articles as a natural join revisions",
        "select group_concat(title) from revisions",
        "select * from sqlite_temp_master",
        "select * from sqlite_master",
    ],
)
def test_no_query_tells_of_it(withheld: Site, sql: str) -> None:
    response = withheld.get("/archive.json", params={"sql": sql, "_shape": "objects"})
    assert response.status_code == 200, response.text
    assert told(str(response.json()["rows"])) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from main.articles",
        "select * from MAIN . articles",
        'select * from "main".articles',
        "select * from 'main'.articles",
        "select * from [main].revisions",
        "select * from `main`.revisions",
        "select * from main/* */.revisions",
        "select * from main -- x\n.revisions",
        "select '/*', text from main.revisions --*/",
        "select '--', text from main.revisions",
        "select '''', \"--\", text from main.revisions",
        "select * from main\ufeff.revisions",
        "with articles as (select * from main.articles) select * from articles",
        "select * from revisions_fts where rowid in (select id from main.revisions)",
        "select text from main.revisions_fts where revisions_fts match 'commander'",
        "select data from sqlite_dbpage",
        "select 1 from SQLITE_DBPAGE",
    ],
)
def test_no_query_reaches_around_the_decision(withheld: Site, sql: str) -> None:
    answer = withheld.get("/archive.json", params={"sql": sql})
    assert answer.status_code == 400 and "name the tables without a schema" in answer.json()["error"]
    assert told(withheld.get("/archive.csv", params={"sql": sql}).text) == []
    page = withheld.get("/archive", params={"sql": sql}).text
    assert "name the tables without a schema" in page and told(page.replace("<", " ")) == []


@pytest.mark.parametrize(
    "sql", ["select 'main.street'", "select 1 as main", "select main.id from articles as main1 join comments as main", "select 'a' || '.'"]
)
def test_what_only_looks_like_a_schema(site: Site, sql: str) -> None:
    """A table's alias may be called main; it is refused too, and says how to go on."""
    assert reaches_around(sql) == ("main.id" in sql)


PIECES = [
    "main",
    "MAIN",
    ".",
    "'",
    '"',
    "[",
    "]",
    "`",
    "/*",
    "*/",
    "--",
    "\n",
    " ",
    "\ufeff",
    "\u00a0",
    "\x0b",
    "x",
    "temp",
    "$",
    ",",
    "(",
    ")",
]


@settings(max_examples=2000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
@example("main.")
def test_whatever_sqlite_takes_for_the_schema_is_seen(text: str) -> None:
    """Where SQLite reads a row of the table itself, the query was refused."""
    db = sqlite3.connect(":memory:")
    db.executescript("create table x (a); insert into x values ('secret'); create temp view x as select * from main.x where 0")
    for sql in (f"select * from {text}x", f"select a from x, {text}x as y", f"select *, {text} from main.x", f"select a from {text}.x"):
        try:
            rows = db.execute(sql).fetchall()
        except (sqlite3.Error, sqlite3.Warning):
            continue
        assert "secret" not in str(rows) or reaches_around(sql), sql
    db.close()


def test_every_table_of_the_schema_is_thought_of(folder: Path) -> None:
    """A new table is either shown row by row or known to tell nothing: decide which in archive/publish/redaction/withholding.py."""
    names = {name for (name,) in open_archive(folder).execute("select name from sqlite_master where type = 'table'")}
    known = OPEN & names | set(SHOWN) | set(SEARCHED) | set(INSIDE)
    assert names == known, f"decide in archive/publish/redaction/withholding.py whether these may tell of what is withheld: {names ^ known}"


def test_its_pictures_are_not_shown(site: Site, withheld: Site) -> None:
    assert "https://p.example/x.png" not in withheld.get("/archive/captures.json?_shape=array&_size=max").text
    assert withheld.get("/picture/900").status_code == 404


def test_tables_keep_their_keys_facets_and_search(withheld: Site) -> None:
    page = withheld.get("/archive/articles").text
    assert 'href="/archive/articles/2"' in page and "facet" in page
    assert 'href="/archive/articles/2"' in withheld.get("/archive/revisions").text
    assert [row["id"] for row in withheld.get("/archive/articles.json?_search=charter&_shape=array").json()] == [2]
    assert withheld.get("/archive/articles.json?_search=convoy&_shape=array").json() == []
    assert withheld.get("/archive/articles/2").status_code == 200


def test_what_is_left_is_counted_and_found(withheld: Site) -> None:
    assert "5 articles and 1 comment" in withheld.text("/") and "Karim al-Masri" in withheld.text("/topics")
    assert "1 article" in withheld.text("/search?q=marib")
    assert "Held, and not shown by decision: 1 article, 4 comments." in withheld.text("/status")


def test_the_evidence_stays(folder: Path, withheld: Site, capsys: pytest.CaptureFixture[str]) -> None:
    [(count,)] = open_archive(folder).execute("select count(*) from revisions where article_id = 1").fetchall()
    assert count == 2
    assert archive(["diff", HOME + "2014/03/raid", "--archive-dir", str(folder)]) == 0


def test_a_comment_is_withheld_and_its_place_is_kept(folder: Path, site: Site) -> None:
    assert WITHHELD_COMMENT in site.get(RAID).text
    assert archive(["withhold", "comment:1", "--archive-dir", str(folder)]) == 0
    page, text = site.get(RAID).text, site.text(RAID)
    assert WITHHELD_COMMENT not in page and "A comment that is held, and not shown: withheld" in text
    assert [int(number) for number in re.findall(r'<li id="c-(\d+)"', page)] == [1, 2, 3, 4]
    assert "A reply about the convoy" in text and "Alya in reply to" not in text
    thread = page[page.index('id="comments"') : page.index('class="after"')]
    assert thread.count("<li ") == thread.count("</li>") and thread.count("<ol>") == thread.count("</ol>")
    for path in ("/archive/comments/1", "/archive/comments/1.json"):
        assert site.get(path).status_code == 404
    assert WITHHELD_COMMENT not in site.get("/search?q=in:comments+first").text
    assert WITHHELD_COMMENT not in site.get("/archive/comments.csv").text
    assert WITHHELD_COMMENT not in site.get("/archive.json", params={"sql": "select * from comments_fts"}).text
    assert archive(["withhold", "comment:1", "--undo", "--archive-dir", str(folder)]) == 0
    assert WITHHELD_COMMENT in site.get(RAID).text


def test_names_of_a_withheld_article_are_offered_as_spellings_no_more(folder: Path, site: Site) -> None:
    db = open_for_writing(folder)
    db.execute("update revisions set title = 'Hakimullah in Yemen' where id = 12")
    db.execute("update articles set title = 'Hakimullah in Yemen' where id = 1")
    db.execute("update revisions set title = 'Hakeemullah' where id = 31")
    db.conn.close()
    fresh = Site(folder)
    assert "also spelled Hakimullah" in fresh.text("/search?q=Hakeemullah")
    archive(["withhold", HOME + "2014/03/raid", "--archive-dir", str(folder)])
    assert "Hakimullah" not in fresh.text("/search?q=Hakeemullah")
    archive(["withhold", HOME + "2014/03/raid", "--undo", "--archive-dir", str(folder)])
    fresh.loop.close()
