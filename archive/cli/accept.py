"""``python -m archive accept``: a person believes what the program did not."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import site_named
from archive.store.decisions import UNDONE, decided, listed
from archive.store.store import Store
from archive.text.plaintext import one_line

HELP = "believe a page in quarantine, or that what is missing at once is really gone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("quarantine_id", metavar="QUARANTINE_ID", nargs="?", type=int, help="the next crawl or reextract lets this page in")
    what.add_argument("--mass-loss", metavar="SITE", help="the next run marks what it finds missing, however much it is; once")
    what.add_argument("--list", action="store_true", help="pages in quarantine, and every decision taken")
    parser.add_argument("--reason", help="why; it is kept with the decision")
    parser.add_argument("--undo", action="store_true", help="take the decision back")


def run(folder: Path, arguments: argparse.Namespace) -> int:
    with closing(open_for_reading(folder)) as db:
        if arguments.list:
            print("\n".join([*waiting(db), *listed(db, "accept")]) or "nothing is in quarantine, and nothing was decided")
            return 0
        ref, what = subject(db, arguments)
        if arguments.undo and ref not in decided(db, "accept"):
            raise ConfigurationError(f"{what} was not accepted: there is nothing to take back")
    with closing(Store(folder)) as store:
        store.decide("accept", ref, UNDONE if arguments.undo else "accepted", arguments.reason)
    print(f"{'no longer accepted' if arguments.undo else 'accepted'}: {what}")
    return 0


def subject(db: Database, arguments: argparse.Namespace) -> tuple[str, str]:
    """(ref of the decision, what it is about in words)."""
    if arguments.mass_loss:
        return f"mass-loss:{site_named(db, arguments.mass_loss)['name']}", f"what the next run of {arguments.mass_loss} finds missing"
    row = next(db.query("select * from quarantine where id = ?", [arguments.quarantine_id]), None)
    if row is None or row["capture_id"] is None:
        raise ConfigurationError(f"nothing is in quarantine under {arguments.quarantine_id}; accept --list shows what is")
    return str(row["capture_id"]), f"{one_line(row['url'])} of {row['captured_at']} ({one_line(row['reason'])})"


def waiting(db: Database) -> list[str]:
    """Pages in quarantine, a line each, the latest first."""
    standing = decided(db, "accept")
    rows: list[dict[str, Any]] = list(db.query("select * from quarantine order by captured_at desc, id desc"))
    return [
        f"{row['id']:>6}  {row['captured_at']}  {'accepted  ' if str(row['capture_id']) in standing else ''}"
        f"{one_line(row['url'])}: {one_line(row['reason'])}"
        for row in rows
    ]
