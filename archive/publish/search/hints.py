"""Why a search found nothing: takes a query, gives for each word what it finds alone, or the longest beginning of it that finds
something.
"""

from __future__ import annotations

import sqlite3

from archive.queries.rows import Row, fetch_value
from archive.queries.search_nodes import AnyOf, joined_parts
from archive.queries.search_query import Query, QueryTerm

SHORTEST = 3  # letters of a beginning that is offered
MOST = 8  # words


def word_hints(db: sqlite3.Connection, query: Query) -> list[Row]:
    """A line for each word, phrase or group of alternatives. Empty where the query has fields only, or one word that no word of
    the archive begins like.
    """
    hints = []
    for group in query.wanted[:MOST]:
        alone = Query(tree=joined_parts(AnyOf, [*group]))
        words = " OR ".join(f'"{term.text}"' if " " in term.text else term.text + "*" * term.prefix for term in group)
        articles, comments = counts(db, alone.match)
        start = beginning(db, group[0].text) if not articles + comments and len(group) == 1 else None
        hints.append({"words": words, "articles": articles, "comments": comments, "start": start})
    narrowed = query.filters or query.unwanted or query.place != "everything"
    return hints if len(hints) > 1 or narrowed or any(hint["start"] for hint in hints) else []


def counts(db: sqlite3.Connection, match: str | None) -> tuple[int, int]:
    """Numbers of articles and comments that have these words."""
    articles = (
        "select count(*) from revisions_fts cross join articles on articles.revision_id = revisions_fts.rowid where revisions_fts match ?"
    )
    comments = "select count(*) from comments_fts where comments_fts match ?"
    return int(fetch_value(db, articles, [match])), int(fetch_value(db, comments, [match]))


def beginning(db: sqlite3.Connection, word: str) -> str | None:
    """``Marebb`` -> ``Mare*``: the longest beginning of a word that words of the archive share."""
    for length in range(len(word) - 1, SHORTEST - 1, -1):
        if word[:length].isalnum() and any(counts(db, QueryTerm(word[:length], prefix=True).match())):
            return f"{word[:length]}*"
    return None
