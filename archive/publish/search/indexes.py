"""The indexes of words and how a query asks them: takes a tree of words, gives FTS5 expressions and SQL for the rows that have them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from archive.queries.search_nodes import (
    ARTICLE_COLUMNS,
    COMMENT_COLUMNS,
    DOCUMENT_COLUMNS,
    AllOf,
    AnyOf,
    Columns,
    Node,
    NoneOf,
    fts_expression,
    is_of_words,
    joined_parts,
    leaves,
    wanted_terms,
)
from archive.queries.search_query import Query


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class WordIndex:
    """An index of words. ``name``: its FTS5 table; ``columns``: which fields it has."""

    name: str
    columns: Columns

    def answers(self, node: Node) -> bool:
        """Whether this index alone says which rows have this."""
        return is_of_words(node) and {one.field for one in leaves(node)} - {""} <= self.columns.keys()

    def asked(self, query: Query) -> tuple[Node | None, list[Node]]:
        """(what the index is asked for, what else must hold)."""
        words = [part for part in query.parts if self.answers(part)]
        unwanted = [part for part in query.parts if words and isinstance(part, NoneOf) and self.answers(part.part)]
        return joined_parts(AllOf, [*words, *unwanted]), [part for part in query.parts if part not in words and part not in unwanted]

    def shown(self, query: Query) -> Node | None:
        """The words that are marked in a hit; where none must hold, those that may."""
        words, _ = self.asked(query)
        return words or joined_parts(AnyOf, [term for term in wanted_terms(query.tree) if self.answers(term)])


ARTICLES = WordIndex("revisions_fts", ARTICLE_COLUMNS)
COMMENTS = WordIndex("comments_fts", COMMENT_COLUMNS)
DOCUMENTS = WordIndex("documents_fts", DOCUMENT_COLUMNS)


@dataclass(frozen=True, slots=True)
class WordSource:
    """One FTS5 table, and what it is asked. ``table`` is its name."""

    table: str
    expression: str
    condition: str = ""

    def matching(self) -> Condition:
        """The rows that it finds."""
        return Condition(f"{self.table} match ?{self.condition}", (self.expression,))


def sources(db: sqlite3.Connection, index: WordIndex, node: Node) -> list[WordSource]:
    """The tables that know words of this index, and what each is asked. No row is found by two of them."""
    return [WordSource(index.name, fts_expression(node, index.columns))]


def rows_with(db: sqlite3.Connection, index: WordIndex, node: Node, rowid: str) -> Condition:
    """Rows that have these words, as a condition on their id."""
    asked = [(source.table, source.matching()) for source in sources(db, index, node)]
    lists = " union all ".join(f"select rowid from {table} where {condition.sql}" for table, condition in asked)
    return Condition(f"{rowid} in ({lists})", tuple(value for _, condition in asked for value in condition.parameters))


def count_of(db: sqlite3.Connection, index: WordIndex, node: Node) -> int:
    """How many rows have these words."""
    asked = [(source.table, source.matching()) for source in sources(db, index, node)]
    return sum(
        int(db.execute(f"select count(*) from {table} where {condition.sql}", condition.parameters).fetchone()[0])
        for table, condition in asked
    )
