"""Other spellings of a name, proposed out of the archive: takes a name and texts in which it stands, gives names that sound alike and
are written much alike, for a person to accept or refuse (``python -m archive label --spelling``).

Measured on the groups of ``spellings.txt``: 89 % of the pairs of one group are found so; by consonants alone, 39 % are.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from archive.publish.search.spellings import NAME, Vocabulary, fold, is_capitalised, lower_words, same_stem, skeleton
from archive.queries.mentions import is_written, texts_of_some
from archive.queries.search_query import QueryTerm

OFFERED = 6
READ = 20  # articles whose names are looked at
ALIKE = 0.8  # of Jaro and Winkler's measure, 0 to 1
DERIVED = re.compile(r"(?:n|i|an|ian|ese|is|ni|s)$")


def proposals(db: sqlite3.Connection, name: str, match: str, vocabulary: Vocabulary, decided: Collection[str]) -> list[tuple[str, int]]:
    """Other spellings of a name with the number of articles and comments that have each, the most alike first. ``match``: the name
    as it is asked for; ``decided``: folded spellings that a person has accepted or refused.
    """
    words = len(name.split())
    if fold(name) in vocabulary.common:  # somewhere it is written small: no name
        return []
    beside_last = f"({match}) OR {QueryTerm(name.split()[-1]).match()}" if words > 1 else match  # Aboo Maysar stands where Maysar does
    texts = texts_of_some(db, beside_last, READ)
    small = lower_words(texts)
    beside = Counter(found for text in texts for found in names_in(text, words))
    headlines = vocabulary.names.get(skeleton(name), Counter()) if words == 1 else Counter[str]()
    alike: dict[str, tuple[float, str]] = {}
    for other in [*beside, *headlines]:
        folded = fold(other)
        if folded in decided or folded in alike or (words == 1 and (folded in vocabulary.common or folded in small)):
            continue
        if likeness := how_alike(name, other):
            alike[folded] = (likeness, other)
    best = [other for _, other in sorted(alike.values(), key=lambda one: (-one[0], one[1]))[: 2 * OFFERED]]
    counted = [(other, is_written(db, QueryTerm(other).match())) for other in best]
    return [(other, count) for other, count in counted if count][:OFFERED]


def names_in(text: str, words: int) -> Iterator[str]:
    """Each run of so many capitalised words in a text."""
    found = [match for match in NAME.finditer(text) if is_capitalised(match[0])]
    runs: Iterable[Sequence[re.Match[str]]] = ((one,) for one in found) if words == 1 else pairwise(found) if words == 2 else ()
    for run in runs:
        if all(text[one.end() : other.start()] == " " for one, other in pairwise(run)):
            yield re.sub("['’]s$", "", text[run[0].start() : run[-1].end()])


def how_alike(one: str, other: str) -> float:
    """How much alike two spellings are, 0 to 1; 0 where they sound otherwise, or where one is only derived from the other (Iraqi)."""
    from jellyfish import jaro_winkler_similarity, metaphone  # a page that proposes nothing does not load it

    first, second = fold(one), fold(other)
    if first == second or same_stem(first, second) or min(len(first), len(second)) < 3:
        return 0.0
    shorter, longer = sorted((first, second), key=len)
    if longer.startswith(shorter) and DERIVED.fullmatch(longer[len(shorter) :]):
        return 0.0
    pairs = list(zip(one.split(), other.split(), strict=False))
    if not all(fold(a) == fold(b) or skeleton(a) == skeleton(b) != "" or metaphone(fold(a)) == metaphone(fold(b)) != "" for a, b in pairs):
        return 0.0
    likeness = float(jaro_winkler_similarity(first, second))
    return likeness if likeness >= ALIKE else 0.0
