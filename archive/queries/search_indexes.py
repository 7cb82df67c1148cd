"""The indexes of words and how a query asks them: takes a tree of words, gives FTS5 expressions and SQL for the rows that have them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial
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
    QueryTerm,
    fts_expression,
    is_of_words,
    joined_parts,
    leaves,
    wanted_terms,
)
from archive.queries.search_query import Query
from archive.text.normalised import PLAIN, WAYS, looked_up


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class WordIndex:
    """An index of words. ``name``: its FTS5 table; ``columns``: which fields it has; ``words``: the table of words that texts have in
    languages which need it. Those are found by their words alone."""

    name: str
    columns: Columns
    words: str

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


ARTICLES = WordIndex("revisions_fts", ARTICLE_COLUMNS, "revision_words")
COMMENTS = WordIndex("comments_fts", COMMENT_COLUMNS, "comment_words")
DOCUMENTS = WordIndex("documents_fts", DOCUMENT_COLUMNS, "document_words")


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
    expression = fts_expression(node, index.columns)
    if not db.execute(f"select exists(select 1 from {index.words})").fetchone()[0]:
        return [WordSource(index.name, expression)]
    apart = f" and {index.name}.rowid not in (select id from main.{index.words})"  # main: a view would be listed for every question
    return [WordSource(index.name, expression, apart), WordSource(f"{index.words}_fts", normal_expression(node, index.columns))]


def normal_expression(node: Node, columns: Columns) -> str:
    """What the second index is asked: the words in each of the ways in which texts may have them."""
    asked = {way: fts_expression(node, columns, partial(normal_match, way=way)) for way in WAYS}
    if len(set(asked.values())) == 1:
        return asked[PLAIN]
    return " OR ".join(f'(way : "{way}" AND ({expression}))' for way, expression in asked.items())


def normal_match(term: QueryTerm, way: str) -> str:
    """A word or phrase as the second index has it, as an FTS5 string."""
    words = looked_up(term.text, way)
    prefix = term.prefix or (bool(words) and words[-1].endswith("*"))
    return QueryTerm(" ".join(words).removesuffix("*"), prefix and bool(words)).match()


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
