"""``scrapy update --depot URL``: the slices of a depot's sites, without a queue, in one process."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from archive import clock
from archive.errors import ArchiveError
from crawler.cluster.due import as_due, named_sites, standings
from crawler.cluster.process import slices_of
from crawler.cluster.rounds import Round
from crawler.cluster.slices import Due, Ending, Slices
from crawler.cluster.visits import Visited
from crawler.command import ArchiveCommand, run_until_done
from crawler.session.outcome import COMPLETE, INTERRUPTED, STORAGE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from archive.depot.depot import Depot


def update_depot(command: ArchiveCommand, args: list[str], arguments: Mapping[str, str], opts: argparse.Namespace) -> int:
    """Read the sites of a depot with these names, or all, or those that are due. Returns the exit code."""
    assert command.settings is not None
    with slices_of(command, opts.depot, arguments, opts.jobs, quiet=opts.quiet) as slices:
        sites, budget = Round(quiet=opts.quiet), command.settings.getfloat("DUE_REQUESTS")
        waiting = sites_to_read(slices.depot, args, budget, sites, only_due=opts.due)
        if not waiting and not sites.codes:
            if not opts.quiet:
                print("no site is due")
            return COMPLETE

        def stop() -> None:
            sites.stop()
            slices.stop()

        code = run_until_done(command.process, read_all(sites, slices, waiting, opts.jobs), stop)
        return INTERRUPTED if code is None else code


def sites_to_read(depot: Depot, names: list[str], budget: float, sites: Round, *, only_due: bool) -> list[Due]:
    """``sites`` is told of heads that cannot be read. Raises ConfigurationError for a name that is not visited, StorageError."""

    def damaged(error: Exception) -> None:
        print(error, file=sys.stderr, flush=True)
        sites.note(Visited(error.exit_code if isinstance(error, ArchiveError) else STORAGE))

    heads, now = list(depot.heads(damaged)), clock.now()
    chosen = named_sites(standings(heads, now, budget), heads, names)
    return as_due([one for one in chosen if one.is_due] if only_due else chosen, heads, now)


async def read_all(sites: Round, slices: Slices, waiting: list[Due], jobs: int) -> int:
    """What an earlier process left unfinished in this folder comes first."""
    left = {due.site for due in await slices.unfinished()}
    waiting.sort(key=lambda due: due.site not in left)
    again: dict[str, Due] = {}

    async def read(due: Due) -> Visited | None:
        end = await slices.read(again.get(due.site, due))
        if end.again is None or end.verdict is Ending.REFUSED:
            return end.visit
        if slices.stopping:
            return Visited(INTERRUPTED)
        again[due.site] = end.again
        await asyncio.sleep(end.wait)
        return None

    return await sites.work_off(waiting, jobs, lambda due: due.site, read)
