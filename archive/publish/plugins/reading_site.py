"""The one Datasette plugin: takes Datasette's hooks, and hands each to the module of archive/publish that does the work."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import Any

from datasette import hookimpl

from archive.publish import formats
from archive.publish.formats import FILTERS, GLOBALS
from archive.publish.server import core_pages, faults, routes
from archive.publish.server.front import fronted


@hookimpl(trylast=True)  # our last route takes every address: routes of other plugins come before
def register_routes(datasette: Any) -> Any:
    return routes.ROUTES


@hookimpl
def prepare_connection(conn: Any, database: Any, datasette: Any) -> Any:
    core_pages.limit(conn)


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> Any:
    env.filters.update(FILTERS | {"mended": core_pages.mended})
    env.globals.update(GLOBALS)


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    return lambda app: fronted(datasette, app)


@hookimpl
def render_cell(row: Any, value: Any, column: Any, table: Any, database: Any, datasette: Any) -> Any:
    return core_pages.cell(column, table, value)


@hookimpl
def extra_css_urls(template: Any, database: Any, table: Any, columns: Any, view_name: Any, request: Any, datasette: Any) -> Any:
    return [] if view_name == "own" else [formats.asset("palette.css"), formats.asset("core.css")]


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Any) -> Any:
    return faults.explain(datasette, request, exception)
