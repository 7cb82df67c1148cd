"""``python -m archive doctor``: takes an archive's folder, prints a line for each thing it looks at, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.clock import now
from archive.doctor.diagnosis import CONTENT, STORAGE
from archive.doctor.examine import examine
from archive.text.plaintext import counted

HELP = "look for what keeps an archive from working, and say what mends it; writes nothing"
MORE = """Clock, disk, rights, versions, lock, log, WARC files, leftovers, schema, seals, runs. Each line begins with ok, warning or fault,
and ends with what to do. Exit code 0: no fault; 3: a fault of the disk or the database; 4: another one."""


@archive_command("doctor", HELP, MORE)
@click.option("--quiet", is_flag=True, help="print only what is wrong: nothing when all is well")
def command(folder: Path, quiet: bool) -> int:
    faults, warnings = [], 0
    for found in examine(folder, now()):
        if found.state == "fault":
            faults.append(found.code)
        warnings += found.state == "warning"
        if not (quiet and found.state == "ok"):
            print(found.line, flush=True)
    if not quiet:
        print(f"{counted(len(faults), 'fault')}, {counted(warnings, 'warning')}")
    return STORAGE if STORAGE in faults else CONTENT if faults else 0
