"""``scrapy work --broker URL --depot URL``: one worker of many. It reads the sites that the queue hands out, until it is stopped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from archive.errors import ConfigurationError
from crawler.command import ArchiveCommand, add_argument_help, run_until_done
from crawler.session.outcome import INTERRUPTED

if TYPE_CHECKING:
    import argparse

JOBS = 8  # sites under way at once


class Command(ArchiveCommand):
    def short_desc(self) -> str:
        return "Read sites of a depot that the queue hands out: one worker of many"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_argument_help(parser)
        parser.add_argument("--broker", metavar="URL", required=True, help="amqp://NAME:PASSWORD@HOST:5672/ or redis://HOST:6379/0")
        parser.add_argument("--depot", metavar="URL", required=True, help="s3://BUCKET/PREFIX or a folder")
        parser.add_argument("--jobs", type=int, default=JOBS, metavar="N", help=f"sites that are read at once (default: {JOBS})")
        parser.add_argument("--quiet", action="store_true", help="print only the lines of sites with a non-zero exit code")

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Read until a signal comes."""
        from crawler.cluster.engine import application  # Scrapy loads every command to run one
        from crawler.cluster.process import slices_of
        from crawler.cluster.worker import Worker

        assert self.settings is not None
        if args:
            raise ConfigurationError(f"work takes no site, and not {args[0]!r}: scrapy dispatch names what is to be read")
        if opts.jobs < 1:
            raise ConfigurationError(f"--jobs is the number of sites that are read at once, at least 1, and not {opts.jobs}")
        app = application(opts.broker, self.settings.getfloat("SLICE"))
        with slices_of(self, opts.depot, arguments, opts.jobs, quiet=opts.quiet) as slices:
            worker = Worker(app, slices, self.process, opts.jobs)
            code = run_until_done(self.process, worker.work(), worker.stop)
            if code is None:  # a second signal: nothing is waited for, not even a thread that waits for the broker
                os._exit(INTERRUPTED)
            return code
