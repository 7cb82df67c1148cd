"""``scrapy reextract [SITE ...]``: read the archive's own captures again with the code and the rules of today. No network."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from scrapy.statscollectors import DummyStatsCollector

from archive.errors import ConfigurationError
from crawler.command import ArchiveCommand
from crawler.commands.update import chosen, declared_site
from crawler.extensions.shared_store import shared_store
from crawler.extract.workers import Workers
from crawler.http.decompress import UnpackMiddleware
from crawler.session.outcome import COMPLETE, ORDER
from crawler.sources.captures import Captures
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    import argparse

    from archive.store.store import Store


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] [SITE ...]"

    def short_desc(self) -> str:
        return "Extract again from the captures, without the network: after an upgrade or a new rule, or from cron"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--quiet", action="store_true", help="print only the lines of sites with a non-zero exit code")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """One site after the other; the worst site's exit code."""
        if arguments.keys() - {"home"} or (arguments and args):
            said = next(iter(arguments.keys() - {"home"}), "home")
            raise ConfigurationError(
                f"reextract takes -a home=URL alone, to build a lost archive.db again, and no -a {said}; name sites, or none for all"
            )
        if "home" in arguments:
            from crawler.rebuild.command import rebuild  # Scrapy loads every command to run one

            return rebuild(self, arguments["home"])
        self.stopped = False
        assert self.settings is not None
        with shared_store(self.settings) as store:
            codes = asyncio.run(self.every_site(store, chosen(store, args), quiet=opts.quiet))
            return next((code for code in ORDER if code in codes), COMPLETE)

    async def every_site(self, store: Store, sites: list[dict[str, Any]], *, quiet: bool) -> list[int]:
        assert self.settings is not None
        loop, codes = asyncio.get_running_loop(), []
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        workers = Workers(self.settings.getint("EXTRACT_WORKERS"), self.settings.getfloat("EXTRACT_SECONDS"))
        crawler = self.process.create_crawler(SiteSpider)
        crawler.stats = DummyStatsCollector(crawler)  # nothing is counted: nothing is asked
        captures = Captures(store.folder, UnpackMiddleware.from_crawler(crawler))
        try:
            for row in sites:
                if not self.stopped:
                    codes.append(await self.one_site(store, row, captures, workers, quiet=quiet))
        finally:
            workers.close()
        return codes

    def stop(self) -> None:
        self.stopped = True

    async def one_site(self, store: Store, row: dict[str, Any], captures: Captures, workers: Workers, *, quiet: bool) -> int:
        from tqdm import tqdm  # an update imports this module too, and needs neither

        from crawler.reextract.reextraction import Reextraction

        assert self.settings is not None
        shown = self.settings.getbool("PROGRESS")
        with tqdm(unit="article", desc=row["name"], dynamic_ncols=True, leave=False, disable=not shown) as bar:

            def progress(done: int, of: int) -> None:
                bar.total = of
                bar.update(done - bar.n)

            site = declared_site(self.process.spider_loader, row)
            gone_after = self.settings.getfloat("GONE_AFTER")
            processes = self.settings.getint("EXTRACT_WORKERS") or os.cpu_count() or 1
            run = Reextraction(store, site, row, captures, workers, processes, gone_after, lambda: self.stopped, progress)
            await run.run()
        code = run.outcome.exit_code
        if code or not quiet:
            print(run.summary, file=sys.stderr if code else sys.stdout)
        return code
