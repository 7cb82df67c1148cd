"""``scrapy outlinks``: asks the sources that articles link to whether they still answer, as many as its budget allows, and keeps what
came of it with its date. It is never a part of ``crawl`` or ``update``: whoever wants it says so, in a cron line of its own.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, ClassVar

from archive.db.connection import archive_dir, open_for_reading
from archive.errors import ConfigurationError
from archive.queries.outlinks import dead_outlinks, due_outlinks
from archive.store.outlinks import OutlinkFinding
from crawler.addresses import origins_of
from crawler.command import ArchiveCommand
from crawler.extensions.archive import check_settings
from crawler.extensions.shared_store import shared_store
from crawler.outlinks.spider import OutlinkSpider
from crawler.session.outcome import COMPLETE, INTERRUPTED, UNREACHABLE

if TYPE_CHECKING:
    import argparse

    from archive.store.store import Store


class Command(ArchiveCommand):
    default_settings: ClassVar[dict[str, Any]] = {
        **ArchiveCommand.default_settings,
        "TWISTED_DNS_RESOLVER": "crawler.outlinks.guard.PublicResolver",
    }

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Ask the sources that articles link to whether they still answer: OUTLINK_BUDGET of them"

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Ask what is due, and keep each answer as it comes."""
        assert self.settings is not None
        if args or arguments:
            raise ConfigurationError("write: scrapy outlinks, with -s OUTLINK_BUDGET=N or OUTLINK_DAYS=N, and without further arguments")
        check_settings(self.settings)
        budget, days = self.number("OUTLINK_BUDGET"), self.number("OUTLINK_DAYS")
        origins_of(self.settings.getlist("OUTLINK_PRIVATE_HOSTS"))
        with closing(open_for_reading(archive_dir(self.settings["ARCHIVE_DIR"]))):  # no archive: nothing is made
            pass
        with shared_store(self.settings) as store:
            urls, due = store.ask(due_outlinks, store.now(), budget, days)
            if not urls:
                print("outlinks: no source is due")
                return COMPLETE
            found: Counter[str] = Counter()
            self.process.settings.set("PROGRESS", False, priority="cmdline")
            crawler = self.process.create_crawler(OutlinkSpider)
            self.process.crawl(crawler, urls=urls, keep=lambda finding: self.keep(store, found, finding))
            self.process.start()
            dead = store.ask(dead_outlinks)
        return self.tell(crawler.spider, found, dead, due - found.total())

    def number(self, name: str) -> int:
        """A setting that is a whole number from 1 on. Raises ConfigurationError."""
        assert self.settings is not None
        text = str(self.settings[name])
        if not text.isdecimal() or not int(text):
            raise ConfigurationError(f"{name} is a whole number from 1 on, and not {text}")
        return int(text)

    def keep(self, store: Store, found: Counter[str], finding: OutlinkFinding) -> None:
        """Commit one finding."""
        store.save_outlink(finding)
        found[finding.outcome] += 1

    def tell(self, spider: Any, found: Counter[str], dead: int, left: int) -> int:
        """Print the run's line. Returns the exit code."""
        if spider is None or (not found and spider.unheard):
            print("outlinks: no source answers, and nothing was kept: is this machine on the net?", file=sys.stderr)
            return UNREACHABLE
        told = [f"{found['answers']:,} answer", f"{found['refused']:,} refuse", f"{found['failing']:,} do not answer"]
        told += [f"{found['not asked']:,} not asked"] if found["not asked"] else []
        number = found.total()
        line = f"outlinks: {number:,} address{'' if number == 1 else 'es'} asked: {', '.join(told)}; {dead:,} dead in all"
        print(line + (f"; {left:,} left for the next run" if left else ""))
        return INTERRUPTED if spider.interrupted else COMPLETE
