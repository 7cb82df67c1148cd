"""The search box's own query language: any text is a query, none is an error.

``parse_query(text) -> Query`` is the one parser of every search. What was not understood is in ``Query.problems``, each with the part
that it is about. docs/searching.md documents the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from archive.queries.search_fields import PLACES, STATES
from archive.queries.search_grammar import Grammar, Spellings
from archive.queries.search_nodes import (
    ARTICLE_COLUMNS,
    AllOf,
    AnyOf,
    Filter,
    Node,
    NoneOf,
    QueryTerm,
    fts_expression,
    is_of_words,
    joined_parts,
    wanted_terms,
)
from archive.queries.search_reader import Problem
from archive.queries.search_tokens import LONGEST, printable, query_parts

__all__ = ["PLACES", "STATES", "Filter", "Problem", "Query", "QueryTerm", "mended", "parse_query", "printable", "without"]


@dataclass(frozen=True)
class Query:
    """What was asked. ``tree`` is all of it; the properties are the parts of it that must hold together."""

    text: str = ""
    tree: Node | None = None
    place: str = "everything"
    problems: tuple[Problem, ...] = ()

    @cached_property
    def parts(self) -> tuple[Node, ...]:
        """What must hold, each by itself."""
        return self.tree.parts if isinstance(self.tree, AllOf) else (self.tree,) if self.tree is not None else ()

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """The fields that must, or must not, have a value."""
        return tuple(part for part in self.parts if isinstance(part, Filter))

    @cached_property
    def words(self) -> tuple[Node, ...]:
        """What an index of words answers."""
        return tuple(part for part in self.parts if is_of_words(part))

    @cached_property
    def unwanted(self) -> tuple[Node, ...]:
        """Words that must not stand in a hit: any of them is enough."""
        parts = (part.part for part in self.parts if isinstance(part, NoneOf) and is_of_words(part.part))
        return tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,)))

    @cached_property
    def mixed(self) -> tuple[Node, ...]:
        """What is neither words alone nor one field: alternatives of which one is a field, and the like."""
        unwanted = [part for part in self.parts if isinstance(part, NoneOf) and is_of_words(part.part)]
        return tuple(part for part in self.parts if part not in self.filters and part not in self.words and part not in unwanted)

    @cached_property
    def wanted(self) -> tuple[tuple[QueryTerm, ...], ...]:
        """Words and phrases that must stand in a hit, each with its alternatives. What is more than that is left out."""
        groups = (part.parts if isinstance(part, AnyOf) else (part,) for part in self.words)
        return tuple(tuple(one for one in group if isinstance(one, QueryTerm)) for group in groups if _is_of_terms(group))

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be understood, in sentences without an end."""
        return tuple(dict.fromkeys(problem.message for problem in self.problems))

    @property
    def match(self) -> str | None:
        """The wanted words as an FTS5 expression for texts of articles; None when only fields are asked for."""
        groups = [f"({fts_expression(part, ARTICLE_COLUMNS)})" for part in self.words]
        return " AND ".join(groups) or None

    @property
    def excluded(self) -> str | None:
        """The unwanted words as an FTS5 expression; None when there are none."""
        unwanted = joined_parts(AnyOf, [*self.unwanted])
        return fts_expression(unwanted, ARTICLE_COLUMNS) if unwanted is not None else None

    @property
    def marks(self) -> tuple[tuple[str, bool], ...]:
        """(word or phrase, whether its end is open): what is marked in a text that was found."""
        return tuple(dict.fromkeys((term.text, term.prefix) for term in wanted_terms(self.tree)))

    @property
    def empty(self) -> bool:
        """Whether nothing was asked. A place alone asks for all that is there."""
        return self.unconditional and self.place == "everything"

    @property
    def unconditional(self) -> bool:
        return self.tree is None

    @property
    def subject(self) -> Filter | None:
        """The author or topic that is asked for, and nothing else; None for any other query."""
        only = self.tree if isinstance(self.tree, Filter) else None
        return only if only and only.field in ("author", "tag") and only.value and only.exact and not only.negated else None

    def narrowed_to(self, field: str, value: object) -> bool:
        """Whether this filter is asked for already."""
        return any(one.field == field and one.value == str(value) and not one.negated for one in self.filters)


def _is_of_terms(group: tuple[Node, ...]) -> bool:
    return all(isinstance(one, QueryTerm) for one in group)


def parse_query(text: str, spellings: Spellings | None = None) -> Query:
    """Read what a person typed. Never raises. ``name:X`` wants any of X's ``spellings`` (lower-case spelling -> its group)."""
    whole = printable(text)
    grammar = Grammar(whole[:LONGEST], spellings=spellings or {})
    tree = grammar.read(whole[LONGEST:].strip())
    problems = sorted(grammar.problems, key=lambda problem: (problem.start, problem.end))
    return Query(whole[:LONGEST].strip(), tree, grammar.place, tuple(dict.fromkeys(problems)))


def mended(query: Query, problem: Problem) -> str:
    """The text of a query with what was probably meant; '' where nothing is near."""
    return query.text[: problem.start] + problem.guess + query.text[problem.end :] if problem.guess else ""


def without(text: str, unwanted: Filter) -> str:
    """The text of a query without one of its filters, and without the operator that joins it."""
    clean = printable(text)
    parts = query_parts(clean)
    cuts = []
    for number, part in enumerate(parts):
        first = number
        negated = False
        while first and (parts[first - 1].kind == "minus" or parts[first - 1].text == "NOT"):
            first, negated = first - 1, not negated
        if Filter(part.field.lower(), part.text.strip().rstrip("*"), part.kind == "phrase", negated) == unwanted:
            joined = first and parts[first - 1].kind == "operator" and parts[first - 1].text == "AND"
            cuts.append((parts[first - 1 if joined else first].start, part.end))
    for start, end in reversed(cuts):
        clean = clean[:start].rstrip() + " " * (clean[end : end + 1] != ")") + clean[end:].lstrip()
    return re.sub(r"\(\s*\)", "", clean).strip()
