"""What is added to Datasette's own pages: a limit on values, labels for screen readers, cells that lead to the reading page."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from markupsafe import Markup

from archive.publish.formats import record_address
from archive.queries.addresses import reading_path

LONGEST_VALUE = 4_000_000  # bytes; hex(zeroblob(4e8)) would take 29 s and 2 GB despite the time limit


def limit(connection: sqlite3.Connection) -> None:
    """Refuse values larger than ``LONGEST_VALUE`` on this connection."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)


MENDED = [  # Datasette's markup -> what a screen reader can name
    (re.compile(r"<h3>(?!\s*<a)(.*?)</h3>", re.S), r"<h2>\1</h2>"),
    (re.compile(r'<select name="_filter_column'), '<select aria-label="Column" name="_filter_column'),
    (re.compile(r'<select name="_filter_op'), '<select aria-label="Comparison" name="_filter_op'),
    (re.compile(r'<select name="_sort"'), '<select aria-label="Sort by" name="_sort"'),
    (re.compile(r'<input type="text" name="_filter_value'), '<input aria-label="Value" type="text" name="_filter_value'),
    (re.compile(r'<div class="table-wrapper">'), '<div class="table-wrapper" tabindex="0" role="region" aria-label="Rows">'),
    (re.compile(r'<textarea id="sql-editor"'), '<textarea aria-label="SQL" id="sql-editor"'),
    (re.compile(r"select \* from absences</textarea>"), "select * from articles</textarea>"),  # Datasette offers the first table
    (
        re.compile(r'<dl class="column-descriptions">.*?</dl>', re.S),
        r'<details class="columns-meant"><summary>What the columns mean</summary>\g<0></details>',
    ),
]


def mended(markup: str) -> Markup:
    """A page of Datasette's with headings in order and a name for every field. Everything else stays as it is."""
    plain = "".join(markup)  # a Markup would escape what is put into it
    for pattern, better in MENDED:
        plain = pattern.sub(better, plain)
    return Markup(plain)


READ = {"article_id": "article", "cited_id": "article", "target_article_id": "article", "comment_id": "comment", "capture_id": "record"}


def cell(column: str, table: str | None, value: Any) -> Markup | None:
    """An article's address leads to its reading page, the original beside it; so do the ids of articles and comments.

    Canned queries call a column of addresses ``read``.
    """
    if isinstance(value, int) and column in READ:
        return Markup('<a href="/{}/{}">{}</a>').format(READ[column], value, value)
    if column == "record_id" and isinstance(value, str):
        return Markup('<a href="{}">{}</a>').format(record_address(value), value)
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return None
    if (table, column) == ("articles", "url") or column in ("read", "read_cited"):
        return Markup('<a href="{}">read</a> · <a href="{}" rel="noopener nofollow">original</a>').format(reading_path(value), value)
    return None
