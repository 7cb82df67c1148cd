"""Takes a paragraph and gives how many signs of an appeal for money it shows. The wordings lie in wordings/appeals.txt.

Each sign asks for wording that addresses the reader; one word alone ("donation", "support") never decides.
"""

from __future__ import annotations

import re
from functools import cache

from crawler.extract.boilerplate.wording import any_of, lines_of
from crawler.extract.dom.anycase import AnyCase

_QUOTED = AnyCase(r"[“«„\"][^”»“\"]{3,}[”»“\"],?\s+(?:\w+\s+){0,4}(?:said|says|told|wrote|added|asked)\b")
_LITERAL = re.compile(r"[a-z -]+(?![?*])")  # the beginning of a regular expression that stands for itself
MAX_APPEAL = 900


@cache
def _cues() -> tuple[AnyCase, ...]:
    return tuple(AnyCase(line) for line in lines_of("appeals", "cues"))


@cache
def _addressed() -> AnyCase:
    return AnyCase(any_of("appeals", "addresses the reader"))


@cache
def _asks() -> AnyCase:
    begins = {match.group() if (match := _LITERAL.match(line)) else "" for line in lines_of("appeals", "asks")}
    return AnyCase(rf"\b{any_of('appeals', 'asks')}\b", needs=() if "" in begins else tuple(begins))


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
