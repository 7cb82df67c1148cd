"""What people withheld, kept from every page and every query of the served archive; the file keeps it.

A view in the connection's own ``temp`` schema stands in for each table that could tell: SQLite looks there first, so a name
without a schema never reaches a withheld row, whoever wrote the query. Names *with* the schema ``main`` are refused.
"""

from __future__ import annotations

import re
import sqlite3

from archive.queries.rows import Row, fetch_rows
from archive.queries.withheld import decisions_to_withhold, withheld_ids
from archive.store.decisions import UNDONE

OPEN = frozenset(
    {
        *("sites", "site_settings", "crawls", "lists", "overcounts", "claims", "coverage", "seals", "sealed_records"),
        *("identity", "merged_archives", "merged_parts", "_sqlite_migrations", "sqlite_stat1"),
    }
)
"""Tables that tell nothing about one article or comment."""

# Rows that are shown. {articles} and {comments} are lists of withheld ids.
OF_ARTICLE = "article_id not in ({articles})"
OF_REVISION = "revision_id not in (select id from main.revisions where article_id in ({articles}))"
URLS = "(select url from main.urls where article_id in ({articles}))"
PICTURES = "(select url from main.images where article_id in ({articles}))"
COMMENTS = "(select id from main.comments where article_id in ({articles}))"
DOCUMENTS = """(
    select document_id from main.article_documents as theirs
    where article_id in ({articles}) and not exists (
      select 1 from main.article_documents as others
      where others.document_id = theirs.document_id and others.article_id not in ({articles})
    )
  )"""
STATES = f"(select id from main.document_states where document_id in {DOCUMENTS})"
DOCUMENT_URLS = f"(select url from main.documents where id in {DOCUMENTS})"
ASSETS = """(
    select {key} from main.assets
    where kind = 'picture' and page_capture_id in (select id from main.captures where article_id in ({{articles}}))
      and {key} is not null
  )"""
ASSET_URLS, ASSET_CAPTURES = ASSETS.format(key="url"), ASSETS.format(key="capture_id")
NOT_ALONE = """id not in (
    select {key} from main.{table} as theirs
    where article_id in ({{articles}})
      and not exists (select 1 from main.{table} as others where others.{key} = theirs.{key} and others.article_id not in ({{articles}}))
  )"""
