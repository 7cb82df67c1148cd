"""What is looked for in records, for something is withheld: takes a connection and what is hidden, gives captures, passages, addresses
and names by which a record that tells of it is known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import unquote, urlsplit

from archive.queries.rows import as_json, fetch_column
from archive.queries.withheld import Hidden
from archive.text.passages import SHORTEST, normal, windows, words_of

SHORT_PATH = 6  # characters; a shorter path is looked for with its host

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
AGED = """
    with expired as (
      select comments.id, comments.article_id
      from main.comments
      join main.articles on articles.id = comments.article_id
      where articles.site_id = :site_id and coalesce(comments.posted_at, comments.first_seen_at) < :before
    ),
    theirs as (
      select captures.id, captures.article_id, captures.url, captures.door, captures.captured_at
      from main.captures
      left join main.crawls on crawls.id = captures.crawl_id
      where coalesce(crawls.site_id, :site_id) = :site_id  -- a record that was adopted after a kill may be of any site
    )
    select id from theirs where article_id in (select article_id from expired) and door in ('page', 'rest', 'feed')
    union
    select theirs.id
    from main.revisions
    join main.revision_captures on revision_id = revisions.id
    join theirs on theirs.id = revision_captures.capture_id
    where revisions.article_id in (select article_id from expired) and theirs.door = 'page'
    union
    select capture_id from main.comment_states where comment_id in (select id from expired) and capture_id is not null
    union
    select id from theirs where door = 'page' and captured_at < :before
    union
    select id from theirs where door in ('rest', 'feed') and url like '%comment%'
"""
"""Answers in which older comments may stand: pages of their articles, lists and feeds of comments, and pages of a time in which what
is old now was the latest."""


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
    signatures: tuple[tuple[str, int | None], ...]  # words of names that are shown as others; the site, None for every one
    aged: frozenset[int]  # captures that may hold comments which a rule of age hides
    links: bool  # a record that names no more than a headline or an address counts too
    shown: dict[int, bool] = field(default_factory=dict)  # hash of a window -> whether a shown text has it too
    found: dict[int, str | None] = field(default_factory=dict)  # capture -> why it may not be shown

    @property
    def is_anything(self) -> bool:
        return bool(self.articles or self.comments or self.answers or self.signatures or self.aged)


def sought_texts(db: sqlite3.Connection, hidden: Hidden, links: bool = True) -> Withheld:
    articles, comments = hidden.articles, hidden.comments
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
        signatures=tuple({(_signature_text(one.name), one.site_id) for one in hidden.signatures if one.name.strip()}),
        aged=frozenset(i for age in hidden.ages for i in fetch_column(db, AGED, age._asdict())),
        links=links,
        sizes=frozenset(len(words) for words, _ in passages.values()),
    )


def _signature_text(name: str) -> str:
    """The words of a name, with a blank before and after; of one without words, such as a row of stars, the name itself."""
    words = words_of(name)
    return f" {' '.join(words)} " if words else normal(name.strip())


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
            yield address_text(path if len(path) >= SHORT_PATH else f"//{parts.netloc}{path}"), f"article {article_id}"


def address_text(url: str) -> str:
    return normal(unquote(url))
