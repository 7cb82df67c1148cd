"""How far a reading of a site's captures has come: takes the ids of its articles, says which are due, and notes those that are read,
so that a run that was stopped or killed is gone on with.

Articles are saved in the order of their ids, some at a time. What is noted is the article up to which all have been read, and which
ones were left as they were or not believed: they are read again, so that the run that goes on tells what one would that was never
stopped. A note holds for one extractor: where another one reads, the reading begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.session.checkpoints import ReadAgain, read_again_rows

if TYPE_CHECKING:
    from archive.store.list_memory import Checkpoints


@dataclass(slots=True)
class Course:
    """A reading of the articles with these ``ids``, in ascending order. ``read_by`` names the extractor, ``now`` is a time in UTC with
    Z, ``earlier`` what an unfinished reading noted last."""

    ids: Sequence[int]
    read_by: str
    now: str
    earlier: ReadAgain | None
    due: list[int] = field(init=False)
    done: int = field(init=False)  # articles that are read
    noted: ReadAgain = field(init=False)

    def __post_init__(self) -> None:
        if self.earlier and self.earlier.read_by == self.read_by:
            self.noted = self.earlier
        else:
            self.earlier, self.noted = None, ReadAgain(self.now, self.read_by, 0, frozenset())
        self.due = [i for i in self.ids if i > self.noted.last or i in self.noted.left]
        self.done = len(self.ids) - len(self.due)

    @property
    def said(self) -> str:
        """For a person, where a reading is gone on with."""
        skipped = len(self.ids) - len(self.due)
        return f"went on with the reading of {self.earlier.since}: {skipped:,} articles had been read" if self.earlier else ""

    def note(self, read: Iterable[int], left: Iterable[int]) -> Checkpoints:
        """Take the next of those that are due, at least one, of which some were ``left`` or not believed. Gives what is to be saved
        with them."""
        saved = set(read)
        self.done += len(saved)
        self.noted = ReadAgain(self.noted.since, self.read_by, max(self.noted.last, *saved), self.noted.left - saved | set(left))
        return read_again_rows(self.noted)
