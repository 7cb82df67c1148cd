"""Handlers for the clients of web archives: /web/, /timemap/link/ and /cdx, each takes Datasette and a request, gives captures as
Wayback machines give them.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from datasette.utils.asgi import Response

from archive.publish.cite.memento import http_date, moment_of
from archive.publish.formats import record_address
from archive.publish.records import cdx, replay
from archive.publish.records.cdx_query import BadQuestion, CdxQuery, cdx_query
from archive.publish.records.examined import ExaminedRecord, examine
from archive.publish.records.replay import Wanted
from archive.publish.records.shown import ShownRecords
from archive.publish.server.record_pages import (
    INLINE,
    LASTING,
    body_of,
    decoded_or_nothing,
    record_page,
    rendered_page,
)
from archive.publish.server.responses import InPieces, answer, folder, origin, page, read, redirect
from archive.queries.addresses import digits
from archive.queries.captured_addresses import capture_row, times_captured, web_path
from archive.queries.rows import Row

LISTED = 300  # captures of one address on a page, the latest; /cdx has all
FIRST_TEXT = 50_000  # characters of a text that is no page
MOST_LINKED = 10_000  # captures in one timemap, the latest
CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd")


async def show_web(datasette: Any, request: Any) -> Response:
    """/web/URL, /web/MOMENT/URL, /web/MOMENTid_/URL (as captured), if_ (rendered), and /web/*/URL (all captures)."""
    wanted = replay.wanted_capture(request.path.removeprefix("/web/"), request.query_string)
    if wanted is None:
        return await not_captured(datasette, request, request.path)
    if wanted.moment == "*":
        return await captures_page(datasette, request, wanted)
    asked = request.headers.get("accept-datetime") if not wanted.moment else None
    moment = moment_of(asked) if asked else wanted.moment
    if moment is None:
        body = "Accept-Datetime is no date of the form Thu, 07 Mar 2024 12:30:05 GMT\n"
        return answer(request, body, "text/plain; charset=utf-8", 400)
    times, capture = await read(datasette, nearest_capture, folder(datasette), wanted, moment)
    if capture is None:
        return await not_captured(datasette, request, wanted.url)
    links = replay.capture_links(capture["url"], [at for at, _ in times], origin(datasette, request), capture["captured_at"])
    headers = {"link": ", ".join(links)}
    if digits(capture["captured_at"]) != wanted.moment:
        negotiated = {"vary": "Accept-Datetime"} if not wanted.moment else {}
        return redirect(web_path(capture["url"], capture["captured_at"], wanted.form), headers | negotiated)
    return await replayed(datasette, request, capture, wanted.form, headers | LASTING)


async def not_captured(datasette: Any, request: Any, wanted: str) -> Response:
    """404, without a search: it is programs that ask for captures, many times over."""
    return await page(datasette, request, "not_captured.html", {"wanted": wanted}, 404)


def nearest_capture(db: sqlite3.Connection, root: Path, wanted: Wanted, moment: str) -> tuple[replay.Times, Row | None]:
    """The times of an address's captures that may be shown, and the nearest of them."""
    times, shown = times_captured(db, wanted.parts), ShownRecords(db, root)
    if not shown.hides_nothing:
        times = [(at, capture_id) for at, capture_id in times if (row := capture_row(db, capture_id)) and shown.shows(row)]
    return times, replay.nearest_shown(db, times, moment, shown.shows)


async def replayed(datasette: Any, request: Any, capture: Row, form: str, headers: dict[str, str]) -> Response:
    """A capture in the form asked for."""
    record = await asyncio.to_thread(examine, folder(datasette), capture)
    if record.trouble:
        return await record_page(datasette, request, record, 404)
    headers["memento-datetime"] = http_date(capture["captured_at"])
    if form == "if_" and record.is_markup:
        response = await rendered_page(datasette, request, record)
        response.headers.update(headers)
        return response
    return as_captured(datasette, request, record, headers, form) if form else await replay_page(datasette, request, record, headers)


def as_captured(datasette: Any, request: Any, record: ExaminedRecord, headers: dict[str, str], form: str) -> Response:
    """Status, body and type of the answer as it was captured; its own headers under ``x-archive-orig-``. Nothing of it can run."""
    row = record.row
    sent = replay.original_headers(record.headers) | headers | {"content-security-policy": "default-src 'none'; sandbox"}
    if location := replay.replayed_location(row["url"], record.headers, row["captured_at"], form):
        sent["location"] = location
    body = record.body
    if record.encoding:
        sent["vary"] = "Accept-Encoding"
        if record.large or (record.encoding in CODINGS and record.encoding in request.headers.get("accept-encoding", "").lower()):
            sent["content-encoding"] = record.encoding
        else:
            body = decoded_or_nothing(record)
    status = row["status"] if 200 <= row["status"] <= 599 else 200
    empty = status in (204, 205, 304)
    content_type = (record.http.get_header("Content-Type") or "application/octet-stream").strip()
    content_type = replay.one_header(content_type)
    if record.large and not empty:
        return InPieces(body_of(datasette, record), status=status, headers=sent, content_type=content_type)
    return Response(b"" if empty else body, status=status, headers=sent, content_type=content_type)


async def replay_page(datasette: Any, request: Any, record: ExaminedRecord, headers: dict[str, str]) -> Response:
    """A page around the capture: when it was made, what came before and after, and the capture in a frame that runs nothing."""
    row = record.row
    text = None if record.is_markup else await asyncio.to_thread(record.text)
    context = {
        "record": record,
        "capture": row,
        "own": record_address(row["record_id"]),
        "frame": web_path(row["url"], row["captured_at"], "if_") if record.is_markup else "",
        "raw": web_path(row["url"], row["captured_at"], "id_"),
        "location": replay.replayed_location(row["url"], record.headers, row["captured_at"], ""),
        "is_picture": record.mime in INLINE and row["door"] == "image" and row["status"] == 200,
        "text": text[:FIRST_TEXT] if text is not None else None,
        "frames": True,
    }
    status = row["status"] if 400 <= row["status"] <= 599 else 200
    return await page(datasette, request, "replay.html", context, status, headers)


async def captures_page(datasette: Any, request: Any, wanted: Wanted) -> Response:
    """/web/*/URL: the captures of an address, the latest first."""
    captures, count = await read(datasette, shown_captures, folder(datasette), wanted)
    if not captures:
        return await not_captured(datasette, request, wanted.url)
    return await page(datasette, request, "captures.html", {"url": wanted.url, "captures": captures, "captures_count": count})


def shown_captures(db: sqlite3.Connection, root: Path, wanted: Wanted) -> tuple[list[Row], int]:
    """The latest captures of an address that may be shown, and how many there are of it."""
    times, shown = times_captured(db, wanted.parts), ShownRecords(db, root)
    rows = [row for _, capture_id in times[: -LISTED - 1 : -1] if (row := capture_row(db, capture_id)) and shown.shows(row)]
    count = len(times) if shown.hides_nothing else len(rows)
    return [row | {"own": record_address(row["record_id"])} for row in rows], count


async def show_capture_timemap(datasette: Any, request: Any) -> Response:
    """/timemap/link/URL, and /web/timemap/link/URL where pywb asks: every capture of an address."""
    wanted = replay.wanted_capture(request.path.partition("/timemap/link/")[2], request.query_string)
    times = await read(datasette, shown_times, folder(datasette), wanted) if wanted else []
    if wanted is None or not times:
        return await not_captured(datasette, request, wanted.url if wanted else request.path)
    body = replay.capture_timemap(wanted.url, times, origin(datasette, request))
    return answer(request, body, "application/link-format")


def shown_times(db: sqlite3.Connection, root: Path, wanted: Wanted) -> list[str]:
    """When an address was captured, as far as its records may be shown, each time once."""
    times = times_captured(db, wanted.parts)[-MOST_LINKED:]
    shown = ShownRecords(db, root)
    if shown.hides_nothing:
        return list(dict.fromkeys(at for at, _ in times))
    rows = [capture_row(db, capture_id) for _, capture_id in times]
    return list(dict.fromkeys(row["captured_at"] for row in rows if row and shown.shows(row)))


async def show_cdx(datasette: Any, request: Any) -> Response:
    """/cdx?url=...: captures as lines, or as JSON."""
    try:
        query = cdx_query(parse_qs(request.query_string, keep_blank_values=True))
        if query.counts_pages:
            return answer(request, f"{await read(datasette, cdx.cdx_pages, query)}\n", "text/plain; charset=utf-8")
        found = await read(datasette, listed, folder(datasette), query)
    except BadQuestion as error:
        return answer(request, f"{error}\n", "text/plain; charset=utf-8", 400)
    body, form = (cdx.as_lists(found, query), "application/json") if query.as_json else (cdx.as_lines(found, query), "text/plain")
    return answer(request, body, f"{form}; charset=utf-8", headers=said(query, found, request), pack=query.packed)


def listed(db: sqlite3.Connection, root: Path, query: CdxQuery) -> cdx.CdxAnswer:
    return cdx.cdx_answer(db, query, ShownRecords(db, root).shows)


def said(query: CdxQuery, found: cdx.CdxAnswer, request: Any) -> Mapping[str, str]:
    """What the lines have no room for: what was not understood, and where the list goes on."""
    notes = [*query.notes]
    if found.resume and not query.shows_resume_key:
        notes.append("there is more: ask with showResumeKey=true, and then with resumeKey")
    headers = {"x-archive-note": "; ".join(notes).encode("ascii", "replace").decode()} if notes else {}
    if found.resume:
        bare = "&".join(part for part in request.query_string.split("&") if not part.startswith("resumeKey=") and part)
        headers["link"] = f'</cdx?{header_query(bare)}&resumeKey={found.resume}>; rel="next"'
    return headers


def header_query(query: str) -> str:
    """A query string as it came, without what would end a header's brackets."""
    return query.replace("<", "%3C").replace(">", "%3E").replace('"', "%22")
