"""Work over all cores: takes a function and what it is to be called with, gives the results in the same order.

Few calls are under way at a time, so that memory stays flat whatever their number is. The processes are spawned: a fork would
inherit open databases and locks. Ctrl-C is the parent's business, and they end with it, also when it is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Generic, Self, TypeVar

from archive.errors import StorageError
from archive.spawned import blocked, end_with_parent

Given = TypeVar("Given")
Result = TypeVar("Result")
CALLS_A_PROCESS = 8  # under way, or done and not asked for yet


class Processes:
    """``with Processes(4) as processes``: so many, started with their first work; with one, the work is done in this process."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self.number > 1:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.number, context, initializer=end_with_parent, initargs=(os.getpid(),))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def call(self, function: Callable[[Given], Result], given: Given) -> Future[Result]:
        """Do it, or hand it over."""
        if self._pool:
            with blocked(signal.SIGINT):  # processes are born with it blocked
                return self._pool.submit(function, given)
        done: Future[Result] = Future()
        done.set_result(function(given))
        return done


class Calls(Generic[Given, Result]):
    """The calls of one function, of which the first ones begin at once. Iterating gives (what was given, result) in order; an error
    of ``given`` is raised behind the results that came before it. Raises StorageError where a process is ended from outside."""

    def __init__(self, processes: Processes, function: Callable[[Given], Result], given: Iterable[Given]) -> None:
        self._processes, self._function, self._given = processes, function, iter(given)
        self._calls = deque[tuple[Given, Future[Result]]]()
        self._error: Exception | None = None
        if processes.number > 1:
            self._begin_more()

    def _begin_more(self) -> None:
        at_once = CALLS_A_PROCESS * self._processes.number if self._processes.number > 1 else 1
        while self._error is None and len(self._calls) < at_once:
            try:
                given = next(self._given)
            except StopIteration:
                return
            except Exception as error:  # kept until its turn comes
                self._error = error
                return
            self._calls.append((given, self._processes.call(self._function, given)))

    def __iter__(self) -> Iterator[tuple[Given, Result]]:
        self._begin_more()
        while self._calls:
            given, call = self._calls.popleft()
            try:
                result = call.result()
            except BrokenProcessPool as error:
                raise StorageError("a process of this check was ended from outside: is there enough memory?") from error
            yield given, result
            self._begin_more()
        if self._error is not None:
            raise self._error
