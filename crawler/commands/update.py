"""``scrapy update [SITE ...]``: the cron line. Every remembered site, one lock, one line per site, the worst site's exit code."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.errors import ConfigurationError
from archive.queries import captures
from archive.queries.liveliness import visits
from crawler.cluster.rounds import Round
from crawler.cluster.visits import Visits, declared_spider
from crawler.command import ArchiveCommand, add_argument_help, run_until_done
from crawler.extensions.archive import check_settings
from crawler.extensions.shared_settings import few_words, of_many_crawls
from crawler.extensions.shared_store import shared_store
from crawler.extract.workers import Workers
from crawler.session.options import undeclared_site
from crawler.session.outcome import COMPLETE, INTERRUPTED
from crawler.site import Site
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import BaseSettings

    from archive.store.store import Store

JOBS = 16  # sites under way at once


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
        parser.add_argument(
            "--depot", metavar="URL", help="the sites of this depot, s3://BUCKET/PREFIX or a folder, and not those of ARCHIVE_DIR"
        )
        parser.add_argument("--jobs", type=int, default=JOBS, metavar="N", help=f"sites that are read at once (default: {JOBS})")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Crawl the sites side by side, each at its own pace; where one ends, the next begins."""
        assert self.settings is not None
        if opts.jobs < 1:
            raise ConfigurationError(f"--jobs is the number of sites that are read at once, at least 1, and not {opts.jobs}")
        if opts.depot:
            from crawler.cluster.in_one_process import update_depot

            return update_depot(self, args, arguments, opts)
        SiteSpider.options({"home": "https://example.org/", **arguments})
        check_settings(self.settings)
        self.settings.set("PROGRESS", False, priority="cmdline")  # one bar cannot show several sites
        self.process.settings = of_many_crawls(self.process.settings)
        workers = Workers(self.settings.getint("EXTRACT_WORKERS"), self.settings.getfloat("EXTRACT_SECONDS"))
        # store and workers stay while one site ends and the next begins
        with shared_store(self.settings) as store, contextlib.closing(workers), few_words(self.process.settings):
            waiting = due_sites(store, args, self.settings) if opts.due else visited_sites(store, args)
            if not waiting:
                if not opts.quiet:
                    print("no site is due")
                return COMPLETE
            visits, sites = Visits(self.process, arguments, quiet=opts.quiet), Round(quiet=opts.quiet)
            read = sites.work_off(waiting, opts.jobs, lambda row: row["name"], lambda row: visits.read(row["name"], row["home"]))
            code = run_until_done(self.process, read, sites.stop)
            return INTERRUPTED if code is None else code


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


def declared_site(loader: Any, row: dict[str, Any]) -> Site:
    """All that is true of a remembered site."""
    spider = declared_spider(loader, row["name"])
    return replace(spider.site if spider else undeclared_site(row["home"]), name=row["name"], home=row["home"])
