"""Lists of a site that were found closed or not there: takes their names, says when a run is to look at them again.

No door is closed for good: it is looked at again after 1, 2, 4, ... days, SWEEP_DAYS at most, and by every full run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.clock import later

if TYPE_CHECKING:
    from crawler.session.checkpoints import Checkpoints


class ClosedDoors:
    """The closed lists of one site, in one run."""

    def __init__(self, checkpoints: Checkpoints, crawl_id: int, sweep_days: float) -> None:
        self.checkpoints, self.store, self.crawl_id, self.sweep_days = checkpoints, checkpoints.store, crawl_id, sweep_days

    def is_due(self, name: str) -> bool:
        """Whether a list is looked at: it was never found closed, or it is time to look again."""
        at, _ = self.checkpoints.closed_doors().get(name, ("", 0))
        return self.store.now() >= at

    def note_closed(self, name: str) -> None:
        """A list was found closed once more; a run that finds it so again after it was killed counts it once."""
        doors = self.checkpoints.closed_doors()
        at, times = doors.get(name, ("", 0))
        if times and later(at, days=-self._days(times - 1)) >= self.store.crawl(self.crawl_id)["started_at"]:
            return
        self.checkpoints.save_closed_doors(doors | {name: (later(self.store.now(), days=self._days(times)), times + 1)})

    def note_open(self, name: str) -> None:
        """A list gave something: when it closes the next time, it is looked at again a day later."""
        doors = self.checkpoints.closed_doors()
        if doors.pop(name, None) is not None:
            self.checkpoints.save_closed_doors(doors)

    def _days(self, times: int) -> float:
        """Until a list is looked at again that was found closed so often before."""
        return min(2.0 ** min(times, 20), self.sweep_days or 30.0)
