"""What changed between two texts, word by word: takes two texts, gives lines of pieces, without markup. Pure.

Texts come in as the reader may see them; cleaning them for a page or a terminal is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

WORD = re.compile(r"\s+|\d[\d.,:/]*\d|[\w'’-]+|[^\w\s]")  # 11,400 and 3:40 are one word
LONGEST = 4000  # words of one paragraph that are compared one by one; beyond, the paragraph is shown old and new
REMEMBERED, LONG = 1_000, 10_000  # paragraphs, of fewer characters: 5 MB
CONTEXT = 1  # unchanged paragraphs shown around a change
ALIKE = 0.4  # shared words from which two paragraphs are one paragraph, edited


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: both where nothing changed; ``old`` was taken out, ``new`` put in."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class Fold:
    """Unchanged paragraphs away from any change."""

    count: int


Line = tuple[Piece, ...]


def line_diff(old: str, new: str) -> Line:
    """One line or paragraph, in reading order. It is remembered, because a list of changes is read more than once."""
    return _remembered_diff(old, new) if len(old) + len(new) < LONG else _line_diff(old, new)


def _line_diff(old: str, new: str) -> Line:
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) > LONGEST or len(after) > LONGEST:
        return (Piece(old, ""), Piece(" ", " "), Piece("", new))
    codes = merged(SequenceMatcher(None, before, after, autojunk=False).get_opcodes(), before)
    return tuple(Piece("".join(before[a:b]), "".join(after[c:d])) for _, a, b, c, d in codes)


_remembered_diff = lru_cache(maxsize=REMEMBERED)(_line_diff)


def merged(opcodes: Sequence[tuple[str, int, int, int, int]], before: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes in which two changes with only blanks between them are one: whole phrases read better than single words."""
    result: list[tuple[str, int, int, int, int]] = []
    for position, (operation, a, b, c, d) in enumerate(opcodes):
        blank = operation == "equal" and 0 < position < len(opcodes) - 1 and not "".join(before[a:b]).strip()
        kind = "equal" if operation == "equal" and not blank else "replace"
        if result and result[-1][0] == kind == "replace":
            _, first_a, _, first_c, _ = result[-1]
            result[-1] = ("replace", first_a, b, first_c, d)
        else:
            result.append((kind, a, b, c, d))
    return result


def text_diff(old: str, new: str) -> list[Line | Fold]:
    """Two texts of paragraphs: the changed paragraphs word by word, one unchanged around each, the rest counted."""
    before, after = split_paragraphs(old), split_paragraphs(new)
    lines: list[Line] = []
    for operation, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if operation == "equal":
            lines += [(Piece(paragraph, paragraph),) for paragraph in before[a:b]]
        else:
            lines += paragraph_diffs(before[a:b], after[c:d])
    return list(with_context(lines))


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, which empty lines keep apart."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def paragraph_diffs(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    """Paragraphs compared with those most like them, word by word. One without a likeness is taken out or put in whole."""
    if len(before) * len(after) > 10_000:
        return [*((Piece(paragraph, ""),) for paragraph in before), *((Piece("", paragraph),) for paragraph in after)]
    result: list[Line] = []
    rest = list(after)
    for paragraph in before:
        likeness = [shared_words(paragraph, other) for other in rest]
        best = max(range(len(rest)), key=likeness.__getitem__, default=None)
        if best is None or likeness[best] < ALIKE:
            result.append((Piece(paragraph, ""),))
        else:
            result += [(Piece("", skipped),) for skipped in rest[:best]]
            result.append(line_diff(paragraph, rest[best]))
            rest = rest[best + 1 :]
    result += [(Piece("", paragraph),) for paragraph in rest]
    return result


def shared_words(one: str, other: str) -> float:
    """0 to 1: how many of their different words two paragraphs have in common (Dice)."""
    a, b = set(re.findall(r"\w+", one.lower())), set(re.findall(r"\w+", other.lower()))
    return 2 * len(a & b) / (len(a) + len(b) or 1)


def with_context(lines: Sequence[Line]) -> Iterator[Line | Fold]:
    """Runs of unchanged paragraphs away from any change folded into a count."""
    changed = [i for i, line in enumerate(lines) if not all(piece.same for piece in line)]
    near = {i + shift for i in changed for shift in range(-CONTEXT, CONTEXT + 1)}
    folded = 0
    for position, line in enumerate(lines):
        if position not in near:
            folded += 1
            continue
        if folded:
            yield Fold(folded)
        folded = 0
        yield line
    if folded:
        yield Fold(folded)
