"""Which WARC records hold what people withheld: takes a connection and rows of ``captures``, gives why one may not be shown.

A record is one answer of a site: a page names other articles, a list of REST holds a hundred. It cannot be shown in part, so it is
not shown at all where it is an answer about what is withheld, names its address, or holds a passage of its text.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.queries.rows import as_json, fetch_column
from archive.queries.withheld import decisions_to_withhold, withheld_ids
from archive.text.passages import SHORTEST, Plain, normal, readings, trace, windows, words_of
from archive.warc.decoded import Undecodable, body_text, is_text
from archive.warc.read import read_record

BESIDE = 800  # characters within which a signature belongs to a short comment
SHORT_PATH = 6  # characters; a shorter path is looked for with its host
MOST_REMEMBERED = 500_000  # answers, by capture
UNREADABLE = "its body cannot be decoded, and may hold what is withheld"

ANSWERS = """
    select id from main.captures where article_id in (select value from json_each(:articles))
    union
    select capture_id from main.revision_captures join main.revisions on revisions.id = revision_id
    where article_id in (select value from json_each(:articles))
    union
    select capture_id from main.readings where article_id in (select value from json_each(:articles))
    union
    select capture_id from main.absences where article_id in (select value from json_each(:articles)) and comment_id is null
    union
    select capture_id from main.images where article_id in (select value from json_each(:articles))
    union
    select capture_id from main.comment_states where comment_id in (select value from json_each(:comments))
    union
    select capture_id
    from main.document_states
    where document_id in (select document_id from main.article_documents where article_id in (select value from json_each(:articles)))
      and document_id not in (
        select document_id from main.article_documents where article_id not in (select value from json_each(:articles))
      )
"""
SHARED = "select capture_id from main.images where article_id not in (select value from json_each(:articles)) and capture_id is not null"
HEADLINES = "select article_id, title from main.revisions where article_id in (select value from json_each(:articles))"
TEXTS = """
    select article_id, text from main.revisions where article_id in (select value from json_each(:articles))
    union
    select article_id, blocks.text from main.blocks join main.revisions on revisions.id = revision_id
    where article_id in (select value from json_each(:articles)) and blocks.kind = 'caption'
    union
    select article_id, caption from main.images where article_id in (select value from json_each(:articles))
    union
    select article_id, alt from main.images where article_id in (select value from json_each(:articles))
"""
THREADS = """
    select comments.id, comments.article_id, comment_revisions.author, comment_revisions.text
    from main.comments
    join main.comment_revisions on comment_revisions.comment_id = comments.id
    where comments.id in (select value from json_each(:comments))
    union
    select id, article_id, author, text from main.comments where id in (select value from json_each(:comments))
"""
ADDRESSES = """
    select article_id, url from main.urls where article_id in (select value from json_each(:articles))
    union
    select article_id, url from main.images as theirs
    where article_id in (select value from json_each(:articles)) and not exists (
      select 1 from main.images as others
      where others.url = theirs.url and others.article_id not in (select value from json_each(:articles))
    )
"""
SHOWN_WORDS = """
    select title || char(10) || text
    from main.revisions
    where article_id not in (select value from json_each(:articles))
      and id in (select rowid from main.revisions_fts where revisions_fts match :phrase limit 100)
    union all
    select text
    from main.comments
    where id not in (select value from json_each(:comments))
      and id in (select rowid from main.comments_fts where comments_fts match :phrase limit 100)
