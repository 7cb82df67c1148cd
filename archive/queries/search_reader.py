"""The parts of a query, read one after the other: where the reading stands, and what was not understood so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.queries.search_tokens import QueryPart

BEGINS = ("word", "phrase", "field", "open", "minus", "near")
SHOWN = 60  # characters of a part in a message


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a query that was left out, or taken for something else. ``part`` is as it was typed, at ``start`` to ``end`` of the
    query's text; ``guess`` is what may have been meant, '' where nothing is near."""

    message: str
    part: str
    start: int
    end: int
    guess: str = ""


@dataclass
class PartReader:
    """Goes through the parts of ``text``, and keeps a problem for each that is not understood."""

    text: str
    parts: list[QueryPart] = field(default_factory=list)
    at: int = 0
    problems: list[Problem] = field(default_factory=list)

    def say(self, message: str, about: QueryPart, *, part: str = "", guess: str = "", end: int = 0) -> None:
        end = end or about.end
        self.problems.append(Problem(message, part or self.text[about.start : end], about.start, end, guess))

    def next_part(self) -> QueryPart | None:
        return self.parts[self.at] if self.at < len(self.parts) else None

    def take(self) -> QueryPart:
        self.at += 1
        return self.parts[self.at - 1]

    def operand_follows(self) -> bool:
        """Whether something comes that can be joined."""
        part = self.next_part()
        return part is not None and (part.kind in BEGINS or (part.kind == "operator" and part.text == "NOT"))

    def is_open_at(self, end: int) -> bool:
        part = self.next_part()
        return part is not None and part.kind == "open" and part.start == end

    def is_call(self) -> bool:
        """Whether the part that comes is ``NEAR(``."""
        part = self.parts[self.at]
        after = self.parts[self.at + 1] if self.at + 1 < len(self.parts) else None
        return after is not None and after.kind == "open" and after.start == part.end

    def is_negated(self) -> bool:
        """Whether the part that was just taken follows NOT or a minus."""
        before = self.parts[self.at - 2] if self.at > 1 else None
        return before is not None and (before.kind == "minus" or (before.kind == "operator" and before.text == "NOT"))


def shortened(text: str) -> str:
    """A part as a message names it."""
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
