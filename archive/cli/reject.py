"""``python -m archive reject``: takes an alarm, and stores the decision that a person does not believe what the site showed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from archive.cli.answers import decide, decision_lines
from archive.cli.options import archive_command, decision_options, require_one
from archive.db.connection import open_for_reading

HELP = "say that what is held is right: a page stays in quarantine, a loss in mass is not marked"


ARGUMENT = "ID is a page in quarantine, or mass-loss:SITE. What is rejected is no alarm any more; it is one again when more of it comes."


@archive_command("reject", HELP, ARGUMENT)
@click.argument("alarm", metavar="[ID]", required=False)
@click.option("--all-like", metavar="ID", type=int, help="this page and all undecided ones of its site with the same kind of reason")
@decision_options(listed="pages in quarantine, and every decision taken")
def command(folder: Path, alarm: str | None, all_like: int | None, reason: str | None, undo: bool, listing: bool) -> int:
    require_one({"ID": alarm, "--all-like ID": all_like, "--list": listing})
    if listing:
        with closing(open_for_reading(folder)) as db:
            print("\n".join(decision_lines(db)) or "nothing is in quarantine, and nothing was decided")
        return 0
    decide(folder, "reject", alarm, all_like, reason, undo)
    return 0
