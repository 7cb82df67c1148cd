"""What people decided in either archive: all of it is kept, in the order of time, so that the last decision on a thing stands."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlite_utils import Database

from archive.store.site_refs import renamed, site_of

FILE = "decisions.jsonl"  # under warc/: decisions as they travel with the evidence
Decision = tuple[str, str, str, str | None, str]  # kind, ref, value, reason, decided_at
COLUMNS = "kind, ref, value, reason, decided_at"


def merge_decisions(db: Database) -> list[Decision]:
    """Bring those that are not held. Returns them."""
    ours: list[Decision] = db.execute(f"select {COLUMNS} from main.decisions order by id").fetchall()
    theirs: list[Decision] = db.execute(f"select {COLUMNS} from source.decisions order by id").fetchall()
    held = {*ours}
    brought = [told for told in dict.fromkeys(_followed(db, decision) for decision in theirs) if told not in held]
    if not brought:
        return []
    if not ours or min(d[4] for d in brought) >= max(d[4] for d in ours):
        _insert(db, brought)
    else:  # what stands is the row with the highest id
        db.execute("delete from main.decisions")
        _insert(db, sorted([*ours, *brought], key=lambda decision: decision[4]))
    return brought


def _insert(db: Database, decisions: list[Decision]) -> None:
    db.conn.executemany(f"insert into main.decisions({COLUMNS}) values (?, ?, ?, ?, ?)", decisions)


def _followed(db: Database, decision: Decision) -> Decision:
    """A decision about one of their captures, comments or sites names it as it is called here."""
    kind, ref, *rest = decision
    found = None
    if kind in ("accept", "reject") and ref.isdecimal():
        found = db.execute("select new from temp.map_captures where old = ?", [int(ref)]).fetchone()
    elif kind == "withhold" and ref.startswith("comment:"):
        sql = """
            select 'comment:' || ours.id
            from source.comments as theirs
            join temp.map_articles on map_articles.old = theirs.article_id
            join main.comments as ours on ours.article_id = map_articles.new and ours.source_id = theirs.source_id
            where theirs.id = ?
            """
        found = db.execute(sql, [int(ref.removeprefix("comment:"))]).fetchone()
    else:
        sql = """
            select theirs.name, ours.name
            from source.sites as theirs
            join temp.map_sites on map_sites.old = theirs.id
            join main.sites as ours on ours.id = map_sites.new
            """
        names = dict(db.execute(sql).fetchall())
        site = site_of(kind, ref, names)
        found = (renamed(kind, ref, site, names[site]),) if site else None
    return (kind, str(found[0]) if found else ref, *rest)  # type: ignore[return-value]


def merge_file(folder: Path, source: Path) -> None:
    """Lines of the other archive's file of decisions that this one's lacks. The file is replaced whole, or not at all."""
    theirs = source / "warc" / FILE
    if not theirs.is_file():
        return
    ours = folder / "warc" / FILE
    held = _lines(ours) if ours.is_file() else []
    known = {*held}
    brought = [line for line in dict.fromkeys(_lines(theirs)) if line not in known]
    if brought:
        ours.parent.mkdir(parents=True, exist_ok=True)
        made = ours.with_name(f".{FILE}.unfinished")
        with open(made, "wb") as file:
            file.write(b"".join(line + b"\n" for line in sorted([*held, *brought], key=_decided_at)))
            file.flush()
            os.fsync(file.fileno())
        made.replace(ours)


def _lines(path: Path) -> list[bytes]:
    """The whole lines of a file: the last one may be being written."""
    return [line for line in path.read_bytes().split(b"\n")[:-1] if line.strip()]


def _decided_at(line: bytes) -> str:
    try:
        return str(json.loads(line).get("decided_at") or "")
    except (ValueError, AttributeError):
        return ""
