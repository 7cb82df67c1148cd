"""Texts as the second index of words has them: takes a text in a language whose words FTS5 does not find as people write them, gives
its words apart by blanks, each in one form.

Scripts without spaces become overlapping pairs of characters, so that any run of characters is found. Arabic and Persian lose vowel
signs, and letters that are written in two ways become one. Russian and German words lose their endings; what a German compound is made
of comes behind the text. The same is done to what is searched, and where a word stood in the original is kept for its mark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from archive.text.german import compound_parts, german_stem

RULES = 1  # which rules these are: rows that others made are made anew
PLAIN, GERMAN = "plain", "german"
WAYS = (PLAIN, GERMAN)
SHARE = 10  # a tenth of the letters, or more, are of a script that the first index does not serve
BARRIER = " ".join(["\uf8f0"] * 11)  # between a text and its compounds' parts: further than words that are near one another
NEEDING = (
    "\u0400-\u052f\u0590-\u08ff\u0900-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufefc\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Letters of the scripts whose texts need it: Cyrillic, Hebrew, Arabic, those of India and South-East Asia, Korean, Japanese, Chinese."""
GRAMS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆〇"
WORDS = rf"(?V1)(?P<grams>[{GRAMS}]+)|[[\p{{L}}\p{{N}}\p{{Co}}]--[{GRAMS}]][[\p{{L}}\p{{N}}\p{{M}}\p{{Co}}\u200c\u200d\u0640]--[{GRAMS}]]*"
SPACELESS_MARK = "\uff9e\uff9f"  # half-width voice marks belong to the letter before
ARABIC = str.maketrans(
    dict.fromkeys("أإآٱٲٳ", "ا")
    | dict.fromkeys("ىیئےېۍ", "ي")
    | dict.fromkeys("ةەۀہۂۃھ", "ه")
    | dict.fromkeys("کڪ", "ك")
    | {"ؤ": "و"}
    | dict.fromkeys("ـء\u200c\u200d")
)
ARTICLES = ("وال", "فال", "بال", "كال", "ولل", "ال", "لل")
LEFT = 3  # letters that have to be left of an Arabic word without its article
STRESS = dict.fromkeys(map(ord, "\u0300\u0301"))


class FoundWord(NamedTuple):
    """A word of a text: the forms by which it is found, and where it stands in the original."""

    forms: tuple[str, ...]
    start: int
    end: int


def way_of(text: str, language: str | None) -> str | None:
    """In which way the words of a text are brought into one form; None where the first index serves it."""
    if language == "de":
        return GERMAN
    if text.isascii():
        return None
    needing = len(_needing().findall(text))
    return PLAIN if needing and needing * SHARE >= sum(map(str.isalpha, text)) else None


def indexed_words(text: str, way: str) -> str:
    """A text as the second index has it."""
    words: list[str] = []
    parts: list[str] = []
    for match in _words().finditer(text):
        if match["grams"]:
            words += [gram for gram, _, _ in _grams(match[0])]
            continue
        forms = word_forms(match[0], way)
        words += forms[:1]
        parts += forms[1:]
    return " ".join([*words, BARRIER, *dict.fromkeys(parts)] if parts else words)


def looked_up(text: str, way: str) -> list[str]:
    """A word or phrase that is searched, as a row of words of the second index. Where the last one is only the beginning of a word,
    it ends in ``*``."""
    words: list[str] = []
    found = list(_words().finditer(text))
    for number, match in enumerate(found):
        last = number == len(found) - 1
        if not match["grams"]:
            words += word_forms(match[0], way)[:1]
            continue
        grams = [gram for gram, _, _ in _grams(match[0])]
        if last:
            grams = grams[:-1] or [f"{grams[0]}*"]
        words += grams
    return words


def found_words(text: str, way: str) -> Iterator[FoundWord]:
    """The words of a text with all forms by which the second index finds them, and their places."""
    for match in _words().finditer(text):
        if match["grams"]:
            yield from (FoundWord((gram,), match.start() + start, match.start() + end) for gram, start, end in _grams(match[0]))
        else:
            yield FoundWord(word_forms(match[0], way), match.start(), match.end())


@lru_cache(maxsize=100_000)
def word_forms(word: str, way: str) -> tuple[str, ...]:
    """The form of a word, and the parts of a compound; empty for a word of which nothing is left."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    first = unicodedata.name(folded[:1], "")
    if first.startswith("CYRILLIC"):
        return (cyrillic_stem(folded),)
    if first.startswith("ARABIC") and folded[0].isalpha():
        form = arabic_form(folded)
        return (form,) if form else ()
    if first.startswith("HEBREW"):
        return ("".join(letter for letter in unicodedata.normalize("NFD", folded) if not unicodedata.combining(letter)),)
    if way == GERMAN and first.startswith("LATIN"):
        return (german_stem(word), *compound_parts(word))
    return ("".join(str(unicodedata.digit(letter, letter)) for letter in folded),)


def cyrillic_stem(word: str) -> str:
    """A word without its ending, as Snowball's rules for Russian have it; ``ё`` is ``е``."""
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).translate(STRESS))
    return str(_russian().stemWord(bare.replace("ё", "е")))


def arabic_form(word: str) -> str:
    """A word without vowel signs, its letters in one spelling, without the article."""
    bare = "".join(letter for letter in unicodedata.normalize("NFC", word) if not unicodedata.combining(letter)).translate(ARABIC)
    for article in ARTICLES:
        if bare.startswith(article) and len(bare) - len(article) >= LEFT:
            return bare[len(article) :]
    return bare


def _grams(run: str) -> list[tuple[str, int, int]]:
    """Overlapping pairs of characters, and the last character, each with its place in the run."""
    if unicodedata.is_normalized("NFKC", run):
        last = len(run) - 1
        return [*((run[at : at + 2], at, at + 2) for at in range(last)), (run[last], last, last + 1)]
    letters: list[tuple[str, int, int]] = []
    for at, letter in enumerate(run):
        if letter in SPACELESS_MARK and letters:
            before, start, _ = letters[-1]
            letters[-1] = (unicodedata.normalize("NFKC", before + letter), start, at + 1)
        else:
            letters.append((unicodedata.normalize("NFKC", letter), at, at + 1))
    pairs = [(one + other, start, end) for (one, start, _), (other, _, end) in pairwise(letters)]
    return [*pairs, *letters[-1:]]


@cache
def _words() -> Any:
    import regex  # type: ignore[import-untyped, unused-ignore]  # knows scripts; only where such a text is read

    return regex.compile(WORDS)


@cache
def _needing() -> Any:
    import re

    return re.compile(f"[{NEEDING}]")


@cache
def _russian() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("russian")
