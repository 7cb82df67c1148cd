"""The archive as an extension of Scrapy: takes a spider's ``start()``, opens the archive for it, closes run and archive at its end.

Other spiders, and Scrapy's tools (shell, fetch, view, parse, bench, check), never reach ``begin``: nothing is opened for them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.asyncio import is_asyncio_available

from archive.errors import ArchiveError, ConfigurationError
from archive.store.linked_files import FILE_KINDS
from crawler.addresses import origins_of
from crawler.extensions.begin import begin_run
from crawler.extensions.closing import close_run, why_stopped
from crawler.extensions.shared_store import acquire_store, release_store
from crawler.http.proxy import checked_proxy
from crawler.session.going_on import killed_before
from crawler.session.outcome import BUG, COMPLETE, INTERRUPTED

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from archive.store.store import Store
    from crawler.session.context import SiteContext
    from crawler.session.options import CrawlOptions
    from crawler.session.session import Run

logger = logging.getLogger(__name__)
NOT_BEGUN = "the crawl did not begin"
CAPTURE = "crawler.http.capture.CaptureMiddleware"
NO_CAPTURE = (
    f"DOWNLOADER_MIDDLEWARES lacks {CAPTURE}, without which nothing is evidence: -s replaces the whole table; add yours to it, "
    "as an add-on does (ADDONS) or a settings module of your own"
)
NO_CACHE = "Scrapy's HTTP cache would answer in the place of the site, and nothing of it is evidence; leave HTTPCACHE_ENABLED off"


class ArchiveExtension:
    """One run of one crawler. ``exit_code`` and ``summary``, one line for people, hold when the spider is closed."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run: Run | None = None
        self.exit_code, self.summary = BUG, f"{crawler.spidercls.name}: {NOT_BEGUN}"  # unless the spider is closed
        self._store: Store | None = None
        self._failure: Exception | None = None
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveExtension:
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> ArchiveExtension:
        """Raises ConfigurationError where the settings switch the extension off."""
        found: ArchiveExtension | None = crawler.get_extension(cls)
        if found is None:
            raise ConfigurationError("EXTENSIONS must keep crawler.extensions.archive.ArchiveExtension: it opens the archive")
        return found

    async def begin(self, options: CrawlOptions) -> Run:
        """Check the settings, open the archive, begin the run: its row is committed. Raises ConfigurationError, LockHeld, StorageError."""
        check_settings(self.crawler.settings)
        if not is_asyncio_available():
            raise ConfigurationError(f"a run needs asyncio, which TWISTED_REACTOR={self.crawler.settings['TWISTED_REACTOR']} has not")
        if any(isinstance(each, HttpCacheMiddleware) for each in self.crawler.engine.downloader.middleware.middlewares):
            raise ConfigurationError(NO_CACHE)
        if lacks_capture(self.crawler.settings):
            raise ConfigurationError(NO_CAPTURE)
        self._store = acquire_store(self.crawler.settings)
        run = begin_run(options, self._store, self.crawler, self.killed)
        await self._store.group.committed()
        self.run = run
        return run

    def killed(self, options: CrawlOptions, context: SiteContext) -> dict[str, Any] | None:
        """The row of the run that this one goes on with; None where it begins anew."""
        return killed_before(options, context, self.crawler)

    @property
    def close_reason(self) -> str:
        """Scrapy's ``finish_reason`` of a run that came to its own end: how it went, as one word; '' when all is well."""
        if self._failure is not None:
            return "refused"
        if self.run is None or INTERRUPTED in self.run.outcome.causes or self.run.outcome.exit_code == COMPLETE:
            return ""
        return self.run.outcome.word.replace(" ", "_")

    def refuse(self, failure: Exception) -> None:
        """Note why the run could not begin."""
        self._failure = failure
        if not isinstance(failure, ArchiveError):
            logger.error("a bug in this program", exc_info=failure)

    async def close(self, spider: Spider, reason: str) -> None:
        """Close the run, and the archive where nobody else in this process writes to it."""
        if self.run is not None:
            await self._close_run(self.run, reason)
        elif self._failure is not None:
            self.exit_code, self.summary = getattr(self._failure, "exit_code", BUG), f"{spider.name}: {self._failure}"
        elif reason != "finished":
            self.exit_code, self.summary = INTERRUPTED, f"{spider.name}: {why_stopped(reason, self.crawler.settings)}"
        else:
            self.exit_code, self.summary = COMPLETE, ""
        if self._store is not None:
            release_store(self._store)
            self._store = None
        if (self.run or self._failure) and self.crawler.settings.getbool("LOG_SUMMARY"):
            logger.log(logging.ERROR if self.exit_code else logging.INFO, "%s", self.summary)

    async def _close_run(self, run: Run, reason: str) -> None:
        if INTERRUPTED in run.outcome.causes:
            run.outcome.interrupt(why_stopped(reason, self.crawler.settings))
        self.summary = await close_run(run)
        self.exit_code = run.outcome.exit_code
        self.crawler.stats.set_value("archive/exit_code", self.exit_code)
        for name in ("new", "revised", "unchanged", "missing"):
            self.crawler.stats.set_value(f"archive/{name}", run.counts[name])


def check_settings(settings: BaseSettings) -> None:
    """What can be checked of the settings before the archive is opened. Raises ConfigurationError."""
    checked_proxy(settings.get("PROXY"))
    for kind in FILE_KINDS:
        origins_of(settings.getlist(f"{kind.upper()}_HOSTS"))
    if settings.getbool("HTTPCACHE_ENABLED"):
        raise ConfigurationError(NO_CACHE)
    if lacks_capture(settings) and settings.getpriority("DOWNLOADER_MIDDLEWARES") != SETTINGS_PRIORITIES["spider"]:
        raise ConfigurationError(NO_CAPTURE)  # a spider with a table of its own, as that of scrapy outlinks, may archive nothing


def lacks_capture(settings: BaseSettings) -> bool:
    """Whether the table of middlewares does not name the one that writes records; None in its place is an answer."""
    return CAPTURE not in settings.getdict("DOWNLOADER_MIDDLEWARES")
