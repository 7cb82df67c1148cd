"""What is added to Datasette's own pages: a limit on values, labels for screen readers, cells that lead on."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from markupsafe import Markup

from archive.publish.formats import record_address
from archive.publish.reading.captured_pictures import SHOWN
from archive.queries.addresses import reading_path

LONGEST_ADDRESS = 60  # characters of another server's address that are seen
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
"""Column -> the address at which the number that stands in it is read."""
ROWS = {"article": "articles", "comment": "comments", "record": "captures"}


def cell(row: Any, column: str, table: str | None, value: Any) -> Markup | None:
    """What a cell of Datasette's shows where it can lead to our pages; None leaves it to Datasette.

    An article's address leads to its reading page, the original beside it; so do the ids of articles and comments, by their labels where
    Datasette looked these up. A captured picture is shown. Canned queries call a column of addresses ``read``.
    """
    if column in READ:
        return read_link(column, value)
    if column == "record_id" and isinstance(value, str):
        return Markup('<a href="{}">{}</a>').format(record_address(value), value)
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return None
    if (table, column) == ("articles", "url") or column in ("read", "read_cited"):
        return Markup('<a href="{}">read</a> · <a href="{}" rel="noopener nofollow">original</a>').format(reading_path(value), value)
    capture = captured_picture(row, table) if column == "url" else None
    return outward(value, capture, (row["alt"] if table == "images" else "") or "captured picture")


def read_link(column: str, value: Any) -> Markup | None:
    """A number, or a row that Datasette looked up by it, as a link to where it is read; the row itself beside it."""
    if isinstance(value, int):
        return Markup('<a href="/{}/{}">{}</a>').format(READ[column], value, value)
    if not isinstance(value, dict):
        return None
    kind, number, label = READ[column], value["value"], str(value["label"] or "-")
    shown = label if len(label) <= LONGEST_ADDRESS or " " in label else label[: LONGEST_ADDRESS - 1] + "…"
    return Markup('<a href="/{}/{}">{}</a>&nbsp;<em><a href="/archive/{}/{}">{}</a></em>').format(
        kind, number, shown, ROWS[kind], number, number
    )


def captured_picture(row: Any, table: str | None) -> int | None:
    """The capture that holds a row's picture; None where none is held that a browser may be shown."""
    if table == "images":
        value = row["capture_id"]
        held = value["value"] if isinstance(value, dict) else value
        return int(held) if held else None
    if table == "captures" and row["door"] == "image" and row["status"] == 200:
        return int(row["id"]) if (row["mime"] or "").partition(";")[0].strip().lower() in SHOWN else None
    return None


def outward(url: str, capture: int | None, alt: str = "") -> Markup:
    """A link to another server, short; with the captured picture where there is one."""
    shown = url if len(url) <= LONGEST_ADDRESS else url[: LONGEST_ADDRESS - 1] + "…"
    link = Markup('<a href="{}" rel="noopener noreferrer nofollow" title="{}">{}</a>').format(url, url, shown)
    if capture is None:
        return link
    return Markup('<a href="/picture/{}"><img class="thumb" src="/picture/{}" alt="{}" loading="lazy"></a> {}').format(
        capture, capture, alt, link
    )
