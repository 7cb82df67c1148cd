"""``scrapy crawl``, with the archive's lock before the first request and the contract's exit code after the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.errors import ConfigurationError
from crawler.session.command import ArchiveCommand, report

if TYPE_CHECKING:
    import argparse

    from crawler.spiders.site import SiteSpider


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] <spider>"

    def short_desc(self) -> str:
        return "Crawl a site into the archive"

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Run one spider to its end. Everything that can be checked is checked before the first request."""
        spider_class = self.spider_class(args)
        spider_class.order(arguments)
        store = self.open_store()
        try:
            crawler = self.start(spider_class, store, arguments)
            self.process.start()
            return report(crawler)
        finally:
            store.close()

    def spider_class(self, args: list[str]) -> type[SiteSpider]:
        """The spider of that name. Raises ConfigurationError with the names there are."""
        loader = self.process.spider_loader
        names = loader.list()
        if len(args) != 1 or args[0] not in names:
            said = f"no site is called {args[0]!r}" if len(args) == 1 else "name one site"
            raise ConfigurationError(f"{said}; there are {', '.join(sorted(names))}; any other: scrapy crawl site -a home=URL")
        found: type[SiteSpider] = loader.load(args[0])
        return found
