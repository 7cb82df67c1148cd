"""Two states of an article side by side: takes the numbers of two revisions, gives what differs as markup."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from sqlite_utils import Database

from archive.publish.changes.events import described_edit, other_words
from archive.publish.reading.article import ARTICLE
from archive.queries.addresses import digits, latest_instant, reading_path
from archive.queries.capture_uses import captures_of_revisions
from archive.queries.revision_pair import revisions_of
from archive.queries.rows import Row, fetch_row, fetch_value

SHOWN = ("title", "byline", "tags", "text")  # what an edit shows by itself; dates, captions and links follow where they differ


def compared(db: sqlite3.Connection, article_id: int, first: int | None, second: int | None, beside: bool = False) -> dict[str, Any] | None:
    """Two revisions of an article by their numbers, the earlier one first, and what differs; None when it has no such two.

    Without numbers: the first revision and the last. ``beside``: the words of both in two columns.
    """
    revisions = revisions_of(Database(db), article_id)
    held = {row["number"]: row for row in revisions}
    earlier, later = sorted((first or min(held, default=0), second or max(held, default=0)))
    if earlier == later or earlier not in held or later not in held:
        return None
    old, new = held[earlier], held[later]
    edit = described_pair(old, new, beside)
    shown = captures_of_revisions(db, [old["id"], new["id"]])
    article = fetch_row(db, ARTICLE, [article_id]) or {}
    asked = {"url": article["url"], "from": earlier, "to": later}
    return {
        "article": article,
        "revisions": revisions,
        "old": old | {"captures": shown.get(old["id"], [])},
        "new": new | {"captures": shown.get(new["id"], [])},
        "path": comparison_path(article["url"], old["seen_at"], new["seen_at"]),
        "steps": [row for row in revisions if earlier < row["number"] <= later],
        "edit": edit,
        "beside": beside,
        "inline": f"/compare?{urlencode(asked)}",
        "side": f"/compare?{urlencode(asked | {'view': 'side'})}",
        "same": not any(isinstance(value, Markup | list) and value for value in edit.values()),
    }


def compared_at(db: sqlite3.Connection, article_id: int, moments: Sequence[str]) -> dict[str, Any] | None:
    """The states of an article at two moments (YYYYMMDDhhmmss), compared; None where it had not been seen at one, or they are one."""
    sql = "select max(number) from revisions where article_id = ? and seen_at <= ?"
    first, second = (fetch_value(db, sql, [article_id, latest_instant(moment)]) for moment in moments)
    return compared(db, article_id, first, second) if first and second else None


def comparison_path(url: str, first: str, second: str) -> str:
    """``/compare/20240101060010..20240201060010/HOST/PATH``: lasts as long as the two observations do, whatever their numbers."""
    return f"/compare/{digits(first)}..{digits(second)}{reading_path(url)}"


def described_pair(old: Row, new: Row, beside: bool = False) -> dict[str, Any]:
    """All that differs between two rows of ``revisions_of``, as markup."""
    pair = {f"old_{name}": old[name] for name in SHOWN} | {name: new[name] for name in SHOWN}
    return described_edit(pair, beside) | {"other": other_words(old, new)}


def revision_number(text: str | None) -> int | None:
    """A revision's number out of a query string; None for anything else."""
    return int(text) if text and re.fullmatch(r"[1-9][0-9]{0,6}", text) else None
