"""The table of the benchmark: takes what was measured, gives its lines, and whether each goal is met."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["met", "missed", "no reference", ""]


@dataclass(frozen=True)
class Goal:
    """A bound on our figure, on its ratio to the reference, or on its excess over the reference."""

    of: Literal["ours", "ratio", "excess"]
    sign: Literal["<=", ">="]
    bound: float

    def __str__(self) -> str:
        said = {"ours": f"{self.bound:g}", "ratio": f"{self.bound:g} x", "excess": f"reference + {self.bound:g}"}
        return f"{self.sign} {said[self.of]}"


@dataclass(frozen=True)
class Explanation:
    """Where the time or the space of missed rows goes. Rows with the same title share it."""

    title: str
    lines: Callable[[], list[str]]


@dataclass(frozen=True)
class Row:
    """One figure. ``against`` names the reference; ``note`` says what the figure is made of; ``limit`` why it cannot be better, where
    that is known: it is said when the goal is missed."""

    measure: str
    unit: str
    ours: float
    reference: float | None = None
    against: str = ""
    goal: Goal | None = None
    note: str = ""
    explanation: Explanation | None = None
    limit: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.reference if self.reference else None

    @property
    def verdict(self) -> Verdict:
        """Whether the goal is met; empty where none is set."""
        if self.goal is None:
            return ""
        excess = None if self.reference is None else self.ours - self.reference
        value = {"ours": self.ours, "ratio": self.ratio, "excess": excess}[self.goal.of]
        if value is None:
            return "no reference"
        return "met" if (value <= self.goal.bound if self.goal.sign == "<=" else value >= self.goal.bound) else "missed"

    def as_json(self) -> dict[str, Any]:
        names = ("measure", "unit", "ours", "reference", "against", "ratio", "note", "limit")
        return {name: getattr(self, name) for name in names} | {"goal": str(self.goal or ""), "verdict": self.verdict}


def three_digits(value: float | None) -> str:
    """A figure with three digits that count, a count as it is; empty for None."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or isinstance(value, int) else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


HEAD = ("measure", "unit", "ours", "reference", "ratio", "goal", "", "reference is; note")


def cells(row: Row) -> tuple[str, ...]:
    said = "; ".join(part for part in (row.against, row.note) if part)
    figures = (three_digits(row.ours), three_digits(row.reference), three_digits(row.ratio))
    return (row.measure, row.unit, *figures, str(row.goal or ""), row.verdict, said)


def table_lines(rows: Iterable[Row]) -> list[str]:
    """The rows under a head, in columns; figures stand at the right of theirs."""
    table = [HEAD, *map(cells, rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEAD))]
    right = {"ours", "reference", "ratio"}
    return [
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width) for name, cell, width in zip(HEAD, line, widths, strict=True)
        ).rstrip()
        for line in table
    ]


def missed_lines(rows: Iterable[Row]) -> list[str]:
    """A line for each goal that is missed: by how much, and why, as far as that is known."""
    return [
        f"missed: {row.measure}, {row.unit}: {three_digits(row.ours)}"
        + (f" ({three_digits(row.ratio)} x)" if row.goal and row.goal.of == "ratio" else "")
        + f", goal {row.goal}; {row.limit or 'see below where it goes'}"
        for row in rows
        if row.verdict == "missed"
    ]


def explanations(rows: Iterable[Row]) -> list[tuple[Explanation, list[str]]]:
    """What explains missed rows, each once, with the measures that it explains."""
    found: dict[str, tuple[Explanation, list[str]]] = {}
    for row in rows:
        if row.verdict == "missed" and row.explanation is not None:
            found.setdefault(row.explanation.title, (row.explanation, []))[1].append(row.measure)
    return list(found.values())
