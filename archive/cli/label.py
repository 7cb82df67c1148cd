"""``python -m archive label``: takes a wording and its kind, stores the decision and relabels every text at once."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import click
from sqlite_utils import Database

from archive.cli.deciding import open_deciding
from archive.cli.options import archive_command, decision_options
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.store.decisions import UNDONE, decided, listed
from archive.text.fingerprint import KINDS, fingerprint
from archive.text.plaintext import counted, one_line

HELP = "say what a wording is (body, bio, appeal, ...) wherever it stands; texts change at once, nothing is deleted"


ARGUMENTS = f"FINGERPRINT|TEXT is a block's fingerprint, or its whole text. KIND is one of {', '.join(KINDS)}."


@archive_command("label", HELP, ARGUMENTS)
@click.argument("wording", metavar="[FINGERPRINT|TEXT]", required=False)
@click.argument("kind", metavar="[KIND]", type=click.Choice(KINDS), required=False)
@decision_options(
    listed="what was learned, what was decided, and every decision taken",
    undo="take the decision back: the archive's own rules label the wording again",
)
def command(folder: Path, wording: str | None, kind: str | None, reason: str | None, undo: bool, listing: bool) -> int:
    with closing(open_for_reading(folder)) as db:
        if listing:
            print("\n".join([*learned_lines(db), *listed(db, "label")]) or "nothing was learned, and nothing was decided")
            return 0
        if not wording or (kind is None) != undo:
            raise ConfigurationError("write: label WORDING KIND, or label WORDING --undo, or label --list")
        ref = known_fingerprint(db, wording)
        if undo and ref not in decided(db, "label"):
            raise ConfigurationError(f"nobody decided on {ref}: there is nothing to take back")
    with closing(open_deciding(folder)) as store:
        before = text_digests(store.db)
        store.decide("label", ref, kind or UNDONE, reason)
        changed = len(text_digests(store.db) ^ before) // 2
    print(f"{ref} is {kind or 'as the archive learned it'}: {counted(changed, 'text')} changed")
    return 0


def text_digests(db: Database) -> set[tuple[int, str]]:
    """(revision id, digest of its blocks) of every revision; a label changes some of the digests."""
    return set(db.execute("select id, digest from revisions").fetchall())


def known_fingerprint(db: Database, wording: str) -> str:
    """The fingerprint of a wording that some block has. Raises ConfigurationError that names blocks which begin like it."""
    ref = wording.lower() if re.fullmatch(r"[0-9a-fA-F]{16}", wording.strip()) else fingerprint(wording)
    if ref and db.execute("select 1 from blocks where fingerprint = ?", [ref]).fetchone():
        return ref
    start = wording.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    sql = r"select distinct fingerprint, text from blocks where text like ? || '%' escape '\' and fingerprint <> '' limit 3"
    near = "; ".join(f"{f} {one_line(text, 60)}" for f, text in db.execute(sql, [start])) if ref else ""
    raise ConfigurationError(
        f"no block has this wording; {'these begin so: ' + near if near else 'give its whole text, or its fingerprint'}"
    )


def learned_lines(db: Database) -> list[str]:
    """What the archive learned of each site, and which of it a person overruled."""
    overruled = decided(db, "label")
    sql = "select boilerplate.*, sites.name as site from boilerplate join sites on sites.id = site_id order by site, articles desc"
    return [
        f"{row['fingerprint']}  {row['kind']:<10}  {one_line(row['text'], 70)}  ({row['site']}: {one_line(row['decided_by'])})"
        + (f"  decided: {overruled[row['fingerprint']]['value']}" if row["fingerprint"] in overruled else "")
        for row in db.query(sql)
    ]
