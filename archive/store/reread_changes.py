"""The kinds of change between states of an article that were read again: what lies between two of them may be another change now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from archive.store import articles
from archive.store.revision_digest import HREF
from archive.text import content_key
from archive.text.change_kind import classify
from archive.text.urls import link_key

Row = Mapping[str, Any]


def reread_pairs(db: Database, site_id: int) -> list[tuple[int, int]]:
    """(revision, its predecessor) where one of them has been read anew, ever."""
    sql = """
        select new.id, old.id
        from revisions as new
        join revisions as old on old.article_id = new.article_id and old.number = new.number - 1
        join articles on articles.id = new.article_id
        where articles.site_id = ?
          and exists (select 1 from rereadings where rereadings.revision_id in (new.id, old.id))
        """
    return list(db.execute(sql, [site_id]))


def classify_again(db: Database, pairs: Sequence[tuple[int, int]]) -> None:
    """What kind of change lies between states that were read anew. Where none is left, ``change`` is empty: the number stays,
    for it is cited, and no list of edits shows it."""
    for new_id, old_id in pairs:
        new, old = (next(db.query("select * from revisions where id = ?", [i])) for i in (new_id, old_id))
        fields = _differing(db, old, new)
        change, declared = classify(old, new, fields) if fields else (None, None)
        if (change, declared) != (new["change"], new["declared"]):
            db.execute("update revisions set change = ?, declared = ? where id = ?", [change, declared, new_id])


def _differing(db: Database, old: Row, new: Row) -> set[str]:
    """Names of the content fields in which two stored states differ."""
    differ = {name for name, value in _content(db, old).items() if value != _content(db, new)[name]}
    one, other = old["published_at"], new["published_at"]
    if one != other and not (one and other and content_key.same_time(one, other)):
        differ.add("published")
    return differ


def _content(db: Database, row: Row) -> dict[str, object]:
    blocks = articles.blocks_of(db, row["id"])
    body = [block for block in blocks if block["kind"] == "body"]
    return {
        "title": content_key.normalised(row["title"]),
        "authors": content_key.normalised(row["byline"] or ""),
        "terms": row["tags"],
        "text_key": [content_key.normalised(block["text"]) for block in body],
        "captions_key": [content_key.normalised(block["text"]) for block in blocks if block["kind"] == "caption"],
        "links_key": {link_key(url) for block in body for url in HREF.findall(block["html"])},
    }
