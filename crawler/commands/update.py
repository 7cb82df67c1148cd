"""``scrapy update [SITE ...]``: the cron line. Every remembered site, one lock, one line per site, the worst site's exit code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.errors import ConfigurationError
from archive.queries import captures
from crawler.command import ArchiveCommand, add_argument_help, report
from crawler.extensions.archive import check_settings
from crawler.extensions.shared_store import shared_store
from crawler.session.options import undeclared_site
from crawler.session.outcome import COMPLETE, ORDER
from crawler.site import Site
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler

    from archive.store.store import Store


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] [SITE ...]"

    def short_desc(self) -> str:
        return "Bring every remembered site up to date: for cron"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_argument_help(parser)
        parser.add_argument("--quiet", action="store_true", help="print only the lines of sites with a non-zero exit code")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Crawl the sites side by side, each at its own pace."""
        assert self.settings is not None
        SiteSpider.options({"home": "https://example.org/", **arguments})
        check_settings(self.settings)
        self.settings.set("PROGRESS", False, priority="cmdline")  # one bar cannot show several sites
        with shared_store(self.settings) as store:
            crawlers = [self.start_one(row, arguments) for row in chosen(store, args)]
            self.process.start()
            codes = [report(crawler, quiet=opts.quiet) for crawler in crawlers]
            return next((code for code in ORDER if code in codes), COMPLETE)

    def start_one(self, row: dict[str, Any], arguments: dict[str, str]) -> Crawler:
        """Begin the crawl of one remembered site, with its own spider where it is declared."""
        declared = declared_spider(self.process.spider_loader, row)
        home = {} if declared else {"home": row["home"]}
        return self.start(declared or SiteSpider, {**home, **arguments})


def chosen(store: Store, names: list[str]) -> list[dict[str, Any]]:
    """The remembered sites of these names, or all. Raises ConfigurationError for a name that is not remembered."""
    rows = {row["name"]: row for row in store.ask(captures.sites)}
    unknown = [name for name in names if name not in rows]
    if unknown or not rows:
        said = f"no site called {unknown[0]!r} is remembered" if unknown else "no site is remembered yet"
        known = f"; there are {', '.join(rows)}" if rows else ""
        raise ConfigurationError(f"{said}{known}; a first crawl makes one known: scrapy crawl site -a home=URL")
    return [rows[name] for name in names or rows]


def declared_spider(loader: Any, row: dict[str, Any]) -> type[SiteSpider] | None:
    """The spider that declares a remembered site; None where nobody did."""
    spiders = [spider for spider in map(loader.load, loader.list()) if hasattr(spider, "site")]
    return next((spider for spider in spiders if spider.site.name == row["name"]), None)


def declared_site(loader: Any, row: dict[str, Any]) -> Site:
    """All that is true of a remembered site."""
    spider = declared_spider(loader, row)
    return replace(spider.site if spider else undeclared_site(row["home"]), name=row["name"], home=row["home"])
