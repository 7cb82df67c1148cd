"""Dispatching: takes a depot and a queue, puts what is due on it, and waits, where that is asked, until it has been read."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence

from archive import clock
from archive.depot.depot import Depot
from archive.depot.heads import SiteHead
from archive.errors import StorageError
from archive.text.plaintext import counted
from crawler.cluster.due import as_due, named_sites, standings
from crawler.cluster.engine import BEYOND, Queue
from crawler.cluster.slices import Due, is_answered
from crawler.session.outcome import COMPLETE, ORDER

LOOK = 2.0  # seconds between two looks at the heads
AGAIN = 60.0  # seconds after which a site that no worker has, and no message names, is put on the queue again


class Dispatcher:
    """Puts messages on the queue. Two of them at once do no harm: a message whose site has been read since is dropped by its worker."""

    def __init__(self, depot: Depot, queue: Queue, seconds: float, budget: float) -> None:
        """``seconds``: the longest slice; ``budget``: DUE_REQUESTS."""
        self.depot, self.queue = depot, queue
        self.longest, self.budget = seconds + BEYOND, budget

    def dispatch(self, names: Sequence[str]) -> tuple[list[Due], int]:
        """(the sites with these names, or those that are due; how many of them were put on the queue). Those that a worker reads now are
        not; and nothing is added to a queue that still holds some, unless it is named.

        Raises BrokerAway, ConfigurationError, StorageError.
        """
        heads, now = list(self.depot.heads()), clock.now()
        found = standings(heads, now, self.budget)
        chosen = named_sites(found, heads, names) if names else [one for one in found if one.is_due]
        due, idle = as_due(chosen, heads, now), self.idle(one.head for one in chosen)
        if not idle or (not names and self.queue.waiting()):
            return due, 0
        return due, self.queue.send(one for one in due if one.site in idle)

    def idle(self, heads: Iterable[SiteHead]) -> set[str]:
        """The names of those that no worker reads now: a claim that is older than any slice is a dead worker's."""
        found = list(heads)
        now = self.depot.session.store_time() if any(head.claim for head in found) else 0.0
        return {head.name for head in found if head.claim is None or now - head.modified > self.longest}

    def wait(self, due: Sequence[Due]) -> int:
        """Returns when all of it has been read: the worst site's exit code. What is lost on the way is put on the queue again."""
        left, codes, looked = {one.site: one for one in due}, set[int](), time.monotonic()
        is_told = False
        while left:
            time.sleep(LOOK)
            try:
                heads = {head.name: head for head in self.depot.heads() if head.name in left}
                codes |= settled(left, heads)
                if time.monotonic() - looked > AGAIN:
                    looked = time.monotonic()
                    self.send_again(left, heads)
                is_told = False
            except StorageError as error:  # depot or broker are away: what was put there is not lost
                if not is_told:
                    print(f"scrapy dispatch: {error}; waiting until it answers", file=sys.stderr, flush=True)
                is_told = True
        return next((code for code in ORDER if code in codes), COMPLETE)

    def send_again(self, left: dict[str, Due], heads: dict[str, SiteHead]) -> None:
        if not self.queue.waiting():
            idle = self.idle(head for name, head in heads.items() if name in left)
            self.queue.send(due for name, due in left.items() if name in idle)


def settled(left: dict[str, Due], heads: dict[str, SiteHead]) -> set[int]:
    """Take out of ``left`` what has been read, or is to be read no more; the exit codes."""
    codes = set()
    for name, due in list(left.items()):
        head = heads.get(name)
        if head is None or not head.is_visited or is_answered(head, due):
            del left[name]
        if head is not None and head.committed and is_answered(head, due):
            codes.add(head.committed.outcome.exit_code)
    return codes


def said_dispatched(due: Sequence[Due], sent: int) -> str:
    if not due:
        return "no site is due"
    if not sent:
        return f"{counted(len(due), 'site')} due; they are being read, or the queue still holds earlier ones: nothing was added"
    return f"{counted(sent, 'site')} put on the queue"
