"""What changed between two texts, as markup: takes two texts, gives ``<del>`` and ``<ins>`` around the words that differ. Pure.

A page of changes has a thousand such pieces: ``Markup.format`` is slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from archive.text import word_diff
from archive.text.markup import plain

REMEMBERED, LONG = 300, 40_000  # pairs of texts, of fewer characters: 4 MB, and 12 where all are long


def inline_diff_markup(old: str, new: str) -> Markup:
    """The differences of one line or paragraph."""
    return render_line(word_diff.line_diff(plain(old), plain(new)))


def text_diff_markup(old: str, new: str) -> Markup:
    """Two texts of paragraphs: the changed paragraphs word by word, one unchanged around each, the rest counted. It is remembered, because
    a list of changes is read more than once."""
    return _remembered_markup(old, new) if len(old) + len(new) < LONG else _text_diff_markup(old, new)


def _text_diff_markup(old: str, new: str) -> Markup:
    return line_markup(word_diff.text_diff(plain(old), plain(new)))


_remembered_markup = lru_cache(maxsize=REMEMBERED)(_text_diff_markup)


def beside_text_markup(old: str, new: str) -> Markup:
    """The same, the two texts in two columns: a row for each paragraph. Where there is no room for two, the page shows it in one."""
    return beside_markup(word_diff.text_diff(plain(old), plain(new)))


def beside_line_markup(old: str, new: str) -> Markup:
    """The differences of one line or paragraph, in two columns."""
    return beside_markup([word_diff.line_diff(plain(old), plain(new))])


def beside_markup(lines: Sequence[word_diff.Line | word_diff.Fold]) -> Markup:
    """A row of two cells for each line of a diff, and behind the table the same in one column, for narrow screens."""
    rows = [
        Markup(f'<tr><td colspan="2">{fold_line(line.count)}</tr>')
        if isinstance(line, word_diff.Fold)
        else Markup('<tr><td dir="auto">' + '<td dir="auto">'.join(map(render_line, sides_of(line))) + "</tr>")
        for line in paired(lines)
    ]
    head = Markup('<thead><tr><th scope="col">Before<th scope="col">After</tr></thead>')
    table = Markup('<table class="beside-texts">{}<tbody>{}</tbody></table>').format(head, Markup("\n").join(rows))
    return table + Markup('<div class="one-column">{}</div>').format(line_markup(lines))


def paired(lines: Sequence[word_diff.Line | word_diff.Fold]) -> Iterator[word_diff.Line | word_diff.Fold]:
    """Lines in which paragraphs that were taken out share a row with those that were put in behind them."""
    out: list[word_diff.Line] = []
    for line in lines:
        only = line[0] if not isinstance(line, word_diff.Fold) and len(line) == 1 and not line[0].same else None
        if only and not only.new:
            out.append((only,))
        elif only and out:
            yield (*out.pop(0), only)
        else:
            yield from out
            out = []
            yield line
    yield from out


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
