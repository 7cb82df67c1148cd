"""How a run ended: the causes met on the way, and the one exit code they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

COMPLETE, BUG, CONFIGURATION, STORAGE, ALARM, UNREACHABLE, LOCKED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 75, 130
ORDER = (INTERRUPTED, BUG, STORAGE, CONFIGURATION, ALARM, UNREACHABLE)  # of several causes, the first of these is told
WORDS = {
    COMPLETE: "complete",
    BUG: "failed",
    CONFIGURATION: "misconfigured",
    STORAGE: "disk or database",
    ALARM: "content alarm",
    UNREACHABLE: "unreachable or limiting",
    INTERRUPTED: "interrupted",
}


@dataclass(slots=True)
class Outcome:
    """Collects causes; ``causes`` keeps the first message of each exit code. ``tell`` hears every one but an interruption."""

    tell: Callable[[str], None] | None = None
    causes: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, exit_code: int, message: str) -> None:
        self.causes.setdefault(exit_code, message)
        if self.tell and exit_code != INTERRUPTED:
            self.tell(message)

    def note(self, message: str) -> None:
        """Something a person should know that changes no exit code."""
        self.notes.append(message)

    @property
    def exit_code(self) -> int:
        return next((code for code in ORDER if code in self.causes), COMPLETE)

    def interrupt(self, message: str) -> None:
        """The run was stopped from outside; what was said of it before is replaced."""
        self.causes[INTERRUPTED] = message

    @property
    def word(self) -> str:
        return WORDS[self.exit_code]

    @property
    def message(self) -> str:
        """What led to the exit code; '' when all went well."""
        return self.causes.get(self.exit_code, "")

    @property
    def said(self) -> str:
        """The message and the notes, for the run's row and its summary line."""
        return "; ".join(part for part in (self.message, *self.notes) if part)
