"""What Celery says, in fewer words: takes its log records, prints one line when the broker goes away and one when it is back."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOGGERS = ("celery", "kombu", "amqp")
QUOTED = re.compile(r"'([^']*[A-Za-z][^']*)'")
GIVEN_UP = "unrecoverable error"
GONE = ("cannot connect", "connection to broker lost", "connection error", "connection closed")
HARMLESS = (  # of a slice whose message the broker takes back: the claim in the depot decides
    "couldn't ack",
    "error on stopping",
    "couldn't reject",
    "cannot reject",
    "purge",
)


class BrokerNews(logging.Handler):
    """Prints for people. ``broker``: as it may be printed. ``has_answered``: whether there was a connection to it."""

    def __init__(self, broker: str) -> None:
        super().__init__(logging.INFO)
        self.broker, self.is_gone, self.has_answered = broker, False, False

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        low = said.lower()
        if any(word in low for word in GONE):
            if not self.is_gone:
                self._print(f"the broker {self.broker} does not answer ({reason_in(said)}); slices go on, and it is asked until it answers")
            self.is_gone = True
        elif low.startswith("connected to"):
            if self.is_gone:
                self._print(f"the broker {self.broker} answers again")
            self.is_gone, self.has_answered = False, True
        elif low.startswith(GIVEN_UP) and self.has_answered:
            pass  # it is begun anew
        elif record.levelno >= logging.ERROR and not any(word in low for word in HARMLESS):
            self._print(said.splitlines()[0])

    def _print(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def reason_in(said: str) -> str:
    """What is told between quotes, else what stands last in the first line."""
    line = said.splitlines()[0]
    told = max(QUOTED.findall(line), key=len, default="") or line.rpartition(": ")[2]
    return told.strip(" ().")[:120]


@contextmanager
def broker_news(broker: str) -> Iterator[BrokerNews]:
    """Celery's own lines are not printed meanwhile."""
    news, loggers = BrokerNews(broker), [logging.getLogger(name) for name in LOGGERS]
    before = [(each.propagate, each.level) for each in loggers]
    for each in loggers:
        each.propagate = False
        each.setLevel(logging.INFO)
        each.addHandler(news)
    try:
        yield news
    finally:
        for each, (propagate, level) in zip(loggers, before, strict=True):
            each.removeHandler(news)
            each.propagate = propagate
            each.setLevel(level)
