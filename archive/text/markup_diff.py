"""What changed between two texts, as markup: takes two texts, gives ``<del>`` and ``<ins>`` around the words that differ. Pure.

A page of changes has a thousand such pieces: ``Markup.format`` is slow.
"""

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


def beside_markup(old: str, new: str) -> Markup:
    """The same, the two texts in two columns: a row for each paragraph."""
    rows = [
        Markup(f'<tr><td colspan="2">{fold_line(line.count)}</tr>')
        if isinstance(line, word_diff.Fold)
        else Markup("<tr><td>" + "<td>".join(map(render_line, sides_of(line))) + "</tr>")
        for line in word_diff.text_diff(plain(old), plain(new))
    ]
    head = Markup('<thead><tr><th scope="col">Before<th scope="col">After</tr></thead>')
    return Markup('<table class="beside-texts" tabindex="0">{}<tbody>{}</tbody></table>').format(head, Markup("\n").join(rows))


def sides_of(line: word_diff.Line) -> tuple[word_diff.Line, word_diff.Line]:
    """What of a line of a diff was there before, and what is there after."""
    before = tuple(word_diff.Piece(piece.old, piece.old if piece.same else "") for piece in line)
    return before, tuple(word_diff.Piece(piece.new if piece.same else "", piece.new) for piece in line)


def line_markup(lines: Sequence[word_diff.Line | word_diff.Fold]) -> Markup:
    """A paragraph for each line of a diff."""
    return Markup("\n").join(
        fold_line(line.count) if isinstance(line, word_diff.Fold) else Markup(f"<p>{render_line(line)}</p>") for line in lines
    )


def render_line(line: word_diff.Line) -> Markup:
    """One paragraph of a diff."""
    return Markup("").join(escape(piece.new) if piece.same else deleted(piece.old) + inserted(piece.new) for piece in line)


def deleted(text: str) -> Markup:
    """Text that was taken out."""
    return Markup(f"<del>{escape(text)}</del>") if text else Markup("")


def inserted(text: str) -> Markup:
    """Text that was put in."""
    return Markup(f"<ins>{escape(text)}</ins>") if text else Markup("")


def fold_line(count: int) -> Markup:
    """A line that counts unchanged paragraphs."""
    noun = "paragraph" if count == 1 else "paragraphs"
    return Markup(f'<p class="fold">… {count} unchanged {noun} …</p>')
