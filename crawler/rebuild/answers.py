"""What a run got, given once more: takes an address, gives the next answer or failure that the run met there, and moves the clock to it.

An address that the run did not ask for has no answer now either.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DownloadCancelledError, DownloadFailedError

from crawler.errors import Stopped, Unreachable
from crawler.rebuild.recorded import Failure
from crawler.session.outcome import INTERRUPTED

if TYPE_CHECKING:
    from crawler.rebuild.recorded import RecordedRun

Row = dict[str, Any]
NOT_ASKED = "was not asked for in the run of"


@dataclass(slots=True)
class PastClock:
    """The time of the run that is done again: it goes on with each answer, and never back."""

    at: str = ""

    def __call__(self) -> str:
        return self.at

    def reach(self, at: str) -> None:
        self.at = max(self.at, at)


@dataclass(slots=True)
class RunAnswers:
    """The answers of one run. ``events``: rows of ``captures`` and failures, in their order."""

    run: RecordedRun
    clock: PastClock
    events: list[Row | Failure]
    progress: Callable[[], object]
    left: int = 0
    damaged: list[str] = field(default_factory=list)  # what is wrong with records that cannot be read
    _waiting: dict[str, deque[Row | Failure]] = field(default_factory=lambda: defaultdict(deque))

    def __post_init__(self) -> None:
        for event in self.events:
            self._waiting[question(event.url if isinstance(event, Failure) else event["url"])].append(event)
            self.left += 1

    def next(self, url: str) -> Row:
        """The row of the answer that the run got next at an address.

        Raises the failure that it met there, Unreachable where it did not ask, Stopped where it was killed or stopped before it did.
        """
        waiting = self._waiting.get(question(url))
        if not waiting:
            if self.was_cut_short and (self.run.is_gone_on_with or not self.left):  # what is left then is for the run that goes on
                raise Stopped(f"{url} is not asked for: the run had ended")
            raise Unreachable(f"{url} {NOT_ASKED} {self.run.started_at}")
        event = waiting.popleft()
        self.left -= 1
        self.progress()
        if isinstance(event, Failure):
            self.clock.reach(event.at)
            raise as_exception(event)
        self.clock.reach(event["captured_at"])
        return event

    @property
    def rows(self) -> list[Row]:
        """The answers of a run of captures that other tools made, in the order of time."""
        return [event for event in self.events if not isinstance(event, Failure)]

    @property
    def unasked(self) -> list[Row]:
        """The answers that nobody asked for, in their order."""
        left = {id(event) for waiting in self._waiting.values() for event in waiting}
        return [row for row in self.rows if id(row) in left]

    @property
    def was_cut_short(self) -> bool:
        """Whether the run ended before its own end."""
        if self.run.ended is None:
            return self.run.is_noted
        return self.run.ended.get("exit_code") == INTERRUPTED


def question(url: str) -> str:
    """What an address asks for: ids that are listed with commas may stand in any order."""
    before, mark, query = url.partition("?")
    parts = (part.partition("=") for part in query.split("&"))
    return before + mark + "&".join(name + equals + ",".join(sorted(value.split(","))) for name, equals, value in parts)


def as_exception(failure: Failure) -> Exception:
    """The failure as the downloader raised it: of a class with the same name."""
    if failure.error == DownloadCancelledError.__name__:
        return DownloadCancelledError(failure.message)
    kind: type[Exception] = type(failure.error or "DownloadFailedError", (DownloadFailedError,), {})
    return kind(failure.message)
