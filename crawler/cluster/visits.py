"""Visits: takes a remembered site and settings, crawls it in this process, gives how it went. Every way of reading many sites ends here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive.errors import ConfigurationError
from crawler.command import NO_SETTINGS, begin_crawl, report
from crawler.extensions.archive import ArchiveExtension
from crawler.session.outcome import BUG, CONFIGURATION
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)
COUNTED = ("new", "revised", "missing")


@dataclass(frozen=True, slots=True)
class Visited:
    """How a visit went. ``reason``: Scrapy's ``finish_reason``; '' where the crawl did not begin."""

    code: int
    counts: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    said: str = ""  # the run's line


class Visits:
    """The crawls of one process."""

    def __init__(self, process: Any, arguments: Mapping[str, str], *, quiet: bool = False) -> None:
        """``arguments``: of every crawl, as ``-a`` gives them. ``quiet``: only lines of crawls with a non-zero exit code are printed."""
        self.process, self.arguments, self.quiet = process, arguments, quiet

    async def read(
        self, name: str, home: str, settings: Mapping[str, Any] = NO_SETTINGS, begun: Callable[[Crawler], object] = lambda crawler: None
    ) -> Visited:
        """Crawl one site, with its own spider where it is declared, and print its line. ``begun`` is given the crawl. Never raises: a
        site that fails holds no other up."""
        try:
            declared = declared_spider(self.process.spider_loader, name)
            arguments = self.arguments if declared else {"home": home, **self.arguments}
            ended: asyncio.Future[Crawler] = asyncio.get_running_loop().create_future()
            begun(begin_crawl(self.process, declared or SiteSpider, arguments, ended.set_result, settings))
            return visited(await ended, quiet=self.quiet)
        except ConfigurationError as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            return Visited(CONFIGURATION, said=f"{name}: {error}")
        except Exception as error:
            logger.error("a bug in this program", exc_info=error)
            return Visited(BUG, said=f"{name}: {type(error).__name__}: {error}")


def visited(crawler: Crawler, *, quiet: bool = False) -> Visited:
    """Print the line of a crawl that has ended, and say how it went."""
    code = report(crawler, quiet=quiet)
    if crawler._stats is None:  # it did not begin
        return Visited(code)
    counts = Counter({name: crawler.stats.get_value(f"archive/{name}", 0) for name in COUNTED})
    return Visited(code, counts, crawler.stats.get_value("finish_reason") or "", summary_of(crawler))


def summary_of(crawler: Crawler) -> str:
    """The line of a crawl that has begun; '' where EXTENSIONS keeps no archive."""
    extension = crawler.get_extension(ArchiveExtension)
    return extension.summary if extension else ""


def declared_spider(loader: Any, name: str) -> type[SiteSpider] | None:
    """The spider that declares the remembered site of this name; None where nobody did."""
    spiders = [spider for spider in map(loader.load, loader.list()) if hasattr(spider, "site")]
    return next((spider for spider in spiders if spider.site.name == name), None)


_closing = set[asyncio.Task[None]]()


def close(crawler: Crawler, reason: str) -> None:
    """Close a crawl that is under way."""
    if crawler.engine is not None and crawler.crawling:
        task = asyncio.get_running_loop().create_task(_closed(crawler, reason))
        _closing.add(task)
        task.add_done_callback(_closing.discard)


async def _closed(crawler: Crawler, reason: str) -> None:
    with contextlib.suppress(RuntimeError):  # it was about to end
        await crawler.engine.close_spider_async(reason=reason)
