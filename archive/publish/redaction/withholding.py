"""What people withheld, kept from every page and every query of the served archive; the file keeps it.

A view in the connection's own ``temp`` schema stands in for each table that could tell: SQLite looks there first, so a name
without a schema never reaches a withheld row, whoever wrote the query. Names *with* the schema ``main`` are refused.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from archive.clock import later
from archive.publish.redaction import signatures
from archive.queries.rows import Row, fetch_rows
from archive.queries.shared_answers import SharedAnswers
from archive.queries.withheld import Hidden, Policy, hidden_by, hidden_now, policy_of
from archive.store.decisions import UNDONE
from archive.store.site_settings import HIDE_GONE, days

OPEN = frozenset(
    {
        *("sites", "crawls", "lists", "overcounts", "claims", "coverage", "seals", "sealed_records"),
        *("identity", "merged_archives", "merged_parts", "table_changes", "_sqlite_migrations", "sqlite_stat1"),
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
BARE_LINKS = "(select substr(url, 1, instr(url || '#', '#') - 1) from main.links where article_id {article} in ({{articles}}))"
WORDINGS = """(
    select fingerprint from main.blocks
    where revision_id in (select id from main.revisions where article_id {article} in ({{articles}}))
  )"""
SHOWN = {
    "articles": "id not in ({articles})",
    "urls": OF_ARTICLE,
    "revisions": OF_ARTICLE,
    "readings": OF_ARTICLE,
    "images": OF_ARTICLE,
    "links": OF_ARTICLE,
    "outlink_checks": f"url not in {BARE_LINKS.format(article='')} or url in {BARE_LINKS.format(article='not')}",
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
    "boilerplate": f"fingerprint not in {WORDINGS.format(article='')} or fingerprint in {WORDINGS.format(article='not')}",
    "rereadings": "coalesce(revision_id, 0) not in (select id from main.revisions where article_id in ({articles}))"
    " and coalesce(comment_revision_id, 0) not in (select id from main.comment_states where comment_id in ({comments}))"
    f" and coalesce(comment_revision_id, 0) not in (select id from main.comment_states where comment_id in {COMMENTS})",
    "expunged": "1",
    "decisions": "kind not in ('withhold', 'pseudonymise')",  # an address tells the headline
    "site_settings": "name <> 'proxy'",  # a password may stand in it
    "words_due": "0",
    "revision_words": "id not in (select id from main.revisions where article_id in ({articles}))",
    "comment_words": f"id not in ({{comments}}) and id not in {COMMENTS}",
    "document_words": f"id not in {STATES}",
}
# An index of words tells what stands in a text; its hidden columns have to be named, for match and rank.
SEARCHED = {
    "revisions_fts": ("title, byline, text", "rowid not in (select id from main.revisions where article_id in ({articles}))"),
    "documents_fts": ("title, text", f"rowid not in {STATES}"),
    "comments_fts": ("author, text", f"rowid not in ({{comments}}) and rowid not in {COMMENTS}"),
    "revision_words_fts": ("title, byline, text, way", "rowid not in (select id from main.revisions where article_id in ({articles}))"),
    "document_words_fts": ("title, text, way", f"rowid not in {STATES}"),
    "comment_words_fts": ("author, text, way", f"rowid not in ({{comments}}) and rowid not in {COMMENTS}"),
}
SITE_OF_COMMENT = "(select theirs.site_id from main.articles as theirs where theirs.id = article_id)"
COMMENT_OF = {
    "comments": "",
    "comment_states": "comment_id",
    "absences": "comment_id",
    "rereadings": "(select comment_id from main.comment_states as state where state.id = comment_revision_id)",
    "comments_fts": "comments_fts.rowid",
    "comment_words": "comment_words.id",
    "comment_words_fts": "comment_words_fts.rowid",
}
"""How each table names a comment."""
INSIDE = [f"{index}_{part}" for index in SEARCHED for part in ("data", "idx", "docsize", "config")]
TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|\Z)|[\w$]+|\s+|\ufeff|.""", re.S)
IGNORED = re.compile(r"--|/\*|\s|\ufeff")


