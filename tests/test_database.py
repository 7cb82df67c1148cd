"""Opening archive.db: what is made, what is refused, and that refusing touches nothing."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.db.blank import make_blank
from archive.db.connection import CACHE, archive_dir, open_for_reading, open_for_writing
from archive.db.schema import TABLES, carried_meanings, migrate
from archive.db.shrink import COPYING, spacious
from archive.db.views import VIEWS
from archive.errors import NewerSchema, NoArchive, StorageError
from tests.crawls import rows


@pytest.fixture
def db(folder: Path) -> Database:
    return open_for_writing(folder)


def test_a_new_archive_has_every_table_and_view(db: Database) -> None:
    named = re.findall(r"create (?:table|view) (\w+)", TABLES + VIEWS)
    assert set(named) <= {*db.table_names(), *db.view_names()}


def test_every_column_has_a_meaning_that_the_archive_carries(db: Database) -> None:
    meanings = carried_meanings(db)
    for name in re.findall(r"create (?:table|view) (\w+)", TABLES + VIEWS):
        assert meanings[name].keys() == {"", *(column.name for column in db[name].columns)}, name
        assert all(meanings[name].values()), name


def test_writers_survive_a_power_cut_by_wal_with_full_synchronisation(db: Database) -> None:
    pragmas = {name: db.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_migrating_again_writes_nothing(db: Database) -> None:
    changes = db.conn.total_changes
    migrate(db)
    assert db.conn.total_changes == changes


def test_a_view_with_an_older_text_is_made_anew(db: Database) -> None:
    db.execute("drop view sources")
    db.execute("create view sources as select 1 as one")
    migrate(db)
    assert "host" in [column.name for column in db["sources"].columns]


def test_both_searches_stem_and_ignore_accents(db: Database) -> None:
    for table in ("revisions_fts", "comments_fts"):
        assert "porter unicode61 remove_diacritics 2" in db[table].schema


def test_a_newer_archive_is_refused(folder: Path, db: Database) -> None:
    db.execute("insert into _sqlite_migrations(migration_set, name, applied_at) values ('archive', 'm099', '')")
    with pytest.raises(NewerSchema, match="m099"):
        open_for_writing(folder)


@pytest.mark.parametrize("content", [b"A shopping list. " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "archive.db").write_bytes(content)
    for opening in (open_for_writing, open_for_reading):
        with pytest.raises(NoArchive, match="is not an archive"):
            opening(folder)
    assert (folder / "archive.db").read_bytes() == content


def test_another_programs_database_is_refused_and_left(folder: Path) -> None:
    folder.mkdir()
    other = sqlite3.connect(folder / "archive.db")
    other.execute("create table recipes(name)")
    other.close()
    before = (folder / "archive.db").read_bytes()
    for opening in (open_for_writing, open_for_reading):
        with pytest.raises(NoArchive, match="another program"):
            opening(folder)
    assert (folder / "archive.db").read_bytes() == before


def test_an_empty_file_becomes_an_archive(folder: Path) -> None:
    folder.mkdir()
    (folder / "archive.db").touch()
    assert "articles" in open_for_writing(folder).table_names()


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        open_for_writing(tmp_path / "file")


def test_reading_where_nothing_is_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoArchive, match="crawl a site first"):
        open_for_reading(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_the_setting_then_the_environment_then_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scrapy.cfg").touch()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.delenv("ARCHIVE_DIR", raising=False)
    assert archive_dir() == tmp_path / "data"
    monkeypatch.setenv("ARCHIVE_DIR", "elsewhere")
    assert archive_dir() == tmp_path / "elsewhere"
    assert archive_dir("given") == tmp_path / "given"
    assert archive_dir("/srv/archive") == Path("/srv/archive")


def test_an_empty_archive_made_out_of_a_copy_is_the_one_that_all_steps_make(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "steps").close()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        make_blank(tmp_path / name)
    asked = [
        "select type, name, tbl_name, sql from sqlite_master order by 1, 2",
        "select name from _sqlite_migrations",
        "pragma application_id",
    ]
    for sql in asked:
        assert rows(tmp_path / "one", sql) == rows(tmp_path / "steps", sql), sql
    names = {rows(tmp_path / name, "select id from identity")[0][0] for name in ("steps", "one", "other")}
    assert len(names) == 3, "each has a name of its own"
    before = (tmp_path / "one" / "archive.db").read_bytes()
    make_blank(tmp_path / "one")
    assert (tmp_path / "one" / "archive.db").read_bytes() == before
    open_for_writing(tmp_path / "one").close()
    assert rows(tmp_path / "one", "pragma journal_mode") == [("wal",)]
    assert rows(tmp_path / "one", "pragma integrity_check") == [("ok",)]


def test_work_on_the_whole_archive_keeps_more_pages_than_a_run(tmp_path: Path) -> None:
    db = open_for_writing(tmp_path)

    def kept() -> int:
        return int(db.execute("pragma cache_size").fetchone()[0])

    with spacious(db.conn):
        assert kept() < CACHE < 0, "KB, as a negative number"
    with spacious(db.conn, cache_size=COPYING):
        assert kept() == COPYING
    assert kept() == CACHE
    db.close()
