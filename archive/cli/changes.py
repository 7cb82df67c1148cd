"""``python -m archive changes``: what cron mails."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from archive.db.connection import open_for_reading
from archive.queries.change_report import events, matching, since_last, tell
from archive.queries.named import instant, site_named

HELP = "what happened, with the words that changed; nothing when nothing happened"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", metavar="DATE", help="from this day or time on (default: what the last finished run brought)")
    parser.add_argument("--search", metavar="WORDS", help="only what has these words, in any of its states")
    parser.add_argument("--tag", metavar="TAG", help="only articles with this tag or category")
    parser.add_argument("--site", metavar="NAME", help="only this site")


def run(folder: Path, arguments: argparse.Namespace) -> int:
    since = instant(arguments.since) if arguments.since else None
    with closing(open_for_reading(folder)) as db:
        db.execute("begin")  # one state of the archive, also while a crawl writes
        sites = [site_named(db, arguments.site)] if arguments.site else list(db.query("select * from sites order by name"))
        for site in sites:
            found = events(db, site["id"], since or since_last(db, site["id"]))
            paragraphs = list(tell(db, site, matching(db, found, arguments.search, arguments.tag)))
            if paragraphs:
                print(f"{site['name']}  {site['home']}", *paragraphs, sep="\n\n", end="\n\n")
    return 0
