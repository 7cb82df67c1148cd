"""Two histories of one article become one: takes the observations of both archives, gives revisions in the order of time.

A state was observed when it was first seen and when it was last seen. Observations that follow one another and show the same state
are one revision; a state that was left and came back is two. The store's rules say what the same state is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.merge.references import Schema
from archive.store.articles import record_earlier
from archive.store.reread import classify_again
from archive.text.content_key import normalised, same_time

APART = 1_000_000  # added to the numbers of states that are brought to a history that is held, until it is put in order
Row = Mapping[str, Any]
Observation = tuple[str, int]  # when, and the id of the revision or state that was seen


@dataclass(slots=True)
class StateSpan:
    """A state while it lasted, as far as it was observed."""

    seen_at: str
    last_seen_at: str
    rows: list[int] = field(default_factory=list)  # ids that show the state, the one seen first at the front


def periods(observations: Iterable[Observation], rows: Mapping[int, Row], same: Any) -> list[StateSpan]:
    """The states in the order of time. Pure. ``same`` says of two rows whether they are one state."""
    found: list[StateSpan] = []
    for at, row_id in sorted(observations, key=lambda o: (o[0], rows[o[1]]["seen_at"], rows[o[1]]["number"])):
        if found and any(row_id == other or same(rows[other], rows[row_id]) for other in reversed(found[-1].rows)):
            found[-1].last_seen_at = at
            found[-1].rows += [row_id] if row_id not in found[-1].rows else []
        else:
            found.append(StateSpan(at, at, [row_id]))
    return found


def same_state(one: Row, other: Row) -> bool:
    """Whether two revisions, the earlier one first, are one state, by the rules of the store: equal content; or another extractor's
    reading of an article that says it did not change. Another door shows another part of a page: its text and headline decide."""
    if one["content_key"] == other["content_key"] and same_time(one["published_at"] or "", other["published_at"] or ""):
        return True
    if one["door"] != other["door"]:
        return all(normalised(one[name]) == normalised(other[name]) for name in ("title", "text"))
    return bool(one["extractor"] != other["extractor"] and one["modified_at"] == other["modified_at"])


def shown_by(period: StateSpan, rows: Mapping[int, Row]) -> int:
    """The row that stands for a period: REST's before the page's; of two extractors' readings the later; else the one seen first."""
    best = period.rows[0]
    for row_id in period.rows[1:]:
        one, other = rows[best], rows[row_id]
        if one["door"] != other["door"]:
            best = row_id if other["door"] == "rest" else best
        elif one["extractor"] != other["extractor"] and other["extracted_at"] > one["extracted_at"]:
            best = row_id
    return best


