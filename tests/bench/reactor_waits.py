"""A Scrapy extension that keeps how long the reactor was late for a timer of 5 ms: a page that is worked on there holds up all others.

``BENCH_WAITS`` names the file that gets ``{"p99": ms, "max": ms}`` when the spider closes.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from twisted.internet.task import LoopingCall

EVERY = 0.005  # seconds


class ReactorWaits:
    def __init__(self, into: Path) -> None:
        self.into, self.late = into, [0.0, 0.0]
        self.timer = LoopingCall(self.tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReactorWaits:
        if not crawler.settings["BENCH_WAITS"]:
            raise NotConfigured
        waits = cls(Path(crawler.settings["BENCH_WAITS"]))
        crawler.signals.connect(waits.begin, signals.spider_opened)
        crawler.signals.connect(waits.end, signals.spider_closed)
        return waits

    def begin(self) -> None:
        self.last = time.perf_counter()
        self.timer.start(EVERY, now=False)

    def tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self.last - EVERY) * 1000)
        self.last = now

    def end(self) -> None:
        self.timer.stop()
        self.into.write_text(json.dumps({"p99": statistics.quantiles(self.late, n=100)[98], "max": max(self.late)}))
