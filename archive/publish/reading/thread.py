"""A comment thread: takes an article's id and a moment, gives the comments as a tree in reading order, as they were then."""

from __future__ import annotations

import itertools
import sqlite3
from collections import defaultdict
from typing import Any

from archive.publish.reading.language import foreign
from archive.publish.redaction.withholding import withheld_comments
from archive.queries.rows import Row, fetch_rows
from archive.text.markup_diff import inline_diff_markup, text_diff_markup

NOTHING = dict.fromkeys(("posted_at", "missing_since", "gone_at"), None) | {"kind": "comment", "author": "", "author_url": "", "text": ""}
DEEPEST = 10  # replies below are shown on this level; the "in reply to" says to whom


def thread(db: sqlite3.Connection, article_id: int, at: str | None = None) -> list[Row]:
    """Comments in reading order, each with its parent, its former texts, and how the nesting opens and closes around it."""
    rows = fetch_rows(db, "select * from comments where article_id = ? order by position, id", [article_id])
    withheld = [NOTHING | row for row in withheld_comments(db, article_id)]
    rows = sorted(rows + withheld, key=lambda row: (row["position"], row["id"])) if withheld else rows
    states = states_by_comment(db, article_id)
    if at:
        rows = [as_seen(row, states[row["id"]], at) for row in rows if was_there(db, row, at)]
    nested = with_nesting(in_order(rows))
    authors = {row["id"]: row["author"] for row in rows if "withheld_since" not in row}
    return [
        row
        | {
            "parent_author": authors.get(row["parent_id"]),
            "edits": [] if at else comment_edits(states[row["id"]]),
            "language": foreign(row["text"]),
        }
        for row in nested
    ]


def marked_comments(comments: list[Row]) -> dict[str, list[Row]]:
    """The comments of a thread to which something happened: those taken down, and those reworded."""
    return {
        "removed": [row for row in comments if row.get("missing_since")],
        "edited": [row for row in comments if any(edit["words"] or edit["author"] for edit in row["edits"])],
    }


def states_by_comment(db: sqlite3.Connection, article_id: int) -> dict[int, list[Row]]:
    """Comment id -> its states in order, for comments with more than one."""
    sql = """
        select
          comment_revisions.comment_id,
          comment_revisions.number,
          comment_revisions.seen_at,
          comment_revisions.author,
          comment_revisions.text,
          comment_revisions.parent_id
        from comments
        join comment_revisions as second on second.comment_id = comments.id and second.number = 2
        join comment_revisions on comment_revisions.comment_id = comments.id
        where comments.article_id = ?
        order by comment_revisions.comment_id, comment_revisions.number
    """
    states: dict[int, list[Row]] = defaultdict(list)
    for row in fetch_rows(db, sql, [article_id]):
        states[row["comment_id"]].append(row)
    return states


def was_there(db: sqlite3.Connection, row: Row, at: str) -> bool:
    """Whether the comment had been seen, and not been found missing, at that moment."""
    if row["first_seen_at"] > at:
        return False
    return bool(row["missing_since"] is None or row["missing_since"] > at)


def as_seen(row: Row, states: list[Row], at: str) -> Row:
    """The comment in its state at that moment."""
    earlier = [state for state in states if state["seen_at"] <= at]
    state = earlier[-1] if earlier else {}
    seen = {name: state[name] for name in ("author", "text", "parent_id") if name in state}
    return row | seen | {"missing_since": None, "gone_at": None}


def comment_edits(states: list[Row]) -> list[dict[str, Any]]:
    """Each later state of a comment with the words that changed."""
    return [
        {
            "seen_at": new["seen_at"],
            "author": inline_diff_markup(old["author"], new["author"]) if old["author"] != new["author"] else "",
            "words": text_diff_markup(old["text"], new["text"]) if old["text"] != new["text"] else "",
            "moved": old["parent_id"] != new["parent_id"],
        }
        for old, new in itertools.pairwise(states)
    ]


def in_order(rows: list[Row]) -> list[Row]:
    """Parents before their replies, siblings as they stand; with ``level``, 1 on top, and the number of ``siblings``.

    The parent decides, not the stored depth: a removed comment keeps the position it once had. A comment whose parent is
    not here, or that answers itself around a corner, stands on top.
    """
    here = {row["id"] for row in rows}
    children: dict[int | None, list[Row]] = defaultdict(list)
    for row in rows:
        children[row["parent_id"] if row["parent_id"] in here else None].append(row)
    ordered: list[Row] = []
    placed: set[int] = set()
    for root in [*children[None], *rows]:
        waiting = [(root, 1)] if root["id"] not in placed else []
        while waiting:
            row, level = waiting.pop()
            if row["id"] not in placed:
                placed.add(row["id"])
                ordered.append(row | {"level": level, "siblings": len(children[row["parent_id"]])})
                waiting += [(child, level + 1) for child in reversed(children[row["id"]])]
    return ordered


def with_nesting(rows: list[Row]) -> list[Row]:
    """Adds ``opens`` (this comment starts a list of replies) and ``closes`` (lists that end before it)."""
    result: list[Row] = []
    before = 1
    for row in rows:
        level = min(row["level"], DEEPEST)
        result.append(row | {"level": level, "opens": level > before, "closes": max(0, before - level)})
        before = level
    return result
