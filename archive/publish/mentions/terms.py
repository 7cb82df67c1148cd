"""What is asked for: takes what a person typed and the groups of spellings, gives terms as expressions for the index of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.publish.search.spellings import Groups, fold
from archive.queries.search_query import QueryTerm, parse_query, printable

PLAIN = r"""[^\W_][^"():*|]*"""
OPERATOR = r"\b(?:OR|AND|NOT|NEAR)\b|(?:^|\s)-"
FIELD_OF_WORDS = re.compile(r"""(?<!\S)-?(title|text|signed):(?:"[^"]*"|\S*)""", re.I)
MOST_TERMS = 5  # compared on one page


@dataclass(frozen=True, slots=True)
class MentionTerm:
    """A term. ``spellings``: the ways of writing that count as this one name; only the typed one where nobody accepted others."""

    asked: str
    match: str  # FTS5 expression, without columns
    spellings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The one word or phrase that was asked for, without quotes; '' where it is a larger question."""
        return self.spellings[0] if self.spellings else ""


def read_terms(texts: Sequence[str], groups: Groups, as_typed: bool = False) -> list[MentionTerm]:
    """The terms asked for, each once, at most ``MOST_TERMS``. One without any word has no ``match``, and a note that says so."""
    asked = dict.fromkeys(" ".join(printable(text).split()) for text in texts)
    return [read_term(text, {} if as_typed else groups) for text in asked if text][:MOST_TERMS]


def read_term(text: str, groups: Groups) -> MentionTerm:
    """One term. Plain words are a phrase, with or without quotes, for a mention is one place; a name is asked for in all its accepted
    spellings."""
    name = text.strip('"')
    if re.fullmatch(PLAIN, name) and not re.search(OPERATOR, name):
        listed = [spelling for spelling in groups.get(fold(name), ()) if fold(spelling) != fold(name)]
        spellings = (name, *dict.fromkeys(listed))
        return MentionTerm(text, " OR ".join(QueryTerm(spelling).match() for spelling in spellings), spellings)
    fields = [match[1].lower() for match in FIELD_OF_WORDS.finditer(text)]
    query = parse_query(FIELD_OF_WORDS.sub("", text), groups)
    left_out = [f"{field}: is not used here: mentions are counted in all headlines and texts" for field in fields]
    left_out += [f"{one.field}: is not used here: mentions are counted everywhere" for one in query.filters]
    wanted = query.match or ""
    match = f"({wanted}) NOT ({query.excluded})" if wanted and query.excluded else wanted
    return MentionTerm(text, match, (), (*query.notes, *left_out, *([] if match else [f"{text}: there is no word in it to count"])))


def any_of(terms: Sequence[MentionTerm]) -> str:
    """An expression for what has at least one of the terms."""
    return " OR ".join(f"({term.match})" for term in terms)
