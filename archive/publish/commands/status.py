"""``python -m archive status``: how complete the archive is, in a few lines per site."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from archive.database import open_for_reading
from archive.publish.formats import moment, number, plural, share
from archive.publish.rows import Row
from archive.publish.status import gap_reasons, site_states

HELP = "what is held, what is missing and when it was last checked, per site"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(folder: Path, arguments: argparse.Namespace) -> int:
    db = open_for_reading(folder)
    sites = site_states(db.conn)
    reasons = gap_reasons(db.conn)
    print("\n\n".join("\n".join(site_lines(site, reasons)) for site in sites) or "no site has been crawled yet")
    return 0


def site_lines(site: Row, reasons: list[Row]) -> Iterator[str]:
    """A site as lines of text."""
    yield f"{site['name']}  {site['home']}"
    yield f"  last run     {last_run(site['last_run'])}"
    for line in site["coverage"]:
        yield f"  {line['kind'] + 's':<12} {coverage(line)}"
    yield f"  gaps         {gaps([row for row in reasons if row['site'] == site['name']])}"
    yield f"  quarantine   {plural(site['quarantined'], 'page')}"
    yield f"  missing      {plural(site['missing'], 'article')} gone from the site and kept here"


def last_run(crawl: Row | None) -> str:
    if crawl is None:
        return "never"
    outcome = crawl["outcome"] or ("running, or killed" if crawl["finished_at"] is None else "unknown")
    code = "" if crawl["exit_code"] is None else f", exit {crawl['exit_code']}"
    return f"{moment(crawl['started_at'])}, {crawl['mode']}: {outcome}{code}, {plural(crawl['requests'], 'request')}"


def coverage(line: Row) -> str:
    """``15,203 held of 15,210 reported (99.9 %), checked 7 March 2024``."""
    if line["reported"] is None:
        return f"{number(line['held'])} held; the site does not say how many it has"
    return (
        f"{number(line['held'])} held of {number(line['reported'])} reported"
        f" ({share(line['held'], line['reported']) or '100 %'}), checked {moment(line['checked_at'])}"
    )


def gaps(reasons: list[Row]) -> str:
    if not reasons:
        return "none"
    return "; ".join(
        f"{plural(row['gaps'], row['kind'])}: {row['reason']}{'' if row['explained'] else ' (unexplained)'}" for row in reasons
    )
