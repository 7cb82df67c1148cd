"""The list of changes: takes a group of events and a search, gives changes newest first, with the words that changed as markup."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlite_utils import Database

from archive.publish.search.find_hits import find_articles
from archive.queries.revision_pair import differences, revision_pair
from archive.queries.rows import Row, as_json, fetch_row, fetch_rows, fetch_value
from archive.queries.search_fields import DateSpan, date_span
from archive.queries.search_query import Query
from archive.text.markup import plain
from archive.text.markup_diff import inline_diff_markup, line_markup, text_diff_markup

EVENTS = ("new", "edited", "moved", "renamed", "missing", "gone", "back")
GROUPS = {
    "": EVENTS,
    "changed": ("edited", "moved", "renamed"),
    "removed": ("missing", "gone", "back"),
    **{event: (event,) for event in EVENTS},
}
WHOLE = ("new", "missing", "gone", "back")  # events in which a whole article or comment comes or goes
PAGE = 50


@dataclass(frozen=True, slots=True)
class About:
    """What changes are asked for: those of some articles, in a span of time. An empty ``after`` or ``before`` is open."""

    articles: tuple[int, ...] | None = None
    after: str = ""
    before: str = ""


def about(db: sqlite3.Connection, query: Query) -> About:
    """The question that a search asks of the changes. ``seen:`` is when a change was seen; the rest finds articles, also by words
    that were edited away, and dates there are those on which they were published.
    """
    spans = [date_span(one) or DateSpan() for one in query.filters if one.field == "seen" and not one.negated]
    after, before = max((span.low for span in spans), default=""), min((span.high for span in spans if span.high), default="")
    rest = query.without_fields("seen")
    if rest.empty:
        return About(None, after, before)
    found = [id for place in ("articles", "history") for id, _ in find_articles(db, replace(rest, place=place), "newest")]
    return About(tuple(dict.fromkeys(found)), after, before)


def list_changes(db: sqlite3.Connection, group: str, limit: int, offset: int = 0, wanted: About | None = None) -> list[Row]:
    """Changes of a group, newest first. One query per event: each then walks its own index and stops at the limit."""
    rows = [row for event in GROUPS[group] for row in events_of_kind(db, event, limit + offset, wanted or About())]
    rows.sort(key=lambda row: (row["at"], row["article_id"]), reverse=True)
    return with_subjects(db, rows[offset : offset + limit])


def events_of_kind(db: sqlite3.Connection, event: str, limit: int, wanted: About) -> list[Row]:
    """Changes of one kind, newest first. With a search for articles, new comments are left out: a search in comments finds them."""
    conditions = ["event = :event"]
    conditions += ["article_id in (select value from json_each(:articles))"] if wanted.articles is not None else []
    conditions += ["comment_id is null"] if wanted.articles is not None and event == "new" else []
    conditions += ["at >= :after"] if wanted.after else []
    conditions += ["at < :before"] if wanted.before else []
    where = "\n          and ".join(conditions)
    sql = f"""
        select
          at,
          event,
          detail,
          article_id,
          comment_id
        from changes
        where {where}
        order by at desc
        limit :limit
    """
    asked = {"event": event, "articles": as_json(wanted.articles or ()), "after": wanted.after, "before": wanted.before, "limit": limit}
    return fetch_rows(db, sql, asked)


def with_subjects(db: sqlite3.Connection, rows: list[Row]) -> list[Row]:
    """Each change with the article and, where it is about one, the comment's signature."""
    return [row | change_subject(db, row) for row in rows]


def change_subject(db: sqlite3.Connection, row: Row) -> dict[str, Any]:
    """The article, the comment's signature, and the first words of what came or went: ``said``, '' for other events."""
    article = fetch_row(db, "select title, url, published_on, revision_id from articles where id = ?", [row["article_id"]])
    said = author = None
    if row["comment_id"]:
        comment = fetch_row(db, "select author, substr(text, 1, 400) as said from comments where id = ?", [row["comment_id"]])
        author, said = (comment["author"], comment["said"]) if comment else (None, None)
    elif article and row["event"] in WHOLE:
        said = fetch_value(db, "select substr(text, 1, 400) from revisions where id = ?", [article["revision_id"]])
    known = article or {"title": "?", "url": "", "published_on": None}
    return {"author": author, "said": (said or "") if row["event"] in WHOLE else ""} | known


def with_words(db: sqlite3.Connection, row: Row) -> Row:
    """A change with the words that changed: ``headline`` and ``words`` as markup, empty where nothing was reworded."""
    if row["event"] != "edited":
        return row | {"headline": Markup(""), "words": Markup("")}
    if row["comment_id"]:
        edit = fetch_row(db, "select * from comment_edits where comment_id = ? and seen_at = ?", [row["comment_id"], row["at"]])
    else:
        edit = fetch_row(db, "select * from edits where article_id = ? and seen_at = ?", [row["article_id"], row["at"]])
    described = described_edit(edit or {})
    told = any(isinstance(value, Markup) and value for value in described.values())
    if edit and not row["comment_id"] and (not told or edit["change"] in ("link", "date")):
        described["other"] = other_words(*revision_pair(Database(db), row["article_id"], edit["number"]))
    return row | described


def described_edit(edit: Row) -> dict[str, Any]:
    """The differences of one edit, field by field. Shapes: see the views ``edits`` and ``comment_edits``."""
    lines = {
        name: inline_diff_markup(edit.get(f"old_{name}") or "", edit.get(name) or "")
        for name in ("title", "byline", "author")
        if differs(edit, name)
    }
    tags = inline_diff_markup(tag_line(edit.get("old_tags")), tag_line(edit.get("tags"))) if differs(edit, "tags") else Markup("")
    words = text_diff_markup(edit["old_text"], edit["text"]) if differs(edit, "text") else Markup("")
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
