"""What the indexes of words are asked for a term: takes its words, gives an expression for each index that knows some of them.

Headlines and texts alone are asked, no bylines and no signatures. Texts in languages that FTS5 does not take apart are in the second
index; no text is found by both.
"""

from __future__ import annotations

import sqlite3
from functools import partial

from archive.queries import search_indexes as indexes
from archive.queries.mentions import ARTICLES, KINDS, AskedIndex
from archive.queries.search_nodes import Node, fts_expression
from archive.text.normalised import PLAIN, WAYS

Asked = dict[str, tuple[AskedIndex, ...]]
"""Kind -> what its indexes are asked."""
INDEXES = {ARTICLES: indexes.ARTICLES, "comments": indexes.COMMENTS}
COLUMNS = {ARTICLES: "{title text}", "comments": "{text}"}  # https://sqlite.org/fts5.html#fts5_column_filters


def asked_of_indexes(db: sqlite3.Connection, node: Node) -> Asked:
    """The expressions for articles and for comments."""
    return {kind: _asked(db, kind, node) for kind in KINDS}


def _asked(db: sqlite3.Connection, kind: str, node: Node) -> tuple[AskedIndex, ...]:
    index, columns = INDEXES[kind], COLUMNS[kind]
    plain = f"{columns} : ({fts_expression(node, index.columns)})"
    if not db.execute(f"select exists(select 1 from {index.words})").fetchone()[0]:
        return (AskedIndex(index.name, plain),)
    written = {way: fts_expression(node, index.columns, partial(indexes.normal_match, way=way)) for way in WAYS}
    if len(set(written.values())) == 1:
        normal = f"{columns} : ({written[PLAIN]})"
    else:
        normal = " OR ".join(f'(way : "{way}" AND ({columns} : ({expression})))' for way, expression in written.items())
    apart = f" and {index.name}.rowid not in (select id from main.{index.words})"  # as in archive/queries/search_indexes.py
    return AskedIndex(index.name, plain, apart), AskedIndex(f"{index.words}_fts", normal)
