"""The one Datasette plugin: takes Datasette's hooks, and hands each to the module of archive/publish that does the work."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import Any

from datasette import hookimpl

from archive.publish import formats
from archive.publish.formats import FILTERS, GLOBALS
from archive.publish.overview.charts import answer_chart
from archive.publish.server import core_pages, faults, routes, table_markup
from archive.publish.server.front import fronted


@hookimpl(trylast=True)  # our last route takes every address: routes of other plugins come before
def register_routes(datasette: Any) -> Any:
    return routes.ROUTES


@hookimpl
def prepare_connection(conn: Any, database: Any, datasette: Any) -> Any:
    core_pages.limit(conn)


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> Any:
    env.filters.update(FILTERS | {"mended": core_pages.mended, "folded": table_markup.with_long_cells_folded})
    env.globals.update(GLOBALS | {"rows_table": table_markup.rows_table, "answer_chart": answer_chart})


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    return lambda app: fronted(datasette, app)


@hookimpl
def render_cell(row: Any, value: Any, column: Any, table: Any) -> Any:
    return core_pages.cell(row, column, table, value)


@hookimpl
def extra_css_urls(template: Any, database: Any, table: Any, columns: Any, view_name: Any, request: Any, datasette: Any) -> Any:
    return [] if view_name == "own" else [formats.asset("palette.css"), formats.asset("core.css")]


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Any) -> Any:
    return faults.explain(datasette, request, exception)
