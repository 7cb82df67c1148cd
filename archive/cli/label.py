"""``python -m archive label``: takes a wording and its kind, stores the decision and relabels every text at once; or takes two spellings
of a name, and stores whether they are one.
"""

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
from archive.queries.mentions import is_written
from archive.queries.search_query import QueryTerm
from archive.queries.spelling_decisions import DIFFERENT, SAME, SPELLING, decided_on_pages, pair_ref, standing_decisions
from archive.store.decisions import UNDONE, decided, listed
from archive.text.fingerprint import KINDS, fingerprint
from archive.text.plaintext import counted, one_line

HELP = "say what a wording is (body, bio, appeal, ...) wherever it stands; texts change at once, nothing is deleted"


ARGUMENTS = (
    f"FINGERPRINT|TEXT is a block's fingerprint, or its whole text. KIND is one of {', '.join(KINDS)}.\n\n"
    "With --spelling, two ways of writing a name count as one in /mentions and for name: in a search; with --different too they never do, "
    "and are proposed no more."
)


@archive_command("label", HELP, ARGUMENTS)
@click.argument("wording", metavar="[FINGERPRINT|TEXT]", required=False)
@click.argument("kind", metavar="[KIND]", type=click.Choice(KINDS), required=False)
@click.option("--spelling", nargs=2, metavar="NAME OTHER", help="two spellings of one name, as: --spelling Shabaab Shabab")
@click.option("--different", is_flag=True, help="the two spellings are different names")
@decision_options(
    listed="what was learned, what was decided, and every decision taken",
    undo="take the decision back: the archive's own rules label the wording again",
)
def command(
    folder: Path,
    wording: str | None,
    kind: str | None,
    spelling: tuple[str, str] | None,
    different: bool,
    reason: str | None,
    undo: bool,
    listing: bool,
) -> int:
    if different and not spelling:
        raise ConfigurationError("--different says something of two spellings: write label --spelling NAME OTHER --different")
    if spelling:
        if wording or kind or listing:
            raise ConfigurationError("write: label --spelling NAME OTHER, and no wording or --list beside it")
        return decide_spelling(folder, spelling, different, reason, undo)
    with closing(open_for_reading(folder)) as db:
        if listing:
            lines = [*learned_lines(db), *listed(db, "label"), *listed(db, SPELLING), *page_lines(folder)]
            print("\n".join(lines) or "nothing was learned, and nothing was decided")
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


def decide_spelling(folder: Path, pair: tuple[str, str], different: bool, reason: str | None, undo: bool) -> int:
    """Say that two spellings are one name, or are not, or take that back. Raises ConfigurationError for a spelling that stands in no
    text: it may be mistyped.
    """
    one, other = (" ".join(name.split()) for name in pair)
    ref = pair_ref(one, other)
    if one.casefold() == other.casefold() or not all(any(character.isalnum() for character in name) for name in pair):
        raise ConfigurationError("write two spellings that differ, as: label --spelling Shabaab Shabab")
    with closing(open_for_reading(folder)) as db:
        counts = [is_written(db.conn, QueryTerm(name).match()) for name in (one, other)]
        on_pages = {one.ref for one in standing_decisions(decided_on_pages(folder))}
        if undo and ref not in decided(db, SPELLING) and ref not in on_pages:
            raise ConfigurationError(f"nobody decided on {ref}: there is nothing to take back")
    if not undo and 0 in counts:
        raise ConfigurationError(f"no article and no comment has {(one, other)[counts.index(0)]}: is it written so?")
    with closing(open_deciding(folder)) as store:
        store.decide(SPELLING, ref, UNDONE if undo else DIFFERENT if different else SAME, reason)
    said = "are as the lists have them" if undo else "are different names" if different else "are one name"
    print(f"{one} and {other} {said}: {counted(counts[0], 'text')} and {counted(counts[1], 'text')} have them")
    return 0


def page_lines(folder: Path) -> list[str]:
    """What was decided on spellings on pages, by who was logged in."""
    return [f"{one.decided_at}  {one.ref}  {one.value}  (on a page, by {one_line(one.account)})" for one in decided_on_pages(folder)]


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