SHOWN = {
    "articles": "id not in ({articles})",
    "urls": OF_ARTICLE,
    "revisions": OF_ARTICLE,
    "readings": OF_ARTICLE,
    "images": OF_ARTICLE,
    "links": OF_ARTICLE,
    "article_authors": OF_ARTICLE,
    "article_tags": OF_ARTICLE,
    "differences": OF_ARTICLE,
    "block_spans": OF_REVISION,
    "revision_captures": OF_REVISION,
    "captures": f"(coalesce(article_id, 0) not in ({{articles}}) and url not in {URLS} and url not in {PICTURES} "
    f"and url not in {DOCUMENT_URLS} and id not in (select capture_id from main.document_states where document_id in {DOCUMENTS}) "
    f"and url not in {ASSET_URLS} and id not in {ASSET_CAPTURES} and id not in "
    "(select capture_id from main.images where article_id in ({articles}) and capture_id is not null)) or id in "
    "(select capture_id from main.images where article_id not in ({articles}) and capture_id is not null)",  # others show it too
    "comments": f"{OF_ARTICLE} and id not in ({{comments}})",
    "comment_states": f"comment_id not in ({{comments}}) and comment_id not in {COMMENTS}",
    "absences": f"{OF_ARTICLE} and coalesce(comment_id, 0) not in ({{comments}})",
    "authors": NOT_ALONE.format(key="author_id", table="article_authors"),
    "tags": NOT_ALONE.format(key="tag_id", table="article_tags"),
    "gaps": f"ref not in {URLS} and ref not in {PICTURES} and ref not in {DOCUMENT_URLS} and ref not in {ASSET_URLS}",
    "assets": f"url not in {ASSET_URLS}",
    "documents": f"id not in {DOCUMENTS}",
    "document_states": f"document_id not in {DOCUMENTS}",
    "article_documents": OF_ARTICLE,
    "quarantine": f"url not in {URLS}",
    "checkpoints": f"ref not in {URLS}",
    "feed_items": f"url not in {URLS}",
    "verdicts": f"url not in {URLS}",
    "boilerplate": """fingerprint not in (
    select theirs.fingerprint from main.revisions join main.block_spans as theirs on theirs.revision_id = revisions.id
    where revisions.article_id in ({articles}) and not exists (
      select 1 from main.block_spans as others join main.revisions as shown on shown.id = others.revision_id
      where others.fingerprint = theirs.fingerprint and shown.article_id not in ({articles})
    )
  )""",
    "rereadings": "coalesce(revision_id, 0) not in (select id from main.revisions where article_id in ({articles}))"
    " and coalesce(comment_revision_id, 0) not in (select id from main.comment_states where comment_id in ({comments}))"
    f" and coalesce(comment_revision_id, 0) not in (select id from main.comment_states where comment_id in {COMMENTS})",
    "expunged": "1",
    "decisions": "kind <> 'withhold'",  # an address tells the headline
}
# An index of words tells what stands in a text; its hidden columns have to be named, for match and rank.
SEARCHED = {
    "revisions_fts": ("title, byline, text", "rowid not in (select id from main.revisions where article_id in ({articles}))"),
    "documents_fts": ("title, text", f"rowid not in {STATES}"),
    "comments_fts": ("author, text", f"rowid not in ({{comments}}) and rowid not in {COMMENTS}"),
}
INSIDE = [f"{index}_{part}" for index in SEARCHED for part in ("data", "idx", "docsize", "config")]
TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|\Z)|[\w$]+|\s+|\ufeff|.""", re.S)
IGNORED = re.compile(r"--|/\*|\s|\ufeff")


class Reader(sqlite3.Connection):
    """A connection that remembers which decisions it follows."""

    followed: tuple[tuple[str, str], ...] = ()


def follow(db: Reader) -> None:
    """Make the connection show what is not withheld at this moment. Costs one look into ``decisions`` where nothing has changed."""
    decisions = decisions_to_withhold(db)
    if decisions == db.followed:
        return
    for name in [name for (name,) in db.execute("select name from sqlite_temp_master where type = 'view'").fetchall()]:
        db.execute(f"drop view temp.{name}")
    articles, comments = withheld_ids(db, decisions)
    if articles or comments:
        for statement in stand_ins(db, articles, comments):
            db.execute(statement)
    db.followed = decisions


def stand_ins(db: sqlite3.Connection, articles: list[int], comments: list[int]) -> list[str]:
    """The views: one for each table, and each view of the archive again, so that it reads these."""
    ids = {"articles": ", ".join(map(str, articles)), "comments": ", ".join(map(str, comments))}
    tables = [f"create temp view {name} as select * from main.{name} where {shown.format(**ids)}" for name, shown in SHOWN.items()]
    indexes = [
        f"create temp view {name} as select rowid, {columns}, {name}, rank from main.{name} where {shown.format(**ids)}"
        for name, (columns, shown) in SEARCHED.items()
    ]
    inside = [f"create temp view {name} as select * from main.{name} where 0" for name in INSIDE]
    views = [sql for (sql,) in db.execute("select sql from main.sqlite_master where type = 'view' order by rowid").fetchall()]
    return tables + indexes + inside + [re.sub(r"(?i)^create view", "create temp view", sql) for sql in views]


def withheld_since(db: sqlite3.Connection, article_id: int) -> str | None:
    """When the decision was taken that withholds this article; None when none stands. Asked of the tables themselves."""
    sql = """
        select ref, value, decided_at
        from main.decisions
        where kind = 'withhold' and ref in (select url from main.urls where article_id = ?)
        order by id
    """
    last = {ref: (value, decided_at) for ref, value, decided_at in db.execute(sql, [article_id])}
    return min((decided_at for value, decided_at in last.values() if value != UNDONE), default=None)


def withheld_comments(db: sqlite3.Connection, article_id: int) -> list[Row]:
    """Where in a thread comments are withheld, and since when: no name, no text."""
    sql = """
        select
          theirs.id,
          theirs.article_id,
          theirs.parent_id,
          theirs.position,
          theirs.first_seen_at,
          (select max(decided_at) from main.decisions where kind = 'withhold' and ref = 'comment:' || theirs.id) as withheld_since
        from main.comments as theirs
        where theirs.article_id = ? and not exists (select 1 from comments where comments.id = theirs.id)
    """
    return fetch_rows(db, sql, [article_id])


def withheld_counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many articles and comments are withheld."""
    articles, comments = withheld_ids(db, decisions_to_withhold(db))
    return {"articles": len(articles), "comments": len(comments)}


def reaches_around(sql: str) -> bool:
    """Whether a query names the schema ``main`` or the raw pages of the file, as SQLite reads it. https://sqlite.org/lang_naming.html"""
    if not re.search("main|sqlite_dbpage", sql, re.I):
        return False
    tokens = [token[0] for token in TOKEN.finditer(sql) if not IGNORED.match(token[0])]
    names = [token.strip("'\"`[]").lower() for token in tokens]
    schema = any(name == "main" and after == "." for name, after in zip(names, tokens[1:], strict=False))
    return schema or "sqlite_dbpage" in names
