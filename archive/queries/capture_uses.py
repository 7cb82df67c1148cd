"""One capture and what rests on it: takes a connection and an id, gives the row of ``captures``, and the articles, comments,
absences and refusals that it is the evidence of.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

from archive.queries.rows import Row, as_json, fetch_row, fetch_rows, fetch_value

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


def captures_of_revisions(db: sqlite3.Connection, revision_ids: Iterable[int]) -> dict[int, list[Row]]:
    """Revision -> the captures that show it, that of its page first, then the latest."""
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
    found: dict[int, list[Row]] = {}
    for row in fetch_rows(db, sql, [as_json(revision_ids)]):
        found.setdefault(row["revision_id"], []).append(row)
    return found


def captures_of_comments(db: sqlite3.Connection, comment_ids: Iterable[int]) -> dict[int, Row]:
    """Comment -> the capture that shows its present state, where it is known."""
    sql = """
        select
          comment_states.comment_id,
          captures.*
        from comment_states
        join captures on captures.id = comment_states.capture_id
        where comment_states.comment_id in (select value from json_each(?))
        order by comment_states.comment_id, comment_states.number
    """
    return {row["comment_id"]: row for row in fetch_rows(db, sql, [as_json(comment_ids)])}


def capture_of_change(db: sqlite3.Connection, change: Row) -> int | None:
    """The capture that shows a change: a row with event, at, article_id and comment_id; None where none is known."""
    named = {"article": change["article_id"], "comment": change["comment_id"], "at": change["at"]}
    if change["event"] in ("missing", "gone", "back"):
        sql = """
            select capture_id
            from absences
            where article_id = :article and comment_id is :comment and :at in (missing_since, gone_at, back_at)
        """
    elif change["comment_id"]:
        sql = "select capture_id from comment_states where comment_id = :comment and seen_at = :at"
    else:
        sql = """
            select capture_id
            from revisions
            join revision_captures on revision_captures.revision_id = revisions.id
            where revisions.article_id = :article and revisions.seen_at = :at
            order by part = 'page' desc, capture_id
        """
    found: int | None = fetch_value(db, f"{sql} limit 1", named)
    return found
