"""Answers that several connections share: takes a key, a state and a function, gives what that gave in this state. Of threads that ask
the same at once one computes, and the others wait for it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

MOST_SHARED = 500  # answers
MOST_NUMBERS = 1_000_000  # in them: 16 MB
LONGEST_WAIT = 10.0  # seconds; whoever has waited so long computes it too


@dataclass(slots=True, eq=False)
class _Held:
    state: Hashable
    value: Any = None
    weight: int = 0  # as far as it is counted
    is_there: bool = False
    told: threading.Event = field(default_factory=threading.Event)


class SharedAnswers:
    """The answers of one archive's file, those asked for last."""

    def __init__(self, most: int = MOST_SHARED, most_numbers: int = MOST_NUMBERS) -> None:
        self._most, self._most_numbers = most, most_numbers
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def answer(self, key: Hashable, state: Hashable, compute: Callable[[], Any], weight: Callable[[Any], int] | None = None) -> Any:
        """What ``compute`` gives, which nobody may change. ``state``: where it is another one, what was computed before does not hold."""
        held, is_mine = self._found(key, state)
        if not is_mine:
            if held.told.wait(LONGEST_WAIT) and held.is_there:
                return held.value
            return compute()  # it failed there, or takes long
        try:
            held.value = compute()
            held.is_there = True
        finally:
            self._keep(key, held, weight(held.value) if weight and held.is_there else 0)
            held.told.set()
        return held.value

    def _found(self, key: Hashable, state: Hashable) -> tuple[_Held, bool]:
        """What is held of this state; where nothing is, a place for it, and that the caller is to fill it."""
        with self._lock:
            held = self._held.get(key)
            if held is not None and held.state == state:
                self._held.move_to_end(key)
                return held, False
            if held is not None:
                self._weight -= held.weight
            self._held[key] = fresh = _Held(state)
            self._held.move_to_end(key)
            return fresh, True

    def _keep(self, key: Hashable, held: _Held, weight: int) -> None:
        """Count what was computed, or take its place away where that failed or would leave no room for others."""
        with self._lock:
            if self._held.get(key) is not held:
                return  # another state has come meanwhile
            if not held.is_there or weight > self._most_numbers:
                del self._held[key]
                return
            held.weight = weight
            self._weight += weight
            while len(self._held) > self._most or self._weight > self._most_numbers:
                _, oldest = self._held.popitem(last=False)
                self._weight -= oldest.weight
