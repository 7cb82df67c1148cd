"""The one plugin: hooks only. What they do stands in archive/publish."""

from __future__ import annotations

from datasette import hookimpl

from archive.publish import core_pages, routes
from archive.publish.formats import FILTERS, GLOBALS


@hookimpl
def register_routes(datasette):
    return routes.ROUTES


@hookimpl
def prepare_connection(conn, database, datasette):
    core_pages.limit(conn)


@hookimpl
def prepare_jinja2_environment(env, datasette):
    env.filters.update(FILTERS)
    env.globals.update(GLOBALS)


@hookimpl
def asgi_wrapper(datasette):
    return core_pages.with_headers


@hookimpl
def render_cell(row, value, column, table, database, datasette):
    return core_pages.cell(column, table, value)


@hookimpl
def extra_css_urls(template, database, table, columns, view_name, request, datasette):
    return [] if view_name == "own" else ["/static/core.css"]


@hookimpl
def handle_exception(datasette, request, exception):
    return routes.explain(datasette, request, exception)
