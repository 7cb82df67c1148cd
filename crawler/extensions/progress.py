"""Progress on a terminal: articles, comments and requests as they come, with the time that is left. Quiet elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import NotConfigured

from archive.store.coverage import USUAL, list_totals
from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session.session import Run


class Progress:
    """A tqdm bar over the requests of the run, from its first answer on."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("PROGRESS"):
            raise NotConfigured
        self.crawler = crawler
        self.bar: Any = None
        crawler.signals.connect(self.received, signals.response_received)
        crawler.signals.connect(self.closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        return cls(crawler)

    def received(self) -> None:
        run = run_of(self.crawler)
        if run is None:
            return
        if self.bar is None:
            from tqdm import tqdm  # where a bar is shown, and nowhere else

            self.bar = tqdm(unit="req", dynamic_ncols=True, leave=False, bar_format="{desc} {bar} {n_fmt} requests, {remaining} left")
        self.bar.total = max(self.bar.n + 1, expected_requests(run))
        self.bar.set_description_str(f"{run.site.name}: {run.held('article'):,} articles, {run.held('comment'):,} comments")
        self.bar.update()

    def closed(self) -> None:
        if self.bar is not None:
            self.bar.close()


def expected_requests(run: Run) -> int:
    """A guess at the requests of the whole run."""
    articles, comments = (run.store.ask(list_totals, run.site_id, kind).total or 0 for kind in USUAL)
    due = articles if run.pages_at_most < 0 else min(articles, run.pages_at_most)
    return int(articles // 100 + comments // 100 + due + run.files_due + 6)
