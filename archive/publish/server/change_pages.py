"""Handlers of what happened: each takes Datasette and a request, gives a page of changes, a file or a feed of the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from datasette.utils.asgi import Response

from archive.publish.changes import desk, files
from archive.publish.changes.asked import Asked, read_asked
from archive.publish.search.exports import FEED, MEDIA_TYPES
from archive.publish.server.responses import Handler, answer, as_json_text, origin, page, page_number, read
from archive.publish.server.search_pages import spelling_groups
from archive.queries.rows import Row, as_json
from archive.queries.search_query import parse_query


def asked_of(datasette: Any, request: Any) -> Asked:
    """The question of a request."""
    return read_asked(request.args, parse_query(request.args.get("q") or "", spelling_groups(datasette)))


async def show_changes(datasette: Any, request: Any) -> Response:
    """/changes: what happened, a page of it."""
    context = await read(datasette, desk.desk_context, asked_of(datasette, request), page_number(request))
    return await page(datasette, request, "changes.html", context)


async def export_changes(datasette: Any, request: Any) -> Response:
    """/changes.csv, .json and .atom: exactly what the page shows, in files of at most ``files.MOST``."""
    asked, form, number, here = asked_of(datasette, request), request.url_vars["format"], page_number(request), origin(datasette, request)
    size = FEED if form == "atom" else files.MOST
    stories, total, records = await read(datasette, stories_for_file, asked, size, (number - 1) * size)
    own = asked.file(form)
    joint = "&" if "?" in own else "?"
    more = {"link": f'<{here}{own}{joint}page={number + 1}>; rel="next"'} if number * size < total else {}
    if form == "atom":
        body = files.changes_feed(stories, here, own, asked.query.text)
    else:
        rows = files.file_rows_of(stories, here, records)
        told = {"asked": dict(asked.given), "notes": asked.notes, "stories": total, "page": number, "changes": rows}
        body = as_json_text(told) if form == "json" else files.changes_csv(rows)
    return answer(request, body, MEDIA_TYPES[form], headers=more)


def stories_for_file(db: sqlite3.Connection, asked: Asked, limit: int, offset: int) -> tuple[list[Row], int, dict[int, str]]:
    """Described stories, how many there are in all, and the record of each capture that shows one."""
    stories, total, _ = desk.asked_stories(db, asked, limit, offset)
    rows = desk.described_stories(db, stories)
    return rows, total, record_ids(db, [row["capture_id"] for row in rows if row["capture_id"]])


def record_ids(db: sqlite3.Connection, captures: Sequence[int]) -> dict[int, str]:
    """Capture -> the id of its record."""
    sql = "select id, record_id from captures where id in (select value from json_each(?))"
    return dict(db.execute(sql, [as_json(captures)]).fetchall())


CHANGE_PAGES: list[tuple[str, Handler]] = [
    (r"^/changes$", show_changes),
    (r"^/changes\.(?P<format>csv|json|atom)$", export_changes),
]
