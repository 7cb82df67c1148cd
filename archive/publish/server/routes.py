"""Our own addresses and their handlers: each takes Datasette and a request, gives a response.

A path that is neither ours nor Datasette's is an article's address.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Response

from archive.publish.metadata.questions import QUESTIONS
from archive.publish.overview import home
from archive.publish.overview.charts import timeline
from archive.publish.reading import captured_pictures
from archive.publish.server.article_pages import (
    find_url,
    not_found,
    show_article,
    show_citation,
    show_timemap,
    show_unapi,
)
from archive.publish.server.change_pages import CHANGE_PAGES
from archive.publish.server.comparison_pages import show_comparison, show_dated_comparison
from archive.publish.server.mention_pages import MENTION_PAGES
from archive.publish.server.notebook_pages import NOTEBOOK_PAGES, WRITING
from archive.publish.server.operator_pages import show_metrics, show_refused, show_status, show_status_json
from archive.publish.server.public_pages import PUBLIC_PAGES
from archive.publish.server.record_pages import show_record
from archive.publish.server.replay_pages import show_capture_timemap, show_cdx, show_web
from archive.publish.server.responses import (
    DATABASE,
    PRIVATE,
    Handler,
    answer,
    origin,
    page,
    read,
    reading_only,
    redirect,
    rendered,
)
from archive.publish.server.search_pages import explain_search, export_search, month_link, show_search
from archive.publish.server.source_pages import SOURCE_PAGES
from archive.publish.server.spelling_pages import SPELLING_DECISIONS
from archive.queries.addresses import reading_path
from archive.queries.rows import fetch_row

DATASETTE = r"(?:archive(?:[./].*)?|-/.*|static/.*|favicon\.ico|_memory.*|_internal.*|\.jsono?)$"
ARTICLE_BY_ID = "select id, url from articles where id = ?"
COMMENT_BY_ID = "select comments.id, articles.url from comments join articles on articles.id = article_id where comments.id = ?"
KEPT_FROM_ROBOTS = """
    /archive$ /archive/ /archive? /search? /search.*?q= /changes? /changes.atom? /compare? /cite.*?url= /timemap/ /unapi? /url?
    /record/ /web/ /cdx? /notebook/ /articles.epub? /*marks= /mentions? /mentions. /sources? /sources.
"""
ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in KEPT_FROM_ROBOTS.split())


async def show_home(datasette: Any, request: Any) -> Response:
    """/: the home page."""
    context = await read(datasette, home.home_context)
    chart = timeline(context["months"], "articles", "comments", month_link(""), "Articles and comments over time")
    return await page(datasette, request, "home.html", context | {"chart": chart, "questions": QUESTIONS})


async def show_topics(datasette: Any, request: Any) -> Response:
    """Every topic and author, by the number of articles or, with ``sort=name``, by name."""
    lists = {"topics": await read(datasette, home.topics, -1), "authors": await read(datasette, home.busiest_authors, -1)}
    sort = "name" if request.args.get("sort") == "name" else ""
    if sort:
        lists = {name: sorted(rows, key=lambda row: row["name"].casefold()) for name, rows in lists.items()}
    return await page(datasette, request, "topics.html", lists | {"sort": sort})


async def find_by_id(datasette: Any, request: Any) -> Response:
    """/article/ID and /comment/ID: from a row of the database to where it is read."""
    comment = request.url_vars["kind"] == "comment"
    row = await read(datasette, fetch_row, COMMENT_BY_ID if comment else ARTICLE_BY_ID, [int(request.url_vars["id"])])
    if row is None:
        return await not_found(datasette, request, request.path)
    return redirect(reading_path(row["url"]) + (f"#c-{row['id']}" if comment else ""))


async def show_robots(datasette: Any, request: Any) -> Response:
    """Robots read no searches and no tables, which cost much and repeat the articles. Articles say ``noindex`` themselves."""
    return answer(request, ROBOTS, "text/plain; charset=utf-8")


async def show_picture(datasette: Any, request: Any) -> Response:
    """/picture/CAPTURE: a picture as it was captured."""
    row = await read(datasette, captured_pictures.find_picture, int(request.url_vars["capture"]))
    folder = Path(datasette.get_database(DATABASE).path).parent
    body = await asyncio.to_thread(captured_pictures.picture_bytes, folder, row) if row else None
    if row is None or body is None:
        return await not_found(datasette, request, request.path)
    headers = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": PRIVATE}
    headers["cross-origin-resource-policy"] = "cross-origin"  # a captured page is shown in a frame that has no origin
    return Response(body, headers=headers, content_type=row["mime"])


async def describe_search(datasette: Any, request: Any) -> Response:
    """OpenSearch: the search box of a browser. https://github.com/dewitt/opensearch"""
    body = await rendered(datasette, request, "opensearch.xml", {"origin": origin(datasette, request)})
    return answer(request, body, "application/opensearchdescription+xml; charset=utf-8")


PAGES: list[tuple[str, Handler]] = [
    (r"^/$", show_home),
    (r"^/search$", show_search),
    (r"^/search/help$", explain_search),
    (r"^/search\.(?P<format>csv|json|ris|bib|csl|atom)$", export_search),
    (r"^/opensearch\.xml$", describe_search),
    *CHANGE_PAGES,
    (r"^/status$", show_status),
    (r"^/status\.json$", show_status_json),
    (r"^/metrics$", show_metrics),
    (r"^/quarantine/(?P<id>\d{1,15})$", show_refused),
    (r"^/topics$", show_topics),
    (r"^/url$", find_url),
    (r"^/(?P<kind>article|comment)/(?P<id>\d{1,15})$", find_by_id),
    (r"^/robots\.txt$", show_robots),
    (r"^/picture/(?P<capture>\d{1,15})$", show_picture),
    (r"^/unapi$", show_unapi),
    (r"^/record/(?P<rest>.+)$", show_record),
    (r"^/(?:web/)?timemap/link/.+$", show_capture_timemap),
    (r"^/web/.+$", show_web),
    (r"^/cdx(?:/search/cdx)?$", show_cdx),
    (r"^/timemap/.+$", show_timemap),
    *MENTION_PAGES,
    *SOURCE_PAGES,
    *PUBLIC_PAGES,
    *NOTEBOOK_PAGES,
    (r"^/compare$", show_comparison),
    (r"^/compare/.+$", show_dated_comparison),
    (r"^/cite\.(?P<format>txt|bib|ris|json)$", show_citation),
    (rf"^/(?!{DATASETTE})", show_article),
]
ROUTES = [*WRITING, *SPELLING_DECISIONS, *((pattern, reading_only(handler)) for pattern, handler in PAGES)]
