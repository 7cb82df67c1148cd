"""What a walk through a REST list counts and does not get, answer by answer: takes its answers, and keeps the spans of the over-counts.

A span is kept before its answer is saved, and what is known of the span under way with it, so that a walk that is cut off goes on
counting where it was. Then a few questions divide it by months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.queries import rest_lists
from crawler.session.checkpoints import counted_rows
from crawler.wordpress import api as api
from crawler.wordpress.overcount import Overcounts, Span, in_utc
from crawler.wordpress.question import list_name

if TYPE_CHECKING:
    from archive.store.list_memory import Checkpoints
    from crawler.wordpress.api import Cursor, Listing
    from crawler.wordpress.crawl import Main, RestDoor

AT_MOST = 30  # questions of a walk, to tell in which month the site counts more than it gives


class WalkCounts:
    """The over-counts of one walk through a list, which goes on at ``cursor``."""

    def __init__(self, door: RestDoor, collection: Main, order: api.Order, cursor: Cursor) -> None:
        self.door, self.collection, self.asked = door, collection, 0
        at, state = door.run.checkpoints.counted(collection)
        self.counts = Overcounts(order, cursor, state if at == str(cursor) else "")

    def add(self, listing: Listing, following: Cursor | None) -> tuple[list[Span], Checkpoints]:
        """One answer, and where the walk goes on: (the spans that are kept now, what is to be saved with the answer)."""
        self.counts.add(listing, following, self._elsewhere(listing))
        spans = self.counts.take()
        self._keep(spans)
        return spans, counted_rows(self.collection, str(following) if following else "", self.counts.state())

    async def divide(self, spans: list[Span]) -> None:
        """Tell kept spans in pieces that lie within a month each, as far as a few questions lead: a month's number is what is checked."""
        url, done, waiting = self.door.row(self.collection)["url"], list[Span](), list(spans)
        if not any(span.middle() for span in spans) or self.door.questions.refuses(list_name(url), "after", "before"):
            return
        while waiting:
            span, *waiting = waiting
            middle = span.middle() if self.asked < AT_MOST else ""
            halves = []
            if middle:
                self.asked += 1
                listing = await self.door.list_rows(api.span_url(url, span.after, middle, per_page=1), self.collection, asked=1)
                halves = span.halves(middle, listing.total or 0)
            done += [] if halves else [span]
            waiting += halves
        self._keep(done, spans)

    def _keep(self, spans: list[Span], instead: list[Span] | None = None) -> None:
        zone, site_id = self.door.run.timezone, self.door.run.site_id
        if spans or instead:
            self.door.store.save_overcounts(site_id, self.collection, in_utc(spans, zone), in_utc(instead or [], zone))

    def _elsewhere(self, listing: Listing) -> set[int]:
        """The ids of an answer that another list gave: where a language shows what is not translated in another one, both count it."""
        numbers = [str(number) for number in listing.ids]
        door = self.door
        return {int(number) for number in door.store.ask(rest_lists.on_another_list, door.run.site_id, self.collection, numbers)}
