"""What changed between two texts, word by word, as a reader wants to see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from archive.publish.sanitise import LONG, plain

WORD = re.compile(r"\s+|\d[\d.,:/]*\d|[\w'’-]+|[^\w\s]")  # 11,400 and 3:40 are one word
LONGEST = 2000  # words of one paragraph that are compared one by one; beyond, the paragraph is shown old and new
MOST_PAIRS = 4_000_000  # items of one times items of the other that are compared
Operation = tuple[str, int, int, int, int]
"""As difflib has it: equal or another kind, from a to b of the old, from c to d of the new."""
CONTEXT = 1  # unchanged paragraphs shown around a change


def word_diff(old: str, new: str) -> Markup:
    """One line or paragraph: ``<del>`` and ``<ins>`` around the words that differ."""
    before, after = WORD.findall(plain(old)), WORD.findall(plain(new))
    if len(before) > LONGEST or len(after) > LONGEST:
        return deleted(plain(old)) + Markup(" ") + inserted(plain(new))
    pieces: list[Markup] = []
    for operation, a, b, c, d in merged(opcodes(before, after), before):
        if operation == "equal":
            pieces.append(escape("".join(before[a:b])))
        else:
            pieces += [deleted("".join(before[a:b])), inserted("".join(after[c:d]))]
    return Markup("").join(pieces)


def opcodes(before: Sequence[str], after: Sequence[str]) -> list[Operation]:
    """What turns the one sequence into the other. Equal ends are set aside first: comparing is quadratic in the rest."""
    start = common_start(before, after)
    end = common_start(before[start:][::-1], after[start:][::-1])
    middle = before[start : len(before) - end], after[start : len(after) - end]
    if len(middle[0]) * len(middle[1]) > MOST_PAIRS:
        found: list[Operation] = [("replace", 0, len(middle[0]), 0, len(middle[1]))]
    else:
        found = list(SequenceMatcher(None, *middle, autojunk=False).get_opcodes())
    shifted = [(kind, a + start, b + start, c + start, d + start) for kind, a, b, c, d in found]
    first: list[Operation] = [("equal", 0, start, 0, start)] if start else []
    last: list[Operation] = [("equal", len(before) - end, len(before), len(after) - end, len(after))] if end else []
    return [*first, *shifted, *last]


def common_start(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items at the start are the same."""
    return next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))


def merged(operations: Sequence[Operation], before: Sequence[str]) -> list[Operation]:
    """Changes that only blanks keep apart as one change: "two words" reads better than "one" and "another"."""
    result: list[Operation] = []
    for position, (operation, a, b, c, d) in enumerate(operations):
        blank = operation == "equal" and 0 < position < len(operations) - 1 and not "".join(before[a:b]).strip()
        kind = "equal" if operation == "equal" and not blank else "replace"
        if result and result[-1][0] == kind == "replace":
            _, first_a, _, first_c, _ = result[-1]
            result[-1] = ("replace", first_a, b, first_c, d)
        else:
            result.append((kind, a, b, c, d))
    return result


def deleted(text: str) -> Markup:
    return Markup("<del>{}</del>").format(text) if text else Markup("")


def inserted(text: str) -> Markup:
    return Markup("<ins>{}</ins>").format(text) if text else Markup("")


def text_diff(old: str, new: str) -> Markup:
    """Two texts of paragraphs: the changed paragraphs word by word, one unchanged around each, the rest counted."""
    if len(old) > LONG or len(new) > LONG:
        return Markup('<p class="long">{}{}</p>').format(deleted(plain(old)), inserted(plain(new)))
    before, after = split_paragraphs(old), split_paragraphs(new)
    parts: list[tuple[bool, Markup]] = []
    for operation, a, b, c, d in opcodes(before, after):
        if operation == "equal":
            parts += [(False, escape(paragraph)) for paragraph in before[a:b]]
        else:
            parts += [(True, pair) for pair in paragraph_diffs(before[a:b], after[c:d])]
    return Markup("\n").join(with_context(parts))


def split_paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", plain(text)) if part.strip()]


def paragraph_diffs(before: Sequence[str], after: Sequence[str]) -> list[Markup]:
    """Paragraphs that stand in for each other word by word; those without a likeness as taken out or put in."""
    if len(before) * len(after) > 10_000:
        return [deleted(paragraph) for paragraph in before] + [inserted(paragraph) for paragraph in after]
    result, rest = [], list(after)
    for paragraph in before:
        likeness = [shared_words(paragraph, other) for other in rest]
        best = max(range(len(rest)), key=likeness.__getitem__, default=None)
        if best is None or likeness[best] < 0.4:
            result.append(deleted(paragraph))
        else:
            result += [inserted(skipped) for skipped in rest[:best]]
            result.append(word_diff(paragraph, rest[best]))
            rest = rest[best + 1 :]
    return result + [inserted(paragraph) for paragraph in rest]


def shared_words(one: str, other: str) -> float:
    """0 to 1: how many of their different words two paragraphs have in common (Dice)."""
    a, b = set(re.findall(r"\w+", one.lower())), set(re.findall(r"\w+", other.lower()))
    return 2 * len(a & b) / (len(a) + len(b) or 1)


def with_context(parts: Sequence[tuple[bool, Markup]]) -> list[Markup]:
    """Paragraphs as markup, runs of unchanged ones away from any change folded into a count."""
    near = {i + shift for i, (changed, _) in enumerate(parts) if changed for shift in range(-CONTEXT, CONTEXT + 1)}
    result: list[Markup] = []
    folded = 0
    for position, (_, paragraph) in enumerate(parts):
        if position in near:
            result += [fold_line(folded)] * bool(folded) + [Markup("<p>{}</p>").format(paragraph)]
            folded = 0
        else:
            folded += 1
    return result + [fold_line(folded)] * bool(folded)


def fold_line(count: int) -> Markup:
    noun = "paragraph" if count == 1 else "paragraphs"
    return Markup('<p class="fold">… {} unchanged {} …</p>').format(count, noun)
