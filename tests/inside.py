"""Scrapy's commands run inside the test's own process: takes the words of a command line, gives its exit code and what it said.

The command is the product's own, with its options, settings, output and exit code. Only the process around it is another:
Twisted's reactor is never stopped and started again, so each command runs its crawls on the one that the test process has.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from scrapy.cmdline import ScrapyArgumentParser
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings
from scrapy.utils.log import _uninstall_scrapy_root_handler, configure_logging, install_scrapy_root_handler
from scrapy.utils.misc import load_object
from scrapy.utils.project import get_project_settings
from scrapy.utils.reactor import install_reactor

from archive import clock


@dataclass(frozen=True)
class Run:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [*self.out.splitlines(), *self.err.splitlines()]


class AheadOfTime(datetime):
    """The clock of runs inside this process: it is set ahead where a run would begin in the second in which the one before ended."""

    by = timedelta(0)
    later = timedelta(0)  # what a test adds: a run of another day

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.by + cls.later


clock.datetime = AheadOfTime  # type: ignore[misc]


def begin_after(ended: str) -> None:
    """Set the clock of this process so far ahead that it is at least a second after ``ended`` (UTC with Z; empty: no run yet)."""
    AheadOfTime.by = timedelta(0)
    if ended and (now := clock.now()) <= ended:
        AheadOfTime.by = clock.moment(ended) - clock.moment(now) + timedelta(seconds=1)


def real_now() -> str:
    """This moment by the machine's own clock, UTC with Z."""
    return clock.stamp(datetime.now(UTC))


class CrawlsInside(AsyncCrawlerRunner):
    """What a command knows as its crawler process."""

    def start(self, stop_after_crawl: bool = True, install_signal_handlers: bool = True) -> None:
        """Run the crawls that were begun, to their end."""
        asyncio.get_event_loop().run_until_complete(self.join())


def run_inside(words: list[str], modules: Path | None = None) -> Run:
    """``scrapy WORDS`` to its end. ``modules`` is a folder of Python modules that this run alone can import."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), importable(modules):
        try:
            code = execute(words)
        except SystemExit as error:  # argparse's, for words that it does not understand
            code = int(error.code or 0)
    return Run(code, out.getvalue(), err.getvalue())


def execute(words: list[str]) -> int:
    """What ``scrapy.cmdline.execute`` does, up to the process. Returns the exit code."""
    settings = get_project_settings()
    settings.set("PROGRESS", False, priority="cmdline")
    command = importlib.import_module(f"{settings['COMMANDS_MODULE']}.{words[0]}").Command()
    command.settings = settings
    parser = ScrapyArgumentParser(prog=f"scrapy {words[0]}", conflict_handler="resolve")
    settings.setdict(command.default_settings, priority="command")
    command.add_options(parser)
    options, arguments = parser.parse_known_args(words[1:])
    command.process_options(arguments, options)
    with reactor(settings), logging_to_stderr(settings):
        command.crawler_process = CrawlsInside(settings)
        command.run(arguments, options)
    return int(command.exitcode)


@contextlib.contextmanager
def reactor(settings: Settings) -> Iterator[None]:
    """The one reactor of this process. It is started with the first command, and its loop is this thread's while one runs."""
    global _reactor
    if _reactor is None:
        install_reactor(settings["TWISTED_REACTOR"], settings["ASYNCIO_EVENT_LOOP"])
        from twisted.internet import reactor as installed

        _reactor = installed
        usual = get_project_settings()  # scrapy outlinks has a resolver of its own, which would stay for all that follows
        resolver = load_object(usual["TWISTED_DNS_RESOLVER"]).from_crawler(CrawlsInside(usual), reactor=installed)
        resolver.install_on_reactor()
        configure_logging({"LOG_INSTALL_ROOT_HANDLER": False})
        _reactor.startRunning(installSignalHandlers=False)
    asyncio.set_event_loop(_reactor._asyncioEventloop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)


_reactor: Any = None


def stop_reactor() -> None:
    """End the reactor's threads: without it the test process would wait for them."""
    if _reactor is not None:
        _reactor.fireSystemEvent("shutdown")


@contextlib.contextmanager
def logging_to_stderr(settings: Settings) -> Iterator[None]:
    """Scrapy's handler on the root logger, as in a process; what it would not print is not made."""
    root, scrapy = logging.getLogger(), logging.getLogger("scrapy")
    before = root.level, scrapy.level
    scrapy.setLevel(settings["LOG_LEVEL"])
    install_scrapy_root_handler(settings)
    try:
        yield
    finally:
        _uninstall_scrapy_root_handler()
        root.setLevel(before[0])
        scrapy.setLevel(before[1])


@contextlib.contextmanager
def importable(folder: Path | None) -> Iterator[None]:
    """A folder in front of the import path; what was imported from it is forgotten afterwards."""
    if folder is None:
        yield
        return
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(f"{folder}/"):
                del sys.modules[name]
