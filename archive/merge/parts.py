"""What of another archive is new: takes its articles and sites with all of their rows, gives a digest of each.

A row that was changed in place changes the digest of its article or site, so that nothing has to be told by its time or its number.
Texts and blocks are covered by the digests that revisions and states of comments carry.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from archive.db.database import WriterDatabase
from archive.merge.references import Schema
from archive.merge.rules import RULES

Kind = Literal["article", "site"]
COVERED = {"revisions": {"text"}, "comments": {"text"}, "comment_states": {"text"}}  # columns that the row's digest covers
COVERED_TABLES = {"block_spans"}
SIZE = 16


def owned(schema: Schema, kind: Kind) -> Iterable[tuple[str, str, str]]:
    """(table, SQL from which its rows ``theirs`` are read, SQL of the id of its article or site) of all tables whose rows belong to one."""
    for table, rule in RULES.items():
        if table not in schema.columns or not rule.owner:
            continue
        parent = schema.references[table][rule.owner]
        if f"{kind}s" == parent:
            yield table, f"source.{table} as theirs", f"theirs.{rule.owner}"
        elif kind == "article" and parent != "sites":
            if table == "rereadings":
                source = """source.rereadings as theirs
                    left join source.revisions as owner on owner.id = theirs.revision_id
                    left join source.comment_states as state on state.id = theirs.comment_revision_id
                    left join source.comments as comment on comment.id = state.comment_id"""
                yield table, source, "coalesce(owner.article_id, comment.article_id)"
            else:
                yield (
                    table,
                    f"source.{parent} as owner cross join source.{table} as theirs on theirs.{rule.owner} = owner.id",
                    "owner.article_id",
                )


@dataclass(frozen=True, slots=True)
class Share:
    """Articles or sites of a copy whose digests are computed together: those from one id to another one, both included."""

    copy: Path
    schema: Schema
    kind: Kind
    first: int
    last: int


def digests_of(share: Share) -> dict[int, bytes]:
    """Id of an article or site there -> digest over all of its rows."""
    db = WriterDatabase(sqlite3.connect(":memory:", isolation_level=None))
    try:
        db.execute("attach database ? as source", [str(share.copy)])
        return _digests(db, share)
    finally:
        db.close()


def _digests(db: Database, share: Share) -> dict[int, bytes]:
    sums: dict[int, int] = {}
    own = f"{share.kind}s"
    for table, source, part in [(own, f"source.{own} as theirs", "theirs.id"), *owned(share.schema, share.kind)]:
        if table in COVERED_TABLES:
            continue
        columns = [c for c in share.schema.columns[table] if c not in COVERED.get(table, ())]
        row = " || ',' || ".join(f"quote(theirs.{column})" for column in columns)
        sql = f"select {part} as part, {row} from {source} where part between ? and ? order by part"
        for part_id, rows in groupby(db.execute(sql, [share.first, share.last]), key=itemgetter(0)):
            told = ";".join(sorted(row for _, row in rows))
            digest = hashlib.blake2b(f"{table}:{told}".encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()
            sums[part_id] = (sums.get(part_id, 0) + int.from_bytes(digest, "big")) % (1 << 8 * SIZE)
    return {part_id: total.to_bytes(SIZE, "big") for part_id, total in sums.items()}


def is_first(db: Database, archive_id: str) -> bool:
    """Whether nothing of this archive was merged before: all of it is new then."""
    return db.execute("select 1 from merged_parts where archive_id = ?", [archive_id]).fetchone() is None


def changed(db: Database, archive_id: str, kind: Kind, found: dict[int, bytes]) -> dict[int, bytes]:
    """Those that were not merged before as they are now."""
    sql = "select part_id, digest from merged_parts where archive_id = ? and kind = ?"
    held = dict(db.execute(sql, [archive_id, kind]).fetchall())
    return {part_id: digest for part_id, digest in found.items() if held.get(part_id) != digest}


def remember(db: Database, archive_id: str, kind: Kind, merged: dict[int, bytes]) -> None:
    db.conn.executemany(
        "insert or replace into merged_parts(archive_id, kind, part_id, digest) values (?, ?, ?, ?)",
        [(archive_id, kind, part_id, digest) for part_id, digest in merged.items()],
    )
