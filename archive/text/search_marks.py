"""Where the words of a search stand in a text: takes words and phrases, gives their places in texts and in markup, as the indexes of
words find them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from archive.text.languages import language_of
from archive.text.markup import END, START
from archive.text.normalised import WAYS, FoundWord, found_words, looked_up, way_of

Place = tuple[int, int]
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
TAG = re.compile(r"(<[^>]*>)")
CHARACTER = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);|.", re.S)
WITHIN_A_LINE = re.compile(r"</?(?:a|abbr|b|cite|code|em|i|q|s|small|span|strong|sub|sup|u)\b", re.I)
SHORTEST_STEMMED = 3  # letters; FTS5 leaves shorter words as they are
AROUND = 160  # characters of a passage on either side of its first hit
LOOKED_AT = 1_000  # characters of a text in which its first hit is looked for first
MOST_HITS = 500  # in one text


@dataclass(frozen=True, slots=True)
class SoughtWords:
    """A word or phrase that is looked for, as the first index has it and as the second does in each way."""

    forms: dict[str | None, tuple[str, ...]]
    prefix: bool

    def begins_with(self, way: str | None) -> tuple[tuple[str, ...], bool]:
        """(its words, whether the last one is only the beginning of a word)."""
        words = self.forms[way]
        single = bool(words) and words[-1].endswith("*")
        return (*words[:-1], words[-1].removesuffix("*")) if words else (), self.prefix or single


def sought(terms: Sequence[tuple[str, bool]]) -> list[SoughtWords]:
    """``terms``: (a word or phrase, whether its end is open), as a query has them."""
    found = []
    for text, prefix in terms:
        plain = tuple(folded(match[0]) if prefix else porter_stem(match[0]) for match in WORD.finditer(text))
        forms: dict[str | None, tuple[str, ...]] = {None: plain}
        found.append(SoughtWords(forms | {way: tuple(looked_up(text, way)) for way in WAYS}, prefix))
    return found


def places_of(text: str, terms: Sequence[SoughtWords], way: str | None) -> list[Place]:
    """Where the words and phrases stand in a text, in order, none within another."""
    asked = [asked for term in terms if (asked := term.begins_with(way))[0]]
    if not asked:
        return []
    starts = {word[:1] for words, _ in asked for word in words}
    words = list(_plain_words(text, starts) if way is None else found_words(text, way))
    found = [
        place
        for at, word in enumerate(words)
        for wanted, prefix in asked
        if (wanted[0] in word.forms or (prefix and len(wanted) == 1)) and (place := _match_at(words, at, wanted, prefix))
    ]
    return merged_places(found)[:MOST_HITS]


def first_places(text: str, terms: Sequence[SoughtWords], way: str | None) -> list[Place]:
    """The places at the first hit, and around it: of a long text, as little is read as that takes."""
    for length in (LOOKED_AT, LOOKED_AT * 4):
        if length < len(text):
            places = places_of(text[:length], terms, way)
            if places and places[0][1] + AROUND < length:
                return [place for place in places if place[1] + AROUND < length]
    return places_of(text, terms, way)


def way_in(text: str) -> str | None:
    """In which way the second index has the words of a text; None where the first one serves it."""
    return way_of(text, language_of(text))


def merged_places(places: list[Place]) -> list[Place]:
    """Places in order; those that overlap are one."""
    merged: list[Place] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def with_sentinels(text: str, places: Sequence[Place]) -> str:
    """A text with sentinels around these places."""
    pieces, last = [], 0
    for start, end in places:
        pieces += [text[last:start], START, text[start:end], END]
        last = end
    return "".join([*pieces, text[last:]])


def passage(text: str, places: Sequence[Place]) -> str:
    """A few words around the first hit, with sentinels around the hits in them."""
    if not places:
        return ""
    paragraph = text.rfind("\n\n", 0, places[0][0]) + 2 if "\n\n" in text[: places[0][0]] else 0
    start = max(paragraph, places[0][0] - AROUND)
    if start > paragraph and (blank := text.find(" ", start, places[0][0])) >= 0:
        start = blank + 1
    end = min(len(text), places[0][1] + AROUND)
    if end < len(text) and (blank := text.rfind(" ", places[0][1], end)) >= 0:
        end = blank
    inside = [(max(first - start, 0), last - start) for first, last in places if start <= first and last <= end]
    return "…" * (start > 0) + with_sentinels(text[start:end], inside) + "…" * (end < len(text))


def marked_markup(markup: str, terms: Sequence[SoughtWords], way: str | None, first: int) -> tuple[str, int]:
    """(Safe markup with ``<mark>`` around the hits, how many there are). The first piece of each has the id ``hit-N``, counted from
    ``first``. A hit may run over a tag within a line."""
    pieces = TAG.split(markup)
    raw: list[tuple[int, int, int]] = []  # of each character of the text: its piece, and where it stands there
    text: list[str] = []
    for number, piece in enumerate(pieces):
        if number % 2:
            if not WITHIN_A_LINE.match(piece):
                text.append("\n")
                raw.append((number, 0, 0))
            continue
        for match in CHARACTER.finditer(piece):
            text.append(html.unescape(match[0])[:1])
            raw.append((number, match.start(), match.end()))
    places = places_of("".join(text), terms, way)
    cuts: dict[int, list[tuple[int, int, str]]] = {}
    for count, (start, end) in enumerate(places):
        opening = f'<mark class="hit" id="hit-{first + count}">'
        for number, piece_start, piece_end in _by_piece(raw[start:end]):
            cuts.setdefault(number, []).append((piece_start, piece_end, opening))
            opening = '<mark class="hit">'
    for number, marks in cuts.items():
        for start, end, opening in reversed(marks):
            piece = pieces[number]
            pieces[number] = f"{piece[:start]}{opening}{piece[start:end]}</mark>{piece[end:]}"
    return "".join(pieces), len(places)


def _by_piece(places: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The characters of one hit as spans, one in each piece of text."""
    spans: dict[int, tuple[int, int]] = {}
    for number, start, end in places:
        if number % 2 == 0:
            spans[number] = (spans.get(number, (start, end))[0], end)
    yield from ((number, start, end) for number, (start, end) in spans.items())


