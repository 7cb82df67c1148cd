"""The steps that bring any archive to today's schema, one module each: its docstring says why, its ``SQL`` what is done.

A released step is never edited, for archives have been made by it: ``tests/test_migrations.py`` holds a digest of each. The next
change of the data is the next module: add it to ``STEPS`` and let ``archive/db/schema.py`` say what has come of it. A new column
is an ordinary ``alter table ... add column``, with its meaning in a comment of the form ``/* ... */`` inside the definition:
SQLite keeps that in the schema, while a comment of the form ``-- ...`` would swallow what follows it there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from sqlite_utils import Database, Migrations

from archive.db.migrations import (
    m001_initial,
    m002_reasons_and_sizes,
    m003_rereadings,
    m004_later_revisions,
    m005_renamed_articles,
    m006_checkpoints,
    m007_feed_items,
    m008_checkpoints_taken_over,
    m009_votes,
    m010_lists_of_articles,
    m011_verdicts,
    m012_lists_compared,
    m013_texts_once,
    m015_imported,
    m016_linked_files,
    m017_expunged,
    m018_seals,
    m019_merged,
    m021_refused_texts,
    m022_site_settings,
    m025_words,
    m026_outlinks,
    m027_pings,
    m028_smaller_rows,
    m029_searched_sooner,
)

STEPS = (
    m001_initial,
    m002_reasons_and_sizes,
    m003_rereadings,
    m004_later_revisions,
    m005_renamed_articles,
    m006_checkpoints,
    m007_feed_items,
    m008_checkpoints_taken_over,
    m009_votes,
    m010_lists_of_articles,
    m011_verdicts,
    m012_lists_compared,
    m013_texts_once,
    m015_imported,
    m016_linked_files,
    m017_expunged,
    m018_seals,
    m019_merged,
    m021_refused_texts,
    m022_site_settings,
    m025_words,
    m026_outlinks,
    m027_pings,
    m028_smaller_rows,
    m029_searched_sooner,
)
"""In the order in which they are applied."""


def statements(script: str) -> Iterator[str]:
    """The SQL statements of a script, triggers in one piece, without the semicolons that end them.

    ``executescript`` would commit the transaction in which a migration has to run.
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip().removesuffix(";")
            statement = ""


def _step(script: str) -> Callable[[Database], None]:
    def apply(db: Database) -> None:
        for statement in statements(script):
            db.execute(statement)

    return apply


MIGRATIONS = Migrations("archive")
for module in STEPS:  # one transaction holds them all: a savepoint around each would keep every page that it changes a second time
    MIGRATIONS(name=module.__name__.rpartition(".")[2], transactional=False)(_step(module.SQL))
