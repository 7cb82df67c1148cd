"""The end of a run: takes it, settles what it saved, measures coverage, closes its row, and gives the one line that people read."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError, database_fails
from archive.queries import backlog, beside_rest, captures, holdings
from archive.store.coverage import USUAL, list_totals
from crawler.http.lease import LEASE
from crawler.session.outcome import ALARM, BUG, COMPLETE, CONFIGURATION, UNREACHABLE

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.session.session import Run

logger = logging.getLogger(__name__)
LIMITS = {  # the reason that Scrapy gives -> the setting behind it
    "closespider_timeout": "CLOSESPIDER_TIMEOUT",
    "closespider_itemcount": "CLOSESPIDER_ITEMCOUNT",
    "closespider_pagecount": "CLOSESPIDER_PAGECOUNT",
    "closespider_errorcount": "CLOSESPIDER_ERRORCOUNT",
    "closespider_pagecount_no_item": "CLOSESPIDER_PAGECOUNT_NO_ITEM",
    "closespider_timeout_no_item": "CLOSESPIDER_TIMEOUT_NO_ITEM",
    "memusage_exceeded": "MEMUSAGE_LIMIT_MB",
}


def why_stopped(reason: str, settings: BaseSettings) -> str:
    """What a person is told of a run that was stopped. ``reason``: why Scrapy closed the spider."""
    if reason == "shutdown":
        return "stopped by a signal; the next run goes on from here"
    if settings[LEASE] is not None and reason == "closespider_timeout":
        return f"its slice of {settings.getfloat('CLOSESPIDER_TIMEOUT'):g} s is over; the next one goes on from here"
    limit = LIMITS.get(reason)
    by = f"{limit}={settings[limit]}" if limit else f"close_spider ({reason})"
    return f"stopped by {by}; the next run goes on from here"


def blame(run: Run, error: Exception) -> None:
    """What ended the run becomes a cause of its outcome; what nobody foresaw is a bug."""
    known = database_fails(run.store.folder, error) if isinstance(error, sqlite3.DatabaseError) else error
    if isinstance(known, ArchiveError):
        run.outcome.add(known.exit_code, str(known))
    else:
        logger.error("a bug in this program", exc_info=error)
        run.outcome.add(BUG, f"{type(error).__name__}: {error}")


def settle_end(run: Run) -> None:
    """What a run that came to its own end leaves behind. Never raises: what fails is a cause of the outcome."""
    try:
        _demand_whole(run)
    except Exception as error:
        blame(run, error)


def _demand_whole(run: Run) -> None:
    """No run is complete while anything that the site names is not held and no rule says why: the one place of this rule.

    A run that ended badly for another reason says that. Pictures have a rule of their own.
    """
    gaps = run.store.ask(backlog.open_gaps, run.site_id)
    if gaps and run.outcome.exit_code == COMPLETE:
        kind, ref, reason = gaps[0]
        more = f" ({len(gaps):,} unexplained gaps in all)" if len(gaps) > 1 else ""
        run.outcome.add(ALARM, f"{kind} {ref} is named and not held: {reason}{more}")


async def close_run(run: Run) -> str:
    """Settle the run and close its row, whatever ended it; return its line once all is committed. Never raises: what fails is a cause
    of the outcome."""
    try:
        line = await _close(run)
        await run.store.group.committed()
        return line
    except Exception as error:
        blame(run, error)
        return f"{run.site.name}: {run.outcome.word}; {run.outcome.said}"
    finally:
        run.warc.close()


async def _close(run: Run) -> str:
    run.context.parser.workers.close()
    if run.counts["new"] or run.counts["revised"]:
        run.store.settle(run.crawl_id, run.site_id)
    _measure_coverage(run)
    outcome, (requests, received) = run.outcome, await asyncio.to_thread(run.asked) if run.earlier else run.asked()
    row = run.store.ended_crawl(run.crawl_id, outcome.word, outcome.exit_code, requests, received, outcome.said)
    if outcome.exit_code in (CONFIGURATION, UNREACHABLE):
        return _close_unread(run, row)
    run.warc.begin_file(row["finished_at"])  # in this thread: it asks the database
    await asyncio.to_thread(run.log.end, row)  # synced before the row says that the run has ended
    run.store.close_crawl(row)
    return str(run.store.ask(holdings.summary, run.crawl_id))


def _close_unread(run: Run, row: dict[str, Any]) -> str:
    """Of a run that read nothing, or not all: its site is forgotten where nothing was ever read of it."""
    run.store.close_crawl(row)
    summary = str(run.store.ask(holdings.summary, run.crawl_id))
    run.store.forget_unread_site(run.site_id)
    run.log.end(row if run.store.ask(captures.sites, [run.site.name]) else None)
    return summary


def _measure_coverage(run: Run) -> None:
    held = {kind: run.held(kind) for kind in USUAL}  # before anything is written: what was counted holds until then
    for kind in USUAL:
        total = None if run.pages_are_the_text else run.store.ask(list_totals, run.site_id, kind).total
        if total is not None:
            total += run.store.ask(beside_rest.named_beside, run.site_id, kind)
        if total is not None or run.pages_are_the_text:
            run.store.save_coverage(run.site_id, kind, total, held[kind])
