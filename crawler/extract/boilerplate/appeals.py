"""Takes a paragraph and gives how many signs of an appeal for money it shows. The wordings lie in wordings/appeals.txt.

Each sign asks for wording that addresses the reader; one word alone ("donation", "support") never decides.
"""

from __future__ import annotations

import re
from functools import cache

from crawler.extract.boilerplate.wording import any_of, lines_of
from crawler.extract.dom.anycase import AnyCase

_QUOTED = AnyCase(r"[“«„\"][^”»“\"]{3,}[”»“\"],?\s+(?:\w+\s+){0,4}(?:said|says|told|wrote|added|asked)\b")
_LITERAL = re.compile(r"[a-zß-ÿ -]+(?![?*])")  # the beginning of a regular expression that stands for itself
_OPTIONAL = re.compile(r"([a-z -]+)([a-z -])\?([a-z]+)(?![?*])")  # one that has a letter more or less in it
MAX_APPEAL = 900


@cache
def _cues() -> tuple[AnyCase, ...]:
    return tuple(AnyCase(line) for line in lines_of("appeals", "cues"))


@cache
def _addressed() -> AnyCase:
    return AnyCase(any_of("appeals", "addresses the reader"))


@cache
def _asks() -> AnyCase:
    begins = {begin for line in lines_of("appeals", "asks") for begin in _beginnings(line)}
    return AnyCase(rf"\b{any_of('appeals', 'asks')}\b", needs=() if "" in begins else tuple(begins))


def _beginnings(line: str) -> list[str]:
    """What a text that the regular expression finds begins with: one of these; an empty one where that is not plain."""
    optional = _OPTIONAL.match(line)
    if optional is not None:
        before, letter, after = optional.groups()
        return [f"{before}{after}", f"{before}{letter}{after}"]
    literal = _LITERAL.match(line)
    return [literal.group() if literal is not None else ""]


def addresses_reader(text: str) -> bool:
    """Does the site speak of itself or to its reader?"""
    return _addressed().found_in(text)


def is_quoted(text: str) -> bool:
    """Reported speech: ``"Support us," she said``."""
    return _QUOTED.found_in(text)


def asks_for_support(text: str) -> bool:
    """Does it name a gift, a membership, a purse?"""
    return _asks().found_in(text)


def appeal_cues(text: str) -> int:
    """How many different signs of an appeal the text shows; 0 for reported speech and for text that asks for nothing."""
    if len(text) > MAX_APPEAL or not asks_for_support(text) or not addresses_reader(text) or is_quoted(text):
        return 0
    cues = sum(1 for cue in _cues() if cue.found_in(text))
    return cues if len(text) < 450 else max(0, cues - 1)  # in a long paragraph two may meet by accident
