"""``python -m archive status``: takes an archive's folder, prints how complete each site is; cron mails what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import click

from archive.alarms.alarm import Alarm
from archive.alarms.alarms import alarms
from archive.cli.options import archive_command
from archive.clock import now
from archive.db.connection import open_for_reading
from archive.publish.formats import number, plural, readable_moment, share
from archive.publish.overview.status import gap_reasons, growth_said, site_states
from archive.queries.health import NamedList, Standing, age, standing
from archive.queries.rows import Row
from archive.seal.standing import seal_standing
from archive.store.coverage import Ledger
from archive.text.event_words import EVENTS
from archive.text.plaintext import one_line

HELP = "what is held, what is missing and when it was last checked, per site; exit code 4 when a person should look"
ALARM = 4


STALE = "hours without a complete run after which a site is stale"


@archive_command("status", HELP)
@click.option("--stale-after", metavar="HOURS", type=float, default=72, show_default=True, help=STALE)
@click.option("--quiet", is_flag=True, help="print only what is wrong: nothing when all is well")
def command(folder: Path, stale_after: float, quiet: bool) -> int:
    with closing(open_for_reading(folder)) as db:
        db.execute("begin")  # one state of the archive, also while a crawl writes
        sites, reasons = site_states(db.conn), gap_reasons(db.conn)
        stands = [standing(db, folder, site["id"], now()) for site in sites]
        found = alarms(db, folder, list(zip(sites, stands, strict=True)), stale_after, now())
        seals = seal_standing(db, folder)
    told = ["\n".join(site_lines(site, reasons, s)) for site, s in zip(sites, stands, strict=True)]
    told += [f"seals  {seals.line}"] if seals.seals or seals.unsealed else []
    if not quiet:
        print("\n\n".join(told) or "no site has been crawled yet")
    if found:
        print("\n\n".join([""] * (not quiet) + ["\n".join(alarm_lines(alarm)) for alarm in found]).removeprefix("\n"))
    return ALARM if found else 0


def alarm_lines(alarm: Alarm) -> Iterator[str]:
    """What happened and since when, the evidence, and a command for each answer."""
    site = f"{alarm.site}: " if alarm.site else ""
    yield f"{site}{one_line(alarm.what)}; since {readable_moment(alarm.since)}"
    yield from (f"  {one_line(one)}" for one in alarm.evidence)
    yield from (f"  {what}: {command}" for what, command in alarm.commands)


def site_lines(site: Row, reasons: list[Row], stands: Standing) -> Iterator[str]:
    """One site as lines of text."""
    yield f"{site['name']}  {site['home']}"
    yield f"  last run     {last_run_line(site['last_run'])}"
    yield f"  complete     {readable_moment(stands.last_success) + f', {age(stands.hours)} ago' if stands.hours is not None else 'never'}"
    for line, kept in zip(site["coverage"], stands.ledgers, strict=True):
        yield f"  {line['kind'] + 's':<12} {held_line(line)}{difference_line(kept)}"
    yield f"  held in all  {held_in_all_line(site['counts'])}"
    if stands.lists:
        yield f"  lists        {'; '.join(map(list_line, stands.lists))}"
    if stands.not_held:
        yield f"  not held     {stands.not_held}"
    yield f"  gaps         {gaps_line([row for row in reasons if row['site'] == site['name']])}"
    yield f"  quarantine   {quarantine_line(stands)}"
    yield f"  missing      {missing_line(stands.missing)}"
    yield f"  growth       {growth_said(stands.growth)}"
    yield f"  oldest check {readable_moment(stands.oldest_check) or 'none'}; of a thread {readable_moment(stands.oldest_thread) or 'none'}"


def last_run_line(crawl: Row | None) -> str:
    """The last run: when, how, its outcome and its requests."""
    if crawl is None:
        return "never"
    outcome = crawl["outcome"] or ("running, or killed" if crawl["finished_at"] is None else "unknown")
    code = "" if crawl["exit_code"] is None else f", exit {crawl['exit_code']}"
    return f"{readable_moment(crawl['started_at'])}, {crawl['mode']}: {outcome}{code}, {plural(crawl['requests'], 'request')}"


def held_line(line: Row) -> str:
    """``15,203 held of 15,210 reported (99.9 %), checked 7 March 2024``."""
    if line["reported"] is None:
        return f"{number(line['held'])} held; the site does not say how many it has"
    return (
        f"{number(line['held'])} held of {number(line['reported'])} reported"
        f" ({share(line['held'], line['reported']) or '100 %'}), checked {readable_moment(line['checked_at'])}"
    )


def held_in_all_line(counts: Mapping[str, int]) -> str:
    """``46 articles, 120 comments: 114 on the site, 5 pings, 1 no longer there``."""
    parts = [f"{number(counts['comments.there'])} on the site", plural(counts["comments.pings"], "ping")]
    parts += [f"{number(counts['comments.away'])} no longer there"] if counts["comments.away"] else []
    held = f"{plural(counts['articles.held'], 'article')}, {plural(counts['comments.held'], 'comment')}"
    return f"{held}: {', '.join(parts)}" if counts["comments.held"] != counts["comments.there"] else held


def list_line(named: NamedList) -> str:
    """``sitemap: 92 named, 90 held, 1 explained, 1 not``."""
    rest = [(named.explained, "explained"), (named.lacking, "not")]
    lacking = "".join(f", {number(count)} {word}" for count, word in rest if count > 0)
    return f"{named.name}: {number(named.named)} named, {number(named.held)} held{lacking}"


def difference_line(kept: Ledger) -> str:
    """What the difference consists of, where the site says how much it has."""
    parts = [f"{number(count)} {reason}" for reason, count in kept.explained.items()]
    parts += [f"{number(count)} unexplained: {reason}" for reason, count in kept.unexplained.items()]
    return f"; the rest: {', '.join(parts)}" if parts and kept.said is not None else ""


def gaps_line(reasons: list[Row]) -> str:
    """Gaps by reason, those without a reason marked."""
    if not reasons:
        return "none"
    return "; ".join(
        f"{plural(row['gaps'], row['kind'])}: {row['reason']}{'' if row['explained'] else ' (unexplained)'}" for row in reasons
    )


def quarantine_line(stands: Standing) -> str:
    """How many pages are in quarantine, and why the newest is."""
    if stands.newest_quarantine is None:
        return "0 pages"
    at, reason = stands.newest_quarantine
    return f"{plural(stands.quarantined, 'page')}; the newest, {readable_moment(at)}: {one_line(reason)}"


def missing_line(counts: dict[str, int]) -> str:
    """How much is gone from the site and kept here."""
    said = [
        f"{plural(count, kind.removesuffix('s'))} {EVENTS[state]}"
        for (kind, state), count in ((name.split(), count) for name, count in counts.items())
        if count
    ]
    return "; ".join(said) or "nothing"
