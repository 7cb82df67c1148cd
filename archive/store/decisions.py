"""What people overruled, and how it is taken back: a decision is a row that is never changed; the last one on a thing stands.

Decisions are the one thing that no capture can tell again, so each is also a line of ``warc/decisions.jsonl``: an archive that is built
again from its WARC files reads them there. What a decision names by an id of ours (a capture, a comment) is named there as well by
what stays: the id of the record, or the site's own id.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from archive.errors import StorageError

Kind = Literal["label", "accept", "reject", "withhold", "pseudonymise", "spelling"]
DECISIONS = "warc/decisions.jsonl"  # relative to the archive's folder
UNDONE = "undone"  # the value of a row that takes the decision before it back


def decide(db: Database, kind: Kind, ref: str, value: str, reason: str | None, at: str) -> None:
    """Write a decision down. Runs inside the caller's transaction."""
    db.execute("insert into decisions(kind, ref, value, reason, decided_at) values (?, ?, ?, ?, ?)", [kind, ref, value, reason, at])


def note_decisions(db: Database, folder: Path) -> None:
    """Add to the file of decisions those that it does not hold, and sync it. Raises StorageError."""
    path, rows = folder / DECISIONS, [_spoken(db, row) for row in db.query("select * from decisions order by id")]
    held = [_subject(line) for line in read_decisions(folder)] if rows else []
    if missing := [row for row in rows if _subject(row) not in held]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "ab") as file:
                cut = path.stat().st_size and not path.read_bytes().endswith(b"\n")  # a line that a full disk left
                file.write(b"\n" * cut + b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in missing))
                file.flush()
                os.fdatasync(file.fileno())
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror or error}") from error


def read_decisions(folder: Path) -> list[dict[str, Any]]:
    """The lines of the file of decisions, the first first; a line that is none, as a full disk leaves one, is passed over."""
    found: list[dict[str, Any]] = []
    path = folder / DECISIONS
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in ("kind", "ref", "value", "decided_at")):
            found.append(row)
    return found


def _subject(line: dict[str, Any]) -> dict[str, Any]:
    """A line without our id, where it names its subject by something that stays."""
    return {name: value for name, value in line.items() if name != "ref" or not line.keys() & {"record_id", "comment"}}


def _spoken(db: Database, row: dict[str, Any]) -> dict[str, Any]:
    """A decision as its line says it."""
    line = {name: row[name] for name in ("kind", "ref", "value", "reason", "decided_at")}
    if row["kind"] == "accept" and row["ref"].isdecimal():
        found = db.execute("select record_id from captures where id = ?", [int(row["ref"])]).fetchone()
        return line | ({"record_id": found[0]} if found else {})
    if row["kind"] == "withhold" and row["ref"].startswith("comment:"):
        sql = "select articles.url, comments.source_id from comments join articles on articles.id = article_id where comments.id = ?"
        found = db.execute(sql, [row["ref"].removeprefix("comment:")]).fetchone()
        return line | ({"article": found[0], "comment": found[1]} if found else {})
    return line


def take_decision(db: Database, line: dict[str, Any]) -> bool:
    """Make a row of a line of the file; False while what it is about is not in this archive."""
    ref = meant(db, line)
    if ref is None:
        return False
    row = [line["kind"], ref, line["value"], line.get("reason"), line["decided_at"]]
    same = "select 1 from decisions where kind = ? and ref = ? and value = ? and reason is ? and decided_at = ?"
    if not db.execute(same, row).fetchone():
        db.execute("insert into decisions(kind, ref, value, reason, decided_at) values (?, ?, ?, ?, ?)", row)
    return True


def meant(db: Database, line: dict[str, Any]) -> str | None:
    """What a line of the file of decisions is about in this archive: the ``ref`` of its row; None while that is not there."""
    found = None
    if "record_id" in line:
        found = db.execute("select id from captures where record_id = ?", [line["record_id"]]).fetchone()
        return str(found[0]) if found else None
    if "comment" in line:
        sql = """
            select comments.id
            from comments
            join urls on urls.article_id = comments.article_id
            where urls.url = ? and comments.source_id = ?
            """
        found = db.execute(sql, [line["article"], line["comment"]]).fetchone()
        return f"comment:{found[0]}" if found else None
    return str(line["ref"])


def decided(db: Database, kind: Kind) -> dict[str, dict[str, Any]]:
    """What stands: ref -> its last decision, those taken back left out, in the order of time."""
    last = {row["ref"]: row for row in db.query("select * from decisions where kind = ? order by id", [kind])}
    return {ref: row for ref, row in last.items() if row["value"] != UNDONE}


def listed(db: Database, kind: Kind) -> list[str]:
    """Every decision of a kind that was ever taken, a line each, the latest first."""
    rows = db.query("select * from decisions where kind = ? order by id desc", [kind])
    return [f"{r['decided_at']}  {r['ref']}  {r['value']}{': ' + r['reason'] if r['reason'] else ''}" for r in rows]
