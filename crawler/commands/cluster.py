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
        parser.add_argument(
            "--record", action="store_true", help="print nothing; keep it for /status and /metrics of the archive in ARCHIVE_DIR"
        )

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Print it."""
        from archive import clock
        from archive.db.connection import archive_dir
        from archive.depot.cluster_state import save_cluster_state
        from archive.depot.depot import open_depot  # Scrapy loads every command to run one
        from crawler.cluster.engine import Queue, application
        from crawler.cluster.watch import cluster_state, state_lines, with_workers

        assert self.settings is not None
        depot = open_depot(opts.depot)
        state = cluster_state(depot.heads(), depot.url, clock.now(), self.settings.getfloat("DUE_REQUESTS"))
        if opts.broker:
            state = with_workers(state, Queue(application(opts.broker, self.settings.getfloat("SLICE"))))
        if opts.record:
            save_cluster_state(archive_dir(self.settings["ARCHIVE_DIR"]), state)
        else:
            print("\n".join(state_lines(state, opts.broker)))
        return COMPLETE
