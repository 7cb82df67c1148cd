"""The archive as an extension of a run that is done again: as ``ArchiveExtension``, on the clock of the run, and without notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.queries.killed import killed_run
from crawler.extensions.archive import ArchiveExtension
from crawler.rebuild.middlewares import ANSWERS
from crawler.session.run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy import Spider

    from crawler.rebuild.answers import RunAnswers
    from crawler.session.context import SiteContext
    from crawler.session.options import CrawlOptions
    from crawler.session.session import Run


class PastRun(ArchiveExtension):
    """One run of the past. ``crawl_id`` is that of its row, 0 before it began."""

    crawl_id = 0

    async def begin(self, options: CrawlOptions) -> Run:
        run = await super().begin(options)
        run.log = _NoLog(run.warc, run.store.now, {})
        run.retry_wait = 0.0
        self.crawl_id = run.crawl_id
        return run

    def killed(self, options: CrawlOptions, context: SiteContext) -> dict[str, Any] | None:
        """As it was then."""
        answers: RunAnswers = self.crawler.settings[ANSWERS]
        run = answers.run
        return context.store.ask(killed_run, context.site_id, run.began["mode"], run.started_at) if run.goes_on else None

    @property
    def failure(self) -> Exception | None:
        """Why the run could not begin."""
        return self._failure

    async def close(self, spider: Spider, reason: str) -> None:
        """Close the run at the time at which it ended."""
        answers: RunAnswers = self.crawler.settings[ANSWERS]
        if answers.run.ended:
            answers.clock.reach(answers.run.ended.get("finished_at") or "")
        await super().close(spider, reason)


class _NoLog(RunLog):
    def end(self, row: Mapping[str, Any] | None) -> None:
        """It is written already."""
