"""The search box's own query language: any text is a query, none is an error.

phrases "..."   -word   prefix*   OR   name:NAME   author:NAME   tag:NAME   cites:ADDRESS   is:   kind:   site:   year:   month:
before:   after:   in:
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

LONGEST = 1000
MOST_TERMS = 40
PLACES = ("everything", "articles", "comments", "documents", "history")
STATES = ("missing", "gone", "edited")
FIELDS = ("name", "author", "tag", "cites", "is", "kind", "site", "year", "month", "before", "after", "in")
TOKEN = re.compile(
    r"""(?P<minus>-?)(?:(?P<field>""" + "|".join(FIELDS) + r"""):)?(?:"(?P<phrase>[^"]*)"?(?P<star>\*?)|(?P<word>[^\s"]*))""",
    re.IGNORECASE,
)
DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word or a phrase of the text."""

    text: str
    prefix: bool = False

    def match(self) -> str:
        """As an FTS5 string: always quoted, so that nothing in it is syntax. https://sqlite.org/fts5.html#fts5_strings"""
        quoted = '"' + self.text.replace('"', '""') + '"'
        return f"{quoted} *" if self.prefix else quoted


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must, or must not, have a value."""

    field: str
    value: str
    exact: bool = False  # given in quotes: the whole name, not a part of it
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. ``wanted`` is an AND of ORs; notes say what could not be understood and was left out."""

    text: str = ""
    wanted: tuple[tuple[QueryTerm, ...], ...] = ()
    unwanted: tuple[QueryTerm, ...] = ()
    filters: tuple[Filter, ...] = ()
    place: str = "everything"
    notes: tuple[str, ...] = ()

    @property
    def match(self) -> str | None:
        """The wanted words as an FTS5 expression; None when only fields are asked for."""
        groups = ["(" + " OR ".join(term.match() for term in group) + ")" for group in self.wanted]
        return " AND ".join(groups) or None

    @property
    def excluded(self) -> str | None:
        """The unwanted words as an FTS5 expression; None when there are none."""
        return " OR ".join(term.match() for term in self.unwanted) or None

    @property
    def empty(self) -> bool:
        """Whether nothing was asked. A place alone asks for all that is there."""
        return self.unconditional and self.place == "everything"

    @property
    def unconditional(self) -> bool:
        return not (self.wanted or self.unwanted or self.filters)

    @property
    def subject(self) -> Filter | None:
        """The author or topic that is asked for, and nothing else; None for any other query."""
        only = self.filters[0] if len(self.filters) == 1 and not (self.wanted or self.unwanted) else None
        return only if only and only.field in ("author", "tag") and only.value and only.exact and not only.negated else None

    def narrowed_to(self, field: str, value: object) -> bool:
        """Whether this filter is asked for already."""
        return any(one.field == field and one.value == str(value) and not one.negated for one in self.filters)


def parse_query(text: str, spellings: Mapping[str, tuple[str, ...]] | None = None) -> Query:
    """Read what a person typed. Never raises. ``name:X`` wants any of X's ``spellings`` (lower-case spelling -> its group)."""
    query = Query(text=printable(text)[:LONGEST])
    joins = False
    for token in [match for match in TOKEN.finditer(query.text) if match[0]][:MOST_TERMS]:
        word = token["word"] or ""
        if not token["field"] and word in ("OR", "|", "AND", "&", "NOT"):
            joins = word in ("OR", "|") and bool(query.wanted)
            continue
        value = token["phrase"] if token["phrase"] is not None else word
        if (token["field"] or "").lower() == "name":
            query = with_name(query, value, bool(token["minus"]), spellings or {})
        elif token["field"]:
            query = with_field(query, token["field"].lower(), value, token["phrase"] is not None, bool(token["minus"]))
        else:
            query = with_term(query, value, bool(token["star"]), bool(token["minus"]), joins)
        joins = False
    return query


def printable(text: str) -> str:
    """Text with blanks for control characters, which end an FTS5 string early, and for lone surrogates, which cannot be bound."""
    text = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text)
    return re.sub("[\u201c\u201d\u201e\u00ab\u00bb]", '"', text).strip()


def with_term(query: Query, value: str, star: bool, minus: bool, joins: bool) -> Query:
    """The query with one more word or phrase."""
    prefix = star or value.endswith("*")
    term = QueryTerm(value.rstrip("*"), prefix)
    if not any(character.isalnum() for character in term.text):
        return query
    if minus:
        return replace(query, unwanted=(*query.unwanted, term))
    if joins:
        return replace(query, wanted=(*query.wanted[:-1], (*query.wanted[-1], term)))
    return replace(query, wanted=(*query.wanted, (term,)))


def with_name(query: Query, name: str, minus: bool, spellings: Mapping[str, tuple[str, ...]]) -> Query:
    """A name in all its spellings; only as it was typed, with a note, where none are listed."""
    key = re.sub(r"[\W_]", "", name.casefold())
    terms = tuple(QueryTerm(spelling) for spelling in spellings.get(key, (name,)) if any(character.isalnum() for character in spelling))
    if not terms:
        return replace(query, notes=(*query.notes, f"name: needs a value, as in name:{EXAMPLES['name']}"))
    if minus:
        return replace(query, unwanted=(*query.unwanted, *terms))
    notes = query.notes if key in spellings else (*query.notes, f"name:{name} has no other spellings in the list")
    return replace(query, wanted=(*query.wanted, terms), notes=notes)


def with_field(query: Query, field: str, value: str, exact: bool, negated: bool) -> Query:
    """The query with one more field filter, or with a note that says why not."""
    value = value.strip().rstrip("*")
    nameless = field == "author" and exact and not value  # author:"" asks for what nobody signed
    problem = None if nameless else field_problem(field, value)
    if problem:
        return replace(query, notes=(*query.notes, problem))
    if field == "in":
        return replace(query, place=value.lower())
    return replace(query, filters=(*query.filters, Filter(field, value, exact, negated)))


def without(text: str, unwanted: Filter) -> str:
    """The text of a query without one of its filters."""
    kept = [
        token[0]
        for token in TOKEN.finditer(printable(text))
        if (token["field"] or "").lower() != unwanted.field
        or (token["phrase"] if token["phrase"] is not None else token["word"]).strip().rstrip("*") != unwanted.value
        or bool(token["minus"]) != unwanted.negated
    ]
    return " ".join(filter(None, kept))


def field_problem(field: str, value: str) -> str | None:
    """Why a field filter cannot be used; None when it can."""
    if not value:
        return f"{field}: needs a value, as in {field}:{EXAMPLES[field]}"
    if field in ("before", "after") and not DATE.match(value):
        return f"{field}:{value} is not a date; write {field}:2014, {field}:2014-03 or {field}:2014-03-07"
    if field == "year" and not re.fullmatch(r"[0-9]{4}", value):
        return f"year:{value} is not a year; write year:2014"
    if field == "month" and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
        return f"month:{value} is not a month; write month:2014-03"
    if field == "is" and value.lower() not in STATES:
        return f"is:{value} is not known; write is:missing, is:gone or is:edited"
    if field == "in" and value.lower() not in PLACES:
        return f"in:{value} is not known; write in:articles, in:comments, in:documents or in:history"
    return None


EXAMPLES = {
    "name": "Shabaab",
    "author": "Name",
    "tag": "Syria",
    "cites": "example.org",
    "is": "edited",
    "kind": "link",
    "site": "name",
    "year": "2014",
    "month": "2014-03",
    "before": "2014",
    "after": "2014-03-07",
    "in": "comments",
}
