"""``python -m archive restore``: takes the folder of a backup, checks it, and puts it in the archive's place."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.merge.restore import restore

HELP = "bring a backup back; it is checked before, every digest of it"
MORE = """BACKUP is a folder that backup made. An archive that is there and holds anything that the backup lacks is left as it is; with
--force it is moved aside, and never deleted."""


@archive_command("restore", HELP, MORE)
@click.argument("backup", metavar="BACKUP", type=click.Path(path_type=Path))
@click.option("--to", "target", metavar="DIR", type=click.Path(path_type=Path), help="where to, instead of the archive's folder")
@click.option("--force", is_flag=True, help="also where the archive holds what the backup lacks; it is moved aside")
def command(folder: Path, backup: Path, target: Path | None, force: bool) -> int:
    place = (target or folder).expanduser().absolute()
    summary, aside = restore(backup.expanduser().absolute(), place, force=force)
    print(f"{place}: restored; the backup was {summary}")
    if aside:
        print(f"the former archive is in {aside}")
    return 0
