"""``python -m archive seal``: takes an archive's folder, seals what is in no seal, has the newest seal stamped, prints what it did."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.db.connection import open_for_reading
from archive.seal.authority import Authority
from archive.seal.sealing import Sealed, seal_records
from archive.seal.stamping import stamp_newest, take_in_stamps
from archive.seal.standing import seal_rows
from archive.store.store import Store
from archive.text.plaintext import counted

HELP = "seal the records that are in no seal yet, and ask for the stamp that waits: from cron, or after a failure"
MORE = """Every run seals its own records; this does what a run could not. With TSA_URL, an authority's address (RFC 3161), the newest
seal is stamped, and with it all seals before it. Exit code 5: the authority gave no stamp; it is asked again the next time.
docs/evidence.md says what a seal proves and how a stranger checks it."""


@archive_command("seal", HELP, MORE)
@click.option("--tsa-url", metavar="URL", help="the authority to ask for a stamp (default: $TSA_URL, else none)")
@click.option("--tsa-cert", metavar="FILE", help="its certificates as PEM; its stamps must lead to one of them (default: $TSA_CERT)")
@click.option("--list", "listing", is_flag=True, help="list the seals and their stamps, and change nothing")
def command(folder: Path, tsa_url: str | None, tsa_cert: str | None, listing: bool) -> int:
    if listing:
        for line in seal_lines(folder):
            print(line)
        return 0
    authority = Authority.named(tsa_url, tsa_cert)
    open_for_reading(folder).close()  # no archive is made where none is
    with closing(Store(folder)) as store:
        print(sealed_line(seal_records(store, every=True)))
        for line in take_in_stamps(store, authority.trusted if authority else None):
            print(f"archive: {line}", file=sys.stderr)
        if authority:
            made = stamp_newest(store, authority)
            print(f"{made.filename}: stamped {made.stamp.stamped_at} by {made.stamp.authority}" if made else "no seal waits for a stamp")
    return 0


def sealed_line(made: Sealed) -> str:
    """``sealed 1,506 records in 1 seal``."""
    return f"sealed {counted(made.records, 'record')} in {counted(made.seals, 'seal')}" if made.seals else "every record is in a seal"


def seal_lines(folder: Path) -> Iterator[str]:
    """A line for each seal: when it was made, what it covers, whether it is stamped, and its digest to send elsewhere."""
    with closing(open_for_reading(folder)) as db:
        for row in seal_rows(db):
            stamp = f"stamped {row['stamped_at']} by {row['authority']}" if row["stamped_at"] else row["refusal"] or "not stamped"
            yield f"{row['filename']}  sealed {row['sealed_at']}  {counted(row['records'], 'record')}  {stamp}  {row['digest']}"
