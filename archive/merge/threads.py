"""Two histories of one comment become one: takes what both archives saw of it, gives its states in the order of time.

By the store's rules a page never overrules what REST said of a comment: of two doors REST's states stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archive.merge.histories import Observation, periods
from archive.merge.references import Schema
from archive.store.comments import COLUMNS, digest, digest_of_earlier
from archive.text.content_key import comment_key
from archive.text.packed import packed

Row = Mapping[str, Any]

DIFFERING = """
    select theirs.id as old, ours.id as new
    from temp.touched
    cross join source.comments as theirs on theirs.article_id = touched.old
    join temp.map_comments on map_comments.old = theirs.id and not map_comments.fresh
    join main.comments as ours on ours.id = map_comments.new
    where not touched.fresh
      and (
        ours.door <> theirs.door
        or (select count(*) from source.comment_states where comment_id = theirs.id) > 1
        or (select count(*) from main.comment_states where comment_id = ours.id) > 1
        or exists (
          select 1
          from source.comment_states as states
          join temp.map_comment_states on map_comment_states.old = states.id and map_comment_states.fresh
          where states.comment_id = theirs.id
        )
      )
    """
SEEN = """
    update main.comments
    set first_seen_at = min(comments.first_seen_at, theirs.first_seen_at), last_seen_at = max(comments.last_seen_at, theirs.last_seen_at)
    from temp.map_comments
    join source.comments as theirs on theirs.id = map_comments.old
    where map_comments.new = comments.id and not map_comments.fresh
      and (theirs.first_seen_at < comments.first_seen_at or theirs.last_seen_at > comments.last_seen_at)
    """
STATE_SEEN = """
    update main.comment_states
    set
      seen_at = theirs.seen_at,
      capture_id = coalesce((select new from temp.map_captures where old = theirs.capture_id), comment_states.capture_id)
    from temp.map_comment_states
    join source.comment_states as theirs on theirs.id = map_comment_states.old
    where map_comment_states.new = comment_states.id and not map_comment_states.fresh and theirs.seen_at < comment_states.seen_at
    """


def join_threads(db: Database, schema: Schema) -> set[int]:
    """Every comment that both archives hold. Returns the articles whose threads are to be put in order."""
    articles: set[int] = set()
    states = StatesOfBoth(db, schema)
    for old, new in db.execute(DIFFERING).fetchall():
        if states.join(old, new):
            articles.add(db.execute("select article_id from comments where id = ?", [new]).fetchone()[0])
    db.execute(STATE_SEEN)
    db.execute(SEEN)
    return articles


class StatesOfBoth:
    """Comments whose states differ between the archives."""

    def __init__(self, db: Database, schema: Schema) -> None:
        self.db = db
        self.parts = schema.to("comment_states")

    def join(self, old: int, new: int) -> bool:
        """Write the states of one comment. Whether anything of it changed."""
        ours = next(self.db.query("select * from main.comments where id = ?", [new]))
        theirs = next(self.db.query("select * from source.comments where id = ?", [old]))
        states = {row["id"]: row for row in self.db.query("select * from main.comment_revisions where comment_id = ?", [new])}
        told: set[Observation] = {(row["seen_at"], row["id"]) for row in states.values()}
        last = max(states.values(), key=lambda row: row["number"])["id"]
        told.add((ours["last_seen_at"], last))
        brought, their_last = self._brought(old, states)
        told |= {(row["seen_at"], row["id"]) for row in brought.values()}
        told.add((theirs["last_seen_at"], their_last))
        rows: dict[int, Row] = {**states, **{i: row for i, row in brought.items() if i not in states}}
        if ours["door"] != theirs["door"]:
            standing = {*states} if ours["door"] == "rest" else {*brought}
            told = {one for one in told if one[1] in standing}
        found = periods(told, rows, lambda one, other: one["content_key"] == other["content_key"])
        present = self._present(ours, theirs, last, their_last, found[-1].rows)
        return self._write(ours, states, rows, [(period.seen_at, period.rows[0]) for period in found], present)

    def _brought(self, old: int, states: Mapping[int, Row]) -> tuple[dict[int, Row], int]:
        """Their states by the ids that they have here, and the id of the last one."""
        sql = """
            select
              map.new as id, states.number, states.seen_at, states.digest, states.content_key, states.author, states.text,
              (select new from temp.map_comments where old = states.parent_id) as parent_id,
              (select new from temp.map_captures where old = states.capture_id) as capture_id
            from source.comment_revisions as states
            join temp.map_comment_states as map on map.old = states.id
            where states.comment_id = ?
            order by states.number
            """
        rows = list(self.db.query(sql, [old]))
        return {row["id"]: row for row in rows}, rows[-1]["id"]

    def _present(self, ours: Row, theirs: Row, last: int, their_last: int, shown: list[int]) -> Row:
        """The row whose columns are those of the present state: where both archives show it, REST's, else that of the later one."""
        candidates = [row for row, state in ((ours, last), (theirs, their_last)) if state in shown]
        return max(candidates, key=lambda row: (row["door"] == "rest", row["last_seen_at"])) if candidates else ours

    def _write(self, ours: Row, states: Mapping[int, Row], rows: Mapping[int, Row], wanted: list[tuple[str, int]], present: Row) -> bool:
        before = [(row["seen_at"], row["id"]) for row in sorted(states.values(), key=lambda row: row["number"])]
        columns = (*COLUMNS, "door")
        same = all(ours[name] == present[name] for name in columns)
        if before == wanted and same:
            return False
        comment_id, used = ours["id"], set[int]()
        plan: list[tuple[int | None, int, str, Row]] = []
        for number, (seen_at, row_id) in enumerate(wanted, 1):
            plan.append((None if row_id in used else row_id, number, seen_at, rows[row_id]))
            used.add(row_id)
        self._drop([row_id for row_id in states if row_id not in used], wanted[-1][1])
        self.db.execute("update comment_states set number = -number where comment_id = ?", [comment_id])
        if not same:
            self.db.execute(
                f"update comments set {', '.join(f'{name} = ?' for name in columns)} where id = ?",
                [*(present[name] for name in columns), comment_id],
            )
        for kept, number, seen_at, row in plan:
            self._save_state(comment_id, kept, number, seen_at, row, states)
        self._seal(comment_id, present)
        return True

    def _drop(self, gone: list[int], into: int) -> None:
        for row_id in gone:
            for table, column in self.parts:
                self.db.execute(f"update or ignore {table} set {column} = ? where {column} = ?", [into, row_id])
                self.db.execute(f"delete from {table} where {column} = ?", [row_id])
            self.db.execute("delete from comment_states where id = ?", [row_id])

    def _save_state(self, comment_id: int, row_id: int | None, number: int, seen_at: str, row: Row, states: Mapping[int, Row]) -> None:
        if row_id in states:
            self.db.execute("update comment_states set number = ?, seen_at = ? where id = ?", [number, seen_at, row_id])
            return
        self.db.execute(
            """
            insert into comment_states(id, comment_id, number, seen_at, digest, content_key, author, text, parent_id, capture_id)
            select ?, ?, ?, ?, ?, ?, nullif(?, author), nullif(?, text), ?, ? from comments where id = ?
            """,
            [
                *(row_id, comment_id, number, seen_at, packed(row["digest"]), packed(row["content_key"]), row["author"], row["text"]),
                *(row["parent_id"], row["capture_id"], comment_id),
            ],
        )

    def _seal(self, comment_id: int, present: Row) -> None:
        """The present state is the comment's own, and the digests of those before follow from their numbers."""
        sql = "select id from comment_states where comment_id = ? order by number desc"
        last, *earlier = [row_id for (row_id,) in self.db.execute(sql, [comment_id]).fetchall()]
        self.db.execute(
            "update comment_states set author = null, text = null, digest = ?, content_key = ? where id = ?",
            [packed(digest(present)), packed(comment_key(present)), last],
        )
        for row_id in earlier:
            self.db.execute("update comment_states set digest = ? where id = ?", [packed(digest_of_earlier(self.db, row_id)), row_id])
