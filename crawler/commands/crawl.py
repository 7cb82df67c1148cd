"""``scrapy crawl``, with the archive's lock before the first request and the contract's exit code after the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.errors import ConfigurationError
from crawler.command import ArchiveCommand, add_argument_help, report
from crawler.extensions.archive import check_settings
from crawler.extensions.shared_store import shared_store

if TYPE_CHECKING:
    import argparse

    from crawler.spiders.site import SiteSpider


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] <spider>"

    def short_desc(self) -> str:
        return "Crawl a site into the archive"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_argument_help(parser)

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Run one spider to its end. Everything that can be checked is checked before the first request."""
        assert self.settings is not None
        spider_class = self.spider_class(args)
        spider_class.options(arguments)
        check_settings(self.settings)
        with shared_store(self.settings):
            crawler = self.start(spider_class, arguments)
            self.process.start()
            return report(crawler)

    def spider_class(self, args: list[str]) -> type[SiteSpider]:
        """The spider of that name. Raises ConfigurationError with the names there are."""
        loader = self.process.spider_loader
        names = loader.list()
        if len(args) != 1 or args[0] not in names:
            said = f"no site is called {args[0]!r}" if len(args) == 1 else "name one site"
            raise ConfigurationError(f"{said}; there are {', '.join(sorted(names))}; any other: scrapy crawl site -a home=URL")
        found: type[SiteSpider] = loader.load(args[0])
        return found
