"""The descriptions and queries that Datasette reads: complete, in agreement, answering."""

from __future__ import annotations

import sqlite3

import pytest
import yaml
from sqlite_utils import Database

from archive.db.schema import migrate
from archive.publish.changes.asked import CHANGED, REMOVED
from archive.publish.metadata.build import COMMAND, FILES, HERE, as_yaml
from archive.publish.metadata.questions import FOLDER, ORDER, QUESTIONS, Question
from archive.publish.metadata.tables import TABLES
from tests.publish_archive import HOME, build_archive, open_archive


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    return open_archive(build_archive(tmp_path_factory.mktemp("archive")))


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_schema_says(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == as_yaml(FILES[name]()), f"{name} is out of date: run `{COMMAND}`"


def read(name: str) -> dict:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def test_both_files_agree() -> None:
    old, new = read("metadata.yaml")["databases"]["archive"], read("datasette.yaml")["databases"]["archive"]
    assert old["queries"] == new["queries"]
    for table, options in new["tables"].items():
        assert options.items() <= old["tables"][table].items()


def test_every_table_and_column_is_described() -> None:
    db = Database(memory=True)
    migrate(db)
    tables = read("metadata.yaml")["databases"]["archive"]["tables"]
    for name in db.table_names() + db.view_names():
        assert tables[name]["description"], name
        missing = {column.name for column in db[name].columns} - set(tables[name]["columns"])
        assert not missing, f"{name}: {missing} have no description in metadata.yaml: run `{COMMAND}`"


def test_facets_stand_on_indexed_columns_or_small_tables() -> None:
    db = Database(memory=True)
    migrate(db)
    small = {"tags", "crawls", "gaps", "coverage", "quarantine", "boilerplate", "decisions"}
    for table, options in TABLES.items():
        indexed = {index.columns[0] for index in db[table].indexes} if table in db.table_names() else set()
        assert table in small or set(options.get("facets", [])) <= indexed, table


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_question_answers(db: sqlite3.Connection, question: Question) -> None:
    rows = db.execute(question.sql, {"url": "", "tag": ""}).fetchall()
    assert rows, question.title
    assert question.title.endswith("?") and question.description


def answer(db: sqlite3.Connection, name: str, **given: str) -> list[tuple]:
    [question] = [one for one in QUESTIONS if one.name == name]
    return db.execute(question.sql, {"url": "", "tag": ""} | given).fetchall()


def test_an_edit_is_named_with_its_interval(db: sqlite3.Connection) -> None:
    assert answer(db, "edited_articles") == [
        (
            HOME + "2014/03/raid", "Drone strike kills five in Yemen", "number", "not declared",
            "2024-01-01T06:00:10Z", "2024-02-01T06:00:10Z", "Drone strike kills four in Yemen",
        )
    ]  # fmt: skip


def test_questions_about_one_article_take_its_address(db: sqlite3.Connection) -> None:
    assert [row[1] for row in answer(db, "who_cites", url=HOME + "2014/03/raid")] == ["Charter of a new emirate"]
    assert [row[1] for row in answer(db, "what_was_cut", url=HOME + "2014/03/raid")] == ["appeal", "bio"]
    assert [row[0] for row in answer(db, "evidence", url=HOME + "2014/03/raid")] == [1, 2]
    assert answer(db, "who_cites", url=HOME + "2016/hostile") == []


def test_a_tag_is_counted_per_month(db: sqlite3.Connection) -> None:
    assert answer(db, "tag_per_month", tag="yemen") == [("2014-03", 1), ("2015-05", 1)]


def test_no_own_file_names_another_host() -> None:
    """Pages load nothing from elsewhere: no CDN, no fonts."""
    for path in [*(HERE.parent / "templates").iterdir(), *(HERE.parent / "static").iterdir()]:
        text = path.read_text(encoding="utf-8")
        for attribute in ('src="http', "src='http", "url(http", 'href="http', "@import"):
            assert attribute not in text, path


def test_what_happened_is_found_by_index_among_a_million_first_states(db: sqlite3.Connection) -> None:
    for event in ("new", *CHANGED, *REMOVED):
        sql = f"explain query plan select at from changes where event = '{event}' order by at desc limit 50"
        plan = [row[3] for row in db.execute(sql)]
        assert any("comment_revisions_later" in step for step in plan) and any("revisions_later" in step for step in plan), event
        assert not any(step.startswith("SCAN") and "USING" not in step and "urls" not in step for step in plan), (event, plan)
    plan = [row[3] for row in db.execute("explain query plan select * from comment_edits order by seen_at desc limit 50")]
    assert any("comment_revisions_later" in step for step in plan), plan


def test_every_question_that_is_written_is_asked() -> None:
    differ = {path.stem for path in FOLDER.glob("*")} ^ set(ORDER)
    assert not differ, f"{differ}: ORDER in archive/publish/metadata/questions.py names every file of questions/, in the order shown"
