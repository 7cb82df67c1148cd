"""``python -m archive verify``: takes an archive's folder, prints a line for each finding and a summary."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.db.connection import open_for_reading
from archive.queries.named import site_named
from archive.verify.database import Verification

HELP = "read everything and compare it with its digests; a line for each finding; exit code 3 when there is one"
WRONG = 3


@archive_command("verify", HELP)
@click.option("--site", metavar="NAME", help="only this site's files and rows")
def command(folder: Path, site: str | None) -> int:
    if site:
        with closing(open_for_reading(folder)) as db:
            site_named(db, site)
    verification = Verification(folder, site)
    for finding in verification.findings():
        print(finding, flush=True)
    print(verification.summary)
    return WRONG if verification.wrong else 0
