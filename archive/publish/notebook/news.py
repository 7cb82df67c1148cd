"""What is new since a reader last looked: takes articles and searches with a time each, gives a few words for each.

``url:ADDRESS`` is an article with its thread, ``q:WORDS`` a search. Nothing is remembered of who asked.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence

from archive.publish.formats import plural
from archive.publish.search.results import newest_hits
from archive.queries.addresses import article_at
from archive.queries.rows import as_json, fetch_row
from archive.queries.search_query import parse_query
from archive.text.urls import split_url

MOST, MOST_SEARCHES = 100, 20  # in one question
LOOKED_AT = 50  # hits of a search, the newest first
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
SINCE = """
    select
      (select count(*) from comments where article_id = :article and first_seen_at > :since) as comments,
      (select count(*) from revisions where article_id = :article and number > 1 and change is not null and seen_at > :since) as edits,
      (select count(*) from absences where article_id = :article and comment_id is null and missing_since > :since) as missing
"""
CAME = """
    select
      (select count(*) from revisions where id in (select value from json_each(:revisions)) and seen_at > :since),
      (select count(*) from comments where id in (select value from json_each(:comments)) and first_seen_at > :since)
"""


def news_of(db: sqlite3.Connection, asked: Sequence[tuple[str, str]], groups: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Words for each that is asked about, such as ``2 new comments, 1 edit``; '' where nothing is new, or nothing is known of it."""
    told, searched = [], 0
    for about, since in asked[:MOST]:
        kind, _, text = about.partition(":")
        if not TIME.match(since) or (kind == "q" and searched >= MOST_SEARCHES):
            told.append("")
        elif kind == "q":
            searched += 1
            told.append(new_hits(db, text, since, groups))
        else:
            told.append(new_in_article(db, text, since))
    return told


def new_in_article(db: sqlite3.Connection, url: str, since: str) -> str:
    """What happened to an article and its thread."""
    parts = split_url(url)
    article = article_at(db, *parts) if parts else None
    row = fetch_row(db, SINCE, {"article": article["id"], "since": since}) if article else None
    if row is None:
        return ""
    words = [
        f"{row['comments']:,} new comment{'' if row['comments'] == 1 else 's'}" if row["comments"] else "",
        plural(row["edits"], "edit") if row["edits"] else "",
        "missing from its site" if row["missing"] else "",
    ]
    return ", ".join(filter(None, words))


def new_hits(db: sqlite3.Connection, text: str, since: str, groups: Mapping[str, tuple[str, ...]]) -> str:
    """How many of the newest hits came into the archive, or were edited, after that."""
    revisions, written = newest_hits(db, parse_query(text, dict(groups)), LOOKED_AT)
    [[articles, comments]] = db.execute(CAME, {"revisions": as_json(revisions), "comments": as_json(written), "since": since}).fetchall()
    words = [
        f"{articles} new or edited article{'' if articles == 1 else 's'}" if articles else "",
        f"{comments} new comment{'' if comments == 1 else 's'}" if comments else "",
    ]
    return ", ".join(filter(None, words))
