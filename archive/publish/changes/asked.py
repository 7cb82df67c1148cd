"""What is asked of the changes: takes the parameters of an address and a query, gives one question that pages, files and feeds share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from archive.queries.search_fields import DateSpan, date_span, days_of, span_of
from archive.queries.search_nodes import AllOf, Filter, joined_parts
from archive.queries.search_query import Query

CHANGED = ("edited", "moved", "renamed")
REMOVED = ("missing", "gone", "back")
FRESH = ("new", "first")  # seen for the first time: after a site's first archiving, and in it
GROUPS = {"changed": CHANGED, "removed": REMOVED, **{event: (event,) for event in (*CHANGED, *REMOVED, *FRESH)}}
CHOICES = {"said": ("silent", "declared"), "of": ("article", "comment"), "view": ("side",)}
DATES = ("seen_from", "seen_to", "published_from", "published_to")
FREE = ("edit", "author", "topic", "site", "phrase", "run")
NAMES = ("event", "q", *FREE, *CHOICES, *DATES)
UNBOUND = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # what SQLite does not take, or ends a text early
LONGEST = 300  # characters of a parameter
PUBLISHED = ("after", "before", "year", "month", "published")  # fields of a query that are about when a thing was published
OF_STORIES = ("silent", "declared", "edited", "missing", "gone")  # values of is: that are about what happened


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. ``given``: its parameters as they stand in an address, without those that mean nothing. ``notes`` say what was
    left out. Dates are YYYY, YYYY-MM or YYYY-MM-DD; both ends are meant."""

    query: Query = field(default_factory=Query)
    given: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.given.get(name, "")

    @property
    def events(self) -> tuple[str, ...]:
        """The events that are listed; what was only seen for the first time is listed when it is asked for."""
        return GROUPS.get(self["event"], (*CHANGED, *REMOVED))

    @property
    def fresh(self) -> str:
        """``new`` or ``first`` where what was seen for the first time is asked for, else ''."""
        return self["event"] if self["event"] in FRESH else ""

    @property
    def states(self) -> tuple[Filter, ...]:
        """Filters of the query that are about what happened: ``is:silent``."""
        return tuple(one for one in self.query.filters if one.field == "is" and one.value.lower() in OF_STORIES)

    @property
    def dated(self) -> tuple[Filter, ...]:
        """Filters of the query that are about when the article or comment was published."""
        return tuple(one for one in self.query.filters if one.field in PUBLISHED and not one.negated)

    @property
    def published_spans(self) -> list[DateSpan]:
        """The spans in which an article or comment has to have been published: those of the query, and that of the form."""
        spans = [span for one in self.dated if (span := date_span(one))]
        return spans + form_span(self["published_from"], self["published_to"])

    @property
    def seen_spans(self) -> list[DateSpan]:
        """The spans in which it has to have been seen: those of ``seen:`` in the query, and that of the form."""
        spans = [span for one in self.query.filters if one.field == "seen" and not one.negated and (span := date_span(one))]
        return spans + form_span(self["seen_from"], self["seen_to"])

    @property
    def subject(self) -> Query:
        """The rest of the query: which articles it is about."""
        of_stories = {*self.states, *self.dated, *(one for one in self.query.filters if one.field == "seen" and not one.negated)}
        kept = [part for part in self.query.parts if not (isinstance(part, Filter) and part in of_stories)]
        return replace(self.query, tree=joined_parts(AllOf, kept), place="everything")

    def but(self, **changed: str) -> str:
        """The address of this question with other parameters; '' takes one out. The page begins anew."""
        return changes_path({name: value for name, value in ({**self.given, **changed}).items() if value})

    def file(self, form: str, **more: str) -> str:
        """The address of what is shown, as a file or feed. ``more``: parameters that say how it is written."""
        return changes_path({name: value for name, value in self.given.items() if name != "view"}, f".{form}", more)


def changes_path(given: Mapping[str, str], form: str = "", more: Mapping[str, str] | None = None) -> str:
    """``/changes?said=silent``; parameters in one order, so that a question has one address."""
    ordered = {name: given[name] for name in NAMES if given.get(name)} | dict(more or {})
    return f"/changes{form}" + (f"?{urlencode(ordered)}" if ordered else "")


def read_asked(arguments: Mapping[str, str], query: Query) -> Asked:
    """The question of an address. What it does not understand becomes a note."""
    given, notes = {"q": query.text}, list(query.notes)
    for name in (*FREE, *CHOICES, *DATES, "event"):
        value = " ".join(UNBOUND.sub(" ", arguments.get(name) or "").split())[:LONGEST]
        if value and (wrong := problem(name, value)):
            notes.append(wrong)
        elif value:
            given[name] = value
    if query.place in ("articles", "comments"):
        given.setdefault("of", query.place[:-1])
    return Asked(query, {name: value for name, value in given.items() if value}, tuple(notes))


def problem(name: str, value: str) -> str:
    """Why a parameter cannot be used; '' when it can."""
    if name in DATES and days_of(value) is None:
        return f"{value} is not a date; write 2014, 2014-03 or 2014-03-07"
    if name in CHOICES and value not in CHOICES[name]:
        return f"{name}={value} is not known; write {' or '.join(CHOICES[name])}"
    if name == "event" and value not in GROUPS:
        return f"event={value} is not known; write one of {', '.join(GROUPS)}"
    if name == "run" and not re.fullmatch(r"[1-9][0-9]{0,14}", value):
        return f"run={value} is not the number of a run"
    return ""


def is_within(at: str | None, span: DateSpan) -> bool:
    """Whether a date or time lies in a span. What has no date lies in none."""
    return at is not None and at >= span.low and (not span.high or at < span.high)


def form_span(first: str, last: str) -> list[DateSpan]:
    """The span of two fields of the form, both ends included; none where both are empty."""
    span = span_of(f"{first}..{last}")
    return [span] if span else []
