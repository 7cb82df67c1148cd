"""The latest changes, and what each of them was about: takes a connection, gives changes newest first, with the words that changed as
markup.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from markupsafe import Markup
from sqlite_utils import Database

from archive.publish.changes.asked import GROUPS
from archive.queries.revision_pair import differences, revision_pair
from archive.queries.rows import Row, as_json, fetch_row, fetch_rows
from archive.text.markup import plain
from archive.text.markup_diff import beside_line_markup, beside_text_markup, inline_diff_markup, line_markup, text_diff_markup

WHOLE = ("new", "first", "missing", "gone", "back")  # events in which a whole article or comment comes or goes
ARTICLES = """
    select articles.id, articles.title, url, byline, published_on, revision_id, sites.name as site
    from articles
    join sites on sites.id = site_id
    where articles.id in (select value from json_each(?))
"""
COMMENTS = "select id, author, substr(text, 1, 400) as said from comments where id in (select value from json_each(?))"
STATES = "select id, substr(text, 1, 400) as said from revisions where id in (select value from json_each(?))"
UNKNOWN: Row = {"title": "?", "url": "", "byline": "", "published_on": None, "revision_id": None, "site": ""}


def list_changes(db: sqlite3.Connection, group: str, limit: int) -> list[Row]:
    """The latest changes of a group. One query per event: each then walks its own index and stops at the limit."""
    sql = "select at, event, detail, article_id, comment_id from changes where event = ? order by at desc limit ?"
    rows = [row for event in GROUPS[group] for row in fetch_rows(db, sql, [event, limit])]
    rows.sort(key=lambda row: (row["at"], row["article_id"]), reverse=True)
    return with_subjects(db, rows[:limit])


def with_subjects(db: sqlite3.Connection, rows: list[Row]) -> list[Row]:
    """Each change with the article and, where it is about one, the comment's signature, and the first words of what came or went:
    ``said``, '' for other events."""
    articles = rows_by_id(db, ARTICLES, {row["article_id"] for row in rows})
    comments = rows_by_id(db, COMMENTS, {row["comment_id"] for row in rows if row["comment_id"]})
    whole = {row["article_id"] for row in rows if row["event"] in WHOLE and not row["comment_id"]} & articles.keys()
    states = rows_by_id(db, STATES, {articles[article_id]["revision_id"] for article_id in whole})
    found = []
    for row in rows:
        article = articles.get(row["article_id"], UNKNOWN)
        comment = comments.get(row["comment_id"]) if row["comment_id"] else None
        told = comment if row["comment_id"] else states.get(article["revision_id"])
        said = told["said"] if told and row["event"] in WHOLE else ""
        found.append(row | {"author": comment["author"] if comment else None, "said": said or ""} | article)
    return found


def rows_by_id(db: sqlite3.Connection, sql: str, ids: set[int]) -> dict[int, Row]:
    """Id -> its row without the id."""
    return {row.pop("id"): row for row in fetch_rows(db, sql, [as_json(ids)])} if ids else {}


def with_words(db: sqlite3.Connection, row: Row, beside: bool = False) -> Row:
    """A change with the words that changed: ``headline`` and ``words`` as markup, empty where nothing was reworded. ``beside``: the
    words of both states side by side.
    """
    if row["event"] != "edited":
        return row | {"headline": Markup(""), "words": Markup("")}
    if row["comment_id"]:
        edit = fetch_row(db, "select * from comment_edits where comment_id = ? and seen_at = ?", [row["comment_id"], row["at"]])
    else:
        edit = fetch_row(db, "select * from edits where article_id = ? and seen_at = ?", [row["article_id"], row["at"]])
    described = described_edit(edit or {}, beside)
    told = any(isinstance(value, Markup) and value for value in described.values())
    if edit and not row["comment_id"] and (not told or edit["change"] in ("link", "date")):
        described["other"] = other_words(*revision_pair(Database(db), row["article_id"], edit["number"]))
    return row | described


def described_edit(edit: Row, beside: bool = False) -> dict[str, Any]:
    """The differences of one edit, field by field. Shapes: see the views ``edits`` and ``comment_edits``. ``beside``: in two columns."""
    of_line, of_text = (beside_line_markup, beside_text_markup) if beside else (inline_diff_markup, text_diff_markup)
    lines = {
        name: of_line(edit.get(f"old_{name}") or "", edit.get(name) or "") for name in ("title", "byline", "author") if differs(edit, name)
    }
    tags = of_line(tag_line(edit.get("old_tags")), tag_line(edit.get("tags"))) if differs(edit, "tags") else Markup("")
    words = of_text(edit["old_text"], edit["text"]) if differs(edit, "text") else Markup("")
    return {
        "headline": lines.get("title", Markup("")),
        "byline_words": lines.get("byline", lines.get("author", Markup(""))),
        "tag_words": tags,
        "words": words,
        "declared": edit.get("declared"),
        "change": edit.get("change"),
        "unchanged_until": edit.get("unchanged_until"),
    }


def other_words(old: Row, new: Row) -> list[tuple[str, Markup]]:
    """What an edit did to the date, the captions and the links: field and markup. Rows as ``revisions_of`` gives them."""
    seen = [{name: plain(value) if isinstance(value, str) else value for name, value in row.items()} for row in (old, new)]
    return [(one.field, line_markup(one.lines)) for one in differences(*seen) if one.field in ("date", "captions", "links")]


def differs(edit: Row, name: str) -> bool:
    """Whether a field differs between the two states of an edit."""
    return (edit.get(f"old_{name}") or "") != (edit.get(name) or "")


def tag_line(tags: str | None) -> str:
    """Tags, one a line, as one line."""
    return ", ".join(line.partition(": ")[2] or line for line in (tags or "").splitlines())
