"""``scrapy update [SITE ...]``: the cron line. Every remembered site, one lock, one line per site, the worst site's exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from scrapy.commands import BaseRunSpiderCommand

from archive.database import archive_dir
from archive.errors import ArchiveError, ConfigurationError
from archive.store import Store
from crawler.outcome import BUG, COMPLETE, ORDER
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    import argparse


class Command(BaseRunSpiderCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[options] [SITE ...]"

    def short_desc(self) -> str:
        return "Bring every remembered site up to date: for cron"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--quiet", action="store_true", help="print only the lines of sites with a non-zero exit code")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            self.exitcode = self.update(args, dict(opts.spargs), quiet=opts.quiet)
        except ArchiveError as error:
            print(f"scrapy update: {error}", file=sys.stderr)
            self.exitcode = error.exit_code

    def update(self, names: list[str], arguments: dict[str, str], *, quiet: bool) -> int:
        """Crawl the sites side by side, each at its own pace, and return the worst exit code."""
        SiteSpider.check_arguments({"home": "https://example.org/", **arguments})
        store = Store(archive_dir(self.settings["ARCHIVE_DIR"]))
        try:
            self.settings.set("PROGRESS", False, priority="cmdline")  # one bar cannot show several sites
            crawlers = [self.start_one(store, row, arguments) for row in chosen(store, names)]
            self.crawler_process.start()
            codes = [report(crawler.spider, quiet=quiet) for crawler in crawlers]
            return next((code for code in ORDER if code in codes), COMPLETE)
        finally:
            store.close()

    def start_one(self, store: Store, row: dict[str, Any], arguments: dict[str, str]) -> Any:
        """Begin the crawl of one remembered site, with its own spider where it is declared."""
        loader = self.crawler_process.spider_loader
        declared = {
            spider.site.name: spider for spider in map(loader.load, loader.list()) if issubclass(spider, SiteSpider) and spider.site
        }
        spider_class = declared.get(row["name"], SiteSpider)
        crawler = self.crawler_process.create_crawler(spider_class)
        home = {} if spider_class is not SiteSpider else {"home": row["home"]}
        self.crawler_process.crawl(crawler, store=store, **home, **arguments)
        return crawler


def chosen(store: Store, names: list[str]) -> list[dict[str, Any]]:
    """The remembered sites of these names, or all. Raises ConfigurationError for a name that is not remembered."""
    rows = {row["name"]: row for row in store.db.query("select * from sites order by name")}
    unknown = [name for name in names if name not in rows]
    if unknown or not rows:
        said = f"no site called {unknown[0]!r} is remembered" if unknown else "no site is remembered yet"
        known = f"; there are {', '.join(rows)}" if rows else ""
        raise ConfigurationError(f"{said}{known}; a first crawl makes one known: scrapy crawl site -a home=URL")
    return [rows[name] for name in names or rows]


def report(spider: SiteSpider | None, *, quiet: bool) -> int:
    """Print a site's line and return its exit code."""
    if spider is None:
        return BUG
    code: int = spider.outcome.exit_code
    if code or not quiet:
        print(spider.summary, file=sys.stderr if code else sys.stdout)
    return code
