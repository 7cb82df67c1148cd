"""The sites of a depot on the command line: takes its address and what is to be done, changes heads, gives lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from archive.depot.depot import Depot, open_depot
from archive.depot.heads import SiteHead
from archive.errors import ArchiveError, ConfigurationError
from archive.store.site_settings import shown_settings
from archive.text.plaintext import counted, one_line

HELP = "the sites of a depot (s3://BUCKET/PREFIX or a folder) instead of an archive's"


def depot_option(function: Any) -> Any:
    """``--depot URL``, as ``depot``."""
    return click.option("--depot", metavar="URL", help=HELP)(function)


def list_depot_sites(url: str) -> int:
    """Print a line for each site; 3 where a head is damaged."""
    damaged: list[Exception] = []
    heads = sorted(open_depot(url).heads(damaged.append), key=lambda head: head.name)
    print("\n".join(map(depot_site_line, heads)) or "the depot knows no site yet; sites add --depot URL HOME makes one known")
    return _told(damaged)


def add_to_depot(url: str, homes: Iterable[str], bad: list[str]) -> int:
    depot, added = open_depot(url), 0
    damaged: list[Exception] = []
    for site, is_new in depot.register_all(homes, damaged.append):
        print(f"added: {site.name}  {site.home}" if is_new else f"known already: {site.name}")
        added += is_new
    for line in bad:
        click.echo(line, err=True)
    print(
        f"{counted(added, 'site')} added; the next scrapy dispatch puts {'it' if added == 1 else 'them'} on the queue"
        if added
        else "no site added"
    )
    return ConfigurationError.exit_code if bad else _told(damaged)


def set_in_depot(url: str, name: str, values: Mapping[str, str]) -> int:
    print(depot_site_line(open_depot(url).set_settings(name, values)))
    return 0


def visit_in_depot(url: str, names: Iterable[str], verb: str) -> int:
    """Pause, resume or remove sites; a wrong name changes nothing."""
    depot = open_depot(url)
    for name in names:
        depot.head(name)
    do = {"pause": Depot.pause, "resume": Depot.resume, "remove": Depot.remove}[verb]
    for name in names:
        print(depot_site_line(do(depot, name)))
    return 0


def depot_site_line(head: SiteHead) -> str:
    """``example  https://example.org/  visited; last slice 2026-03-01T12:00:00Z: exit code 0; images=budget``."""
    if head.removed_at:
        state = f"removed {head.removed_at}; what is held stays"
    elif head.paused_at:
        state = f"paused since {head.paused_at}"
    else:
        state = f"being read by {head.claim.holder}" if head.claim else "visited"
    said = "not read yet"
    if head.committed:
        outcome = head.committed.outcome
        rest = ", there is more to read" if outcome.unfinished else f", due {outcome.due_at}" if outcome.due_at else ""
        said = f"last slice {outcome.ended_at or ''}: exit code {outcome.exit_code}{rest}"
    return "; ".join(filter(None, [f"{head.name}  {one_line(head.home)}  {state}", said, shown_settings(head.settings)]))


def _told(damaged: list[Exception]) -> int:
    for error in damaged:
        click.echo(f"archive: {error}", err=True)
    return max((error.exit_code for error in damaged if isinstance(error, ArchiveError)), default=0)
