"""Pages for who runs the archive: its status, as a page, as JSON and as metrics, and a page in quarantine beside what is held."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response
from sqlite_utils import Database

from archive.publish.overview import alarms, status
from archive.publish.reading.comparison import described_pair
from archive.publish.server.article_pages import not_found
from archive.publish.server.responses import answer, answer_json, page, read
from archive.queries.refused import EMPTY, refused_page

METRICS = "text/plain; version=0.0.4; charset=utf-8"


async def show_status(datasette: Any, request: Any) -> Response:
    """/status: how complete the archive is, and what needs a person."""
    context = await read(datasette, status.status_context)
    context |= {"alarms": await read(datasette, alarms.alarm_list), "cluster": await read(datasette, alarms.shown_cluster)}
    return await page(datasette, request, "status.html", context)


async def show_status_json(datasette: Any, request: Any) -> Response:
    """/status.json: the same for programs."""
    return answer_json(request, await read(datasette, alarms.status_json))


async def show_metrics(datasette: Any, request: Any) -> Response:
    """/metrics: the same for Prometheus."""
    return answer(request, await read(datasette, alarms.metrics), METRICS)


async def show_refused(datasette: Any, request: Any) -> Response:
    """/quarantine/ID: a page that was not believed, beside what is held of it."""
    context = await read(datasette, refused_context, int(request.url_vars["id"]))
    return await page(datasette, request, "refused.html", context) if context else await not_found(datasette, request, request.path)


def refused_context(db: sqlite3.Connection, quarantine_id: int) -> dict[str, Any] | None:
    """What the page shows; None where nothing is in quarantine under this number."""
    found = refused_page(Database(db, recursive_triggers=False), quarantine_id)
    if found is None:
        return None
    read_text = found.row["title"] or found.row["text"]
    edit = None
    if found.held and read_text:
        edit = described_pair({**EMPTY, **found.held}, {**EMPTY, "title": found.row["title"] or "", "text": found.row["text"] or ""})
    return {"refused": found.row, "held": found.held, "edit": edit, "paragraphs": (found.row["text"] or "").split("\n\n")}
