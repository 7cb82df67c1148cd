"""One capture and what rests on it: takes a connection and an id, gives the row of ``captures``, and the articles, comments,
absences and refusals that it is the evidence of.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

from archive.queries.rows import Row, as_json, fetch_row, fetch_rows

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


def captures_of_changes(db: sqlite3.Connection, changes: Sequence[Row]) -> list[int | None]:
    """For each change (event, at, article_id, comment_id) the capture that shows it; None where none is known."""
    asked: dict[str, list[tuple[int, int, int | None, str]]] = {sql: [] for sql in (OF_ABSENCE, OF_COMMENT, OF_REVISION)}
    for place, row in enumerate(changes):
        absent = row["event"] in ("missing", "gone", "back")
        sql = OF_ABSENCE if absent else OF_COMMENT if row["comment_id"] else OF_REVISION
        asked[sql].append((place, row["article_id"], row["comment_id"], row["at"]))
    found = dict(pair for sql, rows in asked.items() if rows for pair in db.execute(CHANGES + sql, [as_json(rows)]).fetchall())
    return [found.get(place) for place in range(len(changes))]


CHANGES = """
    with asked as materialized (
      select value ->> 0 as place, value ->> 1 as article, value ->> 2 as comment, value ->> 3 as at
      from json_each(?)
    )
"""
OF_ABSENCE = """
    select place, max(capture_id)
    from asked
    join absences on absences.article_id = article and absences.comment_id is comment and at in (missing_since, gone_at, back_at)
    group by place
"""
OF_COMMENT = """
    select place, max(capture_id)
    from asked
    join comment_states on comment_states.comment_id = comment and seen_at = at
    group by place
"""
OF_REVISION = """
    select place, coalesce(max(capture_id) filter (where part = 'page'), max(capture_id))
    from asked
    join revisions on revisions.article_id = article and revisions.seen_at = at
    join revision_captures on revision_captures.revision_id = revisions.id
    group by place
"""
