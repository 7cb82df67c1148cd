"""The documents that an article links: takes an article's id and a moment, gives what is held of each, and why one is not."""

from __future__ import annotations

import sqlite3
from urllib.parse import urldefrag

from archive.queries.rows import Row, fetch_rows
from archive.text.documents import document_format, file_name

HELD = """
    select
      documents.url,
      documents.name,
      documents.missing_since,
      document_states.title,
      document_states.bytes,
      document_states.seen_at,
      document_states.capture_id,
      document_states.note,
      (select reason from gaps where gaps.site_id = documents.site_id and gaps.kind = 'document' and gaps.ref = documents.url) as reason
    from article_documents
    join documents on documents.id = article_documents.document_id
    left join document_states on document_states.id = (
      select max(theirs.id)
      from document_states as theirs
      where theirs.document_id = documents.id and theirs.seen_at <= coalesce(:at, '9999')
    )
    where article_documents.article_id = :article
    order by documents.id
"""
NOT_ASKED = "it was not asked for"


def linked_documents(db: sqlite3.Connection, article_id: int, at: str | None) -> list[Row]:
    """Documents of an article: those that were asked for, then those that its links name and no run asked for."""
    held = fetch_rows(db, HELD, {"article": article_id, "at": at})
    known = {row["url"] for row in held}
    sql = "select url from links where article_id = ? and target_article_id is null order by position"
    named = {urldefrag(row["url"])[0]: None for row in fetch_rows(db, sql, [article_id]) if document_format(row["url"])}
    return held + [
        {"url": url, "name": file_name(url), "title": "", "capture_id": None, "reason": NOT_ASKED, "missing_since": None}
        for url in named
        if url not in known
    ]
