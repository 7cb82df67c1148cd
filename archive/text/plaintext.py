"""Archived text for a terminal or a mail: takes any text, gives text in which hidden characters are shown and control nothing. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from archive.text.word_diff import Fold, Line, Piece

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Control characters (a terminal obeys them) and what hides or reorders the text around it; tab and newline are neither."""
WIDTH = 96


def harmless(text: str | None) -> str:
    """``\\x1b[2J`` -> ``<U+001B>[2J``."""
    return HIDDEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text or "")


def one_line(text: str | None, length: int = 0) -> str:
    """Text in one line; cut at a word's end with an ellipsis when it is longer than ``length`` (0: never)."""
    line = " ".join(harmless(text).split())
    return textwrap.shorten(line, length, placeholder=" …") if length and len(line) > length else line


def wrapped(text: str, indent: int = 0) -> str:
    """One paragraph in lines of readable length; addresses stay whole."""
    margin = " " * indent
    return textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False)


def render_piece(piece: Piece) -> str:
    """``[-old-]{+new+}``, as wdiff writes it."""
    if piece.same:
        return harmless(piece.new)
    return (f"[-{harmless(piece.old)}-]" if piece.old else "") + (f"{{+{harmless(piece.new)}+}}" if piece.new else "")


def render_diff(lines: Iterable[Line | Fold], indent: int = 0) -> list[str]:
    """One paragraph of text for each paragraph of a diff."""
    shown = []
    for line in lines:
        if isinstance(line, Fold):
            shown.append(" " * indent + f"... {line.count} unchanged paragraph{'s' if line.count > 1 else ''} ...")
        else:
            shown.append(wrapped("".join(render_piece(piece) for piece in line), indent))
    return shown


def counted(count: int, noun: str) -> str:
    """``1 article``, ``1,506 comments``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
