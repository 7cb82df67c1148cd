"""Answers of our own pages: takes a request and a body, gives a response with strict headers, an ETag and, where the reader has
it already, 304.

All queries of one page see one state of the archive.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from datasette.utils.asgi import Response

DATABASE = "archive"
LONGEST = 8.0  # seconds of computing for one page; a search for everything in a huge archive ends here
STEPS = 10_000  # of SQLite between two looks at the clock: about a millisecond

Value = TypeVar("Value")


async def read(datasette: Any, function: Callable[..., Value], *arguments: Any) -> Value:
    """``function(connection, *arguments)`` in Datasette's reading thread.

    All its queries see one state of the archive: a crawl that commits between two of them is not half seen.
    """

    def in_snapshot(db: sqlite3.Connection) -> Value:
        with limited(db, LONGEST):
            db.execute("begin")
            try:
                return function(db, *arguments)
            finally:
                db.rollback()

    result: Value = await datasette.get_database(DATABASE).execute_fn(in_snapshot)
    return result


@contextmanager
def limited(db: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """End any query of this connection once the thread has computed for ``seconds``. Time spent waiting for the processor does
    not count.
    """
    deadline = time.thread_time() + seconds
    db.set_progress_handler(lambda: time.thread_time() > deadline, STEPS)
    try:
        yield
    finally:
        db.set_progress_handler(None, STEPS)


async def read_tables(datasette: Any, function: Callable[..., Value], *arguments: Any) -> Value:
    """``function(connection, *arguments)`` on the tables with withheld rows in them. The result must not show them."""
    result: Value = await datasette.get_database(DATABASE).tables.execute_fn(lambda db: function(db, *arguments))
    return result


def security_policy(picture_sources: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of our own pages. ``picture_sources`` are origins from which a click may load pictures."""
    directives = {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": " ".join(["'self'", "data:", *picture_sources]),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


async def page(
    datasette: Any,
    request: Any,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page of our own from a template."""
    body = await datasette.render_template(template, dict(context), request=request, view_name="own")
    policy = security_policy(context.get("picture_sources", ()))
    return answer(request, body, "text/html; charset=utf-8", status, {"content-security-policy": policy} | dict(headers or {}))


def answer(request: Any, body: str, content_type: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response with an ETag; 304 without a body when the reader has this body already."""
    etag = '"' + hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:24] + '"'
    sent = {"etag": etag, "cache-control": "no-cache"} | dict(headers or {})
    if status == 200 and etag in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers=sent, content_type=content_type)
    return Response(body, status=status, headers=sent, content_type=content_type)


def answer_json(request: Any, value: Any, content_type: str = "application/json; charset=utf-8") -> Response:
    """A value as a JSON response."""
    return answer(request, as_json_text(value), content_type)


def as_json_text(value: Any) -> str:
    """A value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def redirect(path: str, headers: Mapping[str, str] | None = None) -> Response:
    """A redirect to a path of this server. Leading slashes are folded into one: ``//host/`` would lead to another host."""
    return Response.redirect("/" + path.lstrip("/\\"), headers=dict(headers or {}))


def origin(request: Any) -> str:
    """Scheme, host and port that this request was sent to."""
    return f"{request.scheme}://{request.host}"
