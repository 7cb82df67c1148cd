"""A site's archive on a worker's disk: takes its folder, remembers which snapshot it goes on from, puts settings and decisions into it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.clock import now
from archive.db.blank import make_blank
from archive.db.connection import FILENAME, open_as_it_is
from archive.db.schema import is_older
from archive.depot.heads import SiteHead
from archive.depot.manifest import DamagedPack, Manifest, digest_of
from archive.store.decisions import note_decisions, take_decision
from archive.store.settle import settle
from archive.store.site_settings import save_site_settings, set_visited, site_settings
from archive.store.store import NEVER, Store
from archive.whole_file import UNFINISHED, write_whole

STATE = "brought.json"
CARRIED = ("warc/seals", "warc/decisions.jsonl")  # what lies beside database and WARC files, and goes with them


@dataclass(slots=True)
class Brought:
    """What a folder holds of a depot. ``base``: the object with the manifest of the snapshot that it goes on from, '' before the first."""

    url: str
    name: str
    base: str
    nonce: str  # of the claim under which it was brought last
    decided: int
    manifest: Manifest


def read_state(folder: Path) -> Brought | None:
    """None where the folder was not brought from a depot, or not to the end."""
    try:
        row = json.loads((folder / STATE).read_bytes())
        return Brought(**row | {"manifest": Manifest.read(row["manifest"].encode())})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, DamagedPack):
        return None


def save_state(folder: Path, state: Brought) -> None:
    row = {**asdict(state), "manifest": state.manifest.content().decode()}
    write_whole(folder / STATE, json.dumps(row).encode())


def forget_state(folder: Path) -> None:
    (folder / STATE).unlink(missing_ok=True)


def put_aside(folder: Path) -> None:
    """Move away a database that goes on from nothing that the depot has."""
    stamp = now().replace(":", "")
    for path in folder.glob(f"{FILENAME}*"):
        path.rename(path.with_name(f".{path.name}.former-{stamp}"))
    forget_state(folder)


def is_same(path: Path, digest: str) -> bool:
    return path.is_file() and digest_of(path.read_bytes()) == digest


def carried_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(path in the folder, content) of what goes along."""
    for name in CARRIED:
        place = folder / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and not path.name.endswith(UNFINISHED):
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def prepare(folder: Path, head: SiteHead, decisions: list[dict[str, Any]]) -> None:
    """The site, its settings and what was decided, written into the archive where they are not in it."""
    own = [line for line in decisions if line.get("site") in (None, head.name)]
    if not own and _is_prepared(folder, head):
        return
    make_blank(folder)
    with closing(Store(folder)) as store:
        row = store.ensure_site(head.name, head.home)
        with store.transaction():
            _save_settings(store.db, row["id"], head)
            taken = [line for line in own if take_decision(store.db, line)]
            if any(line["kind"] == "label" for line in taken):
                settle(store.db, row["id"], NEVER)
            note_decisions(store.db, folder)


def _is_prepared(folder: Path, head: SiteHead) -> bool:
    if not (folder / FILENAME).is_file():
        return False
    try:
        with closing(open_as_it_is(folder).conn) as connection:
            db = Database(connection)
            if is_older(db):
                return False
            row = next(db.query("select * from sites where home = ?", [head.home]), None)
            same = row is not None and (row["paused_at"], row["removed_at"]) == (head.paused_at, head.removed_at)
            return row is not None and same and site_settings(db, row["id"]) == dict(head.settings)
    except sqlite3.DatabaseError:
        return False


def _save_settings(db: Database, site_id: int, head: SiteHead) -> None:
    save_site_settings(db, site_id, {**dict.fromkeys(site_settings(db, site_id), ""), **head.settings})
    set_visited(db, site_id, paused_at=head.paused_at, removed_at=head.removed_at)
    db.execute("update sites set added_at = coalesce(added_at, ?) where id = ?", [head.added_at, site_id])
