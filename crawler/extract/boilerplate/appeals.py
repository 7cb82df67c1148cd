"""Takes a paragraph and gives how many signs of an appeal for money it shows. The wordings lie in wordings/appeals.txt.

Each sign asks for wording that addresses the reader; one word alone ("donation", "support") never decides.
"""

from __future__ import annotations

import re
from functools import cache

from crawler.extract.boilerplate.wording import any_of, lines_of

_I = re.IGNORECASE
_QUOTED = re.compile(r"[“«„\"][^”»“\"]{3,}[”»“\"],?\s+(?:\w+\s+){0,4}(?:said|says|told|wrote|added|asked)\b", _I)
_LITERAL = re.compile(r"[\w -]+(?![?*])")  # the beginning of a regular expression that stands for itself
MAX_APPEAL = 900


@cache
def _cues() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(line, _I) for line in lines_of("appeals", "cues"))


@cache
def _addressed() -> re.Pattern[str]:
    return re.compile(any_of("appeals", "addresses the reader"), _I)


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(rf"\b{any_of('appeals', 'asks')}\b", _I)


@cache
def _stems() -> tuple[str, ...]:
    """What the wordings of [asks] begin with: to look for these costs a tenth of the pattern, which is tried only where one stands."""
    begins = {match.group() if (match := _LITERAL.match(line)) else "" for line in lines_of("appeals", "asks")}
    return tuple(sorted(stem for stem in begins if not any(stem.startswith(other) for other in begins - {stem})))


def addresses_reader(text: str) -> bool:
    """Does the site speak of itself or to its reader?"""
    return _addressed().search(text) is not None


def is_quoted(text: str) -> bool:
    """Reported speech: ``"Support us," she said``."""
    return _QUOTED.search(text) is not None


def asks_for_support(text: str) -> bool:
    """Does it name a gift, a membership, a purse?"""
    low = text.lower()
    if len(low) != len(text):  # a letter whose lower case is two
        return _asks().search(text) is not None
    match = _asks().match
    for stem in _stems():
        at = low.find(stem)
        while at >= 0:
            if match(text, at):
                return True
            at = low.find(stem, at + 1)
    return False


def appeal_cues(text: str) -> int:
    """How many different signs of an appeal the text shows; 0 for reported speech and for text that asks for nothing."""
    if len(text) > MAX_APPEAL or not asks_for_support(text) or not addresses_reader(text) or is_quoted(text):
        return 0
    cues = sum(1 for cue in _cues() if cue.search(text))
    return cues if len(text) < 450 else max(0, cues - 1)  # in a long paragraph two may meet by accident
