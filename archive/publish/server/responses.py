"""Answers of our own pages: takes a request and a body, gives a response with strict headers, an ETag and, where the reader has
it already, 304.

All queries of one page see one state of the archive.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import jinja2
from datasette.utils.asgi import Response

from archive.publish.server.limits import READING
from archive.publish.server.service import service_of

DATABASE = "archive"
LONGEST = 8.0  # seconds of computing for one page; a search for everything in a huge archive ends here
ANY_LENGTH = 1_000_000_000  # bytes of a value, SQLite's own limit: a page reads what is stored, however long it is
STEPS = 50_000  # of SQLite between two looks at the clock: some milliseconds. Each look waits for the other threads of Python

WORTH_PACKING = 1_000  # bytes; a smaller answer fits into one packet anyway
PACKING = 4  # gzip's level: beyond it, time grows faster than the answer shrinks
PRIVATE = "private, max-age=31536000, immutable"  # what never changes; no shared cache may keep what is withheld tomorrow
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"  # what a file for programs may load

Value = TypeVar("Value")
Handler = Callable[[Any, Any], Awaitable[Response]]


def folder(datasette: Any) -> Path:
    """The archive's folder, in which its WARC files lie."""
    return Path(datasette.get_database(DATABASE).path).parent


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
    """A page's own queries: they end once the thread has computed for ``seconds`` (time spent waiting for the processor does not
    count), and read values of any length. The limit on values is for the questions of strangers.
    """
    deadline = time.thread_time() + seconds
    longest = db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ANY_LENGTH)
    db.set_progress_handler(lambda: time.thread_time() > deadline, STEPS)
    try:
        yield
    finally:
        db.set_progress_handler(None, STEPS)
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)


async def read_tables(datasette: Any, function: Callable[..., Value], *arguments: Any) -> Value:
    """``function(connection, *arguments)`` on the tables with withheld rows in them. The result must not show them."""
    result: Value = await datasette.get_database(DATABASE).tables.execute_fn(lambda db: function(db, *arguments))
    return result


