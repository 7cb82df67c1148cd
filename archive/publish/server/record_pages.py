"""Handlers of captured records: each takes Datasette and a request, gives the page of a record, or its bytes, its text or its
render. A record that may not be shown is not there: 404.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from datasette.utils.asgi import Response

from archive.publish.cite.proofs import seals_of
from archive.publish.formats import record_address
from archive.publish.records import render
from archive.publish.records.examined import ExaminedRecord, examine, exchange_at, text_page
from archive.publish.records.shown import ShownRecords
from archive.publish.server.article_pages import not_found
from archive.publish.server.responses import PRIVATE, InPieces, answer, folder, origin, page, page_number, read
from archive.queries.capture_uses import capture_named, uses_of_capture
from archive.queries.rows import Row
from archive.warc.decoded import Undecodable
from archive.warc.large import body_chunks

LASTING = {"cache-control": "no-cache"}  # it may be withheld tomorrow
FORM = re.compile(r"(?P<id>.+?)(?P<form>\.warc\.gz|/raw|/text|/render|)/?$", re.S)
INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")


async def show_record(datasette: Any, request: Any) -> Response:
    """/record/ID, .warc.gz, /raw, /text and /render. ID is ours, or the WARC record's own."""
    asked = FORM.match(unquote(request.url_vars["rest"]))
    capture = await read(datasette, shown_capture, folder(datasette), asked["id"]) if asked else None
    if asked is None or capture is None:
        return await not_found(datasette, request, request.path)
    form = asked["form"]
    record = await asyncio.to_thread(examine, folder(datasette), capture)
    if not form:
        return await record_page(datasette, request, record)
    if record.trouble:
        return await record_page(datasette, request, record, 404)
    if form == ".warc.gz":
        return download(exchange_at(folder(datasette), capture), f"{file_name(record)}.warc.gz", "application/warc")
    if form == "/raw":
        return download(body_of(datasette, record), file_name(record), "application/octet-stream")
    return await (text_file if form == "/text" else rendered_page)(datasette, request, record)


def shown_capture(db: sqlite3.Connection, root: Path, name: str) -> Row | None:
    """The capture of this name, unless its record holds what is withheld."""
    capture = capture_named(db, name)
    return capture if capture and ShownRecords(db, root).shows(capture) else None


def file_name(record: ExaminedRecord) -> str:
    """A name for a download: the record's id without what a file system refuses."""
    return re.sub(r"[^\w.-]+", "-", record.row["record_id"].removeprefix("<urn:uuid:")).strip("-")


async def record_page(datasette: Any, request: Any, record: ExaminedRecord, status: int = 200) -> Response:
    """The page of a record, whatever state it is in."""
    text = None if record.trouble else await asyncio.to_thread(record.text)
    shown, pages = text_page(text or "", page_number(request))
    context = {
        "record": record,
        "capture": record.row,
        "own": record_address(record.row["record_id"]),
        "uses": await read(datasette, uses_of_capture, record.row),
        "proof": seals_of(folder(datasette), [record.row]).get(record.row["record_digest"]),
        "text": shown if text is not None else None,
        "characters": len(text or ""),
        "page": min(page_number(request), pages),
        "pages": pages,
        "is_picture": record.row["door"] == "image" and record.mime in INLINE and record.row["status"] == 200,
        "frames": True,
    }
    return await page(datasette, request, "record.html", context, status, LASTING)


def body_of(datasette: Any, record: ExaminedRecord) -> Iterator[bytes]:
    """The body as it was transferred, piece by piece where it is large."""
    return body_chunks(folder(datasette), record.row) if record.large else iter([record.body])


def download(chunks: Iterator[bytes], name: str, content_type: str) -> Response:
    """Bytes as they are, which no browser shows or runs."""
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return InPieces(chunks, headers=headers, content_type=content_type)


async def text_file(datasette: Any, request: Any, record: ExaminedRecord) -> Response:
    """The body as text, content encoding and charset undone."""
    text = await asyncio.to_thread(record.text)
    if text is None:
        return await not_found(datasette, request, request.path)
    return answer(request, text, "text/plain; charset=utf-8", headers={"content-security-policy": "default-src 'none'; sandbox"})


async def rendered_page(datasette: Any, request: Any, record: ExaminedRecord) -> Response:
    """A captured page without scripts and without network; its pictures where the archive has them."""
    text = await asyncio.to_thread(record.text) if record.is_markup else None
    if text is None:
        return await not_found(datasette, request, request.path)
    pictures = render.pictures_in(text, record.row["url"])
    held = await read(datasette, render.held_captures, pictures, record.row["captured_at"])
    body = render.with_pictures(render.renderable(text), held)
    policy = render.policy(origin(datasette, request))
    return answer(request, body, "text/html; charset=utf-8", headers=render.HEADERS | {"content-security-policy": policy})


def decoded_or_nothing(record: ExaminedRecord) -> bytes:
    """A body without content encoding; empty where it cannot be undone."""
    try:
        return record.decoded()
    except Undecodable:
        return b""
