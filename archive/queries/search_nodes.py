"""What a query asks for, as a tree: words, phrases and fields, joined by AND, OR and NOT; and its words as an FTS5 expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word or a phrase. ``field``: title, text or signed where it must stand; empty: anywhere."""

    text: str
    prefix: bool = False
    field: str = ""

    def match(self) -> str:
        """As an FTS5 string: always quoted, so that nothing in it is syntax. https://sqlite.org/fts5.html#fts5_strings"""
        quoted = '"' + self.text.replace('"', '""') + '"'
        return f"{quoted} *" if self.prefix else quoted


@dataclass(frozen=True, slots=True)
class Near:
    """Words or phrases with at most ``distance`` other words between them."""

    terms: tuple[QueryTerm, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must, or must not, have a value."""

    field: str
    value: str
    exact: bool = False  # given in quotes: the whole name, not a part of it
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Everything of this."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Not this."""

    part: Node


Node = QueryTerm | Near | Filter | AllOf | AnyOf | NoneOf
Columns = Mapping[str, str]
"""Field -> the column of an index in which it is searched."""
ARTICLE_COLUMNS: Columns = {"title": "title", "text": "text", "signed": "byline"}
COMMENT_COLUMNS: Columns = {"text": "text", "signed": "author"}
DOCUMENT_COLUMNS: Columns = {"title": "title", "text": "text"}
NOTHING = '""'  # an FTS5 string that stands nowhere


def opposite(node: Node) -> Node:
    """Not this. The opposite of an opposite is the thing itself."""
    if isinstance(node, Filter):
        return replace(node, negated=not node.negated)
    return node.part if isinstance(node, NoneOf) else NoneOf(node)


def joined_parts(kind: type[AllOf] | type[AnyOf], parts: list[Node]) -> Node | None:
    """One node for several: none for none, the part itself for one; what is joined in the same way becomes one."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def near_terms(one: Node | None, other: Node | None, distance: int) -> Near | None:
    """Two words or phrases near one another, or a third beside two; None where they cannot be asked together."""
    first = one.terms if isinstance(one, Near) else (one,) if isinstance(one, QueryTerm) else ()
    if not first or not isinstance(other, QueryTerm) or other.field != first[0].field:
        return None
    return Near((*first, other), distance)


def leaves(node: Node | None) -> Iterator[QueryTerm | Filter]:
    """Every word, phrase and field of a tree, also those that are not wanted."""
    if isinstance(node, QueryTerm | Filter):
        yield node
    elif isinstance(node, Near):
        yield from node.terms
    elif isinstance(node, NoneOf):
        yield from leaves(node.part)
    elif node is not None:
        for part in node.parts:
            yield from leaves(part)


def wanted_terms(node: Node | None) -> Iterator[QueryTerm]:
    """Every word and phrase that a hit may have: those that are marked in it."""
    if isinstance(node, QueryTerm):
        yield node
    elif isinstance(node, Near):
        yield from node.terms
    elif isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from wanted_terms(part)


def is_of_words(node: Node) -> bool:
    """Whether an index of words answers this by itself: no fields but those of words, and nothing that asks only for what is not
    there."""
    if isinstance(node, QueryTerm | Near):
        return True
    if isinstance(node, AnyOf):
        return all(is_of_words(part) for part in node.parts)
    if isinstance(node, AllOf):
        wanted = [part for part in node.parts if not isinstance(part, NoneOf)]
        unwanted = [part.part for part in node.parts if isinstance(part, NoneOf)]
        return bool(wanted) and all(is_of_words(part) for part in [*wanted, *unwanted])
    return False


def fts_expression(node: Node, columns: Columns, written: Callable[[QueryTerm], str] = QueryTerm.match) -> str:
    """Words as an FTS5 expression. ``written``: how a word is written for this index. A field that the index does not have is found
    nowhere in it."""
    if isinstance(node, QueryTerm):
        return in_column(written(node), node.field, columns)
    if isinstance(node, Near):
        phrases = " ".join(written(term) for term in node.terms)
        return in_column(f"NEAR({phrases}, {node.distance})", node.terms[0].field, columns)
    if isinstance(node, AnyOf):
        return " OR ".join(bracketed(part, columns, written) for part in node.parts)
    if isinstance(node, AllOf):
        wanted = " AND ".join(bracketed(part, columns, written) for part in node.parts if not isinstance(part, NoneOf))
        unwanted = [bracketed(part.part, columns, written) for part in node.parts if isinstance(part, NoneOf)]
        return f"({wanted}) NOT ({' OR '.join(unwanted)})" if unwanted else wanted
    raise ValueError(f"no words: {node}")


def bracketed(node: Node, columns: Columns, written: Callable[[QueryTerm], str]) -> str:
    """A part of an expression: in brackets where it has parts of its own."""
    expression = fts_expression(node, columns, written)
    return f"({expression})" if isinstance(node, AllOf | AnyOf) else expression


def in_column(expression: str, field: str, columns: Columns) -> str:
    """An expression that is asked of one column."""
    if not field:
        return expression
    return f"{columns[field]} : {expression}" if field in columns else NOTHING
