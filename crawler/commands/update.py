"""``scrapy update [SITE ...]``: the cron line. Every remembered site, one lock, one line per site, the worst site's exit code."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections import Counter, deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.errors import ConfigurationError
from archive.queries import captures
from archive.queries.liveliness import visits
from crawler.command import ArchiveCommand, add_argument_help, report
from crawler.extensions.archive import check_settings
from crawler.extensions.shared_settings import SharedSettings
from crawler.extensions.shared_store import shared_store
from crawler.extract.workers import Workers
from crawler.session.options import undeclared_site
from crawler.session.outcome import BUG, COMPLETE, CONFIGURATION, ORDER, WORDS
from crawler.site import Site
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from archive.store.store import Store

logger = logging.getLogger(__name__)
JOBS = 16  # sites under way at once
COUNTED = ("new", "revised", "missing")
STOPS_ALL = {"shutdown": "stopped by a signal", "memusage_exceeded": "stopped by MEMUSAGE_LIMIT_MB"}  # why Scrapy closed a spider


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] [SITE ...]"

    def short_desc(self) -> str:
        return "Bring every remembered site up to date: for cron"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_argument_help(parser)
        parser.add_argument("--quiet", action="store_true", help="print only the lines of sites with a non-zero exit code")
        parser.add_argument("--due", action="store_true", help="visit only the sites that are due by how lively they are")
        parser.add_argument("--jobs", type=int, default=JOBS, metavar="N", help=f"sites that are read at once (default: {JOBS})")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Crawl the sites side by side, each at its own pace; where one ends, the next begins."""
        assert self.settings is not None
        if opts.jobs < 1:
            raise ConfigurationError(f"--jobs is the number of sites that are read at once, at least 1, and not {opts.jobs}")
        SiteSpider.options({"home": "https://example.org/", **arguments})
        check_settings(self.settings)
        self.settings.set("PROGRESS", False, priority="cmdline")  # one bar cannot show several sites
        self.process.settings = SharedSettings(self.process.settings)
        workers = Workers(self.settings.getint("EXTRACT_WORKERS"), self.settings.getfloat("EXTRACT_SECONDS"))
        with shared_store(self.settings) as store, contextlib.closing(workers):  # they stay while one site ends and the next begins
            self.arguments, self.quiet = arguments, opts.quiet
            self.waiting, self.sites = deque(due_sites(store, args, self.settings) if opts.due else visited_sites(store, args)), 0
            self.codes, self.counts = Counter[int](), Counter[str]()
            self.stopped = ""  # why no further site begins
            if not self.waiting:
                if not opts.quiet:
                    print("no site is due")
                return COMPLETE
            for _ in range(min(opts.jobs, len(self.waiting))):
                self.begin_next()
            self.process.start()
            self.say_all()
            return next((code for code in ORDER if self.codes[code]), COMPLETE)

    def begin_next(self) -> None:
        """Begin the next site; one that cannot begin is told, and does not keep the others waiting."""
        while self.waiting and not self.stopped:
            row = self.waiting.popleft()
            self.sites += 1
            try:
                self.start_one(row)
                return
            except ConfigurationError as error:
                self.codes[CONFIGURATION] += 1
                print(f"{row['name']}: {error}", file=sys.stderr, flush=True)
            except Exception as error:
                self.codes[BUG] += 1
                logger.error("a bug in this program", exc_info=error)

    def start_one(self, row: dict[str, Any]) -> None:
        """Begin the crawl of one remembered site, with its own spider where it is declared."""
        declared = declared_spider(self.process.spider_loader, row)
        home = {} if declared else {"home": row["home"]}
        self.start(declared or SiteSpider, {**home, **self.arguments}, self.ended)

    def ended(self, crawler: Crawler) -> None:
        """Tell how a site went, keep nothing else of it, and begin the next."""
        try:
            self.codes[report(crawler, quiet=self.quiet)] += 1
            if crawler._stats is not None:  # it began
                self.counts.update({name: crawler.stats.get_value(f"archive/{name}", 0) for name in COUNTED})
                self.stopped = self.stopped or STOPS_ALL.get(crawler.stats.get_value("finish_reason"), "")
        except Exception as error:
            self.codes[BUG] += 1
            logger.error("a bug in this program", exc_info=error)
        self.begin_next()

    def say_all(self) -> None:
        """One line for all sites, and one for those that a signal kept from beginning."""
        if self.waiting:
            names = ", ".join(row["name"] for row in self.waiting)
            print(f"{self.stopped}; not begun, left to the next run: {names}", file=sys.stderr)
        if self.sites > 1 and not self.quiet:
            words = ", ".join(f"{self.codes[code]:,} {WORDS[code]}" for code in (COMPLETE, *ORDER) if self.codes[code])
            counts = ", ".join(f"{self.counts[name]:,} {name}" for name in COUNTED if self.counts[name]) or "nothing new"
            print(f"{self.sites:,} sites: {words}; {counts}", file=sys.stderr if set(self.codes) - {COMPLETE} else sys.stdout)


def chosen(store: Store, names: list[str]) -> list[dict[str, Any]]:
    """The remembered sites of these names, or all. Raises ConfigurationError for a name that is not remembered."""
    rows = {row["name"]: row for row in store.ask(captures.sites)}
    unknown = [name for name in names if name not in rows]
    if unknown or not rows:
        said = f"no site called {unknown[0]!r} is remembered" if unknown else "no site is remembered yet"
        known = f"; there are {', '.join(rows)}" if rows else ""
        raise ConfigurationError(
            f"{said}{known}; a first crawl makes one known: scrapy crawl site -a home=URL; so does python -m archive sites add URL"
        )
    return [rows[name] for name in names or rows]


def visited_sites(store: Store, names: list[str]) -> list[dict[str, Any]]:
    """Those of ``chosen`` that are visited. Raises ConfigurationError for the name of one that is paused or removed."""
    rows = chosen(store, names)
    for row in rows:
        if names and (row["paused_at"] or row["removed_at"]):
            state = "paused" if row["paused_at"] else "removed"
            raise ConfigurationError(f"{row['name']} is {state}; python -m archive sites resume {row['name']} lets it be visited")
    return [row for row in rows if not (row["paused_at"] or row["removed_at"])]


def due_sites(store: Store, names: list[str], settings: BaseSettings) -> list[dict[str, Any]]:
    """Those of the remembered sites, or of those with these names, that are due, the most overdue first. Raises as ``chosen`` does."""
    wanted = {row["id"] for row in visited_sites(store, names)}
    found = store.ask(visits, store.now(), settings.getfloat("DUE_REQUESTS"))
    return [visit.site for visit in found if visit.due and visit.site["id"] in wanted]


def declared_spider(loader: Any, row: dict[str, Any]) -> type[SiteSpider] | None:
    """The spider that declares a remembered site; None where nobody did."""
    spiders = [spider for spider in map(loader.load, loader.list()) if hasattr(spider, "site")]
    return next((spider for spider in spiders if spider.site.name == row["name"]), None)


def declared_site(loader: Any, row: dict[str, Any]) -> Site:
    """All that is true of a remembered site."""
    spider = declared_spider(loader, row)
    return replace(spider.site if spider else undeclared_site(row["home"]), name=row["name"], home=row["home"])
