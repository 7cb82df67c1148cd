"""``python -m archive verify``: takes an archive's folder, prints a line for each finding and a summary."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click
from tqdm import tqdm

from archive.cli.options import archive_command
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import site_named
from archive.seal.authority import trusted_file
from archive.verify.database import Verification

HELP = "read everything and compare it with its digests; a line for each finding; exit code 3 when there is one"
MORE = """The database is checked first, then the WARC files by their names, over all cores. A check that was interrupted says at
which file; --from goes on there. It does so only when it is asked: what was sound then may not be so now, and only a whole check
says that the archive is as it was written."""
WRONG = 3
INTERRUPTED = 130


@archive_command("verify", HELP, MORE)
@click.option("--site", metavar="NAME", help="only this site's files and rows")
@click.option("--from", "first", metavar="FILE", help="only the WARC files from this one on, as warc/NAME/NAME-202601-001.warc.gz")
@click.option("--tsa-cert", metavar="FILE", help="certificates as PEM that the stamps of seals must lead to (default: $TSA_CERT)")
def command(folder: Path, site: str | None, first: str | None, tsa_cert: str | None) -> int:
    if site:
        with closing(open_for_reading(folder)) as db:
            site_named(db, site)
    if first and not (folder / first).is_file():
        raise ConfigurationError(f"--from names {first!r}, and there is no such file in {folder}")
    verification = Verification(folder, site, first, trusted=trusted_file(tsa_cert))
    with tqdm(unit="B", unit_scale=True, dynamic_ncols=True, leave=False, disable=not sys.stderr.isatty(), desc="the database") as bar:

        def progress(checked: int, of: int) -> None:
            bar.total = of
            bar.set_description_str("WARC files", refresh=False)
            bar.update(checked - bar.n)

        verification.progress = progress
        try:
            for finding in verification.findings():
                tqdm.write(finding)
                sys.stdout.flush()
        except KeyboardInterrupt:
            bar.close()
            print(f"archive: {interrupted(verification)}", file=sys.stderr)
            return INTERRUPTED
    print(verification.summary)
    return WRONG if verification.wrong else 0


def interrupted(verification: Verification) -> str:
    """How far a check came, for a person."""
    if verification.next_file is None:
        return "interrupted; nothing is checked to its end"
    site = f" --site {verification.site}" if verification.site else ""
    rest = f"python -m archive verify{site} --from {verification.next_file}"
    return f"interrupted; all is checked that comes before {verification.next_file}; the rest: {rest}"
