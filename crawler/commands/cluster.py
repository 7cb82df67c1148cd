"""``scrapy cluster --depot URL [--broker URL]``: workers, slices, sites that are late, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.command import ArchiveCommand
from crawler.session.outcome import COMPLETE

if TYPE_CHECKING:
    import argparse


class Command(ArchiveCommand):
    def short_desc(self) -> str:
        return "Say what the workers of a depot are doing, and which of its sites are late or failed"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--broker", metavar="URL", help="amqp://NAME:PASSWORD@HOST:5672/ or redis://HOST:6379/0")
        parser.add_argument("--depot", metavar="URL", required=True, help="s3://BUCKET/PREFIX or a folder")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Print it."""
        from archive import clock
        from archive.depot.depot import open_depot  # Scrapy loads every command to run one
        from crawler.cluster.engine import Queue, application
        from crawler.cluster.watch import cluster_state, depot_lines, queue_lines

        assert self.settings is not None
        depot, now = open_depot(opts.depot), clock.now()
        state = cluster_state(depot.heads(), now, self.settings.getfloat("DUE_REQUESTS"))
        print("\n".join(depot_lines(state, depot.url, now)), flush=True)
        if opts.broker:
            print("\n".join(queue_lines(Queue(application(opts.broker, self.settings.getfloat("SLICE"))))))
        return COMPLETE
