"""A legal order at a site of a depot: takes a claim and the folder in which it was carried out, replaces what the depot holds.

WARC files that lost records go up under new names, since those that lie there never change; the database goes up anew, as a whole. When the
head names both, the former files and all former snapshots are removed.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from archive.db.connection import FILENAME
from archive.depot.brought import read_state, save_state
from archive.depot.claim import Claim
from archive.depot.heads import SliceOutcome
from archive.depot.manifest import sweep
from archive.depot.objects import warc_key
from archive.errors import ConfigurationError
from archive.warc.place import SUFFIX
from archive.whole_file import write_whole


def bring_records(claim: Claim, folder: Path) -> None:
    """Fetch every WARC file of a site that was brought."""
    state = read_state(folder)
    for name in state.manifest.warc if state else ():
        path = folder / "warc" / claim.name / name
        if not path.exists():
            write_whole(path, claim.objects.get(warc_key(claim.name, name)).data)


def commit_destroyed(claim: Claim, folder: Path) -> None:
    """Commit, then remove from the depot what no longer counts. Raises what ``Claim.commit`` raises: nothing was destroyed then."""
    state = read_state(folder)
    if state is None:
        raise ConfigurationError(f"{folder} was not brought from a depot")
    former = []
    for path in sorted((folder / "warc" / claim.name).glob(f"*{SUFFIX}")):
        if path.name in state.manifest.warc and _digest(path) != state.manifest.warc[path.name][1]:
            former.append(path.name)
            del state.manifest.warc[path.name]
            _rename(folder, path, _free_name(path, claim.epoch))
    state.manifest.destroyed = [*state.manifest.destroyed, *former]
    save_state(folder, state)
    outcome = claim.head.committed.outcome if claim.head.committed else SliceOutcome(0)
    claim.commit(folder, outcome, anew=True)
    claim.objects.delete([warc_key(claim.name, name) for name in former])
    if (after := read_state(folder)) is not None:
        sweep(claim.objects, claim.name, after.manifest.packs | {after.base})


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _free_name(path: Path, epoch: int) -> Path:
    named = re.fullmatch(r"(.+-\d{6})-\d{3,}(?:-e\d+)?", path.name.removesuffix(SUFFIX))
    series, number = named[1] if named else path.name.removesuffix(SUFFIX), 1
    while (found := path.with_name(f"{series}-{number:03d}-e{epoch}{SUFFIX}")).exists():
        number += 1
    return found


def _rename(folder: Path, path: Path, target: Path) -> None:
    names = [place.relative_to(folder).as_posix() for place in (target, path)]
    with closing(sqlite3.connect(folder / FILENAME)) as db, db:
        for table in ("captures", "expunged"):
            db.execute(f"update {table} set filename = ? where filename = ?", names)
    path.rename(target)
