"""What changed between two texts, as markup: takes two texts, gives ``<del>`` and ``<ins>`` around the words that differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from archive.text import word_diff
from archive.text.markup import plain


def inline_diff_markup(old: str, new: str) -> Markup:
    """The differences of one line or paragraph."""
    return render_line(word_diff.line_diff(plain(old), plain(new)))


def text_diff_markup(old: str, new: str) -> Markup:
    """Two texts of paragraphs: the changed paragraphs word by word, one unchanged around each, the rest counted."""
    return line_markup(word_diff.text_diff(plain(old), plain(new)))


def line_markup(lines: Sequence[word_diff.Line | word_diff.Fold]) -> Markup:
    """A paragraph for each line of a diff."""
    return Markup("\n").join(
        fold_line(line.count) if isinstance(line, word_diff.Fold) else Markup("<p>{}</p>").format(render_line(line)) for line in lines
    )


def render_line(line: word_diff.Line) -> Markup:
    """One paragraph of a diff."""
    return Markup("").join(escape(piece.new) if piece.same else deleted(piece.old) + inserted(piece.new) for piece in line)


def deleted(text: str) -> Markup:
    """Text that was taken out."""
    return Markup("<del>{}</del>").format(text) if text else Markup("")


def inserted(text: str) -> Markup:
    """Text that was put in."""
    return Markup("<ins>{}</ins>").format(text) if text else Markup("")


def fold_line(count: int) -> Markup:
    """A line that counts unchanged paragraphs."""
    noun = "paragraph" if count == 1 else "paragraphs"
    return Markup('<p class="fold">… {} unchanged {} …</p>').format(count, noun)
