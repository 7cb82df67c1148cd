"""All that is held of some articles, read at once: takes their ids, gives what a reading of their captures is compared with."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.store.articles import blocks_of

Row = dict[str, Any]
GIVEN = "select value from json_each(?)"  # many ids as one value of a statement
LISTS = {"images": ("url", "caption", "alt"), "links": ("url", "text")}
Kept = tuple[int, str, str]  # (capture id, address, reason) of a row of quarantine


@dataclass(slots=True)
class HeldArticle:
    """What stands in the tables about one article."""

    row: Row  # of articles
    revisions: dict[int, Row] = field(default_factory=dict)  # by id, the first one first
    starts: list[Row] = field(default_factory=list)  # see ``_starts``
    blocks: dict[int, list[Row]] = field(default_factory=dict)  # revision id -> its blocks
    comments: dict[int, Row] = field(default_factory=dict)  # by id
    comment_revisions: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))  # comment id -> the first one first
    authors: list[str] = field(default_factory=list)  # in their order
    terms: set[tuple[str, str]] = field(default_factory=set)  # (kind, name)
    images: list[tuple[str, ...]] = field(default_factory=list)  # columns as in ``LISTS``
    links: list[tuple[str, ...]] = field(default_factory=list)
    quarantined: dict[Kept, int] = field(default_factory=dict)  # -> id of the row


def held_articles(db: Database, article_ids: Sequence[int], reasons: str) -> dict[int, HeldArticle]:
    """Article -> what is held of it. ``reasons``: how the reasons begin for which readings of it lie in ``quarantined``."""
    given = [json.dumps(article_ids)]

    def rows(sql: str) -> Iterable[Row]:
        return db.query(sql.format(GIVEN), given)

    held = {row["id"]: HeldArticle(row) for row in rows("select * from articles where id in ({}) order by id")}
    for row in rows("select * from revisions where article_id in ({}) order by number"):
        held[row["article_id"]].revisions[row["id"]] = row
        held[row["article_id"]].blocks[row["id"]] = blocks_of(db, row["id"])
    for row in _starts(db, given):
        held[row.pop("article_id")].starts.append(row)
    for row in rows("select * from comments where article_id in ({}) order by id"):
        held[row["article_id"]].comments[row["id"]] = row
    sql = """
        select article_id, comment_revisions.*
        from comments
        join comment_revisions on comment_revisions.comment_id = comments.id
        where article_id in ({})
        order by comment_id, number
        """
    for row in rows(sql):
        held[row.pop("article_id")].comment_revisions[row["comment_id"]].append(row)
    _add_lists(db, held, given)
    _add_quarantined(db, held, given, reasons)
    return held


def _starts(db: Database, given: list[str]) -> Iterable[Row]:
    """Of each revision, the first one first: id, ``start`` (the capture that first showed it), ``page`` (the capture of its first
    page, or None) and ``parts`` (its further pages, by comma, or None)."""
    sql = f"""
        select article_id, revisions.id, min(capture_id) as start, min(capture_id) filter (where part = 'page') as page,
          group_concat(part) filter (where part like 'page-%') as parts
        from revisions
        join revision_captures on revision_captures.revision_id = revisions.id
        where article_id in ({GIVEN})
        group by revisions.id
        order by number
        """
    return db.query(sql, given)


def _add_lists(db: Database, held: dict[int, HeldArticle], given: list[str]) -> None:
    sql = "select article_id, name from article_authors join authors on authors.id = author_id where article_id in ({}) order by position"
    for article_id, name in db.execute(sql.format(GIVEN), given):
        held[article_id].authors.append(name)
    sql = "select article_id, kind, name from article_tags join tags on tags.id = tag_id where article_id in ({})"
    for article_id, kind, name in db.execute(sql.format(GIVEN), given):
        held[article_id].terms.add((kind, name))
    for table, names in LISTS.items():
        sql = f"select article_id, {', '.join(names)} from {table} where article_id in ({GIVEN}) order by article_id, position"
        for article_id, *values in db.execute(sql, given):
            getattr(held[article_id], table).append(tuple(values))


def _add_quarantined(db: Database, held: dict[int, HeldArticle], given: list[str], reasons: str) -> None:
    sql = f"""
        select urls.article_id, quarantine.id, quarantine.capture_id, quarantine.url, quarantine.reason
        from urls
        join articles on articles.id = urls.article_id
        join quarantine on quarantine.url = urls.url and quarantine.site_id = articles.site_id
        where urls.article_id in ({GIVEN}) and reason like ?
        """
    for article_id, row_id, *kept in db.execute(sql, [*given, f"{reasons}%"]):
        held[article_id].quarantined[(kept[0], kept[1], kept[2])] = row_id
