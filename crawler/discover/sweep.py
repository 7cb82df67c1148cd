"""The sweep: takes what is held and when it last stirred, gives the articles that this run looks at again unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from archive.queries import backlog, beside_rest
from crawler.discover.revisit import Look, due

if TYPE_CHECKING:
    from crawler.session.session import Run


class Sweep:
    """One run's share of the reading-again of everything within SWEEP_DAYS."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._taken: set[str] = set()  # collections of which this run reads a share

    def due_again(self, collection: Literal["posts", "comments", "pages"]) -> list[Look]:
        """The articles whose text, thread or page is looked at again in this run."""
        run = self.run
        before = run.remembered(collection)
        last = run.checkpoints.swept_at(collection) or before["walked_at"]
        if collection == "pages":  # of some sites no list is ever read whole
            last = last or before["checked_at"]
        if not run.sweep_days or not last or run.options.limit or run.options.mode == "full":
            return []
        beside_only = collection == "pages" and not run.pages_are_the_text
        if beside_only and not run.store.ask(beside_rest.count_beside, run.site_id):
            return []
        looks = (Look(*row) for row in run.store.ask(backlog.last_stirred, run.site_id, collection, beside_rest=beside_only))
        found, taken = due(looks, last, run.store.now(), run.sweep_days)
        self._taken |= {collection} if taken else set()
        return found

    def finish(self, collection: Literal["posts", "comments", "pages"]) -> None:
        """What was due has been read: the next share counts from now."""
        if collection in self._taken:
            self.run.checkpoints.mark_swept(collection)
