"""Footnotes: takes the markup of an article's blocks and its address, gives it with each mark leading to its note and back.

Sites tie the two by names that were lost when the text was cleaned, ``#fn-1`` and ``#fnref-1``; what is left are the links themselves. A
link to a place of the same page, and a later one back, belong together when their names are the same but for such words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from markupsafe import Markup

LINK = re.compile(r'<a((?: [\w-]+="[^"]*")*?) href="([^"]*)"')  # holds for what nh3 writes
DIRECTIONS = re.compile(r"ref(?:erence)?|link|bottom|top|back|marke?r?|anchor|sym|anc", re.I)
NOTES = re.compile(r"(?:foot|end)?note", re.I)  # against ``ref``: cite_note-1 and cite_ref-1
HOLDERS = re.compile(r"<(/?)(li|p|dd)\b[^>]*>")
MOST = 400  # notes of one article


@dataclass(frozen=True, slots=True)
class InnerLink:
    """A link to a place of its own page: in which block, where in it, and the name of the place."""

    block: int
    start: int
    end: int
    name: str

    @property
    def key(self) -> str:
        """What a mark and its note have in common: ``fn-1`` and ``fnref-1`` are ``1``."""
        bare = DIRECTIONS.sub("", self.name)
        return re.sub(r"[^\w]|_", "", NOTES.sub("", bare)).lower() or re.sub(r"[^\w]|_", "", bare).lower()


def with_notes(blocks: Sequence[Markup], url: str) -> list[Markup]:
    """The same markup; marks are ``<a class="note-mark" id="mark-1" href="#note-1">``, and what they mean has the id ``note-1``."""
    pairs = paired([place for number, markup in enumerate(blocks) for place in inner_links(markup, number, url)])
    edits: dict[int, list[tuple[int, int, str]]] = {}
    for number, (mark, note) in enumerate(pairs[:MOST], 1):
        edits.setdefault(mark.block, []).append((mark.start, mark.end, f'<a class="note-mark" id="mark-{number}" href="#note-{number}"'))
        at = holder(blocks[note.block], note.start)
        own = "" if at else f' id="note-{number}"'
        edits.setdefault(note.block, []).append((note.start, note.end, f'<a class="note-back"{own} href="#mark-{number}"'))
        if at:
            edits[note.block].append((at, at, f' id="note-{number}"'))
    return [Markup(edited(str(markup), edits.get(number, ()))) for number, markup in enumerate(blocks)]


def inner_links(markup: Markup, block: int, url: str) -> list[InnerLink]:
    """The links of a block that lead to a place of the same page."""
    found = []
    for match in LINK.finditer(str(markup)):
        page, hash_, name = html.unescape(match[2]).partition("#")
        if hash_ and name and page.rstrip("/") in ("", url.rstrip("/")):
            found.append(InnerLink(block, match.start(), match.end(), unquote(name)))
    return found


def paired(places: Sequence[InnerLink]) -> list[tuple[InnerLink, InnerLink]]:
    """Marks with the notes that they lead to. A note's link back is the last of its key; what stands alone is left as it is."""
    by_key: dict[str, list[InnerLink]] = {}
    for place in places:
        if place.key:
            by_key.setdefault(place.key, []).append(place)
    return [(same[0], same[-1]) for same in by_key.values() if len({place.name for place in same}) > 1]


def holder(markup: Markup, at: int) -> int:
    """Where the attributes of the item or paragraph end that holds this place; 0 where none does."""
    opened: list[tuple[str, int]] = []
    for match in HOLDERS.finditer(str(markup), 0, at):
        if match[1]:
            while opened and opened.pop()[0] != match[2]:
                pass
        else:
            opened.append((match[2], match.end() - 1))
    items = [end for name, end in opened if name != "p"]
    return (items or [end for _, end in opened] or [0])[-1]


def edited(markup: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """Markup with these stretches replaced, the last first, so that places stay what they are."""
    for start, end, text in sorted(edits, reverse=True):
        markup = markup[:start] + text + markup[end:]
    return markup
