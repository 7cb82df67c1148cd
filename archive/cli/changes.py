"""``python -m archive changes``: takes a time and filters, prints what happened since; cron mails it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.db.connection import open_for_reading
from archive.queries.change_report import events_since, matching_events, report_paragraphs, search_notes, since_last
from archive.queries.named import parse_instant, site_named

HELP = "what happened, with the words that changed; nothing when nothing happened"


@archive_command("changes", HELP)
@click.option("--since", metavar="DATE", help="from this day or time on (default: what the last finished run brought)")
@click.option("--search", metavar="WORDS", help="only what has these words, in any of its states")
@click.option("--tag", metavar="TAG", help="only articles with this tag or category")
@click.option("--site", metavar="NAME", help="only this site")
def command(folder: Path, since: str | None, search: str | None, tag: str | None, site: str | None) -> int:
    begins = parse_instant(since) if since else None
    for note in search_notes(search or ""):
        print(f"archive: {note}", file=sys.stderr)
    with closing(open_for_reading(folder)) as db:
        db.execute("begin")  # one state of the archive, also while a crawl writes
        sites = [site_named(db, site)] if site else list(db.query("select * from sites order by name"))
        for row in sites:
            found = events_since(db, row["id"], begins or since_last(db, row["id"]))
            paragraphs = list(report_paragraphs(db, row, matching_events(db, found, search, tag)))
            if paragraphs:
                print(f"{row['name']}  {row['home']}", *paragraphs, sep="\n\n", end="\n\n")
    return 0
