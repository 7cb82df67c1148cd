"""A process at work with a depot: takes the store, keeps one heartbeat that holds all claims of the process.

Ages are differences of two times of the store: no clock of a machine counts. What this process holds it tells by a clock that no one
sets and that goes on while the machine sleeps, from the moment at which a heartbeat was sent that the store has confirmed.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from archive.depot.objects import DepotAway, NoObject, Objects

LEASE = 20.0  # seconds without a heartbeat after which others may begin
MARGIN = 5.0  # a holder stops so long before
EVERY = 4.0  # between two heartbeats
TOGETHER = 1.0  # claims that ask within so many seconds share a heartbeat
FORGOTTEN = 86400.0  # seconds after which a heartbeat is removed
SESSIONS = "sessions/"
NOW = "now"  # no nonce: what is asked for it is always sent
GRAIN = 1.0  # stores tell times in whole seconds
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed_time() -> float:
    """Seconds of a clock that only goes forward, also while the machine sleeps."""
    return time.clock_gettime(_CLOCK)


class Session:
    """The heartbeat of one process."""

    def __init__(self, objects: Objects, holder: str, clock: Callable[[], float] = elapsed_time) -> None:
        self.objects, self.holder, self.clock, self.id = objects, holder, clock, secrets.token_hex(8)
        self.claims: set[str] = set()
        self._turn = threading.Lock()
        self._sent, self._told = float("-inf"), frozenset[str]()

    @property
    def key(self) -> str:
        return f"{SESSIONS}{self.id}.json"

    def beat(self, nonce: str = "") -> float:
        """Tell the store that this process lives, unless it was told just now. When that was sent. Raises DepotAway."""
        with self._turn:
            if self.clock() - self._sent < TOGETHER and (not nonce or nonce in self._told):
                return self._sent
            sent, told, first = self.clock(), frozenset(self.claims), self._sent == float("-inf")
            row = {"holder": self.holder, "claims": sorted(told)}
            self.objects.put(self.key, json.dumps(row, ensure_ascii=False).encode())
            self._sent, self._told = sent, told
        if first:
            self._clear_away()
        return sent

    def _clear_away(self) -> None:
        """Remove the heartbeats of processes that ended long ago."""
        with suppress(DepotAway):  # another process does it
            rows = [*self.objects.list(SESSIONS)]
            now = max((row.modified for row in rows), default=0.0)  # this process has just told the store
            self.objects.delete([row.key for row in rows if now - row.modified > FORGOTTEN])

    def store_time(self) -> float:
        """What the store's clock says now."""
        with self._turn:
            self._told = frozenset()
        self.beat(NOW)
        return self.objects.get(self.key).modified

    def age_of(self, session: str, nonce: str, modified: float) -> float:
        """How long ago, by the store's clock, anything was heard of a claim that was written at ``modified``."""
        now = self.store_time()
        heard = modified
        try:
            found = self.objects.get(f"{SESSIONS}{session}.json")
            if nonce in json.loads(found.data)["claims"]:
                heard = max(heard, found.modified)
        except (NoObject, ValueError, KeyError, TypeError):
            pass  # it ended, or never told of this claim
        return now - heard

    def end(self) -> None:
        """This process holds nothing any more."""
        self.objects.delete([self.key])
