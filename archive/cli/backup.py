"""``python -m archive backup``."""

from __future__ import annotations

import argparse
from pathlib import Path

from archive.export.backup import backup
from archive.verify.database import Verification

HELP = "copy the archive, also while a crawl writes, and verify the copy; exit code 3 when it has a flaw"
WRONG = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", type=Path, help="a folder that is not there yet; it appears when it is whole")


def run(folder: Path, arguments: argparse.Namespace) -> int:
    target: Path = arguments.target.expanduser().absolute()
    backup(folder, target)
    verification = Verification(target)
    for finding in verification.findings():
        print(finding, flush=True)
    print(f"{target}: {verification.summary}")
    return WRONG if verification.wrong else 0
