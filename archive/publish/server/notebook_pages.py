"""Handlers of what a reader takes along: the notebook, what is new in it, and articles as an e-book. None of them writes to the archive."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sqlite3
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Response

from archive.errors import StorageError
from archive.publish.cite.citation import Citation
from archive.publish.formats import search_path
from archive.publish.notebook.accounts import Notebooks, NotKept
from archive.publish.notebook.news import news_of
from archive.publish.reading.article import state_context
from archive.publish.reading.captured_pictures import find_picture, picture_bytes
from archive.publish.reading.epub import MEDIA_TYPE, epub
from archive.publish.reading.thread import thread
from archive.publish.search.results import search
from archive.publish.server.article_pages import citation_of
from archive.publish.server.responses import DATABASE, NOTHING, Handler, answer_json, folder, origin, page, page_number, read, redirect
from archive.publish.server.service import service_of
from archive.publish.server.spelling_lists import spelling_groups
from archive.queries.addresses import article_at
from archive.queries.rows import Row
from archive.queries.search_query import parse_query
from archive.text.urls import split_url

MOST_CHAPTERS = 100  # articles in one book


async def show_notebook(datasette: Any, request: Any) -> Response:
    """/notebook: what this reader keeps. The browser fills the page in."""
    return await page(datasette, request, "notebook.html", {"asks": True, "account": account_of(datasette, request)})


def account_of(datasette: Any, request: Any) -> str | None:
    """Whose notebook this server keeps for who asks; None where it keeps none, or nobody is logged in."""
    actor = (request.actor or {}).get("id") if service_of(datasette).notebook else None
    return str(actor) if actor else None


async def sync_notebook(datasette: Any, request: Any) -> Response:
    """/notebook.json: the notebook of who is logged in; by POST with ``put`` (items) and ``drop`` (ids), it is changed.

    A change has to carry the token that the answer to GET names: a page of another site cannot read it.
    """
    await datasette.ensure_permissions(request.actor, [("view-database", DATABASE), "view-instance"])
    account, token = account_of(datasette, request), request.scope["csrftoken"]()
    if account is None:
        return reply(403, "This server keeps no notebook for you: it lives in your browser.")
    notebooks = Notebooks(folder(datasette))
    if request.method == "GET":
        return reply(200, account=account, csrf=token, items=await asyncio.to_thread(notebooks.items, account))
    if request.method != "POST":
        return reply(405, "GET or POST.")
    sent = request.headers.get("x-csrftoken", "")
    if not secrets.compare_digest(sent, token) or not request.headers.get("content-type", "").startswith("application/json"):
        return reply(403, "The token of this session is missing.")
    try:
        change = json.loads(await request.post_body())
        await asyncio.to_thread(notebooks.change, account, list(change.get("put") or ()), list(change.get("drop") or ()))
    except NotKept as error:
        return reply(400, f"Not kept: {error}.")
    except (ValueError, AttributeError, TypeError):
        return reply(400, "Not kept: it is no JSON object with put and drop.")
    except StorageError as error:
        return reply(507, f"Not kept: {error}.")
    return reply(200, account=account)


def reply(status: int, error: str = "", **values: Any) -> Response:
    """An answer that nobody may keep."""
    body = json.dumps(values | ({"error": error} if error else {}), ensure_ascii=False)
    headers = {"cache-control": "no-store", "content-security-policy": NOTHING}
    return Response(body, status=status, headers=headers, content_type="application/json; charset=utf-8")


async def lead_to_notebook(datasette: Any, request: Any) -> Response:
    """/kept: where the notebook was before it had notes."""
    return redirect("/notebook")


async def show_news(datasette: Any, request: Any) -> Response:
    """/notebook/new.json with ``of`` (``q:WORDS`` or ``url:ADDRESS``) and ``since`` (ISO time), both repeated: what is new in each."""
    asked = list(zip(request.args.getlist("of"), request.args.getlist("since"), strict=False))
    return answer_json(request, {"new": await read(datasette, news_of, asked, await spelling_groups(datasette))})


async def search_as_book(datasette: Any, request: Any) -> Response:
    """/search.epub?q=: the articles that a search finds, ``page=2`` the next hundred; ``comments=1`` with their threads."""
    query = parse_query(request.args.get("q") or "", await spelling_groups(datasette))
    number = page_number(request)
    found = await read(datasette, search, query, request.args.get("sort") or "", number, MOST_CHAPTERS)
    ids = list(dict.fromkeys(hit["id"] for hit in found.hits))
    own = search_path(query.text, ".epub") + (f"&sort={found.sort}" if request.args.get("sort") else "")
    more = (
        {"link": f'<{origin(datasette, request)}{own}&page={number + 1}>; rel="next"'}
        if number * MOST_CHAPTERS < (found.articles or 0)
        else {}
    )
    return await book(datasette, request, f"Search: {query.text}", ids, more)


async def articles_as_book(datasette: Any, request: Any) -> Response:
    """/articles.epub with ``url``, repeated: these articles as they are now. What is not in the archive, or withheld, is left out."""
    asked = [split_url(url) for url in request.args.getlist("url")[:MOST_CHAPTERS]]
    articles = await read(datasette, articles_at, [parts for parts in asked if parts])
    ids = list(dict.fromkeys(article["id"] for article in articles if article))
    return await book(datasette, request, "Articles from the archive", ids, {})


def articles_at(db: sqlite3.Connection, asked: list[tuple[str, str, str]]) -> list[Row | None]:
    """The article at each address, by host, path and query."""
    return [article_at(db, *parts) for parts in asked]


async def book(datasette: Any, request: Any, title: str, ids: list[int], more: dict[str, str]) -> Response:
    """Articles as a file to download; 404 where there is none."""
    chapters: list[tuple[dict[str, Any], Citation]] = []
    comments = request.args.get("comments") == "1"
    for article_id in ids:
        if context := await read(datasette, chapter_context, article_id, comments):
            chapters.append((context, citation_of(datasette, request, context)))
    if not chapters:
        return Response.text("None of these is an article of this archive.\n", status=404)
    body = await read(datasette, bound, title, origin(datasette, request), chapters, folder(datasette), comments)
    name = re.sub(r"[^\w-]+", "-", title.lower(), flags=re.ASCII).strip("-")[:60] or "articles"
    headers = {
        "content-disposition": f'attachment; filename="{name}.epub"',
        "content-security-policy": NOTHING,
        "cache-control": "no-cache",
    }
    return Response(body, headers=headers | more, content_type=MEDIA_TYPE)


def chapter_context(db: sqlite3.Connection, article_id: int, comments: bool) -> dict[str, Any] | None:
    """What a chapter shows: the article as it is now, and its thread where that is wanted."""
    context = state_context(db, article_id)
    return context and context | {"thread": thread(db, article_id) if comments else []}


def bound(
    db: sqlite3.Connection, title: str, here: str, chapters: list[tuple[dict[str, Any], Citation]], root: Path, comments: bool
) -> bytes:
    """The book, with the pictures that are held."""

    def picture(capture: int) -> tuple[str, bytes] | None:
        row = find_picture(db, capture)
        body = picture_bytes(root, row) if row else None
        return (row["mime"], body) if row and body else None

    return epub(title, here, chapters, picture, comments)


NOTEBOOK_PAGES: list[tuple[str, Handler]] = [
    (r"^/notebook$", show_notebook),
    (r"^/kept/?$", lead_to_notebook),
    (r"^/notebook/new\.json$", show_news),
    (r"^/search\.epub$", search_as_book),
    (r"^/articles\.epub$", articles_as_book),
]
WRITING: list[tuple[str, Handler]] = [(r"^/notebook\.json$", sync_notebook)]
"""The one address that takes something: it writes to the notebook's own file, never to the archive."""