def security_policy(picture_sources: Sequence[str] = (), frames: bool = False, asks: bool = False) -> str:
    """The Content-Security-Policy of our own pages. ``picture_sources`` are origins from which a click may load pictures; ``frames``:
    the page shows a captured one in a frame of this server; ``asks``: its script asks this server for more."""
    directives = {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": " ".join(["'self'", "data:", *picture_sources]),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    directives |= ({"frame-src": "'self'"} if frames else {}) | ({"connect-src": "'self'"} if asks else {})
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class Template(jinja2.Template):
    """A template that awaits nothing: asking every value whether it must be awaited takes half the time of a long thread."""

    async def render_async(self, *arguments: Any, **values: Any) -> str:
        return self.render(*arguments, **values)


@functools.lru_cache(maxsize=1)
def own_templates(datasette_templates: jinja2.Environment) -> jinja2.Environment:
    """Datasette's templates, filters and globals, for pages that await nothing."""
    environment = datasette_templates.overlay(enable_async=False)
    environment.template_class = Template
    by_attribute = environment.getattr

    def by_key_first(obj: Any, attribute: str) -> Any:
        """``row.title``: rows are dicts, and an attribute that is looked for in vain is an exception for each of 7,000 values."""
        return obj[attribute] if type(obj) is dict and attribute in obj else by_attribute(obj, attribute)

    environment.getattr = by_key_first  # type: ignore[method-assign]
    return environment


async def rendered(datasette: Any, request: Any, template: str, context: Mapping[str, Any]) -> str:
    """One of our own templates with this context, and with what Datasette and its plugins add to every page."""
    own = own_templates(datasette.jinja_env).get_template(template)
    context = {"notebook_here": service_of(datasette).notebook and bool(request.actor)} | dict(context)
    body: str = await datasette.render_template(own, context, request=request, view_name="own")
    return body


async def page(
    datasette: Any,
    request: Any,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page of our own from a template."""
    body = await rendered(datasette, request, template, context)
    policy = security_policy(
        context.get("picture_sources", ()), context.get("frames", False), context.get("asks", False) or service_of(datasette).notebook
    )
    service = service_of(datasette)
    sent = {"content-security-policy": policy} | ({"vary": "Cookie"} if service.notebook or service.spellings else {}) | dict(headers or {})
    return answer(request, body, "text/html; charset=utf-8", status, sent)


def answer(
    request: Any, body: str, content_type: str, status: int = 200, headers: Mapping[str, str] | None = None, pack: bool = True
) -> Response:
    """A response with an ETag, compressed where the reader takes gzip; 304 without a body when the reader has this body already.

    What is answered to someone who is logged in is for nobody else: no cache on the way may keep it. CSV that is asked for with ``excel=1``
    begins with the mark by which Excel knows UTF-8.
    """
    mark = "\ufeff" if content_type.startswith("text/csv") and request.args.get("excel") == "1" else ""
    content = (mark + body).encode("utf-8", "replace")
    digest = hashlib.sha256(content).hexdigest()[:24]
    packed = pack and len(content) >= WORTH_PACKING and accepts_gzip(request.headers.get("accept-encoding", ""))
    kept = "private, no-cache" if request.actor else "no-cache"
    sent = {"etag": f'"{digest}-gzip"' if packed else f'"{digest}"', "cache-control": kept}
    sent |= {"content-security-policy": NOTHING} | dict(headers or {})
    sent["vary"] = ", ".join(filter(None, [sent.get("vary"), "Accept-Encoding"]))
    if status == 200 and f'"{digest}' in request.headers.get("if-none-match", ""):
        return Response("", status=304, headers=sent, content_type=content_type)
    if not pack:
        sent["cache-control"] += ", no-transform"  # nobody on the way packs it either
    if packed:
        content, sent["content-encoding"] = gzip.compress(content, PACKING, mtime=0), "gzip"
    return Response(content, status=status, headers=sent, content_type=content_type)


class InPieces(Response):  # type: ignore[misc]  # Datasette has no types
    """A response whose body is read while it is sent, piece by piece, in a thread."""

    def __init__(
        self, chunks: Iterator[bytes], status: int = 200, headers: Mapping[str, str] | None = None, content_type: str = ""
    ) -> None:
        super().__init__(b"", status, dict(headers or {}), content_type)
        self._chunks = chunks

    async def asgi_send(self, send: Any) -> None:
        async def begin(message: dict[str, Any]) -> None:
            await send(message | ({"more_body": True} if message["type"] == "http.response.body" else {}))

        await super().asgi_send(begin)
        while (chunk := await asyncio.to_thread(next, self._chunks, None)) is not None:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3): named, or by ``*``, and not with weight 0."""
    weights: dict[str, bool] = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return weights.get("gzip", weights.get("*", False))


def reading_only(handler: Handler) -> Handler:
    """A handler of our own pages that nothing can be written with: 405 to every method but GET and HEAD, and what OPTIONS asks for.

    Who may not see the instance or its database by Datasette's rules (``allow`` in its metadata, plugins) gets 403 here too.
    """

    @functools.wraps(handler)
    async def read_or_refuse(datasette: Any, request: Any) -> Response:
        if request.method == "OPTIONS":
            return Response("", status=204, headers={"allow": ", ".join(READING), **preflight(datasette)})
        if request.method not in READING:
            return Response.text("This archive is read only.\n", status=405, headers={"allow": ", ".join(READING)})
        await datasette.ensure_permissions(request.actor, [("view-database", DATABASE), "view-instance"])
        return await handler(datasette, request)

    return read_or_refuse


def preflight(datasette: Any) -> dict[str, str]:
    """What a browser asks before a script of another site may read here; empty unless ``serve --cors``."""
    allowed = {"access-control-allow-methods": "GET, HEAD", "access-control-allow-headers": "*", "access-control-max-age": "3600"}
    return allowed if datasette.cors else {}


def answer_json(request: Any, value: Any, content_type: str = "application/json; charset=utf-8") -> Response:
    """A value as a JSON response."""
    return answer(request, as_json_text(value), content_type)


def as_json_text(value: Any) -> str:
    """A value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def page_number(request: Any) -> int:
    """The page asked for, from 1; anything that is no number is the first."""
    text = request.args.get("page") or "1"
    return min(int(text), 100_000) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else 1


def redirect(path: str, headers: Mapping[str, str] | None = None) -> Response:
    """A redirect to a path of this server. Leading slashes are folded into one: ``//host/`` would lead to another host."""
    return Response.redirect("/" + path.lstrip("/\\"), headers=dict(headers or {}))


def origin(datasette: Any, request: Any) -> str:
    """``https://host``: the public origin that ``serve --base-url`` fixed, else where this request was sent to."""
    fixed = service_of(datasette).base_url
    return fixed if fixed else f"{request.scheme}://{request.host}"
