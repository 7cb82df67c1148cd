"""What pages showed, as a run remembers it: takes sightings, numbers them, and keeps of each what tells a wall. A run meets tens of
thousands, so that what is usual of them is left out."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one address showed. ``names``: the address asked for, and those that the page gives as its own."""

    names: frozenset[str]
    asked: str
    digest: str
    sentences: tuple[tuple[int, int], ...]  # (hash, letters) of each; none of long pages
    headline: str  # letters of it
    is_none: bool
    strong: bool  # marked as the article of its own address
    worded: bool  # it asks to be let through
    arrived: str  # where the address led; '' = it stayed

    @property
    def length(self) -> int:
        """Letters of all sentences."""
        return sum(length for _, length in self.sentences)


class Met(NamedTuple):
    """What is kept of a sighting."""

    asked: str
    names: frozenset[str] | None  # None: the address asked for alone
    headline: int  # hash of its letters; 0 of none
    length: int  # letters of its sentences
    is_none: bool
    worded: bool
    arrived: str

    @classmethod
    def of(cls, sighting: Sighting) -> Met:
        names = None if sighting.names == {sighting.asked} else sighting.names
        headline = hash(sighting.headline) if sighting.headline else 0
        return cls(sighting.asked, names, headline, sighting.length, sighting.is_none, sighting.worded, sighting.arrived)

    @property
    def all_names(self) -> frozenset[str]:
        return frozenset((self.asked,)) if self.names is None else self.names


class Sightings:
    """The sightings of a run by their numbers, what is usual of them left out: a run meets tens of thousands."""

    def __init__(self) -> None:
        self._asked: list[str] = []
        self._headlines, self.lengths, self._marks = array("q"), array("i"), bytearray()
        self._names: dict[int, frozenset[str]] = {}
        self._arrived: dict[int, str] = {}

    def add(self, sighting: Sighting) -> int:
        """Its number."""
        number, met = len(self._asked), Met.of(sighting)
        self._asked.append(met.asked)
        self._headlines.append(met.headline)
        self.lengths.append(met.length)
        self._marks.append(met.is_none | met.worded << 1)
        if met.names is not None:
            self._names[number] = met.names
        if met.arrived:
            self._arrived[number] = met.arrived
        return number

    def __getitem__(self, number: int) -> Met:
        return Met(
            self._asked[number],
            self._names.get(number),
            self._headlines[number],
            self.lengths[number],
            bool(self._marks[number] & 1),
            bool(self._marks[number] & 2),
            self._arrived.get(number, ""),
        )


Numbers = dict[int, int | list[int]]  # hash -> numbers of sightings; most have but one


def note(numbers: Numbers, key: int, number: int) -> None:
    first = numbers.setdefault(key, number)
    if isinstance(first, list):
        first.append(number)
    elif first != number:
        numbers[key] = [first, number]


def numbers_of(numbers: Numbers, key: int) -> Sequence[int]:
    found = numbers.get(key, ())
    return (found,) if isinstance(found, int) else found