class Reader(sqlite3.Connection):
    """A connection that remembers which decisions it follows. ``shows_author_urls``: whether the addresses that people gave with
    their names are shown."""

    shows_author_urls = False
    followed: tuple[Policy, tuple[int, ...]] | None = None  # and the state of the file, where new rows may fall under it
    views_of: Hidden | None = None
    blocks_seen: signatures.Seen | None = None
    answers: SharedAnswers | None = None  # what connections to the same file remember together
    least_steps = 1  # of SQLite between two looks at the clock

    def set_progress_handler(self, handler: Any, n: int) -> None:
        """Each look at the clock waits for Python's turn, which other threads may hold for milliseconds: a question whose steps are all
        short is looked at less often."""
        super().set_progress_handler(handler, max(n, self.least_steps))


def follow(db: Reader) -> None:
    """Make the connection show what is not withheld at this moment. Costs a look into the decisions and the rules where nothing has
    changed."""
    policy = policy_of(db)
    state = state_of(db) if policy.is_live else ()
    if (policy, state) == db.followed:
        return
    hidden = hidden_by(db, policy)
    if hidden.signatures:
        db.blocks_seen = signatures.look_for(db, hidden.signatures, db.blocks_seen)
    if db.views_of is None or _without_names(hidden) != _without_names(db.views_of):
        for name in [name for (name,) in db.execute("select name from sqlite_temp_master where type = 'view'").fetchall()]:
            db.execute(f"drop view temp.{name}")
        for statement in stand_ins(db, hidden):
            db.execute(statement)
    if hidden.signatures:
        signatures.forget_hidden(db)
    db.followed, db.views_of = (policy, state), hidden


def state_of(db: sqlite3.Connection) -> tuple[int, ...]:
    """What changes when rows come that a rule or a name may hide."""
    return tuple(db.execute("pragma data_version").fetchone())


def _without_names(hidden: Hidden) -> tuple[object, ...]:
    """What the views are made of: which names are shown as others stands in tables, that some are in the views."""
    return hidden.articles, hidden.comments, hidden.ages, hidden.everywhere_before, bool(hidden.signatures)


def stand_ins(db: Reader, hidden: Hidden) -> list[str]:
    """The views: one for each table that could tell, and each view of the archive again, so that it reads these. No name stands in
    their SQL, which whoever asks can read."""
    ids = {"articles": ", ".join(map(str, hidden.articles)), "comments": ", ".join(map(str, hidden.comments))}
    always = ("comments", "decisions", "site_settings")
    tables, indexes = (SHOWN, SEARCHED) if hidden.is_anything else ({name: SHOWN[name] for name in always}, {})
    views = [sql for (sql,) in db.execute("select sql from main.sqlite_master where type = 'view' order by rowid").fetchall()]
    made = []
    for name, shown in tables.items():
        rows = shown_rows(name, shown, hidden, ids)
        made.append(f"create temp view {name} as select {shown_columns(db, name, hidden)} from main.{name} where {rows}")
    for name, (columns, shown) in indexes.items():
        rows = shown_rows(name, shown, hidden, ids)
        made.append(f"create temp view {name} as select rowid, {columns}, {name}, rank from main.{name} where {rows}")
    inside = [f"create temp view {name} as select * from main.{name} where 0" for name in INSIDE if indexes]
    return made + inside + [re.sub(r"(?i)^create view", "create temp view", sql) for sql in views]


def shown_rows(name: str, shown: str, hidden: Hidden, ids: dict[str, str]) -> str:
    """The condition on the rows of a table."""
    is_hidden = bool(hidden.articles or hidden.comments)
    conditions = [shown.format(**ids) if is_hidden or name in ("decisions", "site_settings") else "1"]
    if name in COMMENT_OF and hidden.ages:
        conditions.append(f"not {is_aged(hidden, COMMENT_OF[name])}")
    if name in signatures.ROWS and hidden.signatures:
        conditions.append(signatures.ROWS[name])
    return " and ".join(f"({condition})" for condition in conditions)


