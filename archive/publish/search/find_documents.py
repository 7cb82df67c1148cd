"""Which documents a query finds, and what a page of results shows of each: takes a query, gives ids in order, and rows.

The fields of a query ask for the articles that link a document; ``is:`` asks for the document itself.
"""

from __future__ import annotations

import sqlite3

from archive.publish.search.conditions import Subject, article_condition, joined, span_condition
from archive.publish.search.find_hits import in_one_order
from archive.publish.search.hits import marked_of
from archive.queries.rows import Row, as_json, fetch_rows
from archive.queries.search_fields import date_span
from archive.queries.search_indexes import DOCUMENTS, Condition, sources
from archive.queries.search_nodes import Filter, Node
from archive.queries.search_query import Query

STATE_OF_DOCUMENT = {
    "missing": "documents.missing_since is not null",
    "gone": "documents.gone_at is not null",
    "edited": "documents.id in (select document_id from document_states where number > 1)",
}
WEIGHTS = "1.0, 10.0"  # text, title


def find_documents(db: sqlite3.Connection, query: Query, sort: str) -> list[int]:
    """Ids of the current states of the documents found, in order."""
    words, rest = DOCUMENTS.asked(query)
    if words is None:
        return [row[0] for row in _found(db, "documents", "documents.state_id", [], rest, sort, "")]
    found = []
    for source in sources(db, DOCUMENTS, words):
        index = source.table
        tables = f"{index} cross join documents on documents.state_id = {index}.rowid"
        found.append(_found(db, tables, f"{index}.rowid", [source.matching()], rest, sort, f"bm25({index}, {WEIGHTS})"))
    return [row[0] for row in in_one_order(found, sort)]


def _found(
    db: sqlite3.Connection, tables: str, state: str, matching: list[Condition], rest: list[Node], sort: str, rank: str
) -> list[tuple[int, object]]:
    subject = Subject(DOCUMENTS, state, document_condition, of_article_of_document)
    where, parameters = joined([Condition("documents.state_id is not null"), *matching, *subject.conditions(db, rest)])
    key = rank if sort == "relevance" and rank else "documents.first_seen_at"
    order = "" if sort == "oldest" or key == rank else " desc"
    return db.execute(
        f"select documents.state_id, {key} from {tables} where {where} order by 2{order}, documents.id desc", parameters
    ).fetchall()


def document_condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """One field filter as a condition on ``documents``."""
    if one.field == "is" and one.value.lower() in STATE_OF_DOCUMENT:
        return Condition(STATE_OF_DOCUMENT[one.value.lower()])
    if one.field == "seen":
        return span_condition("documents.first_seen_at", date_span(one))
    return of_article_of_document(article_condition(db, one))


def of_article_of_document(inner: Condition) -> Condition:
    """A condition on an article that links a document."""
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
    snippets, titles = marked_of(db, DOCUMENTS, query, ids)
    held = {
        row["id"]: row | {"snippet": snippets.get(row["id"]), "marked_title": titles.get(row["id"])}
        for row in fetch_rows(db, sql, [as_json(ids)])
    }
    return [held[state_id] for state_id in ids if state_id in held]
