"""How a mail of many changes stays readable: takes events and paragraphs, gives a line of counts, an order, and shortened
paragraphs. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from archive.text.event_words import EVENTS
from archive.text.plaintext import wrapped

MANY = 12  # paragraphs: with more of them each is kept short, and a line at the top says what there is
KEPT = 12  # lines of a paragraph in a long mail
WEIGHTS = ("missing", "gone", "back", "renamed", "edited", "moved", "new")  # the order in which they are told, articles before comments


def telling_order(row: Mapping[str, Any]) -> tuple[int, bool, int]:
    """A key to sort events by: disappearances, then edits, then comments, and new articles last, because the site shows those too."""
    new, of_comment = row["event"] == "new", row["comment_id"] is not None
    return (new, of_comment, WEIGHTS.index(row["event"]))


def counted_events(rows: Iterable[Mapping[str, Any]]) -> str:
    """``Articles: 3 gone, confirmed; 1 renamed; 40 edited. Comments: 1 missing, not yet confirmed; 60 new.``"""
    counts = Counter((row["comment_id"] is not None, row["event"]) for row in rows)
    told = []
    for of_comment, name in ((False, "Articles"), (True, "Comments")):
        parts = [f"{counts[of_comment, event]:,} {EVENTS[event]}" for event in WEIGHTS if counts[of_comment, event]]
        told += [f"{name}: {'; '.join(parts)}."] if parts else []
    return wrapped(" ".join(told))


def shortened(paragraph: str, rest: str) -> str:
    """A paragraph's first lines and the command that shows the rest; the whole paragraph where it is not much longer."""
    lines = paragraph.splitlines()
    if len(lines) <= KEPT + 3:
        return paragraph
    shown = "\n".join(lines[:KEPT]).rstrip()
    return f"{shown}\n    ... {len(lines) - KEPT:,} more lines: {rest}"
