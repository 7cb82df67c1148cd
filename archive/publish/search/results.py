"""Search over articles and comments: takes a query and a page's number, gives the hits on that page and the numbers of all."""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.publish.search.facets import article_facets, comment_facets
from archive.publish.search.find_documents import document_hits, find_documents
from archive.publish.search.find_hits import find_articles, find_comments
from archive.publish.search.hits import article_hits, comment_hits
from archive.queries.remembered import LISTED, OF_ARTICLES, OF_BOTH, OF_COMMENTS, remembered
from archive.queries.rows import Row
from archive.queries.search_indexes import COMMENTS
from archive.queries.search_nodes import Filter
from archive.queries.search_query import Query

PAGE = 20
FEW = 5  # comments, and documents, shown beside the articles when all are searched
MOST_COMMENTS = 5_000  # comments that are listed and counted into facets; the total is exact beyond
OF_TEXTS = ("is", "cites")  # fields of an article that its texts and links answer
SORTS = ("relevance", "newest", "oldest")


@dataclass
class Results:
    """One page of hits. ``articles``, ``comments`` and ``documents`` are the numbers of all hits; None where that was not searched.

    ``unranked``: comments come by date because too many match to be ranked.
    """

    query: Query
    sort: str
    page: int = 1
    articles: int | None = None
    comments: int | None = None
    documents: int | None = None
    hits: list[Row] = field(default_factory=list)
    comment_hits: list[Row] = field(default_factory=list)
    document_hits: list[Row] = field(default_factory=list)
    facets: dict[str, list[Row]] = field(default_factory=dict)
    months: list[Row] = field(default_factory=list)
    unranked: bool = False

    def pages(self, size: int = PAGE) -> int:
        listed = {"comments": min(self.comments or 0, MOST_COMMENTS), "documents": self.documents}.get(self.query.place, self.articles)
        return max(1, -(-(listed or 0) // size))


def search(db: sqlite3.Connection, query: Query, sort: str = "", page: int = 1, size: int = PAGE, *, facets: bool = True) -> Results:
    """One page of what a query finds. An empty query finds nothing. Without ``facets`` the hits and their numbers alone are looked up."""
    chosen = sort if sort in SORTS else "relevance" if query.match else "newest"
    results = Results(query, chosen, max(1, page))
    if query.empty:
        return results
    offset = (results.page - 1) * size
    if query.place == "documents" or (query.place == "everything" and query.match):
        states = find_documents(db, query, chosen)
        results.documents = len(states)
        first = offset if query.place == "documents" else 0
        listed_documents = states[first : first + (size if query.place == "documents" else FEW)]
        if query.place == "documents" or results.page == 1:
            results.document_hits = document_hits(db, query, listed_documents)
    if query.place not in ("comments", "documents"):
        articles, revisions = articles_in_order(db, query, chosen)
        results.articles = len(articles)
        shown = slice(offset, offset + size)
        results.hits = article_hits(db, query, [*zip(articles[shown], revisions[shown], strict=True)])
        if facets:
            key = ("facets", ids_digest(articles))
            results.facets, results.months = remembered(db, key, lambda: article_facets(db, [*articles]), of=LISTED)
    if query.place in ("comments", "everything"):
        listed = MOST_COMMENTS if query.place == "comments" else FEW if size == PAGE else size
        ids, results.comments, order = comments_in_order(db, query, chosen, listed)
        results.unranked = order != chosen
    if query.place == "comments":
        results.sort = order
        results.comment_hits = comment_hits(db, query, ids[offset : offset + size])
        if facets:
            key = ("comment facets", ids_digest(ids))
            results.facets, results.months = remembered(db, key, lambda: comment_facets(db, ids), of=OF_COMMENTS)
    elif query.place == "everything" and results.page == 1:
        results.comment_hits = comment_hits(db, query, ids)
    return results


def articles_in_order(db: sqlite3.Connection, query: Query, sort: str) -> tuple[array[int], array[int]]:
    """Articles and revisions of all hits. The next page of a search does not rank them anew."""

    def found() -> tuple[array[int], array[int]]:
        pairs = find_articles(db, query, sort)
        return array("q", [article for article, _ in pairs]), array("q", [revision for _, revision in pairs])

    return remembered(db, ("articles", query.tree, query.place, sort), found, weight=lambda pair: 2 * len(pair[0]), of=OF_ARTICLES)


def comments_in_order(db: sqlite3.Connection, query: Query, sort: str, limit: int) -> tuple[list[int], int, str]:
    """What ``find_comments`` gives."""
    key = ("comments", query.tree, query.place, sort, limit)
    rest = COMMENTS.asked(query)[1]
    no_texts = all(isinstance(part, Filter) and part.field not in OF_TEXTS for part in rest)
    rests_on = (*(LISTED if rest else ()), *OF_COMMENTS) if no_texts else OF_BOTH
    return remembered(db, key, lambda: find_comments(db, query, sort, limit), weight=lambda found: len(found[0]), of=rests_on)


def ids_digest(ids: Iterable[int]) -> bytes:
    """Which ids these are, in whatever order."""
    return hashlib.sha256(array("q", sorted(ids)).tobytes()).digest()


def newest_hits(db: sqlite3.Connection, query: Query, limit: int) -> tuple[list[int], list[int]]:
    """Revisions of the newest articles, and the newest comments, that a query finds."""
    if query.empty:
        return [], []
    revisions = articles_in_order(db, query, "newest")[1] if query.place not in ("comments", "documents") else []
    comments = comments_in_order(db, query, "newest", limit)[0] if query.place in ("comments", "everything") else []
    return [*revisions[:limit]], comments
