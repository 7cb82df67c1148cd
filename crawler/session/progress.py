"""Progress on a terminal: articles, comments and requests as they come, with the time that is left. Quiet elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import NotConfigured
from tqdm import tqdm

from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Progress:
    """A tqdm bar over the requests of the run; the spider says how many are still to come."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("PROGRESS"):
            raise NotConfigured
        self.crawler = crawler
        self.bar: Any = None
        crawler.signals.connect(self.opened, signals.spider_opened)
        crawler.signals.connect(self.received, signals.response_received)
        crawler.signals.connect(self.closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        return cls(crawler)

    def opened(self) -> None:
        self.bar = tqdm(unit="req", dynamic_ncols=True, leave=False, bar_format="{desc} {bar} {n_fmt} requests, {remaining} left")

    def received(self) -> None:
        run = run_of(self.crawler)
        self.bar.total = max(self.bar.n + 1, run.expected_requests)
        self.bar.set_description_str(f"{run.site.name}: {run.held('article'):,} articles, {run.held('comment'):,} comments")
        self.bar.update()

    def closed(self) -> None:
        self.bar.close()
