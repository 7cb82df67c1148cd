"""``scrapy reextract -a home=URL``: takes the command, builds a lost archive.db again, prints a line for each site, gives the exit code."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from tqdm import tqdm

from crawler.extensions.shared_store import shared_store
from crawler.extract.workers import Workers
from crawler.rebuild.rebuild import Rebuilding
from crawler.session.outcome import COMPLETE, INTERRUPTED, STORAGE

if TYPE_CHECKING:
    from crawler.command import ArchiveCommand


def rebuild(command: ArchiveCommand, home: str) -> int:
    """Build an archive again of which only warc/ is left. Raises ConfigurationError, StorageError, LockHeld."""
    settings = command.settings
    assert settings is not None
    workers = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
    with shared_store(settings) as store, contextlib.closing(workers):  # they stay while one run ends and the next begins
        shown = settings.getbool("PROGRESS")
        with tqdm(unit="answer", desc="rebuilding", dynamic_ncols=True, leave=False, disable=not shown) as bar:
            work = Rebuilding(store, settings, command.process.spider_loader, command.start, home, bar.update)
            work.prepare()
            bar.total = sum(len(run.events) for run in work.runs)
            work.begin()
            command.process.start()
        if work.failed:
            raise work.failed[0]
        if work.stopped:
            print(f"stopped by a signal after {work.at - 1:,} of {len(work.runs):,} runs; the same command goes on", file=sys.stderr)
            return INTERRUPTED
        work.end()
        for line in work.summaries():
            print(line)
        for folder in work.homeless:
            print(f"warc/{folder}/ was left: nothing says of which site it is; name it with -a home=URL", file=sys.stderr)
        for damage in work.damaged:
            print(damage, file=sys.stderr)
        return STORAGE if work.damaged else COMPLETE
