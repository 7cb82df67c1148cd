"""The parts of a query: takes what a person typed, gives words, phrases, fields, brackets and operators with their places in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 1000  # characters that are read
MOST_PARTS = 120  # words, phrases, brackets and operators that are read
QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\u300c\u300d"), '"')
SIGNS = str.maketrans("\uff08\uff09\uff0a\uff0d\u2212", "()*--")  # as keyboards of China and Japan write them, and the sign of minus
UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # copied along with words
WIDE_COLON = re.compile("(?<=[A-Za-z])\uff1a")
NOT_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
PART = re.compile(
    r"""
    (?P<blank>\s+)
    | (?P<minus>-+(?=[^\s\-)]))
    | (?P<close>\))
    | (?P<near>(?:NEAR|near(?=/)|NEAR(?=/))(?:/(?P<distance>[0-9]{1,3}))?(?=[\s(]|$))
    | (?P<operator>(?:AND|OR|NOT|\||&|&&|\|\|)(?=[\s()]|$))
    | (?P<bare>[^\W\d_]+:(?=[\s)]|$))
    | (?:(?P<field>[^\W\d_]+):(?!//))?(?:
        "(?P<phrase>[^"]*)(?P<end>"?)(?P<star>\*?)
        | (?P<open>\()
        | (?P<word>[^\s"()]+)
      )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class QueryPart:
    """One part. ``kind``: word, phrase, field (one without a value), open, close, near, operator, minus. ``field`` is as typed, without
    the colon. ``ended``: whether the quotes of a phrase are closed. ``written``: the part as it was typed."""

    kind: str
    text: str
    start: int
    end: int
    field: str = ""
    distance: int = 10
    star: bool = False
    ended: bool = True
    written: str = ""


def printable(text: str) -> str:
    """Text with blanks for control characters, which end an FTS5 string early, and for lone surrogates, which cannot be bound; without
    signs that nobody sees, such as soft hyphens within words; its quotes, brackets and minus signs in one form."""
    seen = UNSEEN.sub("", NOT_TEXT.sub(" ", text)).translate(QUOTES).translate(SIGNS)
    return WIDE_COLON.sub(":", seen).strip()


def query_parts(text: str) -> list[QueryPart]:
    """The parts of a printable text, in order. Together they have every character that is no blank."""
    found = (match for match in PART.finditer(text) if match["blank"] is None)
    return [_part(match) for match in found]


def _part(match: re.Match[str]) -> QueryPart:
    start, end, written = match.start(), match.end(), match[0]
    field = match["field"] or ""
    if match["near"]:
        return QueryPart("near", written, start, end, distance=int(match["distance"] or 10), written=written)
    for kind in ("minus", "close", "operator"):
        if match[kind]:
            return QueryPart(kind, OPERATORS.get(written, written), start, end, written=written)
    if match["open"]:
        return QueryPart("open", "(", start, end, field, written=written)
    if match["bare"]:
        return QueryPart("field", "", start, end, match["bare"][:-1], written=written)
    if match["phrase"] is not None:
        return QueryPart("phrase", match["phrase"], start, end, field, star=bool(match["star"]), ended=bool(match["end"]), written=written)
    return QueryPart("word", match["word"], start, end, field, written=written)


OPERATORS = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND"}
