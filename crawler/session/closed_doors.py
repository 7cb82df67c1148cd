"""Lists of a site that were found closed or not there: takes their names, says when a run is to look at them again.

No door is closed for good: it is looked at again after 1, 2, 4, ... days, SWEEP_DAYS at most, and by every full run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.clock import later

if TYPE_CHECKING:
    from crawler.session.session import Run


class ClosedDoors:
    """The closed lists of one site, in one run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def is_due(self, name: str) -> bool:
        """Whether a list is looked at: it was never found closed, or it is time to look again."""
        at, _ = self.run.checkpoints.closed_doors().get(name, ("", 0))
        return self.run.store.now() >= at

    def note_closed(self, name: str) -> None:
        """A list was found closed once more; a run that finds it so again after it was killed counts it once."""
        run, doors = self.run, self.run.checkpoints.closed_doors()
        at, times = doors.get(name, ("", 0))
        if times and later(at, days=-self._days(times - 1)) >= run.store.crawl(run.crawl_id)["started_at"]:
            return
        run.checkpoints.save_closed_doors(doors | {name: (later(run.store.now(), days=self._days(times)), times + 1)})

    def note_open(self, name: str) -> None:
        """A list gave something: when it closes the next time, it is looked at again a day later."""
        doors = self.run.checkpoints.closed_doors()
        if doors.pop(name, None) is not None:
            self.run.checkpoints.save_closed_doors(doors)

    def _days(self, times: int) -> float:
        """Until a list is looked at again that was found closed so often before."""
        return min(2.0 ** min(times, 20), self.run.sweep_days or 30.0)
