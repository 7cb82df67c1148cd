"""Which WARC records hold what people withheld: takes a connection and rows of ``captures``, gives why one may not be shown.

A record is one answer of a site: a page names other articles, a list of REST holds a hundred. It cannot be shown in part, so it is
not shown at all where it is an answer about what is withheld, names its address, or holds a passage of its text.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.queries.rows import fetch_column
from archive.queries.sought_texts import Withheld, address_text, sought_texts
from archive.queries.withheld import Hidden, hidden_now
from archive.text.passages import Plain, readings, trace, words_of
from archive.warc.decoded import Undecodable, body_text, is_text
from archive.warc.read import read_record

BESIDE = 800  # characters within which a signature belongs to a short comment
AT_ONCE = 2_000_000  # characters of a text that are searched together
OVERLAP = 50_000  # of these, more than a passage takes with all its markup
MOST_REMEMBERED = 500_000  # answers, by capture
UNREADABLE = "its body cannot be decoded, and may hold what is withheld"

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
        hidden = hidden_now(connection)
        latest = (
            "select (select max(id) from main.revisions), (select max(id) from main.comment_states), (select max(id) from main.captures)"
        )
        [newest] = connection.execute(latest).fetchall()
        state = (hidden, *newest)
        with _TURN:
            held = _LOADED.get(file)
            if not file or held is None or held[0] != state:
                held = _LOADED[file] = (state, sought_texts(connection, hidden))
        return cls(connection, held[1])

    @classmethod
    def about(cls, connection: sqlite3.Connection, articles: Iterable[int], comments: Iterable[int], *, links: bool) -> WithheldTexts:
        """These articles, with their threads, and comments, whatever was decided. ``links``: a record that names no more than a
        headline or an address of theirs counts too."""
        return cls(connection, sought_texts(connection, Hidden(tuple(articles), tuple(comments)), links))

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
        if row["id"] in held.aged:
            return "it may hold comments that are older than their site's rule lets be shown"
        if row["id"] in held.answers:
            return "it is an answer about an article or a comment that is withheld"
        if named := self._address_in(address_text(row["url"])):
            return f"it was asked for at an address of {named}, which is withheld"
        record, body = read_record(root, row)
        try:
            text = body_text(record.http_headers, body) if is_text(row["mime"]) else ""
        except Undecodable:
            return UNREADABLE
        headers = "\n".join(value for _, value in record.http_headers.headers) if record.http_headers else ""
        return self.in_text(f"{headers}\n\n{text}", row["article_id"], self._site_of(row["id"]))

    def _site_of(self, capture_id: int) -> int | None:
        sql = "select site_id from main.crawls join main.captures on captures.crawl_id = crawls.id where captures.id = ?"
        return next(iter(fetch_column(self._db, sql, [capture_id])), None) if self._withheld.signatures else None

    def in_text(self, text: str, article_id: int | None = None, site_id: int | None = None) -> str | None:
        """The same of any text, such as that of a record without a row. ``article_id``: the article whose page it is; ``site_id``: the
        site whose answer it is, where that is known."""
        if not self._withheld.is_anything:
            return None
        for part in parts_of(text):
            for plain in readings(part):
                if self._is_signed(plain, site_id):
                    return "it holds a signature that is shown as another name"
                if reason := self._in_plain(plain, article_id):
                    return reason
        return None

    def _is_signed(self, plain: Plain, site_id: int | None) -> bool:
        names = [name for name, site in self._withheld.signatures if site is None or site_id is None or site == site_id]
        if not names:
            return False
        line = plain.line
        return any(name in line if name.startswith(" ") else name in plain.text for name in names)

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


def parts_of(text: str) -> Iterator[str]:
    """A long text in parts that overlap, so that reading one takes no more memory than a large page does."""
    start = 0
    while start == 0 or start + OVERLAP < len(text):
        yield text[start : start + AT_ONCE]
        start += AT_ONCE - OVERLAP
