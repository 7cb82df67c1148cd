"""What the commands that crawl have in common: one clear line for what went wrong, the contract's exit code."""

from __future__ import annotations

import sys
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from scrapy.commands import BaseRunSpiderCommand

from archive.db.connection import archive_dir
from archive.errors import ArchiveError
from archive.store.store import Store
from crawler.addresses import origins_of
from crawler.session.outcome import BUG

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler

    from crawler.session.session import Run
    from crawler.spiders.site import SiteSpider


class ArchiveCommand(BaseRunSpiderCommand):
    """``work`` does the command and returns its exit code; an ArchiveError on the way is one line and its own code."""

    requires_project = True
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

    def open_store(self) -> Store:
        """The archive, locked: before the first request, before the reactor."""
        assert self.settings is not None
        folder, fixed = archive_dir(self.settings["ARCHIVE_DIR"]), self.settings["NOW"]
        return Store(folder, lambda: fixed) if fixed else Store(folder)

    def start(self, spider_class: type[SiteSpider], store: Store, arguments: dict[str, str]) -> Crawler:
        """Begin one crawl; it runs once the process is started. Raises ConfigurationError for hosts that are none."""
        assert self.settings is not None
        origins_of(self.settings.getlist("IMAGE_HOSTS"))
        crawler: Crawler = self.process.create_crawler(spider_class)
        self.process.crawl(crawler, store=store, **arguments)
        return crawler


def report(crawler: Crawler, *, quiet: bool = False) -> int:
    """Print a run's line, on stderr when it is bad news, and return its exit code."""
    run: Run | None = getattr(crawler.spider, "run", None)
    if run is None:
        return BUG
    code = run.outcome.exit_code
    if code or not quiet:
        print(run.summary, file=sys.stderr if code else sys.stdout)
    return code
