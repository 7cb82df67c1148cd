"""``scrapy dispatch --broker URL --depot URL [SITE ...]``: what is due goes on the queue. For cron."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.command import ArchiveCommand
from crawler.session.outcome import COMPLETE

if TYPE_CHECKING:
    import argparse


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] [SITE ...]"

    def short_desc(self) -> str:
        return "Put the sites of a depot that are due on the queue: for cron"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--broker", metavar="URL", required=True, help="amqp://NAME:PASSWORD@HOST:5672/ or redis://HOST:6379/0")
        parser.add_argument("--depot", metavar="URL", required=True, help="s3://BUCKET/PREFIX or a folder")
        parser.add_argument("--wait", action="store_true", help="end when all of them have been read, with the worst site's exit code")
        parser.add_argument("--quiet", action="store_true", help="print only what went wrong")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Queue the sites with these names, or those that are due as update --due reckons it."""
        from archive.depot.depot import open_depot  # Scrapy loads every command to run one
        from crawler.cluster.dispatch import Dispatcher, said_dispatched
        from crawler.cluster.engine import Queue, application
        from crawler.cluster.process import demand_clock

        assert self.settings is not None
        seconds = self.settings.getfloat("SLICE")
        depot = open_depot(opts.depot)
        demand_clock(depot)
        dispatcher = Dispatcher(depot, Queue(application(opts.broker, seconds)), seconds, self.settings.getfloat("DUE_REQUESTS"))
        try:
            due, sent = dispatcher.dispatch(args)
            if not opts.quiet:
                print(said_dispatched(due, sent), flush=True)
            return dispatcher.wait(due) if opts.wait else COMPLETE
        finally:
            depot.session.end()
