"""``python -m archive verify``."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from archive.db.connection import open_for_reading
from archive.queries.named import site_named
from archive.verify.database import Verification

HELP = "read everything and compare it with its digests; a line for each finding; exit code 3 when there is one"
WRONG = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", metavar="NAME", help="only this site's files and rows")


def run(folder: Path, arguments: argparse.Namespace) -> int:
    if arguments.site:
        with closing(open_for_reading(folder)) as db:
            site_named(db, arguments.site)
    verification = Verification(folder, arguments.site)
    for finding in verification.findings():
        print(finding, flush=True)
    print(verification.summary)
    return WRONG if verification.wrong else 0
