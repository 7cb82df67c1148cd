"""Two revisions of an article side by side: takes an article's id and two numbers, gives what of the author's content differs,
field by field.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import ConfigurationError
from archive.store.revision_digest import HREF
from archive.text import word_diff
from archive.text.plaintext import one_line, render_diff

FIELDS = ("title", "byline", "published_at", "tags", "captions", "links")
LABELS = {"published_at": "date"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs: ``title``, ``byline``, ``date``, ``tags``, ``captions``, ``links`` or ``text``."""

    field: str
    lines: list[word_diff.Line | word_diff.Fold]


def revisions_of(db: Database, article_id: int) -> list[dict[str, Any]]:
    """Every revision of an article, the first one first, with ``captions`` and ``links`` out of its blocks."""
    rows = db.query("select * from revisions where article_id = ? order by number", [article_id])
    return [row | _from_blocks(db, row["id"]) for row in list(rows)]


def _from_blocks(db: Database, revision_id: int) -> dict[str, str]:
    blocks = list(db.execute("select kind, text, html from blocks where revision_id = ? order by position", [revision_id]))
    links = dict.fromkeys(html.unescape(url) for kind, _, markup in blocks if kind == "body" for url in HREF.findall(markup))
    return {"captions": "\n".join(text for kind, text, _ in blocks if kind == "caption"), "links": "\n".join(links)}


def revision_pair(db: Database, article_id: int, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The revision before ``number`` and the one with it. Raises KeyError when there are no such two."""
    found = {row["number"]: row for row in revisions_of(db, article_id)}
    return found[number - 1], found[number]


def chosen_pair(revisions: list[dict[str, Any]], numbers: Sequence[int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two revisions of these numbers, the last two without any. Raises ConfigurationError naming those that are there."""
    held = {row["number"]: row for row in revisions}
    wanted = numbers or sorted(held)[-2:]
    for number in wanted:
        if number not in held:
            raise ConfigurationError(f"there is no revision {number}; there are {', '.join(map(str, held))}")
    return held[wanted[0]], held[wanted[-1]]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What differs between two rows of ``revisions_of``."""
    found = []
    for field in FIELDS:
        before, after = old[field] or "", new[field] or ""
        if before == after:
            continue
        found.append(Difference(LABELS.get(field, field), _compared(field, before, after)))
    if old["text"] != new["text"]:
        found.append(Difference("text", word_diff.text_diff(old["text"], new["text"])))
    return found


def _compared(field: str, before: str, after: str) -> list[word_diff.Line | word_diff.Fold]:
    if field in ("tags", "links", "captions"):
        return _listed(before, after)
    return [(word_diff.Piece(before, after),) if field == "published_at" else word_diff.line_diff(before, after)]


def _listed(before: str, after: str) -> list[word_diff.Line | word_diff.Fold]:
    """Lists, one thing a line: only what was taken out or put in."""
    old, new = before.splitlines(), after.splitlines()
    gone = [word_diff.Piece(line, "") for line in old if line not in new]
    come = [word_diff.Piece("", line) for line in new if line not in old]
    return [(piece,) for piece in gone + come] or [(word_diff.Piece(", ".join(old), ", ".join(new)),)]


def rendered_differences(found: list[Difference], indent: int = 2) -> list[str]:
    """Differences as lines of plain text, the field's name before each."""
    shown = []
    for difference in found:
        lines = render_diff(difference.lines, indent + 2)
        if difference.field == "text":
            shown += [" " * indent + "text:", "\n\n".join(lines)]
        elif len(lines) == 1 and "\n" not in lines[0]:
            shown.append(" " * indent + f"{difference.field}: {lines[0].strip()}")
        else:
            shown += [" " * indent + f"{difference.field}:", *lines]
    return shown or [" " * indent + "nothing in the author's content differs"]


def described_revision(row: Mapping[str, Any]) -> str:
    """``revision 2, seen 2024-03-07T12:30:05Z to 2024-04-01T06:00:00Z: number, not declared``."""
    return f"revision {row['number']}, seen {row['seen_at']} to {row['last_seen_at']}{kind_of_change(row, ': ')}"


def kind_of_change(row: Mapping[str, Any], before: str = "") -> str:
    """``number, not declared``; '' for a first revision."""
    if not row["change"]:
        return ""
    said = {1: ", declared", 0: ", not declared"}.get(row["declared"], "")
    return f"{before}{one_line(row['change'])}{said}"
