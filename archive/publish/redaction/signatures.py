"""Signatures that are shown as other names: takes those decided on, fills tables of a connection with what is shown in their rows.

The tables are the connection's own (``temp``) and hold ids and what is shown, never a name that is not: whoever asks the served
archive in SQL can read them, and the views that use them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from archive.queries.rows import as_json
from archive.queries.withheld import Signature

AFTER_NAME = frozenset(" ,:.;!?-–—)/'’\"\t\n\r\u00a0")  # what may stand behind a name for it to be that name
TABLES = """
    create temp table if not exists shown_comments (id integer primary key, author text, text text);
    create temp table if not exists shown_states (id integer primary key, author text, text text);
    create temp table if not exists shown_until (comment integer, state integer);
    create temp table if not exists rows_with_names (name text, one any, two any, primary key (name, one, two)) without rowid;
"""
SIGNED = """
    select comments.id, articles.site_id, comments.author, comments.text
    from main.comments
    join main.articles on articles.id = comments.article_id
    where comments.id in (select id from main.comments where author in (select value from json_each(:names)) union {addressed})
"""
STATES = """
    select comment_states.id, articles.site_id, comment_states.author, comment_states.text
    from main.comment_states
    cross join main.comments on comments.id = comment_states.comment_id
    join main.articles on articles.id = comments.article_id
    where comment_states.author is not null or comment_states.text is not null
"""
HELD = {
    "block_spans": ("revision_id", "position", ("text", "html")),
    "boilerplate": ("site_id", "fingerprint", ("text",)),
    "quarantine": ("id", "0", ("title", "text")),
    "differences": ("article_id", "field", ("rest", "page")),
}
"""What a page showed beside its text may be a list of the latest comments: table -> its key, and the columns that are searched."""
SHOWN_COMMENT = "(select shown.{column} from temp.shown_comments as shown where shown.id = comments.id)"
SHOWN_STATE = "(select shown.{column} from temp.shown_states as shown where shown.id = comment_states.id)"
COVERED = "exists (select 1 from temp.shown_states as shown where shown.id = comment_states.id)"
OF_COMMENTS = {name: f"cast(coalesce({SHOWN_COMMENT.format(column=name)}, {name}) as text)" for name in ("author", "text")}
"""Column of ``comments`` -> SQL of what is shown. It stays text, also for SQLite's planner."""
OF_STATES = {
    **{name: f"cast(coalesce({SHOWN_STATE.format(column=name)}, {name}) as text)" for name in ("author", "text")},
    "digest": f"iif({COVERED}, 'withheld', digest)",
    "content_key": f"iif({COVERED}, 'withheld ' || number, content_key)",
}
"""The same of ``comment_states``. A digest over a short text would tell whoever guesses the name that the guess is right."""
NOT_HELD = """not exists (
    select 1 from temp.rows_with_names as held where held.name = '{table}' and held.one = {one} and held.two = {two}
  )"""
ROWS = {
    "comments": "+comments.id <= (select comment from temp.shown_until)",  # those that came after the names were looked for
    "comment_states": "+comment_states.id <= (select state from temp.shown_until)",
    "comments_fts": "+rowid <= (select comment from temp.shown_until) and rowid not in (select id from temp.shown_comments)",
    "comment_words": "+id <= (select comment from temp.shown_until) and id not in (select id from temp.shown_comments)",
    "comment_words_fts": "+rowid <= (select comment from temp.shown_until) and rowid not in (select id from temp.shown_comments)",
    "rereadings": "coalesce(comment_revision_id, 0) not in (select id from temp.shown_states)",
    **{table: NOT_HELD.format(table=table, one=one, two=two) for table, (one, two, _) in HELD.items()},
}
"""Rows that are shown. With ``+`` SQLite keeps to the index that the question asks for."""


