"""``python -m archive accept``: takes an alarm, and stores the decision that a person believes what the site showed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from archive.cli.answers import MASS_LOSS, decide, decision_lines
from archive.cli.options import archive_command, decision_options, require_one
from archive.db.connection import open_for_reading
from archive.queries.refused import comparison_lines

HELP = "believe a page in quarantine, or what another alarm says"


ARGUMENT = "ID is an alarm of archive status; a number is a page in quarantine, which the next crawl or reextract lets in."


@archive_command("accept", HELP, ARGUMENT)
@click.argument("alarm", metavar="[ID]", required=False)
@click.option("--all-like", metavar="ID", type=int, help="this page and all undecided ones of its site with the same kind of reason")
@click.option("--show", metavar="ID", type=int, help="decide nothing: compare what the page said with what is held, word by word")
@click.option("--mass-loss", "site", metavar="SITE", help="the next run marks what it finds missing, however much it is; once")
@decision_options(listed="pages in quarantine, and every decision taken")
def command(
    folder: Path, alarm: str | None, all_like: int | None, show: int | None, site: str | None, reason: str | None, undo: bool, listing: bool
) -> int:
    require_one({"ID": alarm, "--all-like ID": all_like, "--show ID": show, "--mass-loss SITE": site, "--list": listing})
    if listing or show is not None:
        with closing(open_for_reading(folder)) as db:
            lines = decision_lines(db) if listing else comparison_lines(db, int(show or 0))
        print("\n".join(lines) or "nothing is in quarantine, and nothing was decided")
        return 0
    decide(folder, "accept", f"{MASS_LOSS}{site}" if site else alarm, all_like, reason, undo)
    return 0
