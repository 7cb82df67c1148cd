"""One capture and what rests on it: takes a connection and an id, gives the row of ``captures``, and the articles, comments,
absences and refusals that it is the evidence of.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from archive.queries.rows import Row, fetch_row, fetch_rows

MOST_NAMED = 200  # uses of one kind on a page; an answer of REST may show a hundred articles


def capture_named(db: sqlite3.Connection, name: str) -> Row | None:
    """The capture with this id: ours, or that of its WARC record, ``urn:uuid:...`` with or without brackets; None without one."""
    sql = """
        select
          captures.*,
          crawls.started_at as run_started_at,
          crawls.mode as run_mode,
          crawls.outcome as run_outcome,
          sites.name as site
        from captures
        left join crawls on crawls.id = captures.crawl_id
        left join sites on sites.id = crawls.site_id
    """
    if re.fullmatch(r"\d{1,18}", name):
        return fetch_row(db, f"{sql} where captures.id = ?", [int(name)])
    bare = name.strip().removeprefix("<").removesuffix(">")
    spellings = [bare, f"<{bare}>", f"<urn:uuid:{bare}>"]
    return fetch_row(db, f"{sql} where captures.record_id in (?, ?, ?)", spellings)


def uses_of_capture(db: sqlite3.Connection, capture: Row) -> dict[str, list[Row]]:
    """What rests on a capture: rows of ``revisions``, ``comments``, ``absences`` and ``refusals``, each at most ``MOST_NAMED``."""
    named = {"capture": capture["id"], "at": capture["captured_at"], "most": MOST_NAMED}
    return {
        "revisions": fetch_rows(db, REVISIONS, named),
        "comments": fetch_rows(db, COMMENTS, named),
        "absences": fetch_rows(db, ABSENCES, named),
        "refusals": fetch_rows(db, "select url, reason, captured_at from quarantine where capture_id = :capture limit :most", named),
    }


REVISIONS = """
    select
      articles.url,
      revisions.title,
      revisions.number,
      revisions.seen_at,
      revision_captures.part
    from revision_captures
    join revisions on revisions.id = revision_captures.revision_id
    join articles on articles.id = revisions.article_id
    where revision_captures.capture_id = :capture
    order by revisions.seen_at, revisions.id
    limit :most
"""
# States have no index by capture. They are first seen when their capture was made: that is one.
COMMENTS = """
    with states as (
      select comment_states.comment_id, comment_states.number
      from comments
      join comment_states on comment_states.comment_id = comments.id
      where comments.first_seen_at = :at and comment_states.capture_id = :capture
      union
      select comment_id, number
      from comment_states
      where number > 1 and seen_at = :at and capture_id = :capture
    )
    select
      comments.id,
      comments.author,
      articles.url,
      articles.title,
      states.number
    from states
    join comments on comments.id = states.comment_id
    join articles on articles.id = comments.article_id
    order by articles.id, comments.position
    limit :most
"""
ABSENCES = """
    select
      articles.url,
      articles.title,
      absences.comment_id,
      absences.last_seen_at,
      absences.missing_since
    from absences
    join articles on articles.id = absences.article_id
    where absences.capture_id = :capture
    limit :most
"""


def captures_of_revisions(db: sqlite3.Connection, revision_ids: str) -> dict[int, list[dict[str, Any]]]:
    """Revision -> the captures that show it, that of its page first, then the latest. ``revision_ids``: a list as JSON."""
    sql = """
        select
          revision_captures.revision_id,
          revision_captures.part,
          captures.*
        from revision_captures
        join captures on captures.id = revision_captures.capture_id
        where revision_captures.revision_id in (select value from json_each(?))
        order by revision_captures.revision_id, revision_captures.part = 'page' desc, captures.captured_at desc
    """
    found: dict[int, list[dict[str, Any]]] = {}
    for row in fetch_rows(db, sql, [revision_ids]):
        found.setdefault(row["revision_id"], []).append(row)
    return found
