"""What a page of results shows of each hit: takes ids, gives titles, dates and the words around the hit.

``snippet()`` in a sorted query runs on every match, so it is asked for twenty ids only (measured: 5,386 -> 133 ms).
"""

from __future__ import annotations

import sqlite3

from archive.db.words import WORD_TABLES
from archive.publish.search.few_texts import indexed, is_sooner
from archive.queries.counts import COMMENTS_SHOWN
from archive.queries.rows import Row, as_json, fetch_rows
from archive.queries.search_indexes import ARTICLES, COMMENTS, WordIndex
from archive.queries.search_nodes import fts_expression, wanted_terms
from archive.queries.search_query import Query
from archive.text.markup import END, START, without_marks
from archive.text.search_marks import first_places, passage, sought, with_sentinels


def article_hits(db: sqlite3.Connection, query: Query, found: list[tuple[int, int]]) -> list[Row]:
    """What a page of results shows of each article, in the order of ``found``."""
    rows = fetch_rows(
        db,
        f"""
        select
          revisions.id as revision_id,
          revisions.number,
          revisions.seen_at,
          revisions.title,
          substr(revisions.text, 1, 300) as start,
          articles.id,
          articles.url,
          articles.kind,
          articles.byline,
          articles.published_on,
          {COMMENTS_SHOWN} as comment_count,
          articles.last_seen_at,
          articles.missing_since,
          articles.gone_at,
          coalesce(sites.title, sites.name) as site
        from revisions
        join articles on articles.id = revisions.article_id
        join sites on sites.id = articles.site_id
        where revisions.id in (select value from json_each(?))
        """,
        [as_json(revision_id for _, revision_id in found)],
    )
    ids = [row["revision_id"] for row in rows]
    snippets, titles = marked_of(db, ARTICLES, query, ids)
    places = paragraphs_of(db, snippets)
    found_rows = {
        row["revision_id"]: row
        | {
            "snippet": snippets.get(row["revision_id"]),
            "marked_title": titles.get(row["revision_id"]),
            "paragraph": places.get(row["revision_id"]),
            "marks": query.text if query.marks else "",
        }
        for row in rows
    }
    return [found_rows[revision_id] for _, revision_id in found]


def paragraphs_of(db: sqlite3.Connection, snippets: dict[int, str]) -> dict[int, int]:
    """Revision -> position of the block in which its snippet's first hit stands."""
    wanted = {revision_id: hit_words(snippet) for revision_id, snippet in snippets.items() if START in snippet}
    sql = """
        select revision_id, position, text
        from blocks
        where revision_id in (select value from json_each(?)) and kind = 'body'
        order by revision_id, position desc
    """
    blocks = fetch_rows(db, sql, [as_json(wanted)])
    return {row["revision_id"]: row["position"] for row in blocks if wanted[row["revision_id"]] in row["text"]}


def hit_words(snippet: str) -> str:
    """The text around the first hit that stands in one paragraph."""
    part = next(part for part in snippet.split("\n\n") if START in part)
    return without_marks(part).strip("…")


def marked_of(db: sqlite3.Connection, searched: WordIndex, query: Query, ids: list[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Row -> a few words around the hits in its text, and row -> its headline or signature, the index's second column, whole: both with
    sentinels around the hits. One question gives both, for the beginning of a word is looked for anew in each.
    """
    shown, index = searched.shown(query), searched.name
    if shown is None or not ids:
        return {}, {}
    sql = f"""
        select rowid, snippet({index}, 0, ?, ?, '…', 48), highlight({index}, 1, ?, ?)
        from {index}
        where {index} match ? and rowid in (select value from json_each(?))
    """
    asked = [START, END, START, END, fts_expression(shown, searched.columns), as_json(ids)]
    if is_sooner(db, shown):
        with indexed(db, searched, ids) as few:
            found = few.execute(sql, asked).fetchall()
    else:
        found = db.execute(sql, asked).fetchall()
    snippets, first = {row[0]: row[1] for row in found}, {row[0]: row[2] for row in found}
    texts = places_in(db, searched, -1, query, ids)
    snippets |= {row_id: passage(text, places) for row_id, (text, places) in texts.items() if places}
    texts = places_in(db, searched, 0, query, ids)
    return snippets, first | {row_id: with_sentinels(text, places) for row_id, (text, places) in texts.items()}


def places_in(
    db: sqlite3.Connection, searched: WordIndex, column: int, query: Query, ids: list[int]
) -> dict[int, tuple[str, list[tuple[int, int]]]]:
    """Of rows that the second index has: one of their columns as it was written, and where the words searched stand in it. ``column``: its
    place in ``WORD_TABLES``."""
    if not db.execute(f"select exists(select 1 from {searched.words})").fetchone()[0]:
        return {}
    source, columns = WORD_TABLES[searched.words]
    name = columns[column]
    fields = {"", next((field for field, of in searched.columns.items() if of == name), "")}
    terms = [(term.text, term.prefix) for term in wanted_terms(searched.shown(query)) if term.field in fields]
    sql = f"""
        select words.id, words.way, texts.{name}
        from {searched.words} as words
        join {source} as texts on texts.id = words.id
        where words.id in (select value from json_each(?))
    """
    asked = sought(terms)
    return {row_id: (text or "", first_places(text or "", asked, way)) for row_id, way, text in db.execute(sql, [as_json(ids)]).fetchall()}


def comment_hits(db: sqlite3.Connection, query: Query, ids: list[int]) -> list[Row]:
    """What a page of results shows of each comment, in the order of ``ids``."""
    rows = fetch_rows(
        db,
        """
        select
          comments.id,
          comments.author,
          comments.posted_at,
          comments.first_seen_at,
          comments.missing_since,
          comments.gone_at,
          substr(comments.text, 1, 300) as start,
          articles.url,
          articles.title
        from comments
        join articles on articles.id = comments.article_id
        where comments.id in (select value from json_each(?))
        """,
        [as_json(ids)],
    )
    snippets, names = marked_of(db, COMMENTS, query, ids)
    marks = {"marks": query.text if query.marks else ""}
    held = {row["id"]: row | marks | {"snippet": snippets.get(row["id"]), "marked_author": names.get(row["id"])} for row in rows}
    return [held[comment_id] for comment_id in ids if comment_id in held]
