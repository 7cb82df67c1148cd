"""The blocks of a revision: takes their texts and markup, and stores them as spans of the revision's text.

The view ``blocks`` and the triggers of the schema do the same in SQL (``archive/db/migrations/m028_smaller_rows.py``). Functions that
write run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

from archive.text.fingerprint import fingerprint
from archive.text.paragraph_markup import beside_plain, plain_paragraph

Span = tuple[int | None, int | None, str | None, str | None, int | None, int | None]


def add_blocks(db: Database, revision_id: int, blocks: list[dict[str, Any]]) -> None:
    """Give a revision that has none its blocks, and the text in which they are spans; ``seal`` has to follow."""
    text = text_of(blocks)
    db.execute("update revisions set text = ? where id = ? and text <> ?", [text, revision_id, text])
    insert_blocks(db, revision_id, blocks, text)


def insert_blocks(db: Database, revision_id: int, blocks: list[dict[str, Any]], text: str) -> None:
    """The blocks of a revision that has none, and has their text already."""
    db.conn.executemany(
        """
        insert into block_spans(revision_id, position, kind, rule, vote, fingerprint, start, length, text, html, head, tail)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [(revision_id, i, *labels(b), numbered(fingerprint(b["text"])), *span(text, b["text"], b["html"])) for i, b in enumerate(blocks)],
    )


def text_of(blocks: Iterable[Mapping[str, Any]]) -> str:
    """The text of a revision: its body blocks, a blank line between them."""
    return "\n\n".join(block["text"] for block in blocks if block["kind"] == "body")


def labels(block: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """(kind, rule, vote) of a block as they are stored: None is what is usual."""
    kind, rule, vote = block["kind"], block["rule"], block.get("vote") or "unasked"
    return (None if kind == "body" else kind, None if rule == "container" else rule, None if vote == "text" else vote)


def numbered(digits: str) -> int | str:
    """The 16 hex digits of a fingerprint as a number of 8 bytes, with a sign; '' as it is."""
    return int.from_bytes(bytes.fromhex(digits), signed=True) if digits else ""


def span(whole: str, text: str, html: str) -> Span:
    """(start, length, text, html, head, tail) of a block: its place in the revision's text, counted in characters from 1, or else its
    own text; and its markup beside that of a plain paragraph."""
    start = whole.find(text) + 1 if text and "\0" not in whole else 0
    markup = beside_plain(plain_paragraph(text), html)
    return (start, len(text), None, *markup) if start else (None, None, text, *markup)
