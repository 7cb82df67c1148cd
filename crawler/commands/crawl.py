"""``scrapy crawl``, with the archive's lock before the first request and the contract's exit code after the last."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands import BaseRunSpiderCommand

from archive.database import archive_dir
from archive.errors import ArchiveError, ConfigurationError
from archive.store import Store
from crawler.outcome import BUG

if TYPE_CHECKING:
    import argparse

    from crawler.spiders.site import SiteSpider


class Command(BaseRunSpiderCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[options] <spider>"

    def short_desc(self) -> str:
        return "Crawl a site into the archive"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            self.exitcode = self.crawl(args, dict(opts.spargs))
        except ArchiveError as error:
            print(f"scrapy crawl: {error}", file=sys.stderr)
            self.exitcode = error.exit_code

    def crawl(self, args: list[str], arguments: dict[str, str]) -> int:
        """Run one spider to its end and return the exit code. Everything that can be checked is checked before the first request."""
        spider_class = self.spider_class(args)
        spider_class.check_arguments(arguments)
        store = Store(archive_dir(self.settings["ARCHIVE_DIR"]))
        crawler = self.crawler_process.create_crawler(spider_class)
        try:
            self.crawler_process.crawl(crawler, store=store, **arguments)
            self.crawler_process.start()
            spider: SiteSpider | None = crawler.spider
            if spider is None:
                return BUG
            exit_code: int = spider.outcome.exit_code
            print(spider.summary, file=sys.stderr if exit_code else sys.stdout)
            return exit_code
        finally:
            store.close()

    def spider_class(self, args: list[str]) -> type[SiteSpider]:
        """The spider of that name. Raises ConfigurationError with the names there are."""
        names = self.crawler_process.spider_loader.list()
        if len(args) != 1 or args[0] not in names:
            said = f"no site is called {args[0]!r}" if len(args) == 1 else "name one site"
            raise ConfigurationError(f"{said}; there are {', '.join(sorted(names))}; any other: scrapy crawl site -a home=URL")
        found: type[SiteSpider] = self.crawler_process.spider_loader.load(args[0])
        return found
