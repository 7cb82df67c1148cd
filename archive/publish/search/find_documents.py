"""Which documents a query finds, and what a page of results shows of each: takes a query, gives ids in order, and rows.

The fields of a query ask for the articles that link a document; ``is:`` asks for the document itself.
"""

from __future__ import annotations

import sqlite3

from archive.publish.search.find_hits import Condition, article_condition, joined, negated, word_conditions
from archive.publish.search.hits import highlights_of, snippets_of
from archive.queries.rows import Row, as_json, fetch_rows
from archive.queries.search_query import Filter, Query

STATE_OF_DOCUMENT = {
    "missing": "documents.missing_since is not null",
    "gone": "documents.gone_at is not null",
    "edited": "documents.id in (select document_id from document_states where number > 1)",
}
WEIGHTS = "10.0, 1.0"  # title, text
ORDERS = {"relevance": f"bm25(documents_fts, {WEIGHTS})", "newest": "documents.first_seen_at desc", "oldest": "documents.first_seen_at"}


def find_documents(db: sqlite3.Connection, query: Query, sort: str) -> list[int]:
    """Ids of the current states of the documents found, in order."""
    source = "documents" if not query.match else "documents_fts cross join documents on documents.state_id = documents_fts.rowid"
    rowid = "documents_fts.rowid" if query.match else "documents.state_id"
    conditions = [Condition("documents.state_id is not null"), *word_conditions(query, "documents_fts", rowid)]
    conditions += [negated(document_condition(db, one), one) for one in query.filters]
    where, parameters = joined(conditions)
    order = ORDERS[sort if query.match or sort != "relevance" else "newest"]
    sql = f"select documents.state_id from {source} where {where} order by {order}, documents.id desc"
    return [row[0] for row in db.execute(sql, parameters)]


def document_condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """One field filter as a condition on ``documents``."""
    if one.field == "is":
        return Condition(STATE_OF_DOCUMENT[one.value.lower()])
    inner = article_condition(db, one)
    linking = "select document_id from article_documents join articles on articles.id = article_documents.article_id"
    return Condition(f"documents.id in ({linking} where {inner.sql})", inner.parameters)


def document_hits(db: sqlite3.Connection, query: Query, ids: list[int]) -> list[Row]:
    """What a page of results shows of each document, in the order of ``ids``: with the newest article that links it."""
    sql = """
        select
          document_states.id,
          document_states.title,
          document_states.number,
          document_states.seen_at,
          document_states.capture_id,
          document_states.bytes,
          document_states.note,
          substr(document_states.text, 1, 300) as start,
          documents.url,
          documents.name,
          documents.missing_since,
          documents.gone_at,
          articles.url as article_url,
          articles.title as article_title
        from document_states
        join documents on documents.id = document_states.document_id
        left join articles on articles.id = (select max(article_id) from article_documents where document_id = documents.id)
        where document_states.id in (select value from json_each(?))
    """
    snippets = snippets_of(db, "documents_fts", 1, query.match, ids)
    titles = highlights_of(db, "documents_fts", query.match, ids)
    held = {
        row["id"]: row | {"snippet": snippets.get(row["id"]), "marked_title": titles.get(row["id"])}
        for row in fetch_rows(db, sql, [as_json(ids)])
    }
    return [held[state_id] for state_id in ids if state_id in held]
