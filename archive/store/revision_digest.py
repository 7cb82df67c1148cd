"""What follows from a revision's blocks: its text, its digest, and the key that makes two revisions the same state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from archive.text.content_key import key, normalised
from archive.text.urls import link_key

COLUMNS = ("title", "byline", "published_at", "modified_at", "tags")
BLOCK = ("kind", "text", "html", "rule")
HREF = re.compile(r'href="([^"]*)"')


def seal(db: Database, revision_id: int) -> str:
    """Write a revision's text, digest and content_key out of its own columns and its blocks; return the text.

    The one place that computes them: on saving, on relabelling, on verifying.
    """
    text, digest, content_key = sealed(db, revision_id)
    db.execute("update revisions set text = ?, digest = ?, content_key = ? where id = ?", [text, digest, content_key, revision_id])
    return text


def sealed(db: Database, revision_id: int) -> tuple[str, str, str]:
    """(text, digest, content_key) as they follow from what is stored."""
    row = next(db.query(f"select {', '.join(COLUMNS)} from revisions where id = ?", [revision_id]))
    blocks = list(db.query("select kind, text, html, rule, vote from blocks where revision_id = ? order by position", [revision_id]))
    return seal_of(row, blocks)


def seal_of(row: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    """(text, digest, content_key) as they follow from a revision's own columns and its blocks. Pure."""
    text = "\n\n".join(block["text"] for block in blocks if block["kind"] == "body")
    return text, key(*(row[name] for name in COLUMNS), text, [_written(block) for block in blocks]), content_key(row, blocks)


def _written(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block as its revision's digest covers it: without a vote where there is none, as before there were votes."""
    vote = block.get("vote")
    return {name: block[name] for name in BLOCK} | ({} if vote is None else {"vote": vote})


def undivided_key(db: Database, revision_id: int) -> str:
    """The content_key that a revision would have were its text one line: an appeal that moves within a text cuts it at another place."""
    row = next(db.query(f"select {', '.join(COLUMNS)} from revisions where id = ?", [revision_id]))
    blocks = list(db.query("select kind, text, html from blocks where revision_id = ? order by position", [revision_id]))
    return content_key(row, blocks, divided=False)


def content_key(row: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]], *, divided: bool = True) -> str:
    """sha256:HEX over the author's content: title, byline, tags, text, captions, link targets. Dates are compared apart.
    ``divided``: where the paragraphs end counts."""
    body = [block for block in blocks if block["kind"] == "body"]
    paragraphs = [block["text"] for block in body]
    return key(
        normalised(row["title"]),
        normalised(row["byline"] or ""),
        row["tags"],
        [normalised(text) for text in (paragraphs if divided else [" ".join(" ".join(paragraphs).split())])],
        [normalised(block["text"]) for block in blocks if block["kind"] == "caption"],
        sorted({link_key(url) for block in body for url in HREF.findall(block["html"])}),
    )
