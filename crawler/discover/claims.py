"""How far a list is believed that says that held pages have changed: takes its claims, gives those that are worth a request.

Some sites put the present time on every address, or count views in their feed. So a few claims are put to the test in each run, and
each that proves right lets ten more follow. A list that was mostly wrong before gets fewer trials. What is not read
because of a claim is read by the sweep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.store.verdicts import claims

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.session.session import Run

TRIALS = 10  # claims of a list that is not known to be wrong, before one has to prove right
FEW = 3  # of one that is
EACH = 10  # further claims that one right one lets follow
WRONG = 0.1  # share of right ones, of TRIALS at least, below which a list is known to be wrong


class Claims:
    """The claims of one run. ``made``: address -> the list that says that its page has changed."""

    def __init__(self, run: Run, made: Mapping[str, str]) -> None:
        self.run, self.made = run, made
        self._before: dict[str, tuple[int, int]] | None = None
        self._followed: dict[str, str] = {}
        self._right: dict[str, bool] = {}

    def follows(self, address: str) -> bool:
        """Whether the page is read: no list alone makes it due, or the list is believed so far."""
        name = self.made.get(address)
        if name is None or address in self._followed:
            return True
        if self._before is None:
            self._before = self.run.store.ask(claims, self.run.site_id)
        if self._asked(name) >= trials(*self._before.get(name, (0, 0))) + EACH * self._confirmed(name):
            return False
        self._followed[address] = name
        return True

    def hear(self, address: str, right: bool) -> None:
        """Whether the page was different."""
        if address in self._followed:
            self._right[address] = right or self._right.get(address, False)

    def remember(self) -> None:
        """What this run found, for the next ones."""
        for name in {*self._followed.values()}:
            heard = [right for address, right in self._right.items() if self._followed[address] == name]
            if heard:
                self.run.store.add_claims(self.run.site_id, name, len(heard), sum(heard))
        self._followed.clear()
        self._right.clear()

    def _asked(self, name: str) -> int:
        return sum(followed == name for followed in self._followed.values())

    def _confirmed(self, name: str) -> int:
        return sum(right for address, right in self._right.items() if self._followed[address] == name)


def trials(asked: int, confirmed: int) -> int:
    """How many claims of a list are put to the test in a run, by what earlier runs found."""
    return FEW if asked >= TRIALS and confirmed < asked * WRONG else TRIALS
