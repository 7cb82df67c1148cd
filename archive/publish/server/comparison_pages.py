"""Handlers of comparisons: each takes Datasette and a request, gives what changed between two states of an article, with what proves
both.
"""

from __future__ import annotations

import re
from typing import Any

from datasette.utils.asgi import Response

from archive.publish.cite.proofs import seals_of
from archive.publish.reading.comparison import compared, compared_at, revision_number
from archive.publish.server.article_pages import absent, citation_forms, comparison_citation, not_found
from archive.publish.server.responses import folder, page, read, redirect
from archive.queries.addresses import article_at, parse_address, reading_path
from archive.queries.rows import Row
from archive.text.urls import split_url


async def show_comparison(datasette: Any, request: Any) -> Response:
    """/compare with ``url``, ``from`` and ``to``: two revisions of an article, by their numbers; the first and the last without.
    ``view=side`` shows both in two columns."""
    text = request.args.get("url") or ""
    parts = split_url(text)
    article = await read(datasette, article_at, *parts) if parts else None
    if article is None:
        return await absent(datasette, request, parts, text)
    first, second = (revision_number(request.args.get(name)) for name in ("from", "to"))
    context = await read(datasette, compared, article["id"], first, second, request.args.get("view") == "side")
    return await comparison_page(datasette, request, article, context)


async def show_dated_comparison(datasette: Any, request: Any) -> Response:
    """/compare/MOMENT..MOMENT/HOST/PATH: the states at two moments. The address outlives revisions' numbers and our ids."""
    asked = re.match(r"/compare/(\d{4,14})\.\.(\d{4,14})(/.+)$", request.path, re.S)
    address = parse_address(asked[3], request.query_string) if asked else None
    if asked is None or address is None:
        return await not_found(datasette, request, request.path)
    parts = (address.host, address.path, address.query)
    article = await read(datasette, article_at, *parts)
    if article is None:
        return await absent(datasette, request, parts, asked[3])
    moments = sorted((asked[1], asked[2]))
    context = await read(datasette, compared_at, article["id"], moments)
    return await comparison_page(datasette, request, article, context)


async def comparison_page(datasette: Any, request: Any, article: Row, context: dict[str, Any] | None) -> Response:
    """The page of a comparison; to the article's revisions where there are no such two."""
    if context is None:
        return redirect(reading_path(article["url"]) + "#revisions")
    cited = comparison_citation(datasette, request, context)
    shown = [capture for state in (context["old"], context["new"]) for capture in state["captures"][:1]]
    sealed = seals_of(folder(datasette), shown)
    seals = {capture["id"]: sealed.get(capture["record_digest"]) for capture in shown}
    more = {"citation": cited, "forms": citation_forms(cited), "seals": seals}
    return await page(datasette, request, "compare.html", context | more)
