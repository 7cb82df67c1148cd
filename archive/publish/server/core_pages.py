"""What is added to Datasette's own pages: a limit on values, protective headers, labels for screen readers, cells that lead to
the reading page.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from markupsafe import Markup

from archive.publish.formats import record_address
from archive.queries.addresses import reading_path

LONGEST_VALUE = 10_000_000  # bytes; hex(zeroblob(4e8)) would take 29 s and 2 GB despite the time limit
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"x-robots-tag": b"noindex",
    b"referrer-policy": b"no-referrer",
    # Datasette's pages have inline scripts and styles of their own. Ours send a stricter policy, which stands.
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}


def limit(connection: sqlite3.Connection) -> None:
    """Refuse values larger than ``LONGEST_VALUE`` on this connection."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)


def with_headers(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """An ASGI application that adds protective headers to every answer. A header that the answer has already stays."""

    async def wrapped(scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:
        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                held = {name.lower() for name, _ in headers}
                if message["status"] == 200 and lasting(scope):
                    headers.append((b"cache-control", b"max-age=31536000, immutable"))
                message = {**message, "headers": headers + [pair for pair in ALWAYS.items() if pair[0] not in held]}
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped


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


def lasting(scope: MutableMapping[str, Any]) -> bool:
    """Whether an answer may be kept for ever: a static file asked for with its digest."""
    return str(scope.get("path", "")).startswith(("/static/", "/-/static/")) and bool(scope.get("query_string"))


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