class Names:
    """What is shown in the place of which name, at which site."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._shown = {(one.name, one.site_id): one.shown for one in signatures}
        self._first: dict[str, list[Signature]] = {}
        for one in sorted(signatures, key=lambda one: -len(one.name)):
            self._first.setdefault(one.name[:1].casefold(), []).append(one)
        self.spelled = sorted({one.name for one in signatures})
        folded = sorted({re.escape(one.name.casefold()) for one in signatures if one.name.strip()}, key=len, reverse=True)
        self._anywhere = re.compile("|".join(folded)) if folded else None

    def of(self, author: str | None, site_id: int) -> str | None:
        """What is shown in the place of a signature; None: the signature itself."""
        return None if author is None else self._shown.get((author, site_id)) or self._shown.get((author, None))

    def text(self, text: str | None, site_id: int) -> str | None:
        """A text that begins with "@" and one of the names, with the other name; None: the text itself."""
        if not text or text[0] != "@":
            return None
        for one in self._first.get(text[1:2].casefold(), ()):
            end = 1 + len(one.name)
            same = text[1:end].casefold() == one.name.casefold() and (text[end : end + 1] in AFTER_NAME or end >= len(text))
            if same and one.site_id in (None, site_id):
                return f"@{one.shown}{text[end:]}"
        return None

    def stand_in(self, *texts: object) -> bool:
        """Whether one of the names stands anywhere in a text."""
        return any(self._anywhere is not None and isinstance(text, str) and self._anywhere.search(text.casefold()) for text in texts)


Seen = tuple[tuple[str, ...], int, int]
"""Of which names blocks were searched, after which rereading, up to which revision."""


def look_for(db: sqlite3.Connection, signatures: Sequence[Signature], seen: Seen | None) -> Seen:
    """Fill the tables with what is shown in the rows that are held now. ``seen``: what the last call gave; the many blocks that were
    searched then are not searched again."""
    names = Names(signatures)
    for statement in filter(str.strip, TABLES.split(";")):
        db.execute(statement)
    for table in ("shown_comments", "shown_states", "shown_until"):
        db.execute(f"delete from temp.{table}")
    db.execute("insert into temp.shown_until select (select max(id) from main.comments), (select max(id) from main.comment_states)")
    signed = SIGNED.format(addressed=_begin_with(names.spelled))
    found = db.execute(signed, {"names": as_json(names.spelled)}).fetchall()
    db.executemany("insert into temp.shown_comments values (?, ?, ?)", _changed(names, found))
    db.executemany("insert into temp.shown_states values (?, ?, ?)", _changed(names, db.execute(STATES).fetchall()))
    covered = "select id from main.comment_states where comment_id in (select id from temp.shown_comments)"
    db.execute(f"insert or ignore into temp.shown_states(id) {covered}")
    newest = "select coalesce((select max(id) from main.rereadings), 0), coalesce((select max(id) from main.revisions), 0)"
    [(rereading, revision)] = db.execute(newest).fetchall()
    now = (tuple(names.spelled), rereading, revision)
    after = seen[2] if seen and seen[:2] == now[:2] else 0
    db.execute("delete from temp.rows_with_names where name <> 'block_spans' or not ?", [after])
    for table in HELD:
        _find_names(db, names, table, f"revision_id > {after}" if table == "block_spans" else "1")
    return now


def _find_names(db: sqlite3.Connection, names: Names, table: str, where: str) -> None:
    """Note the rows of a table in which a name stands."""
    one, two, columns = HELD[table]
    texts = ", ".join(columns)
    rows = db.execute(f"select {one}, {two}, {texts} from main.{table} where coalesce({texts}, null) is not null and {where}")
    held = [(table, *row[:2]) for row in rows if names.stand_in(*row[2:])]
    db.executemany("insert or ignore into temp.rows_with_names values (?, ?, ?)", held)


def forget_hidden(db: sqlite3.Connection) -> None:
    """What is shown of rows that are not shown at all is taken out of the tables. The views have to be there."""
    db.execute("delete from temp.shown_comments where id in (select id from main.comments except select id from comments)")
    db.execute("delete from temp.shown_states where id in (select id from main.comment_states except select id from comment_states)")


def _changed(names: Names, rows: Iterable[tuple[int, int, str | None, str | None]]) -> Iterator[tuple[int, str | None, str | None]]:
    for row_id, site_id, author, text in rows:
        shown = names.of(author, site_id), names.text(text, site_id)
        if shown != (None, None):
            yield row_id, *shown


def _begin_with(names: Iterable[str]) -> str:
    """SQL: ids of comments that may begin with "@" and one of the names. The index of words finds those of ASCII at once."""
    if not all(name.isascii() for name in names):
        return "select id from main.comments where text like '@%'"
    words = sorted({word.lower() for name in names for word in re.findall("[0-9A-Za-z]+", name)[:1]})
    query = " OR ".join(f'text : ^ "{word}"' for word in words)
    return f"select rowid from main.comments_fts where comments_fts match '{query}'" if query else "select null"
