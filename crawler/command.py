"""What the commands that crawl have in common: one clear line for what went wrong, the contract's exit code."""

from __future__ import annotations

import asyncio
import logging
import sys
from abc import abstractmethod
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from scrapy.commands import BaseRunSpiderCommand, ScrapyHelpFormatter
from scrapy.crawler import CrawlerRunner
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from scrapy.utils.reactor import install_reactor, is_asyncio_reactor_installed, is_reactor_installed

from archive.errors import ArchiveError, ConfigurationError
from crawler.extensions.archive import NOT_BEGUN, ArchiveExtension, check_settings
from crawler.session.options import help_text
from crawler.session.outcome import BUG

if TYPE_CHECKING:
    import argparse

    from scrapy import Spider
    from scrapy.crawler import Crawler

ABOVE_CMDLINE = 50  # Scrapy's "cmdline" is 40, and is written over settings of the same priority when a crawl begins
NO_SETTINGS: Mapping[str, Any] = {}
T = TypeVar("T")


class ArchiveCommand(BaseRunSpiderCommand):
    """``work`` does the command and returns its exit code; an ArchiveError on the way is one line and its own code."""

    requires_project = True
    default_settings: ClassVar[dict[str, Any]] = {"LOG_LEVEL": "WARNING"}  # what went wrong; the run's line says the rest
    process: Any  # Scrapy's crawler process, which runs the reactor

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.process = self.crawler_process
        try:
            self.exitcode = self.work(args, dict(opts.spargs), opts)
        except ArchiveError as error:
            print(f"scrapy {type(self).__module__.rsplit('.', 1)[-1]}: {error}", file=sys.stderr)
            self.exitcode = error.exit_code

    @abstractmethod
    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Do the command; ``arguments`` are those given with ``-a``. Returns the exit code."""

    def start(
        self,
        spider_class: type[Spider],
        arguments: Mapping[str, str],
        then: Callable[[Crawler], object] = lambda crawler: None,
        settings: Mapping[str, Any] = NO_SETTINGS,
    ) -> Crawler:
        """As ``begin_crawl``, in the command's own process."""
        return begin_crawl(self.process, spider_class, arguments, then, settings)


def begin_crawl(
    process: Any,
    spider_class: type[Spider],
    arguments: Mapping[str, str],
    then: Callable[[Crawler], object],
    settings: Mapping[str, Any] = NO_SETTINGS,
) -> Crawler:
    """Begin one crawl; it runs once the process is started, and ``then`` is called at its end, whatever that is. ``settings`` hold
    for this crawl alone.

    Raises ConfigurationError for settings that cannot be.
    """
    crawler: Crawler = process.create_crawler(spider_class)
    for name, value in settings.items():
        crawler.settings.set(name, value, priority=ABOVE_CMDLINE)
    check_settings(crawler.settings)
    _log_from(crawler.settings["LOG_LEVEL"])
    if not crawler.settings["LOG_FILE"]:  # who reads a log file, as scrapyd's users do, finds the line there too
        crawler.settings.set("LOG_SUMMARY", False, priority="cmdline")
    running = process.crawl(crawler, **arguments)
    if isinstance(running, asyncio.Task):
        running.add_done_callback(lambda _: then(crawler))
    else:  # a Deferred, with FORCE_CRAWLER_PROCESS
        running.addCallbacks(lambda _: then(crawler), lambda failure: (then(crawler), failure)[1])
    return crawler


def _log_from(level: str | int) -> None:
    """What Scrapy logs below the level is shown nowhere: it is not put into words either."""
    logger, before = logging.getLogger("scrapy"), logging.getLogger("scrapy").level
    if level not in (before, logging.getLevelName(before)):  # to set it takes a look at all loggers
        logger.setLevel(level)


def run_until_done(process: Any, work: Coroutine[Any, Any, T], stop: Callable[[], object] = lambda: None) -> T | None:
    """Run the reactor until ``work`` is done; its result. On a signal the crawls under way are stopped, ``stop`` is called, and the
    work comes to its own end; on a second one there is no result.

    Raises ConfigurationError where the reactor has no asyncio, and what ``work`` raises.
    """
    if not is_reactor_installed():
        install_reactor(process.settings["TWISTED_REACTOR"], process.settings["ASYNCIO_EVENT_LOOP"])
    if not is_asyncio_reactor_installed():
        work.close()
        raise ConfigurationError(f"a run needs asyncio, which TWISTED_REACTOR={process.settings['TWISTED_REACTOR']} has not")
    task, stop_crawls = asyncio.get_event_loop().create_task(work), process.stop

    async def done() -> None:
        await asyncio.wait([task])

    async def stopped() -> None:
        stop()
        await (maybe_deferred_to_future(stop_crawls()) if deferred else stop_crawls())
        await done()

    deferred = isinstance(process, CrawlerRunner)  # FORCE_CRAWLER_PROCESS
    process.join = (lambda: deferred_from_coro(done())) if deferred else done
    process.stop = (lambda: deferred_from_coro(stopped())) if deferred else stopped
    process.start()
    return task.result() if task.done() else None


def report(crawler: Crawler, *, quiet: bool = False) -> int:
    """Print a run's line, on stderr when it is bad news, and return its exit code."""
    try:
        extension = ArchiveExtension.of(crawler)
    except ConfigurationError as error:  # Scrapy has logged it
        return error.exit_code
    except RuntimeError as error:  # a component of the project did not start; Scrapy has logged why
        print(f"{crawler.spidercls.name}: {NOT_BEGUN} ({error})", file=sys.stderr)
        return BUG
    code = extension.exit_code
    if code or not quiet:
        print(extension.summary, file=sys.stderr if code else sys.stdout, flush=True)
    return code


def add_argument_help(parser: argparse.ArgumentParser) -> None:
    """Name every ``-a`` argument in the command's help."""
    parser.formatter_class = _Formatter
    parser.add_argument_group("Arguments of a crawl", help_text())


class _Formatter(RawDescriptionHelpFormatter, ScrapyHelpFormatter):
    """Scrapy's own, but lines of a description stay lines."""
