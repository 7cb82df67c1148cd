"""``python -m archive accept``: takes a page in quarantine or a site with mass loss, and stores the decision that a person believes it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from archive.cli.options import archive_command, decision_options, require_one
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import site_named
from archive.store.decisions import UNDONE, decided, listed
from archive.store.store import Store
from archive.text.plaintext import one_line

HELP = "believe a page in quarantine, or that what is missing at once is really gone"


ARGUMENT = "QUARANTINE_ID is a page in quarantine: the next crawl or reextract lets it in."


@archive_command("accept", HELP, ARGUMENT)
@click.argument("quarantine_id", metavar="[QUARANTINE_ID]", type=int, required=False)
@click.option("--mass-loss", "site", metavar="SITE", help="the next run marks what it finds missing, however much it is; once")
@decision_options(listed="pages in quarantine, and every decision taken")
def command(folder: Path, quarantine_id: int | None, site: str | None, reason: str | None, undo: bool, listing: bool) -> int:
    require_one({"QUARANTINE_ID": quarantine_id, "--mass-loss SITE": site, "--list": listing})
    with closing(open_for_reading(folder)) as db:
        if listing:
            print("\n".join([*quarantine_lines(db), *listed(db, "accept")]) or "nothing is in quarantine, and nothing was decided")
            return 0
        ref, what = accepted_subject(db, quarantine_id, site)
        if undo and ref not in decided(db, "accept"):
            raise ConfigurationError(f"{what} was not accepted: there is nothing to take back")
    with closing(Store(folder)) as store:
        store.decide("accept", ref, UNDONE if undo else "accepted", reason)
    print(f"{'no longer accepted' if undo else 'accepted'}: {what}")
    return 0


def accepted_subject(db: Database, quarantine_id: int | None, site: str | None) -> tuple[str, str]:
    """(ref of the decision, what it is about in words). Raises ConfigurationError when there is no such page or site."""
    if site:
        return f"mass-loss:{site_named(db, site)['name']}", f"what the next run of {site} finds missing"
    row = next(db.query("select * from quarantine where id = ?", [quarantine_id]), None)
    if row is None or row["capture_id"] is None:
        raise ConfigurationError(f"nothing is in quarantine under {quarantine_id}; accept --list shows what is")
    return str(row["capture_id"]), f"{one_line(row['url'])} of {row['captured_at']} ({one_line(row['reason'])})"


def quarantine_lines(db: Database) -> list[str]:
    """Pages in quarantine, a line each, the latest first."""
    standing = decided(db, "accept")
    rows: list[dict[str, Any]] = list(db.query("select * from quarantine order by captured_at desc, id desc"))
    return [
        f"{row['id']:>6}  {row['captured_at']}  {'accepted  ' if str(row['capture_id']) in standing else ''}"
        f"{one_line(row['url'])}: {one_line(row['reason'])}"
        for row in rows
    ]