class Revisions:
    """The revisions of articles that both archives hold."""

    def __init__(self, db: Database, schema: Schema) -> None:
        self.db = db
        self.parts = [
            (t, c) for t, c in schema.to("revisions") if (t, c) not in (("articles", "revision_id"), ("block_spans", "revision_id"))
        ]
        self.columns = [c for c in schema.columns["revisions"] if c not in ("id", "number", "seen_at", "last_seen_at")]
        self.spans = [c for c in schema.columns["block_spans"] if c != "revision_id"]

    def put_in_order(self, article_id: int, observed: Iterable[Observation] = ()) -> list[tuple[int, int]]:
        """Interleave, fold and number the revisions of an article, make the last one current, and say what kind of change lies between
        those that became neighbours. ``observed``: further observations. Returns those pairs: (revision, its predecessor)."""
        rows = {row["id"]: row for row in self.db.query("select * from revisions where article_id = ?", [article_id])}
        told = {(row[name], row["id"]) for row in rows.values() for name in ("seen_at", "last_seen_at")} | set(observed)
        found = periods(told, rows, same_state)
        before = [row["id"] for row in sorted(rows.values(), key=lambda row: row["number"]) if row["number"] < APART]
        shown = self._distribute(found, rows)
        self._number(article_id, shown, found, rows)
        if before == shown:
            return []
        old_pairs = set(zip(before[1:], before, strict=False))
        pairs = [pair for pair in zip(shown[1:], shown, strict=False) if pair not in old_pairs]
        self.db.execute("update revisions set change = null, declared = null where id = ? and change is not null", [shown[0]])
        classify_again(self.db, pairs)
        return pairs

    def _distribute(self, found: Sequence[StateSpan], rows: dict[int, dict[str, Any]]) -> list[int]:
        """The row of each period. One that stands for two periods is copied; those that stand for none give what they have away."""
        best = [shown_by(period, rows) for period in found]
        taken: set[int] = set()
        shown: list[int] = []
        for row_id in best:
            shown.append(self._copy(rows, row_id) if row_id in taken else row_id)
            taken.add(row_id)
        for period, row_id in zip(found, shown, strict=True):
            for other in period.rows:
                if other not in taken:
                    self._fold(rows[other], rows[row_id])
                    taken.add(other)
        return shown

    def _copy(self, rows: dict[int, dict[str, Any]], row_id: int) -> int:
        """The same state again, which came back after another one."""
        columns = ", ".join(self.columns)
        sql = f"""
            insert into revisions(number, seen_at, last_seen_at, {columns})
            select -1 - (select max(id) from revisions), seen_at, last_seen_at, {columns}
            from revisions
            where id = ?
            """
        new = int(self.db.execute(sql, [row_id]).lastrowid or 0)
        spans = ", ".join(self.spans)
        self.db.execute(
            f"insert into block_spans(revision_id, {spans}) select ?, {spans} from block_spans where revision_id = ?", [new, row_id]
        )
        sql = """
            insert into revision_captures(revision_id, capture_id, part)
            select ?, capture_id, part from revision_captures where revision_id = ?
            """
        self.db.execute(sql, [new, row_id])
        rows[new] = next(self.db.query("select * from revisions where id = ?", [new]))
        return new

    def _fold(self, row: Row, into: Row) -> None:
        """Give what refers to a revision to another one that shows the same state, and drop it."""
        if row["digest"] != into["digest"]:
            [crawl] = self.db.execute(
                "select coalesce((select max(crawl_id) from revision_captures join captures on captures.id = capture_id "
                "where revision_id = ?), (select max(id) from crawls))",
                [into["id"]],
            ).fetchone()
            known = "select 1 from rereadings where revision_id = ? and digest = ?"
            if crawl is not None and not self.db.execute(known, [into["id"], row["digest"]]).fetchone():
                record_earlier(self.db, crawl, into["extracted_at"], row, revision_id=into["id"], extractor=row["extractor"])
        tie_parts(self.db, into["id"], row["id"])
        for table, column in self.parts:
            if table != "revision_captures":
                self.db.execute(f"update or ignore {table} set {column} = ? where {column} = ?", [into["id"], row["id"]])
            self.db.execute(f"delete from {table} where {column} = ?", [row["id"]])
        self.db.execute("update articles set revision_id = ? where revision_id = ?", [into["id"], row["id"]])
        self.db.execute("delete from block_spans where revision_id = ?", [row["id"]])
        self.db.execute("delete from revisions where id = ?", [row["id"]])

    def _number(self, article_id: int, shown: Sequence[int], found: Sequence[StateSpan], rows: Mapping[int, Row]) -> None:
        wanted = {row_id: (number, *(found[number - 1].seen_at, found[number - 1].last_seen_at)) for number, row_id in enumerate(shown, 1)}
        differ = [(i, v) for i, v in wanted.items() if (rows[i]["number"], rows[i]["seen_at"], rows[i]["last_seen_at"]) != v]
        moved = [(-i, i) for i, v in differ if rows[i]["number"] != v[0]]
        self.db.conn.executemany("update revisions set number = ? where id = ?", moved)  # a number that is to be given may be held still
        self.db.conn.executemany(
            "update revisions set number = ?, seen_at = ?, last_seen_at = ? where id = ?", [(*v, i) for i, v in differ]
        )
        self.db.execute("update articles set revision_id = ? where id = ? and revision_id is not ?", [shown[-1], article_id, shown[-1]])


def tie_parts(db: Database, revision_id: int, other_id: int) -> None:
    """Of each part of a page the capture that was made first shows the revision."""
    held: dict[str, tuple[str, int]] = {}
    sql = """
        select part, captured_at, capture_id
        from revision_captures
        join captures on captures.id = capture_id
        where revision_id = ?
        """
    for part, at, capture_id in db.execute(sql, [revision_id]).fetchall():
        held[part] = (at, capture_id)
    for part, at, capture_id in db.execute(sql, [other_id]).fetchall():
        if part not in held or at < held[part][0]:
            if part in held:
                db.execute("delete from revision_captures where revision_id = ? and part = ?", [revision_id, part])
            db.execute(
                "insert or ignore into revision_captures(revision_id, capture_id, part) values (?, ?, ?)", [revision_id, capture_id, part]
            )
            held[part] = (at, capture_id)
