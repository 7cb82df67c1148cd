"""Archives of every release open, and come to have what a new one has; what has been released stays as it is."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlite_utils import Database

from archive.db.connection import open_for_reading, open_for_writing
from archive.db.migrations import MIGRATIONS, STEPS, m001_initial, statements
from archive.db.schema import TABLES, carried_meanings, column_meanings, migrate, written_meanings
from archive.store.checkpoints import Checkpoint, Kind, checkpoints
from archive.store.feed_items import FeedFacts, feed_items
from tests.former_archive import name_of, structure

RELEASED = {
    "m001_initial": "3a4a167e424e4cc3b5d9f23baf0682c0b92c92104013174e3c531f21c4829e77",
    "m002_reasons_and_sizes": "c8015a0d5a7e8e015665686c6949da3a9d3a0e509f2e916bbd277e19707daa06",
    "m003_rereadings": "5bce705b9da98ca99315cd908f741687c3669fad1cdd3786ae24a1705973d5a5",
    "m004_later_revisions": "c230ed1561df4b7164ee8be04ba527f4102167d8f50c082cbe8267929f1079e6",
    "m005_renamed_articles": "dc8f6ec8a0fd46949ccb465250532bd5abce7df1f00ee111b0de7a7f2b6c81f1",
    "m006_checkpoints": "14886b857b663f2572befc7ecc30c9c016e513cccdfe92e5f65641c18a282d87",
    "m007_feed_items": "11cbeced2ea6521f13515664758bf9fa24f4d0596cf98c47164e8b76cd060a23",
    "m008_checkpoints_taken_over": "e7872fee703cfcb6f611833c1684479472544d1cc9f0a80834712660fc7b8589",
    "m009_votes": "007a0a0adf810792347f96fce6f13360233d1de7dc5c2a9a883ab0ee0fbf9cbe",
    "m010_lists_of_articles": "77c1365f3ea2ca7a5176c15ca1658101c5af89d0f90e834051ef49dc54c2eadd",
    "m011_verdicts": "d4da34b3741a9a8888e774cf075c9e228028f420c27ceac58624966a6d4c7af5",
    "m012_lists_compared": "ea5c0511efcd234e55a7027e9d0b75da61d4fbcb1b342131511f07524897df37",
    "m013_texts_once": "82cc4b9b2059a6c854a5ae66802fb257dfe993205612126c327c04cdf6031a7f",
    "m015_imported": "db170e1a240bc80a996fec8f8a2595613dbf2eea92c2628a1405a3616b4962fa",
    "m016_linked_files": "6570d7bb0520f45967546ca5d9f0879b3d8f072026ae08f813e39af7a2b12d8d",
    "m017_expunged": "ac53cc8eb58aee3ea3b935aa2dbea45f828867d4deefa5fdd4a11342e9a9498c",
    "m018_seals": "fbc59ba4cb4df54cb0510b87f7df76ac996f1fc0b7f178da0bac5df66607d30d",
    "m019_merged": "f50f517c632341906664b313fad301fbc5ff35d3bb37bb38b522ca7ad3b9faed",
    "m021_refused_texts": "9b870299ae9e978df831fe790c0e6e5b9922d41b44b34e0d193d8d581eaeb7d3",
    "m022_site_settings": "9a921ac4dc389bdd29e8cb04a86accac1dc0760c83cef128c4c511deebde828f",
    "m025_words": "46b93c5016c085c361f10535d696b4abe84ff2b9dea6aa53556dd6513f66968c",
    "m026_outlinks": "165023b63991cebfa1d9fba11d8a08c163c61b8a2620b1aa205e3c7c048a02e2",
    "m027_pings": "39334ed5ce0d09601aea4403e4a360c520d9082737b99eba06659056f98db2e0",
    "m028_smaller_rows": "5c5169d7963bd47ffd7a3af6f3716df2d43f35c86fd38c5bce2c86555d84f3c3",
    "m029_searched_sooner": "cac0a4400512e77e92a22659680a1615f9747e39eaf778f334f82ee0654f40f8",
}
SECOND_RELEASE = {  # what the first text was edited to: it made these columns, and the second step found nothing to do
    "  note text  -- the summary line, or what went wrong\n": "  note text,  -- the summary line, or what went wrong\n"
    "  database_bytes integer  -- size of the database when it ended\n",
    "  capture_id integer references captures(id)  -- the exchange that confirmed it\n": "  capture_id integer references captures(id),"
    "  -- the exchange that confirmed it\n"
    "  reason text  -- how it shows where no answer says so: where its address leads; empty for 404, 410, and what REST does not give\n",
}


@pytest.mark.parametrize("step", STEPS, ids=name_of)
def test_a_released_migration_is_as_it_was_released(step: Any) -> None:
    digest = hashlib.sha256(step.SQL.encode()).hexdigest()
    assert digest == RELEASED.get(name_of(step)), (
        f"{name_of(step)}: archives have been made by the text that was released. Leave it as it was, write what you need as a further "
        f"step in archive/db/migrations/, and change archive/db/schema.py. A step that is new gets its digest in RELEASED, above: {digest}"
    )


def test_no_released_migration_is_dropped_or_renamed() -> None:
    steps = [migration.name for migration in MIGRATIONS._migrations]
    assert list(RELEASED) == steps, "RELEASED, above, names every step of archive/db/migrations/__init__.py:STEPS in the same order"


def archive_made_by(folder: Path, first: str, *applied: str) -> None:
    """An archive with one site and one run, as the steps ``applied`` made it when the first one had this text."""
    folder.mkdir()
    db = Database(sqlite3.connect(folder / "archive.db", isolation_level=None))
    scripts = {name_of(step): step.SQL for step in STEPS} | {"m001_initial": first}
    if first != m001_initial.SQL:
        scripts["m002_reasons_and_sizes"] = ""
    MIGRATIONS.ensure_migrations_table(db)
    for name in applied:
        for statement in statements(scripts[name]):
            db.execute(statement)
        db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', ?, '')", [name])
    db.execute("insert into sites(id, name, home) values (1, 'example', 'https://www.example.org/')")
    db.execute("insert into crawls(site_id, started_at, mode, note) values (1, '2026-01-01T00:00:00Z', 'update', 'an old one')")
    db.close()


def first_release(folder: Path) -> None:
    archive_made_by(folder, m001_initial.SQL, "m001_initial")


def second_release(folder: Path) -> None:
    text = m001_initial.SQL
    for before, after in SECOND_RELEASE.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    archive_made_by(folder, text, *list(RELEASED)[:5])


def written(db: Database) -> dict[str, Any]:
    """The structure without what the text of schema.py leaves out: search, views, the record of the steps."""
    found = {name: value for name, value in structure(db).items() if "_fts" not in name and name != "_sqlite_migrations"}
    left_out = ("_fts", "_sqlite_migrations")
    found["kinds"] = [row for row in found["kinds"] if not any(name in row[1] for name in left_out)]
    found["made"] = [row for row in found["made"] if row[0] == "index" and not any(name in row[1] for name in left_out)]
    return found


@pytest.mark.parametrize("make", [first_release, second_release])
def test_an_older_archive_comes_to_have_what_a_new_one_has(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "older")
    older, fresh = open_for_writing(tmp_path / "older"), open_for_writing(tmp_path / "fresh")
    assert structure(older) == structure(fresh)
    assert column_meanings(older) == column_meanings(fresh)
    assert carried_meanings(older) == carried_meanings(fresh)
    assert older.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("make", [first_release, second_release])
def test_an_older_archive_is_brought_up_to_date_before_it_is_read_and_keeps_its_rows(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "older")
    db = open_for_reading(tmp_path / "older")
    assert db.execute("select note, database_bytes from crawls").fetchall() == [("an old one", None)]
    open_for_writing(tmp_path / "older").execute("update crawls set database_bytes = 4096")
    assert db.execute("select database_bytes from crawls").fetchone() == (4096,)


def test_the_written_schema_is_what_the_migrations_make(tmp_path: Path) -> None:
    read = Database(sqlite3.connect(":memory:", isolation_level=None))
    for statement in statements(TABLES):
        read.execute(statement)
    said, made = written(read), written(open_for_writing(tmp_path))
    differ = sorted(name for name in said | made if said.get(name) != made.get(name))
    assert said == made, f"archive/db/schema.py says something else of {differ} than the steps make: change its text, or the new step"


def test_every_column_that_a_migration_made_carries_a_meaning(tmp_path: Path) -> None:
    carried, today = carried_meanings(open_for_writing(tmp_path)), written_meanings()
    assert {name: carried[name].keys() for name in today} == {name: meanings.keys() for name, meanings in today.items()}
    assert all(meaning for meanings in today.values() for meaning in meanings.values())


def test_a_later_column_keeps_its_meaning_in_a_table_whose_key_stands_at_its_end() -> None:
    db = Database(memory=True)
    migrate(db)
    db.execute("alter table coverage add column source text  /* which list told, where one did */")
    db.execute("alter table coverage add column note text not null default ''  /* for people */")
    kept = carried_meanings(db)["coverage"]
    assert (kept["source"], kept["note"]) == ("which list told, where one did", "for people")
    assert {name: kept[name] for name in written_meanings()["coverage"]} == written_meanings()["coverage"]


def test_no_step_rewrites_the_schema_behind_the_back_of_sqlite() -> None:
    assert not [name_of(step) for step in STEPS if re.search(r"writable_schema|sqlite_master", step.SQL)]


AT = "2026-01-01T00:00:00Z"
HIDDEN_IN_LISTS = {
    "posts": [[31, "2026-01-02T03:04:05"], [12, "2026-01-02T03:04:05"], [31, "2026-01-02T03:04:05"]],
    "comments": [[9, ""], [8, ""]],
    "mass loss of articles": {"3": [AT, 2], "1": ["2026-01-03T00:00:00Z", 1]},
    "suspects of posts": {"4": "77"},
    "suspects of comments": None,
    "sweep of pages": None,
    "addresses that lead elsewhere": {"5": AT},
    "pages": {
        "hidden": ["7"],
        "by": "sitemap",
        "followed": AT,
        "sections": ["https://www.example.org/news/", "https://www.example.org/maps/"],
        "items": {"https://www.example.org/a": "d1"},
        "elsewhere": ["https://www.example.org/b"],
    },
    "feed": None,
}


def test_what_was_hidden_in_lists_is_taken_over_as_checkpoints_and_feed_items(tmp_path: Path) -> None:
    second_release(tmp_path / "older")
    db = sqlite3.connect(tmp_path / "older" / "archive.db", isolation_level=None)
    for name, content in HIDDEN_IN_LISTS.items():
        text = json.dumps(content) if content is not None else None
        db.execute(
            "insert into lists(site_id, name, door, url, total, watermark, checked_at) values (1, ?, '', '', 5, ?, ?)", [name, text, AT]
        )
    db.close()
    archive = open_for_writing(tmp_path / "older")
    kept = {kind: checkpoints(archive, 1, kind) for kind in get_args(Kind)}
    assert {kind: rows for kind, rows in kept.items() if rows} == {
        "newest_posts": [Checkpoint("31", value="2026-01-02T03:04:05"), Checkpoint("12", value="2026-01-02T03:04:05")],
        "newest_comments": [Checkpoint("9"), Checkpoint("8")],
        "mass_loss_articles": [Checkpoint("3", at=AT, count=2), Checkpoint("1", at="2026-01-03T00:00:00Z", count=1)],
        "suspect_posts": [Checkpoint("4", value="77")],
        "sweep_pages": [Checkpoint(at=AT)],
        "leads_elsewhere": [Checkpoint("5", at=AT)],
        "hidden_comments": [Checkpoint("7")],
        "listed_by": [Checkpoint(value="sitemap")],
        "followed": [Checkpoint(at=AT)],
        "sections": [Checkpoint("https://www.example.org/news/"), Checkpoint("https://www.example.org/maps/")],
        "unlisted": [Checkpoint("https://www.example.org/b")],
    }
    assert feed_items(archive, 1) == [FeedFacts("https://www.example.org/a", None, (), "d1")]
    assert archive.execute("select name, total from lists order by name").fetchall() == [
        (name, 5) for name in ("comments", "feed", "pages", "posts")
    ]


def test_lists_that_remember_nothing_leave_no_checkpoints(tmp_path: Path) -> None:
    second_release(tmp_path / "older")
    db = sqlite3.connect(tmp_path / "older" / "archive.db", isolation_level=None)
    empty = json.dumps({"hidden": [], "by": "", "followed": None, "sections": [], "items": {}, "elsewhere": []})
    db.execute("insert into lists(site_id, name, door, url, watermark) values (1, 'pages', '', '', ?)", [empty])
    db.execute("insert into lists(site_id, name, door, url, watermark) values (1, 'posts', '', '', '[]')")
    db.execute("insert into lists(site_id, name, door, url) values (1, 'sweep of posts', '', '')")
    db.close()
    archive = open_for_writing(tmp_path / "older")
    assert archive.execute("select (select count(*) from checkpoints), (select count(*) from feed_items)").fetchone() == (0, 0)
