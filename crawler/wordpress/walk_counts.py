"""What a walk through a REST list counts and does not get, answer by answer: takes its answers, and keeps the spans of the over-counts.

A span is kept, and divided by months at a few questions, before its answer is saved, and what is known of the span under way is saved
with the answer: a walk that is cut off goes on counting where it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from archive.queries import rest_lists
from crawler.session.checkpoints import counted_rows
from crawler.wordpress import api as api
from crawler.wordpress.overcount import Overcounts, Span, in_utc
from crawler.wordpress.question import list_name

if TYPE_CHECKING:
    from archive.store.list_memory import Checkpoints
    from crawler.items import Capture
    from crawler.session.session import Run
    from crawler.wordpress.api import Cursor, Listing
    from crawler.wordpress.degrade import Questions

Ask = Callable[[str, tuple[str, ...], int], Awaitable[tuple["Listing", "Capture"]]]
AT_MOST = 30  # questions of a walk, to tell in which month the site counts more than it gives


class WalkCounts:
    """The over-counts of one walk through a list, which goes on at ``cursor``. ``url``: the list's; ``ask`` asks a question of REST."""

    def __init__(self, run: Run, questions: Questions, ask: Ask, collection: str, url: str, order: api.Order, cursor: Cursor) -> None:
        self.run, self.questions, self.ask, self.collection, self.url, self.asked = run, questions, ask, collection, url, 0
        at, state = run.checkpoints.counted(collection)
        self.counts = Overcounts(order, cursor, state if at == str(cursor) else "")

    def add(self, listing: Listing, following: Cursor | None) -> tuple[list[Span], Checkpoints]:
        """One answer, and where the walk goes on: (the spans that are kept now, what is to be saved with the answer)."""
        self.counts.add(listing, following, self._elsewhere(listing))
        spans = self.counts.take()
        self._keep(spans)
        return spans, counted_rows(self.collection, str(following) if following else "", self.counts.state())

    async def divide(self, spans: list[Span]) -> None:
        """Tell kept spans in pieces that lie within a month each, as far as a few questions lead: a month's number is what is checked."""
        done, waiting = list[Span](), list(spans)
        if not any(span.middle() for span in spans) or self.questions.refuses(list_name(self.url), "after", "before"):
            return
        while waiting:
            span, *waiting = waiting
            middle = span.middle() if self.asked < AT_MOST else ""
            halves = []
            if middle:
                self.asked += 1
                listing, _ = await self.ask(api.span_url(self.url, span.after, middle, per_page=1), (), 1)
                halves = span.halves(middle, listing.total or 0)
            done += [] if halves else [span]
            waiting += halves
        self._keep(done, spans)

    def _keep(self, spans: list[Span], instead: list[Span] | None = None) -> None:
        zone, site_id = self.run.timezone, self.run.site_id
        if spans or instead:
            self.run.store.save_overcounts(site_id, self.collection, in_utc(spans, zone), in_utc(instead or [], zone))

    def _elsewhere(self, listing: Listing) -> set[int]:
        """The ids of an answer that another list gave: where a language shows what is not translated in another one, both count it."""
        numbers = [str(number) for number in listing.ids]
        return {int(number) for number in self.run.store.ask(rest_lists.on_another_list, self.run.site_id, self.collection, numbers)}