def is_aged(hidden: Hidden, comment_id: str) -> str:
    """SQL: whether a rule of age hides a comment. ``comment_id``: how its table names it; '' is the table of comments itself."""
    posted = "coalesce(posted_at, first_seen_at)"
    everywhere = hidden.everywhere_before
    parts = [f"{posted} < '{everywhere}'"] if everywhere else []
    parts += [f"({posted} < '{age.before}' and {SITE_OF_COMMENT} = {age.site_id})" for age in hidden.ages if age.before > everywhere]
    rules = " or ".join(parts) or "0"
    return f"exists (select 1 from main.comments where comments.id = {comment_id} and ({rules}))" if comment_id else f"({rules})"


def shown_columns(db: sqlite3.Connection, name: str, hidden: Hidden) -> str:
    """The columns of a table, those that tell a signature in the words in which they are shown."""
    shown: dict[str, str] = {}
    if name == "comments":
        shown = dict(signatures.OF_COMMENTS) if hidden.signatures else {}
        if not getattr(db, "shows_author_urls", False):
            shown["author_url"] = "cast('' as text)"
        elif hidden.signatures:
            shown["author_url"] = f"iif({signatures.SHOWN_COMMENT.format(column='author')} is null, author_url, '')"
    elif name == "comment_states" and hidden.signatures:
        shown = dict(signatures.OF_STATES)
    if not shown:
        return "*"
    columns = [row[1] for row in db.execute(f'pragma main.table_info("{name}")')]
    return ", ".join(f"{shown[column]} as {column}" if column in shown else column for column in columns)


def withheld_since(db: sqlite3.Connection, article_id: int) -> str | None:
    """When the decision was taken that withholds this article; None when none stands. Asked of the tables themselves."""
    sql = """
        select ref, value, decided_at
        from main.decisions
        where kind = 'withhold' and ref in (select url from main.urls where article_id = ?)
        order by id
    """
    last = {ref: (value, decided_at) for ref, value, decided_at in db.execute(sql, [article_id])}
    decided = min((decided_at for value, decided_at in last.values() if value != UNDONE), default=None)
    return decided or (_aged_since(db, article_id) if article_id in hidden_now(db).articles else None)


def _aged_since(db: sqlite3.Connection, article_id: int) -> str | None:
    """Since when a rule of age hides an article that is gone."""
    sql = """
        select articles.gone_at, site_settings.value
        from main.articles
        join main.site_settings on site_settings.site_id = articles.site_id and site_settings.name = ?
        where articles.id = ?
    """
    found = db.execute(sql, [HIDE_GONE, article_id]).fetchone()
    return later(found[0], days=days(found[1]) or 0) if found else None


def withheld_comments(db: sqlite3.Connection, article_id: int) -> list[Row]:
    """Where in a thread comments are withheld by a decision, and since when: no name, no text."""
    sql = """
        select
          theirs.id,
          theirs.article_id,
          theirs.parent_id,
          theirs.position,
          theirs.first_seen_at,
          (
            select iif(value = 'undone', null, decided_at)
            from main.decisions
            where kind = 'withhold' and ref = 'comment:' || theirs.id
            order by id desc
            limit 1
          ) as withheld_since
        from main.comments as theirs
        where theirs.article_id = ? and not exists (select 1 from comments where comments.id = theirs.id)
    """
    return [row for row in fetch_rows(db, sql, [article_id]) if row["withheld_since"]]


def aged_comments(db: sqlite3.Connection, article_id: int) -> int:
    """How many comments of a thread are not shown for their age, by the site's rules."""
    sql = "select (select count(*) from main.comments where article_id = :id) - (select count(*) from comments where article_id = :id)"
    [(hidden,)] = db.execute(sql, {"id": article_id}).fetchall()
    return int(hidden) - len(withheld_comments(db, article_id)) if hidden else 0


def reaches_around(sql: str) -> bool:
    """Whether a query names the schema ``main`` or the raw pages of the file, as SQLite reads it. https://sqlite.org/lang_naming.html"""
    if not re.search("main|sqlite_dbpage", sql, re.I):
        return False
    tokens = [token[0] for token in TOKEN.finditer(sql) if not IGNORED.match(token[0])]
    names = [token.strip("'\"`[]").lower() for token in tokens]
    schema = any(name == "main" and after == "." for name, after in zip(names, tokens[1:], strict=False))
    return schema or "sqlite_dbpage" in names