"""


@dataclass(frozen=True, slots=True)
class ShortComment:
    """The first words of a comment: with its signature beside them, or on a page of its article, they are that comment."""

    comment_id: int
    article_id: int
    author: str  # its words, with a blank before and after; blank where it is not signed
    start: str  # the first words, likewise


@dataclass(slots=True)
class Withheld:
    """What is looked for in records, as the decisions stand, and what was found so far."""

    ids: dict[str, str]  # articles and comments, with the comments under those articles: as parameters of SQL
    answers: set[int]  # captures that are known to show them
    shared: set[int]  # captured pictures of theirs that shown articles show too
    articles: set[int]
    passages: dict[int, tuple[tuple[str, ...], str]]  # hash of a window -> its words, and whose they are
    addresses: dict[str, str]  # path, in normal form -> whose it is
    comments: list[ShortComment]
    sizes: frozenset[int]
    links: bool  # a record that names no more than a headline or an address counts too
    shown: dict[int, bool] = field(default_factory=dict)  # hash of a window -> whether a shown text has it too
    found: dict[int, str | None] = field(default_factory=dict)  # capture -> why it may not be shown

    @property
    def is_anything(self) -> bool:
        return bool(self.articles or self.comments or self.answers)


_LOADED: dict[str, tuple[tuple[Any, ...], Withheld]] = {}
_TURN = threading.Lock()


class WithheldTexts:
    """What is withheld at one moment. Made anew for each use: what it looks for, and what it found, is kept between uses for as long
    as decisions and texts stay the same."""

    def __init__(self, connection: sqlite3.Connection, withheld: Withheld) -> None:
        self._db, self._withheld = connection, withheld

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> WithheldTexts:
        """As the decisions stand. The connection may be one on which withheld rows are hidden; it is used as long as the object is."""
        [file] = [path for _, name, path in connection.execute("pragma database_list") if name == "main"]
        decisions = decisions_to_withhold(connection)
        latest = (
            "select (select max(id) from main.revisions), (select max(id) from main.comment_states), (select max(id) from main.captures)"
        )
        [newest] = connection.execute(latest).fetchall()
        state = (decisions, *newest)
        with _TURN:
            held = _LOADED.get(file)
            if not file or held is None or held[0] != state:
                held = _LOADED[file] = (state, _load(connection, *withheld_ids(connection, decisions)))
        return cls(connection, held[1])

    @classmethod
    def about(cls, connection: sqlite3.Connection, articles: Iterable[int], comments: Iterable[int], *, links: bool) -> WithheldTexts:
        """These articles, with their threads, and comments, whatever was decided. ``links``: a record that names no more than a
        headline or an address of theirs counts too."""
        return cls(connection, _load(connection, articles, comments, links))

    @property
    def is_anything(self) -> bool:
        """Whether anything is withheld: where nothing is, no record has to be read."""
        return self._withheld.is_anything

    def in_record(self, root: Path, row: Mapping[str, Any]) -> str | None:
        """Why the record of a row of ``captures`` may not be shown; None where it may. No word of the text is in the answer.

        ``root`` is the archive's folder. Raises DamagedRecord where the record has to be read and cannot be.
        """
        held = self._withheld
        if not held.is_anything:
            return None
        if row["id"] not in held.found:
            if len(held.found) > MOST_REMEMBERED:
                held.found.clear()
            held.found[row["id"]] = self._in_record(root, row)
        return held.found[row["id"]]

    def _in_record(self, root: Path, row: Mapping[str, Any]) -> str | None:
        held = self._withheld
        if row["article_id"] in held.articles and row["id"] not in held.shared:
            return f"it is an answer about article {row['article_id']}, which is withheld"
        if row["id"] in held.answers:
            return "it is an answer about an article or a comment that is withheld"
        if named := self._address_in(_address_text(row["url"])):
            return f"it was asked for at an address of {named}, which is withheld"
        record, body = read_record(root, row)
        try:
            text = body_text(record.http_headers, body) if is_text(row["mime"]) else ""
        except Undecodable:
            return UNREADABLE
        headers = "\n".join(value for _, value in record.http_headers.headers) if record.http_headers else ""
        return self.in_text(f"{headers}\n\n{text}", row["article_id"])

    def in_text(self, text: str, article_id: int | None = None) -> str | None:
        """The same of any text, such as that of a record without a row. ``article_id``: the article whose page it is."""
        if not self._withheld.is_anything:
            return None
        return next((reason for plain in readings(text) if (reason := self._in_plain(plain, article_id))), None)

    def _in_plain(self, plain: Plain, article_id: int | None) -> str | None:
        if self._withheld.links and (named := self._address_in(plain.text)):
            return f"it names the address of {named}, which is withheld"
        if named := self._passage_in(plain.words):
            return f"it holds text of {named}, which is withheld"
        if named := self._comment_in(plain, article_id):
            return f"it holds {named}, which is withheld"
        return None

    def _address_in(self, text: str) -> str | None:
        for address, named in self._withheld.addresses.items():
            if address in text and re.search(re.escape(address) + r"(?![\w-])", text):
                return named
        return None

    def _passage_in(self, words: list[str]) -> str | None:
        passages = self._withheld.passages
        for size in self._withheld.sizes:
            runs = [words[start:] for start in range(size)]
            if passages.keys().isdisjoint(map(hash, zip(*runs, strict=False))):
                continue
            for run in zip(*runs, strict=False):
                key = hash(run)
                if key in passages and passages[key][0] == run and not self._is_shown(key, run):
                    return passages[key][1]
        return None

    def traces(self) -> list[bytes]:
        """By what their passages are known again when nothing is left of them; those that shown texts have too are none."""
        return [trace(run) for key, (run, _) in self._withheld.passages.items() if not self._is_shown(key, run)]

    def _is_shown(self, key: int, run: tuple[str, ...]) -> bool:
        """Whether a text that is not withheld has these words in a row too, such as a quotation: they tell nothing then."""
        known = self._withheld.shown
        if key not in known:
            try:
                texts = fetch_column(self._db, SHOWN_WORDS, self._withheld.ids | {"phrase": f'"{" ".join(run)}"'})
            except sqlite3.OperationalError:  # no words to the index
                texts = []
            line = f" {' '.join(run)} "
            known[key] = any(line in f" {' '.join(words_of(text))} " for text in texts)
        return known[key]

    def _comment_in(self, plain: Plain, article_id: int | None) -> str | None:
        if not self._withheld.comments:
            return None
        line = plain.line
        for comment in self._withheld.comments:
            at = line.find(comment.start)
            while at >= 0:
                around = line[max(0, at - BESIDE) : at + len(comment.start) + BESIDE]
                if article_id == comment.article_id or comment.author in around:
                    return f"comment {comment.comment_id}"
                at = line.find(comment.start, at + 1)
        return None


# what is looked for


def _load(db: sqlite3.Connection, articles: Iterable[int], comments: Iterable[int], links: bool = True) -> Withheld:
    under = "select id from main.comments where article_id in (select value from json_each(?))"
    threads = {*comments, *fetch_column(db, under, [as_json(articles)])}
    ids = {"articles": as_json(articles), "comments": as_json(threads)}
    shared = {*fetch_column(db, SHARED, ids)} if articles else set()
    passages = {hash(words): (words, named) for words, named in _passages(db, ids, links)}
    return Withheld(
        ids=ids,
        answers={i for i in fetch_column(db, ANSWERS, ids) if i is not None} - shared,
        shared=shared,
        articles={*articles},
        passages=passages,
        addresses=dict(_addresses(db, ids)),
        comments=list(_short_comments(db, ids)),
        links=links,
        sizes=frozenset(len(words) for words, _ in passages.values()),
    )


def _passages(db: sqlite3.Connection, ids: dict[str, str], headlines: bool) -> Iterator[tuple[tuple[str, ...], str]]:
    """(words in a row, whose they are) of every text."""
    articles = ((f"article {i}", text) for sql in (TEXTS, HEADLINES)[: 1 + headlines] for i, text in db.execute(sql, ids))
    comments = ((f"comment {i}", text) for i, _, _, text in db.execute(THREADS, ids))
    for named, text in chain(articles, comments):
        for paragraph in text.split("\n\n"):
            yield from ((words, named) for words in windows(words_of(paragraph)))
        yield from ((words, named) for words in windows(words_of(text)))  # over the border of short paragraphs too


def _short_comments(db: sqlite3.Connection, ids: dict[str, str]) -> Iterator[ShortComment]:
    for comment_id, article_id, author, text in db.execute(THREADS, ids):
        words = words_of(text)[:SHORTEST]
        if words:
            yield ShortComment(comment_id, article_id, f" {' '.join(words_of(author))} ".replace("  ", " "), f" {' '.join(words)} ")


def _addresses(db: sqlite3.Connection, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    for article_id, url in db.execute(ADDRESSES, ids):
        parts = urlsplit(url)
        path = parts.path.rstrip("/") + (f"/?{parts.query}" if parts.query else "")
        if path:
            yield _address_text(path if len(path) >= SHORT_PATH else f"//{parts.netloc}{path}"), f"article {article_id}"


def _address_text(url: str) -> str:
    return normal(unquote(url))
