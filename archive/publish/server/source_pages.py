"""Handlers of the sources that articles link to: each takes Datasette and a request, gives the page, CSV or JSON."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive.publish.mentions import files, sources
from archive.publish.search.exports import MEDIA_TYPES, MOST
from archive.publish.server.responses import Handler, answer, as_json_text, origin, page, page_number, read
from archive.queries.addresses import reading_path
from archive.queries.outlinks import STATES


def asked_sources(request: Any) -> tuple[str, str]:
    """The host and the state asked for; '' for none, and for what is no state."""
    host = re.sub(r"^www\.", "", (request.args.get("host") or "").strip().lower())[:255]
    state = request.args.get("state") or ""
    return host, state if state in STATES and not host else ""


def sources_address(path: str, host: str, state: str) -> str:
    """The same question at another address."""
    return f"{path}?{urlencode({name: value for name, value in (('host', host), ('state', state)) if value})}"


async def show_sources(datasette: Any, request: Any) -> Response:
    """/sources: which hosts the articles rely on, the links to one of them, or those that no longer answer."""
    host, state = asked_sources(request)
    context = await read(datasette, sources.sources_context, host, state, page_number(request))
    more = {
        "address": sources_address("/sources", host, state),
        "csv": sources_address("/sources.csv", host, state).rstrip("?"),
        "json": sources_address("/sources.json", host, state).rstrip("?"),
    }
    return await page(datasette, request, "sources.html", context | more)


async def export_sources(datasette: Any, request: Any) -> Response:
    """/sources.csv and .json: a row for each host and year; with ``host`` or ``state``, a row for each link."""
    host, state = asked_sources(request)
    form, here, number = request.url_vars["format"], origin(datasette, request), page_number(request)
    headers = {}
    if host or state:
        links, found = await read(datasette, sources.listed_links, host, state, MOST, (number - 1) * MOST)
        rows = [row | {"article": here + reading_path(row["article_url"])} for row in links]
        columns: tuple[str, ...] = sources.LINK_COLUMNS
        if found > number * MOST:
            own = sources_address(f"/sources.{form}", host, state)
            headers["link"] = f'<{here}{own}&page={number + 1}>; rel="next"'
    else:
        rows, columns = await read(datasette, sources.years_of_sources), sources.YEAR_COLUMNS
    if form == "csv":
        return answer(request, files.csv_file(columns, rows), MEDIA_TYPES["csv"], headers=headers)
    records = [{column: row.get(column) for column in columns} for row in rows]
    return answer(
        request, as_json_text({"host": host, "state": state, "page": number, "rows": records}), MEDIA_TYPES["json"], headers=headers
    )


SOURCE_PAGES: list[tuple[str, Handler]] = [
    (r"^/sources$", show_sources),
    (r"^/sources\.(?P<format>csv|json)$", export_sources),
]
