"""What each door, REST or page, showed last of an article, and where the two disagree. Functions that write run inside the caller's
transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlite_utils import Database

from archive.text import content_key
from archive.text.compact_reading import compact, expanded
from archive.text.content_key import Fields

if TYPE_CHECKING:
    from archive.store.seen import Seen


def readings_of(db: Database, article_id: int) -> dict[str, tuple[Fields, str]]:
    """Door -> (what it showed last, the code that read it)."""
    rows = db.execute("select door, fields, extractor from readings where article_id = ?", [article_id])
    return {door: (content_key.remembered(expanded(fields)), extractor) for door, fields, extractor in rows}


def remember_reading(db: Database, article_id: int, door: str, fields: Fields, seen: Seen) -> None:
    """Keep what this door showed; nothing is written where it showed the same."""
    db.execute(
        """
        insert into readings(article_id, door, fields, read_at, capture_id, extractor) values (?, ?, ?, ?, ?, ?)
        on conflict(article_id, door) do update
        set fields = excluded.fields, read_at = excluded.read_at, capture_id = excluded.capture_id, extractor = excluded.extractor
        where fields <> excluded.fields or extractor <> excluded.extractor
        """,
        [article_id, door, written(fields), seen.at, seen.captures[0][0], seen.extractor],
    )


def written(fields: Fields) -> str:
    """A reading as it is stored: what the door does not show is left out, and nothing stands between the rest."""
    return compact(fields)


def note_differences(db: Database, article_id: int, shown: Mapping[str, Fields], at: str) -> None:
    """Record where the two doors disagree, and forget where they have come to agree."""
    if "rest" not in shown or "page" not in shown:
        return
    differ = content_key.changed(shown["page"], shown["rest"])
    if content_key.merge(shown["rest"], shown["page"])["authors"] == shown["page"]["authors"]:
        differ.discard("authors")  # co-authors are completion, not disagreement
    differ |= {"text_key"} if shown["rest"]["text_key"] is None and shown["page"]["text_key"] != content_key.NO_TEXT else set()
    differ |= {"published"} if not shown["rest"]["published_at"] and shown["page"]["published_at"] else set()
    held = {name for (name,) in db.execute("select field from differences where article_id = ?", [article_id])}
    for field in differ | held:
        if field not in differ:
            db.execute("delete from differences where article_id = ? and field = ?", [article_id, field])
            continue
        rest, page = (json.dumps(content_key.content(shown[door])[field], ensure_ascii=False) for door in ("rest", "page"))
        db.execute(
            """
            insert into differences(article_id, field, rest, page, seen_at) values (?, ?, ?, ?, ?)
            on conflict(article_id, field) do update set rest = excluded.rest, page = excluded.page, seen_at = excluded.seen_at
            where rest <> excluded.rest or page <> excluded.page
            """,
            [article_id, field, rest, page, at],
        )
