"""A worker: takes slices off the queue, reads many sites at once in one process, until a signal comes or it fails too often.

Celery runs in threads of its own, which hand every slice to the one event loop and wait for its end.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from crawler.cluster.broker_news import broker_news
from crawler.cluster.engine import QUEUE, TASK, Queue, without_password
from crawler.cluster.rounds import STOPS_ALL
from crawler.cluster.slices import Due, Ending, SliceEnd, Slices
from crawler.cluster.visits import Visited, close
from crawler.session.outcome import COMPLETE, INTERRUPTED, STORAGE

if TYPE_CHECKING:
    from celery import Celery

ANEW = 1.0  # seconds before Celery is begun anew
IN_A_ROW = 3  # slices that fail for reasons of this machine: then it reads no further
NOTHING = Visited(COMPLETE)


class Worker:
    """One process that reads what the queue hands out."""

    def __init__(self, app: Celery, slices: Slices, process: Any, jobs: int) -> None:
        """``process``: Scrapy's, which has the crawls under way."""
        self.app, self.slices, self.process, self.jobs = app, slices, process, jobs
        self.code = COMPLETE
        self._in_a_row = 0
        self._loop: asyncio.AbstractEventLoop
        self._ending = asyncio.Event()
        self._controller: Any = None

    async def work(self) -> int:
        """Read until ``stop`` is called; the exit code. What an earlier process left in this folder is read first."""
        self._loop = asyncio.get_running_loop()
        left = await self.slices.unfinished()
        first = [asyncio.ensure_future(self.slices.read(due)) for due in left[: self.jobs]]
        consuming = asyncio.ensure_future(asyncio.to_thread(self._consume))
        await asyncio.wait([consuming, asyncio.ensure_future(self._ending.wait())], return_when=asyncio.FIRST_COMPLETED)
        if not self._ending.is_set():  # the broker refuses us
            self.code = STORAGE
            self.stop()
        await asyncio.gather(*first)
        await consuming
        return self.code

    def stop(self) -> None:
        """Take nothing more; slices under way are committed."""
        self.slices.stop()
        self._ending.set()
        if self._controller is not None:
            from celery.worker import state

            state.should_stop = 0

    def _consume(self) -> None:
        """Celery's own thread."""
        from celery.app.trace import setup_worker_optimizations
        from celery.exceptions import Reject
        from celery.worker import WorkController, state

        queue = Queue(self.app)

        @self.app.task(name=TASK, shared=False)  # type: ignore[untyped-decorator]
        def read_slice(**message: Any) -> None:
            end = asyncio.run_coroutine_threadsafe(self._read(Due(**message)), self._loop).result()
            if end.again is None:
                return
            try:
                queue.send([end.again], end.wait)
            except Exception as error:  # the broker is away: it has this message still
                raise Reject(str(error), requeue=True) from error

        state.should_stop = state.should_terminate = None
        hostname = f"{self.slices.folder.parent.name}-{os.getpid()}@{socket.gethostname()}"
        setup_worker_optimizations(self.app, hostname)  # its threads find their tasks so
        with broker_news(without_password(str(self.app.conf.broker_url))) as news:
            while not self.slices.stopping:
                news.has_answered = False
                self._controller = WorkController(
                    app=self.app,
                    hostname=hostname,
                    pool_cls="threads",
                    concurrency=self.jobs,
                    queues=[QUEUE],
                    without_gossip=True,
                    without_mingle=True,
                    loglevel="WARNING",
                )
                if not self.slices.stopping:
                    self._controller.start()
                if not news.has_answered:  # it refuses us: it was said why
                    return
                time.sleep(ANEW)  # Celery has given up on a connection that was lost: users report it of Redis

    async def _read(self, due: Due) -> SliceEnd:
        if self.slices.stopping:
            return SliceEnd(Ending.REST, NOTHING, due)
        end = await self.slices.read(due)
        self._note(end)
        return end

    def _note(self, end: SliceEnd) -> None:
        if end.verdict is Ending.FAILED:
            self._in_a_row += 1
            if self._in_a_row >= IN_A_ROW and not self.slices.stopping:
                self._end(end.visit.code, f"{IN_A_ROW} slices in a row failed here: this worker ends")
        elif end.verdict is Ending.READ:
            self._in_a_row = 0
        elif (reason := STOPS_ALL.get(end.visit.reason)) and not self.slices.stopping:
            self._end(INTERRUPTED, f"{reason}: this worker ends")

    def _end(self, code: int, said: str) -> None:
        self.code = code
        print(said, file=sys.stderr, flush=True)
        self.stop()
        for crawler in list(self.process.crawlers):
            close(crawler, "shutdown")
