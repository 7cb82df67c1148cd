"""What is withheld is looked for at ten thousand addresses and with two hundred questions of SQL, and not found."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from archive.__main__ import main as archive
from archive.db.connection import FILENAME
from archive.publish.server import routes
from tests.publish_archive import HOME, build_archive
from tests.publish_site import PAGES, RAID, Site

ADDRESSES, QUESTIONS, SEED = 10_000, 200, 20_261_129
FORMS = ("", ".json", ".csv", ".atom", ".ris", ".bib", ".csl")
SECRETS = ("convoy", "Hurayra", "strike kills", "road to Marib", "marib.jpg", "Gone Guy", "A deeper reply")
"""Words of the withheld article and its thread that stand nowhere else. Its address is no secret: it is asked for."""
REASON = "Mr Marlowe asked for it"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = build_archive(tmp_path_factory.mktemp("archive"))
    assert archive(["withhold", HOME + "2014/03/raid", "--reason", REASON, "--public-reason", "x", "--archive-dir", str(folder)]) == 0
    with Site(folder) as site:
        yield site


def addresses(choose: random.Random) -> Iterator[str]:
    """Addresses without end: of every page, of Datasette's tables and rows, of the withheld article and its neighbours, spelled in
    many ways, and such as nobody would think of."""
    tables = ["articles", "revisions", "comments", "urls", "captures", "links", "images", "blocks", "decisions", "changes", "edits"]
    tables += ["article_texts", "comment_revisions", "revisions_fts", "comments_fts", "revisions_fts_content", "sqlite_master"]
    words = ["drone", "strike", "yemen", "raid", "Jane", "commander", "reply", "2014", "example.org", "charter", "*", '"', "OR"]
    shown = [RAID, "/www.example.org/2014/04/charter", "/example.org/2014/03/", "/www.example.org/", "/www.example.org/2014/03/rai"]
    while True:
        word, number = choose.choice(words), choose.randrange(1, 40)
        path, table = choose.choice(shown), choose.choice(tables)
        day = f"{choose.randrange(2013, 2027)}{choose.randrange(1, 13):02}{choose.randrange(1, 29):02}"
        yield choose.choice(
            [
                path + choose.choice(["", "/", "?utm_source=x", "/feed", "%2F", "?p=1", "#c-1"]),
                f"/{day}{choose.choice(['', '123005'])}{path}",
                choose.choice(["/timemap", "/timemap/link/http:/", f"/web/{day}/http:/", "/web/*/http:/"]) + path,
                f"/search{choose.choice(FORMS)}?q={quote(word)}+{quote(choose.choice(words))}+after:{day[:4]}-{day[4:6]}",
                f"/changes{choose.choice(['', '.atom'])}?q={quote(word)}&page={choose.randrange(1, 3)}",
                f"/{choose.choice(['article', 'comment', 'picture', 'record', 'quarantine'])}/{number}",
                f"/record/{number}{choose.choice(['', '/raw', '/text', '/render', '.warc.gz'])}",
                f"/cite.{choose.choice(['txt', 'bib', 'ris', 'json'])}?url={HOME}2014/03/raid&at={day}",
                f"/compare?url={HOME}2014/03/raid&from={number % 4}&to={number % 3}",
                f"/cdx?url={HOME}{choose.choice(['*', '2014/03/raid', '2014/*'])}&output={choose.choice(['', 'json'])}",
                f"/unapi?format=ris&id={HOME}2014/03/raid",
                f"/url?url={choose.choice(['', 'http://', 'https://'])}{path[1:]}",
                choose.choice(PAGES) + choose.choice(["", "?page=2", "?q=drone", "?sort=name"]),
                f"/archive/{table}{choose.choice(['', '.json', '.csv'])}?_size=max&_shape={choose.choice(['objects', 'array'])}",
                f"/archive/{table}?_search={quote(word)}",
                f"/archive/{table}/{number}{choose.choice(['', '.json'])}",
                f"/archive/{table}?{choose.choice(['article_id', 'id', 'rowid', 'title__contains'])}={choose.choice(['1', word])}",
                "/" + "".join(choose.choice("abcdefghij/.%-_0123456789") for _ in range(choose.randrange(1, 30))),
                choose.choice(["/ledger", "/ledger.json", "/about", "/status.json", "/metrics", "/robots.txt", "/-/databases.json"]),
            ]
        )


def told(body: str) -> list[str]:
    return [secret for secret in (*SECRETS, REASON) if secret.lower() in body.lower()]


@pytest.mark.parametrize("number", [1_000, pytest.param(ADDRESSES, marks=pytest.mark.torture)])
def test_thousands_of_addresses_tell_nothing_that_is_withheld(site: Site, number: int) -> None:
    choose = random.Random(SEED)
    found = addresses(choose)
    asked: set[str] = set()
    while len(asked) < number:
        asked.add(next(found))
    leaks, broken = [], []
    for address in sorted(asked):
        response = site.get(address)
        if response.status_code >= 500:
            broken.append((address, response.status_code))
        if secrets := told(response.text):
            leaks.append((address, secrets))
    assert not leaks, leaks[:5]
    assert not broken, broken[:5]


def questions(folder: Path, choose: random.Random) -> list[str]:
    """Questions to every table and view, and to what SQLite keeps of them, in forms that people try."""
    db = sqlite3.connect(folder / FILENAME)
    names = [name for (name,) in db.execute("select name from sqlite_master where type in ('table', 'view')")]
    db.close()
    forms = [
        "select * from {0}",
        "select * from main.{0}",
        'select * from "main"."{0}"',
        "select * from main . {0} limit 50",
        "with m as (select * from {0}) select * from m",
        "select group_concat(quote(t.rowid)) , count(*) from {0} as t",
        "select t.* from (select * from {0}) as t join articles on 1 limit 2000",
        "select * from [{0}] union all select * from `{0}` limit 500",
        "select (select json_group_array(value) from json_each(json_array(sql))) from sqlite_master where name = '{0}'",
        "/* main */ select * from temp.{0}",
    ]
    fixed = [
        "select snippet(revisions_fts, 2, '', '', '', 60) from revisions_fts where revisions_fts match 'strike OR yemen'",
        "select highlight(comments_fts, 1, '', '') from comments_fts",
        "select * from revisions_fts_content",
        "select cast(block as text) from revisions_fts_data",
        "select sql from sqlite_temp_master",
        "select * from pragma_table_info('articles'), articles",
        "select * from sqlite_dbpage",
        "select data from sqlite_dbpage('main')",
        "select value from decisions where kind = 'withhold'",
        "select reason from decisions",
    ]
    every = [form.format(name) for name in names for form in forms]
    return fixed + choose.sample(every, QUESTIONS - len(fixed))


def test_two_hundred_questions_of_sql_tell_nothing_that_is_withheld(site: Site) -> None:
    asked = questions(Path(site.datasette.get_database("archive").path).parent, random.Random(SEED))
    answered = 0
    for sql in asked:
        response = site.get("/archive.json?_size=max&sql=" + quote(sql))
        assert response.status_code in (200, 400), (sql, response.status_code)
        assert told(response.text) == [] and told(json.dumps(response.json())) == [], sql
        answered += response.status_code == 200
    assert len(asked) == QUESTIONS and answered > QUESTIONS / 3


def test_the_secrets_are_found_where_nothing_is_withheld(tmp_path: Path) -> None:
    site = Site(build_archive(tmp_path))
    bodies = "".join(site.get(path).text for path in (RAID, "/archive/comments.json?_size=max", "/archive/images.json"))
    assert set(told(bodies)) >= {"convoy", "strike kills", "Gone Guy"}
    assert routes.PAGES
    site.close()
