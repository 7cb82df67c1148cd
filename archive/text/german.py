"""German words as they are looked up: takes a word, gives its stem without umlauts and endings, and the parts of a compound.

Parts come from a list of words (``german_parts.txt``), and from endings that are never followed by an s within one word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("german_parts.txt")
SHORTEST = 7  # letters of a compound
PART = 3  # letters of its shortest part
MOST = 4  # parts
LINKS = ("", "s", "es", "n", "en", "er", "e", "ns")
JOINT = re.compile(r"(.{2,}(?:ung|heit|keit|schaft|ion|tat|ling))s(.{3,})$")
SMALL_WORDS = """
    auch aus bei bis das dass dem den der des die ein fur hab hat ich im ist man mit nach nur ob sein sich sie so und von vor war was wer
    wie wir wird zu
"""
SMALL = frozenset(SMALL_WORDS.split())
SPELLED_OUT = re.compile(r"(?<![aeq])ue|(?<![aeiou])(?:ae|oe)")


@lru_cache(maxsize=50_000)
def german_stem(word: str) -> str:
    """``Häuser``, ``Haeuser`` and ``Haus`` are all ``haus``. No stem is one of the small words: ``sicher`` is not ``sich``."""
    folded = folded_german(word)
    stem = str(_stemmer().stemWord(folded))
    return stem if stem not in SMALL or folded in SMALL else re.sub(r"e[nrsm]?$", "", folded) if len(folded) > 8 else folded


def folded_german(word: str) -> str:
    """A word in small letters without umlauts, whichever way they are spelled."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return SPELLED_OUT.sub(lambda match: match[0][0], bare)


@lru_cache(maxsize=50_000)
def compound_parts(word: str) -> tuple[str, ...]:
    """Stems of the parts of a compound, and of what two of three parts make; empty for a word that is none."""
    folded = folded_german(word)
    pieces = _pieces(folded, MOST) if len(folded) >= SHORTEST and folded.isalpha() else None
    if not pieces or len(pieces) < 2:
        return ()
    ends = [sum(map(len, pieces[: number + 1])) for number in range(len(pieces))]
    starts = [0, *ends[:-1]]
    spans = [(first, last) for first in range(len(pieces)) for last in range(first, len(pieces)) if last - first + 1 < len(pieces)]
    stems = [_part_stem(folded[starts[first] : ends[last]]) for first, last in spans]
    return tuple(dict.fromkeys(stem for stem in stems if stem != german_stem(word)))


@lru_cache(maxsize=50_000)
def _pieces(folded: str, most: int) -> tuple[str, ...] | None:
    """The parts with the letters that link them; None where it cannot be taken apart into parts that are known."""
    if _is_known(folded):
        return (folded,)
    if most < 2:
        return None
    if joint := JOINT.match(folded):
        before = _pieces(joint[1], most - 1) or (joint[1],)
        return (*before[:-1], before[-1] + "s", *(_pieces(joint[2], most - 1) or (joint[2],)))
    for length in range(len(folded) - PART, PART - 1, -1):
        if _is_linked(folded[:length]) and (rest := _pieces(folded[length:], most - 1)):
            return (folded[:length], *rest)
    return None


def _is_known(folded: str) -> bool:
    return len(folded) >= PART and (folded in _known() or german_stem(folded) in _known())


def _is_linked(folded: str) -> bool:
    """Whether this is a known word, perhaps with the letters that link it to the next."""
    return any(folded.endswith(link) and folded[: len(folded) - len(link)] in _known() for link in LINKS)


def _part_stem(part: str) -> str:
    """The stem of a part without the letters that link it."""
    if _is_known(part):
        return german_stem(part)
    bare = next((part[: -len(link)] for link in LINKS if link and part.endswith(link) and part[: -len(link)] in _known()), None)
    return german_stem(bare or (part[:-1] if part.endswith("s") else part))


@cache
def _known() -> frozenset[str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    words = [folded_german(word) for line in lines if not line.startswith("#") for word in line.split()]
    return frozenset(word for word in [*words, *map(german_stem, words)] if len(word) >= PART)


@cache
def _stemmer() -> Any:
    import snowballstemmer  # only where German, or English, is looked up

    return snowballstemmer.stemmer("german")
