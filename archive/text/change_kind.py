"""What kind of change lies between two revisions: takes both texts, gives the weightiest kind, and whether the article declares
it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

NOTE = re.compile(r"^\W*(correction|corrected|clarification|editor['’]?s?['’]? note|update|updated|erratum|note)\b", re.I)
WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
SENTENCE_START = set('.!?:"“”\n')


def classify(old: Mapping[str, Any], new: Mapping[str, Any], fields: set[str]) -> tuple[str, int | None]:
    """(weightiest kind of change, declared) between two states that hold ``title``, ``byline`` and ``text``.

    ``fields`` are the names of the content fields that differ. declared is 1 when the new text brings a note of its own
    (Correction:, Update:, Editor's note:), 0 when words changed without one, None when only tags, links or dates moved.
    """
    noted = _note_added(old["text"], new["text"])
    kinds = text_kinds(old["text"], new["text"]) if "text_key" in fields or "captions_key" in fields else set()
    if noted:
        kinds.add("correction")
    for field, kind in (("title", "headline"), ("authors", "byline"), ("published", "date"), ("terms", "tags"), ("links_key", "link")):
        if field in fields:
            kinds.add(kind)
    weightiest = next((k for k in WEIGHT if k in kinds), "wording")
    return weightiest, (1 if noted else None if weightiest in ("tags", "link", "date") else 0)


WEIGHT = ("correction", "number", "name", "headline", "byline", "date", "tags", "link", "wording", "typo")


def _note_added(old: str, new: str) -> bool:
    before = set(old.split("\n\n"))
    return any(NOTE.match(paragraph) for paragraph in new.split("\n\n") if paragraph not in before)


def text_kinds(old: str, new: str) -> set[str]:
    """Which of number, name, wording, typo the differences between two texts are."""
    before, after = WORD.findall(old), WORD.findall(new)
    kinds = set()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            kinds.add(_run_kind(before, after, (i1, i2), (j1, j2)))
    return kinds


def _run_kind(before: list[str], after: list[str], old: tuple[int, int], new: tuple[int, int]) -> str:
    """The kind of one differing run of words."""
    gone, come = before[slice(*old)], after[slice(*new)]
    if len(gone) > 12 or len(come) > 12:
        return "wording"  # a passage was written anew: single words in it say nothing
    if sorted(filter(_is_number, gone)) != sorted(filter(_is_number, come)):
        return "number"
    if _names(before, *old) != _names(after, *new):
        return "name"  # before typo: one letter can make another person
    if len(gone) == len(come) and all(_is_typo(a, b) for a, b in zip(gone, come, strict=True)):
        return "typo"
    return "wording"


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _is_typo(a: str, b: str) -> bool:
    """The same word but for a letter or two, or the same sign of punctuation in another shape."""
    if a == b or not (a[0].isalnum() or b[0].isalnum()):
        return True
    if _is_number(a) or _is_number(b) or (a[0].isupper() != b[0].isupper() and a.lower() != b.lower()):
        return False
    return min(len(a), len(b)) > 2 and SequenceMatcher(None, a.lower(), b.lower()).ratio() >= 0.75 and abs(len(a) - len(b)) <= 2


def _names(words: list[str], start: int, end: int) -> list[str]:
    """Capitalised words that do not open a sentence."""
    return [w for i, w in enumerate(words[start:end], start) if w[0].isupper() and i and words[i - 1] not in SENTENCE_START]
