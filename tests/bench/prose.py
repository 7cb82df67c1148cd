# ruff: noqa: SIM905  # a list of words is read more easily as a text
"""Invented prose: takes chance, gives words by Zipf's law, and sentences and paragraphs of them."""

from __future__ import annotations

import itertools
import random

PLACES = ("Marib Aden Raqqa Mosul Kandahar Helmand Mogadishu Kismayo Timbuktu Gao Derna Sirte Idlib Aleppo Swat Quetta Kunar Sanaa").split()
GROUPS = [
    *("Taliban", "Al Qaeda", "Shabaab", "Islamic State", "Haqqani Network", "Boko Haram", "Hezbollah", "Ansar al Sharia"),
    "Nusrah Front",
]
VERBS = ["captures", "attacks", "claims raid on", "releases video from", "loses commander in", "denies losing"]
PLAIN = (
    "the of and to in a that was for on by with as from at were his its an is said which have been it be after who are he forces "
    "fighters government military officials security group attack killed province district commander leader statement released video "
    "claimed operation strike airstrike troops army police militants insurgents border area region control town village city base "
    "convoy suicide bomber"
).split()


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Words, the usual ones first, and their weights added up."""
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    words = PLAIN + ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(60_000)]
    return words, list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))


class Prose:
    """Texts out of a pool of sentences that is made once: a text costs microseconds, and no two paragraphs are alike."""

    def __init__(self, seed: int, sentences: int = 20_000) -> None:
        chance = random.Random(seed)
        words, weights = vocabulary(chance)
        self.words, self.names, self.subjects = words, [word.capitalize() for word in words[100:]], words[60:4000]
        drawn = iter(chance.choices(words, cum_weights=weights, k=sentences * 25))
        self.pool = [self._sentence([*itertools.islice(drawn, chance.randint(8, 22))]) for _ in range(sentences)]

    @staticmethod
    def _sentence(words: list[str]) -> str:
        if len(words) > 14:
            words[6] += ","
        return " ".join(words).capitalize() + "."

    def paragraph(self, chance: random.Random, most: int = 5) -> str:
        return " ".join(chance.choices(self.pool, k=chance.randint(2, most)))

    def name(self, chance: random.Random) -> str:
        return f"{chance.choice(self.names)} {chance.choice(self.names)}"

    def headline(self, chance: random.Random) -> str:
        about = " ".join(chance.choices(self.subjects, k=3))
        return f"{chance.choice(GROUPS)} {chance.choice(VERBS)} {chance.choice(PLACES)}: {about}"
