"""What is asked for: takes what a person typed and the groups of spellings, gives terms as expressions for the index of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.publish.search.spellings import Groups, fold
from archive.queries.search_nodes import AllOf, AnyOf, Node, NoneOf, fts_expression, joined_parts
from archive.queries.search_query import Query, QueryTerm, parse_query, printable

PLAIN = r"""[^\W_][^"():*|]*"""
OPERATOR = r"\b(?:OR|AND|NOT|NEAR)\b|(?:^|\s)-"
FIELD_OF_WORDS = re.compile(r"""(?<!\S)-?(title|text|signed):(?:"[^"]*"|\S*)""", re.I)
MOST_TERMS = 5  # compared on one page
LONGEST_NAME = 200  # characters, as the form has it


@dataclass(frozen=True, slots=True)
class MentionTerm:
    """A term. ``spellings``: the ways of writing that count as this one name; only the typed one where nobody accepted others."""

    asked: str
    query: Query
    spellings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def node(self) -> Node | None:
        """The words that are looked for; None where there are none."""
        wanted = [*self.query.words]
        return joined_parts(AllOf, [*wanted, *(NoneOf(part) for part in self.query.unwanted)]) if wanted else None

    @property
    def match(self) -> str:
        """The same as an FTS5 expression, without columns; '' where there are none."""
        return fts_expression(self.node, {}) if self.node is not None else ""

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
        return MentionTerm(text, Query(name, joined_parts(AnyOf, [QueryTerm(spelling) for spelling in spellings])), spellings)
    fields = [match[1].lower() for match in FIELD_OF_WORDS.finditer(text)]
    query = parse_query(FIELD_OF_WORDS.sub("", text), groups)
    left_out = [f"{field}: is not used here: mentions are counted in all headlines and texts" for field in fields]
    left_out += [f"{one.field}: is not used here: mentions are counted everywhere" for one in query.filters]
    term = MentionTerm(text, query)
    unheard = [] if term.match else [f"{text}: there is no word in it to count"]
    return MentionTerm(text, query, (), (*query.notes, *left_out, *unheard))
