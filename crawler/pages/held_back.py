"""Pages that wait before they are saved, because a wall shows itself only when the same page stands at a second address.

A short page that says something new waits for others. One that is marked as the article of its own address waits for a few; one that
is not, or that asks to be let through, waits until all are read. Long articles, and held ones that are as they were, do not wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.admission.sightings import Sighting
    from crawler.errors import PartFailed
    from crawler.items import Answer

LONG = 1500  # letters: no wall says so much
OTHERS = 16  # pages for which one waits that is marked as an article of its own
AT_MOST = 300  # pages that wait


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page that was read and not yet saved: what its pages brought, what of its thread failed, and which comments it lacks."""

    address: str
    answer: Answer
    cut: PartFailed | None
    vanished: set[int]


class HeldBack:
    """The pages of one run that wait, the oldest first."""

    def __init__(self) -> None:
        self._few: list[Waiting] = []
        self._all: list[Waiting] = []

    def __len__(self) -> int:
        return len(self._few) + len(self._all)

    def keep(self, page: Waiting, sighting: Sighting) -> bool:
        """Let a page wait; False for one that need not."""
        sure = sighting.strong and not sighting.worded
        if sure and len(page.answer.articles[0].text) >= LONG:
            return False
        (self._few if sure else self._all).append(page)
        return True

    def overdue(self) -> Waiting | None:
        """The page that has waited long enough; None where none has."""
        if len(self._few) > OTHERS:
            return self._few.pop(0)
        return self._all.pop(0) if len(self._all) > AT_MOST else None

    def next(self) -> Waiting | None:
        """The page that has waited longest, once all are read; None where none waits."""
        return (self._few or self._all).pop(0) if len(self) else None
