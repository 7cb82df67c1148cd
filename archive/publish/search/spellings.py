"""Spellings of transliterated names: takes a list that people keep and the archive's headlines and tags, gives other spellings of a word.

They are offered, never applied unasked: a search finds what was typed, unless ``name:`` asks for the group.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from archive.queries.rows import fetch_column, fetch_value
from archive.queries.search_query import Query

LIST = Path(__file__).with_name("spellings.txt")
NAME = re.compile(r"\b[^\W\d_][\w'’ʿʾ-]*[^\W\d_]")
AYNS = "\u02bf\u02be\u02bb\u02bc"  # letters to the index, which folds none of them
SHORTEST = 3  # consonants: shorter skeletons unite too much
OFFERED = 6
Groups = Mapping[str, tuple[str, ...]]
"""Folded spelling -> all spellings of its group."""

SOUNDS = (("ph", "f"), ("kh", "k"), ("gh", "k"), ("dh", "d"), ("th", "t"), ("sh", "s"), ("dj", "j"), ("ck", "k"))
LETTERS = str.maketrans({"q": "k", "c": "k", "g": "k", "z": "s", "v": "w"} | dict.fromkeys("aeiouyhw-'’ʿʾ`", ""))


@dataclass(frozen=True, slots=True)
class Marks:
    """How far the archive has been read: highest ids."""

    revision: int = 0
    tag: int = 0
    decision: int = 0


@dataclass
class Vocabulary:
    """Names in headlines and tags by their consonants, and words that are none because somewhere they are written small."""

    marks: Marks = Marks()
    names: dict[str, Counter[str]] = field(default_factory=dict)
    common: frozenset[str] = frozenset()


def is_capitalised(name: str) -> bool:
    """Whether a name begins with a capital, an ayn or hamza before it aside: ``\u02bfUmar``."""
    return name.lstrip(AYNS)[:1].isupper()


def fold(word: str) -> str:
    """Case, accents, apostrophes and hyphens aside: as the index folds it, or nearly."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return re.sub(r"[\W_]", "", "".join(character for character in plain if not unicodedata.combining(character)))


def skeleton(word: str) -> str:
    """The consonants as they sound, doubles once: Qaddafi, Gaddafi and Kadafi are all ``kdf``."""
    sounds = fold(re.sub(r"^(al|el|ash|as|an|ad|ar|at)[-' ]", "", word.casefold()))
    for letters, sound in SOUNDS:
        sounds = sounds.replace(letters, sound)
    return re.sub(r"(.)\1+", r"\1", sounds.translate(LETTERS))


def read_groups(*paths: Path) -> Groups:
    """The lists, one after the other; groups that share a spelling become one. A list that is not there is empty. Each is read, for people
    edit them."""
    return _groups_in(tuple(path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "" for path in paths))


@lru_cache(maxsize=8)
def _groups_in(lists: tuple[str, ...]) -> Groups:
    groups: dict[str, tuple[str, ...]] = {}
    for line in (line for text in lists for line in text.splitlines()):
        names = [name.strip() for name in line.partition("#")[0].split(",") if fold(name)]
        known = [spelling for name in names for spelling in groups.get(fold(name), ())]
        group = tuple(dict.fromkeys([*known, *names]))
        groups.update({fold(name): group for name in group})
    return MappingProxyType(groups)


def suggestions(query: Query, groups: Groups, vocabulary: Vocabulary) -> list[tuple[str, list[str]]]:
    """For each word searched, its other spellings: those of the list, then the archive's own, frequent ones first."""
    words = [term.text for alternatives in query.wanted if len(alternatives) == 1 for term in alternatives if not term.prefix]
    offered = [(word, other_spellings(word, groups, vocabulary)) for word in dict.fromkeys(words) if " " not in word]
    return [(word, others) for word, others in offered if others]


def other_spellings(word: str, groups: Groups, vocabulary: Vocabulary) -> list[str]:
    """Up to ``OFFERED`` other spellings of a word; none for a word that is written small somewhere."""
    own = fold(word)
    bones = skeleton(word)
    is_name = len(bones) >= SHORTEST and own not in vocabulary.common
    found = vocabulary.names.get(bones, Counter()) if is_name else Counter[str]()
    held = [name for name, _ in found.most_common(20) if fold(name) not in vocabulary.common]
    listed = list(groups.get(own, ()))
    different = {fold(name): name for name in reversed([*listed, *held]) if not same_stem(fold(name), own)}
    return list(reversed(different.values()))[:OFFERED]


def same_stem(one: str, other: str) -> bool:
    """Whether two words differ only by a plural or possessive s, which the index folds by itself."""
    return one.rstrip("s") == other.rstrip("s")


def with_spelling(text: str, word: str, other: str) -> str:
    """The query with an alternative for one word: ``shabab raid`` -> ``shabab OR Shabaab raid``."""
    return re.sub(rf"(?<![\w:]){re.escape(word)}(?!\w)", lambda match: f"{match[0]} OR {other}", text, count=1)


def refresh(db: sqlite3.Connection, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with what has come into the archive since; read anew where something was taken out of its pages."""
    marks = Marks(
        fetch_value(db, "select coalesce(max(id), 0) from revisions"),
        fetch_value(db, "select coalesce(max(id), 0) from tags"),
        fetch_value(db, "select coalesce(max(id), 0) from main.decisions where kind = 'withhold'"),
    )
    known = vocabulary.marks
    if marks == known:
        return vocabulary
    if marks.revision < known.revision or marks.decision != known.decision:
        vocabulary, known = Vocabulary(), Marks()
    titles = fetch_column(db, "select title from revisions where id > ?", [known.revision])
    tags = fetch_column(db, "select name from tags where id > ?", [known.tag])
    starts = fetch_column(db, "select substr(text, 1, 400) from revisions where id > ?", [known.revision])
    return Vocabulary(marks, with_names(vocabulary.names, [*titles, *tags]), vocabulary.common | lower_words(starts))


def with_names(names: Mapping[str, Counter[str]], titles: Iterable[str]) -> dict[str, Counter[str]]:
    """The names with those of new titles, as a new mapping: another thread may be reading the old one."""
    grown = dict(names)
    written: Counter[str] = Counter(re.sub("['’]s$", "", name) for title in titles for name in NAME.findall(title))
    for name, count in written.items():
        bones = skeleton(name) if is_capitalised(name) else ""
        if len(bones) >= SHORTEST:
            grown[bones] = grown.get(bones, Counter()) + Counter({name: count})
    return grown


def lower_words(texts: Iterable[str]) -> frozenset[str]:
    """Words that are written in lower case somewhere, and so are no names."""
    return frozenset(fold(word) for word in {word for text in texts for word in re.findall(r"\b[a-z][a-z']+\b", text)})
