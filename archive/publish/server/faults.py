"""What is answered where a page could not be made: takes the exception, gives a response that says why, in the form that was asked for.

A stranger can ask for anything. What he asked wrongly is 400, what took too long or could not be had is 503; of what is nobody's
question but a fault of this program or its disk, the log gets a line.
"""

from __future__ import annotations

import logging
import sqlite3
import traceback
from http import HTTPStatus
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Forbidden, NotFound, Response
from datasette.views.base import DatasetteError

from archive.publish.redaction.weighed import TooMuch
from archive.publish.server.article_pages import not_found
from archive.publish.server.limits import READING
from archive.publish.server.responses import as_json_text, page

logger = logging.getLogger(__name__)
TABLES = ("/archive/", "/archive.", "/archive")
ASKED_WRONGLY = (sqlite3.Error, ValueError, OverflowError, RecursionError)
"""What Datasette lets through of questions that make no sense: a number that is too large, a column that is none."""
UNFORESEEN = (AssertionError, AttributeError, KeyError, LookupError, TypeError, UnboundLocalError)
"""What it stumbles over: another method than GET, a file of a kind that a table has not, a filter for lists on a number."""
CLOSED = "Cannot operate on a closed database", "cannot schedule new futures after shutdown"
BUSY = "This could not be had at this moment. Ask again in a minute."


def explain(datasette: Any, request: Any, exception: Exception) -> Any:
    """A function that makes our answer; None leaves it to Datasette, which knows its own ones."""
    programs = request.path.endswith((".json", ".csv"))
    if isinstance(exception, NotFound):
        return None if programs else lambda: not_found(datasette, request, request.path)
    if isinstance(exception, (Base400, Forbidden)):
        return None
    if isinstance(exception, DatasetteError) and exception.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        stopped = exception.title in ("SQL Interrupted", "Invalid SQL") and not programs
        return (lambda: stopped_sql(datasette, request, exception)) if stopped else None
    status, why = reason(datasette, request, exception)
    if programs:
        return lambda: for_programs(request, status, why)
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        return lambda: stopped_sql(datasette, request, DatasetteError(why, title="Invalid SQL", status=status))
    template = "too_long.html" if not why else "failed.html"
    return lambda: page(datasette, request, template, {"why": why}, status, {"retry-after": "60"})


def reason(datasette: Any, request: Any, exception: Exception) -> tuple[int, str]:
    """(status, why in words); '' where it took too long. Writes a line to the log where it is nobody's question."""
    on_tables = request.path.startswith(TABLES)
    if isinstance(exception, QueryInterrupted):
        return HTTPStatus.BAD_REQUEST, f"it took longer than {datasette.sql_time_limit_ms / 1000:g} seconds"
    if isinstance(exception, TooMuch):
        return HTTPStatus.BAD_REQUEST, str(exception)
    if isinstance(exception, DatasetteError):  # such as a column that cannot be sorted by
        return HTTPStatus.BAD_REQUEST, exception.message
    if str(exception) == "interrupted":
        return HTTPStatus.SERVICE_UNAVAILABLE, ""
    if on_tables and request.method not in READING:
        return HTTPStatus.METHOD_NOT_ALLOWED, "this archive is read only"
    if on_tables and isinstance(exception, UNFORESEEN):
        log(request.path, exception)
        return HTTPStatus.BAD_REQUEST, "this address makes no sense: nothing is there in this form"
    if on_tables and isinstance(exception, ASKED_WRONGLY) and not str(exception).startswith(CLOSED):
        return HTTPStatus.BAD_REQUEST, str(exception)
    return HTTPStatus.SERVICE_UNAVAILABLE, say_fault(request.path, exception)


def say_fault(path: str, exception: Exception) -> str:
    """What the reader is told of a fault that is not his; the log gets a line, unless the server is being stopped."""
    if not str(exception).startswith(CLOSED):
        log(path, exception)
    return BUSY


def log(path: str, exception: Exception) -> None:
    """A line that says where it happened."""
    place = traceback.extract_tb(exception.__traceback__)[-1:]
    where = f"{place[0].filename}:{place[0].lineno}" if place else "nowhere"
    logger.error("%r: %s: %s (%s)", path, type(exception).__name__, exception, where)


async def for_programs(request: Any, status: int, why: str) -> Response:
    """The same for a program that asked for JSON or CSV."""
    said = why or "it took too long"
    if request.path.endswith(".csv"):
        stopped = "" if status == HTTPStatus.SERVICE_UNAVAILABLE else "This question was stopped: "
        return Response.text(f"{stopped}{said}\n", status=status)
    answer = {"ok": False, "error": said, "status": int(status), "title": None}
    return Response(as_json_text(answer), status=status, content_type="application/json; charset=utf-8")


async def stopped_sql(datasette: Any, request: Any, exception: Any) -> Response:
    """A question of SQL that did not run, or not to its end: why, and the question, to be mended and asked again."""
    interrupted = exception.title == "SQL Interrupted"
    context = {
        "sql": request.args.get("sql") or "",
        "why": "" if interrupted else exception.message,
        "seconds": datasette.sql_time_limit_ms / 1000,
        "back": request.path,
    }
    return await page(datasette, request, "sql_stopped.html", context, exception.status)
