"""The words of a search in an opened article: takes the context of its page and a query, marks them in its text and its thread."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from archive.queries.search_query import Query
from archive.text.markup import paragraphs, plain
from archive.text.search_marks import marked_markup, sought, way_in

MOST = 1_000  # hits on one page


def with_search_marks(context: dict[str, Any], query: Query) -> dict[str, Any]:
    """The context with its headline, blocks and comments marked, the number of ``hits``, and what was ``sought``."""
    terms = sought(query.marks)
    way = way_in(f"{context['revision']['title']}\n{context['revision']['text']}")
    title, found = marked_markup(str(escape(plain(context["revision"]["title"]))), terms, way, 1)
    blocks = []
    for block in context["blocks"]:
        markup = block["markup"] or paragraphs(block["text"])
        if block["content"] and found < MOST:
            shown, count = marked_markup(str(markup), terms, way, found + 1)
            markup, found = Markup(shown), found + count
        blocks.append(block | {"markup": markup})
    in_text = found
    thread = []
    for comment in context["thread"]:
        said = comment.get("text") or ""
        if said and found < MOST:
            shown, count = marked_markup(str(paragraphs(said)), terms, way_in(said), found + 1)
            comment, found = comment | {"said": Markup(shown)}, found + count
        thread.append(comment)
    return context | {
        "headline": Markup(title),
        "blocks": blocks,
        "thread": thread,
        "hits": found,
        "hits_in_text": in_text,
        "sought": query.text,
    }
