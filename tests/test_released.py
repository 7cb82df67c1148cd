"""An archive of every released schema is kept: each comes to be what a new one is, and loses nothing on the way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.db.connection import open_as_it_is, open_for_writing
from archive.db.migrations import MIGRATIONS, STEPS
from archive.verify.database import Verification
from tests.former_archive import made_by_former_release, name_of, structure
from tests.released import dumped, kept, made_again

Rows = dict[str, list[tuple[Any, ...]]]


def test_every_released_schema_is_kept() -> None:
    assert kept() == [name_of(step) for step in STEPS], "a step has no archive yet: run `python -m tests.released` and commit the file"


def tables_of(db: Database) -> dict[str, list[str]]:
    """Table -> its columns, without search indexes and the record of the steps."""
    kinds = {row[1]: row[2] for row in db.execute("pragma table_list").fetchall()}
    names = [name for name, kind in kinds.items() if kind == "table" and not name.startswith(("sqlite_", "_sqlite"))]
    return {name: [row[1] for row in db.execute(f"pragma table_info({name})").fetchall()] for name in names}


def rows_of(db: Database, tables: dict[str, list[str]]) -> Rows:
    return {name: sorted(db.execute(f"select {', '.join(columns)} from {name}").fetchall(), key=repr) for name, columns in tables.items()}


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return open_for_writing(made_again(kept()[-1], tmp_path_factory.mktemp("newest") / "archive"))


@pytest.mark.parametrize("name", kept())
def test_an_archive_of_a_former_release_becomes_what_a_new_one_is(name: str, tmp_path: Path, newest: Database) -> None:
    folder = made_again(name, tmp_path / "former")
    with closing(open_as_it_is(folder)) as db:
        assert [step.name for step in MIGRATIONS.applied(db)][-1] == name
        tables = tables_of(db)
        before = rows_of(db, tables)
    upgraded, fresh = open_for_writing(folder), open_for_writing(tmp_path / "fresh")
    assert structure(upgraded) == structure(fresh)
    shared = {table: [column for column in columns if column != "watermark"] for table, columns in tables.items()}
    assert rows_of(upgraded, shared) == rows_of(newest, shared)
    assert {table: len(rows) for table, rows in rows_of(upgraded, shared).items()} == {table: len(rows) for table, rows in before.items()}
    upgraded.close()
    assert list(Verification(folder, evidence=False).findings()) == []


@pytest.mark.parametrize("name", kept())
def test_the_kept_archives_hold_enough_to_lose(name: str, tmp_path: Path) -> None:
    with closing(open_as_it_is(made_again(name, tmp_path / "former"))) as db:
        full = {
            "articles": 2,
            "revisions": 3,
            "comments": 2,
            "comment_revisions": 4,
            "captures": 4,
            "quarantine": 1,
            "gaps": 1,
            "absences": 1,
        }
        assert {table: db.execute(f"select count(*) from {table}").fetchone()[0] for table in full} == full
        assert db.execute("select count(*) from revisions_fts where revisions_fts match 'bridge'").fetchone() == (2,)


@pytest.mark.parametrize("count", [1, 12, len(STEPS)])
def test_a_kept_archive_has_the_tables_that_its_steps_make(count: int, tmp_path: Path) -> None:
    with (
        closing(open_as_it_is(made_again(name_of(STEPS[count - 1]), tmp_path / "kept"))) as db,
        closing(made_by_former_release(tmp_path / "made", STEPS[:count])) as made,
    ):
        said, meant = ({name: found for name, found in structure(one).items() if name != "made"} for one in (db, made))
        assert said == meant


def test_an_archive_that_was_written_down_is_made_again_as_it_was(tmp_path: Path) -> None:
    with closing(open_as_it_is(made_again(kept()[0], tmp_path / "once"))) as db:
        text = dumped(db)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            copy.executescript(text)
            assert dumped(Database(copy)) == text