def _match_at(words: list[FoundWord], at: int, wanted: tuple[str, ...], prefix: bool) -> Place | None:
    """The place of a phrase that begins with this word; None where it does not stand here."""
    if at + len(wanted) > len(words):
        return None
    for offset, form in enumerate(wanted[:-1]):
        if form not in words[at + offset].forms:
            return None
    last = words[at + len(wanted) - 1]
    hit = any(form.startswith(wanted[-1]) for form in last.forms) if prefix else wanted[-1] in last.forms
    short = prefix and len(wanted[-1]) == 1 and last.forms[:1] and len(last.forms[0]) == 2  # one character of a pair
    return (words[at].start, last.start + 1 if short else last.end) if hit else None


def _plain_words(text: str, starts: set[str]) -> Iterator[FoundWord]:
    """The words of a text as the first index has them. Those that begin otherwise than what is sought are not looked at closely."""
    for match in WORD.finditer(text):
        bare = folded(match[0])
        yield FoundWord((porter_stem(match[0]), bare) if bare[:1] in starts else (), match.start(), match.end())


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word as ``unicode61`` folds it: small letters, Latin ones without their accents."""
    lower = word.lower()
    if lower.isascii():
        return lower
    letters: list[str] = []
    latin = False
    for letter in unicodedata.normalize("NFD", lower):
        accent = "\u0300" <= letter <= "\u036f"
        latin = latin if accent else unicodedata.name(letter, "").startswith("LATIN")
        letters += [letter] if not (accent and latin) else []
    return unicodedata.normalize("NFC", "".join(letters))


@lru_cache(maxsize=50_000)
def porter_stem(word: str) -> str:
    """A word as the first index has it."""
    bare = folded(word)
    return str(_porter().stemWord(bare)) if len(bare) >= SHORTEST_STEMMED else bare


@cache
def _porter() -> Any:
    import snowballstemmer  # takes its time to load, and only a search needs it

    return snowballstemmer.stemmer("porter")
