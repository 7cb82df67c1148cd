"""``python -m archive backup``: takes an archive's folder and a new folder, gives a verified copy."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.export.backup import backup
from archive.verify.database import Verification

HELP = "copy the archive, also while a crawl writes, and verify the copy; exit code 3 when it has a flaw"
WRONG = 3


ARGUMENT = "TARGET is a folder that is not there yet; it appears when it is whole."


@archive_command("backup", HELP, ARGUMENT)
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path))
def command(folder: Path, target: Path) -> int:
    target = target.expanduser().absolute()
    backup(folder, target)
    verification = Verification(target)
    for finding in verification.findings():
        print(finding, flush=True)
    print(f"{target}: {verification.summary}")
    return WRONG if verification.wrong else 0
