"""The second index of words is filled: takes an archive in which texts wait for it, reads their words, and says the language of articles.

Triggers note each text that comes or changes (``migrations/m025_words.py``). The writer reads them before it commits; what another
program wrote is read when the archive is opened for writing next.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlite_utils import Database

from archive.db.migrations.m025_words import LETTERS
from archive.text.languages import language_of
from archive.text.normalised import RULES, indexed_words, way_of

AT_ONCE = 200  # texts in one transaction
MANY = 2_000  # texts beyond which a bar is shown
WORD_TABLES = {  # table of words -> where its texts are, and their columns, the text itself last
    "revision_words": ("revisions", ("title", "byline", "text")),
    "comment_words": ("comments", ("author", "text")),
    "document_words": ("document_states", ("title", "text")),
}
FOREIGN = "length(cast(text as blob)) > length(text) and text glob ?"  # most texts are ASCII, which is told soonest
DUE = "select words, id from words_due limit ?"


def fill_due(db: Database) -> int:
    """Read the words of every text that waits. Inside the caller's transaction. Returns how many waited."""
    done = 0
    while due := db.execute(DUE, [AT_ONCE]).fetchall():
        for words, row_id in due:
            fill_words(db, words, row_id)
        done += len(due)
    return done


def fill_all_due(db: Database) -> None:
    """The same in transactions of its own: a kill loses nothing, the rest is read when the archive is opened next."""
    if not db.execute(DUE, [1]).fetchone():
        return
    with _bar(db) as advance:
        while True:
            db.execute("begin immediate")
            try:
                due = db.execute(DUE, [AT_ONCE]).fetchall()
                for words, row_id in due:
                    fill_words(db, words, row_id)
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")
            advance(len(due))
            if len(due) < AT_ONCE:
                return


def fill_words(db: Database, words: str, row_id: int) -> None:
    """Read one text, and take it from those that wait."""
    source, columns = WORD_TABLES[words]
    texts = db.execute(f"select {', '.join(columns)} from {source} where id = ?", [row_id]).fetchone()
    db.execute(f"delete from {words} where id = ?", [row_id])
    if texts:
        language = language_of(texts[-1]) or language_of(texts[0] or "")
        if row := words_of(texts, language):
            db.execute(
                f"insert into {words}(id, {', '.join(columns)}, way, rules) values ({', '.join('?' * (len(row) + 1))})", [row_id, *row]
            )
        if source == "revisions":
            db.execute("update articles set language = ? where revision_id = ? and language is not ?", [language, row_id, language])
    db.execute("delete from words_due where words = ? and id = ?", [words, row_id])


def words_of(texts: tuple[str | None, ...], language: str | None) -> tuple[str | int, ...] | None:
    """The words of some columns, the way and the rules; None where the first index serves them."""
    way = way_of("\n".join(text or "" for text in texts), language)
    return (*(indexed_words(text or "", way) for text in texts), way, RULES) if way else None


def unlike_words(db: Database) -> Iterator[str]:
    """Rows of words that are not those of their text, and texts that need such a row and have none. What waits is not meant, nor what
    other rules made."""
    for words, (source, columns) in WORD_TABLES.items():
        waiting = f"(select id from words_due where words = '{words}')"
        texts = ", ".join(f"source.{name}" for name in columns)
        held = ", ".join(f"held.{name}" for name in columns)
        sql = (
            f"select held.id, {held}, held.way, held.rules, source.id, {texts} from {words} as held left join {source} as source using (id)"
        )
        for row_id, *row in db.execute(f"{sql} where held.rules = {RULES} and held.id not in {waiting}"):
            stored, (source_id, *now) = tuple(row[: len(columns) + 2]), row[len(columns) + 2 :]
            language = language_of(now[-1] or "") or language_of(now[0] or "")
            if source_id is None or words_of(tuple(now), language) != stored:
                yield f"{words} {row_id}: not the words of its text"
        lacking = f"select id, {', '.join(columns)} from {source} where {FOREIGN} and id not in (select id from {words})"
        for row_id, *now in db.execute(f"{lacking} and id not in {waiting}", [f"*[{LETTERS}]*"]):
            if words_of(tuple(now), None):
                yield f"{words} {row_id}: the words of its text are not there"


@contextmanager
def _bar(db: Database) -> Iterator[Callable[[int], Any]]:
    total = int(db.execute("select count(*) from words_due").fetchone()[0])
    if total < MANY or not sys.stderr.isatty():
        yield lambda count: None
        return
    from tqdm import tqdm  # takes its time to load, and is seldom needed

    with tqdm(total=total, unit="text", unit_scale=True, desc="archive.db: reading words for the search", leave=False) as bar:
        yield bar.update
