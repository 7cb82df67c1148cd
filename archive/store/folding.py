"""Revisions of a run that are no edits become one with their predecessor: takes what the run stored, inside the caller's transaction, and
leaves states that a person wrote.

No edit is what differs in boilerplate alone, in where paragraphs end, or in lines that the page writes anew at each visit (today's date,
how often it was read). For such a line the clock of the two visits is one sign, and it takes a second: the same line stands in other
articles too, or it had changed in the same way before. A line of which only some numbers differ has to have changed before, and in
several articles in this run. The one change before that stays an edit: no edit is hidden.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlite_utils import Database

from archive.clock import moment
from archive.store.revision_digest import content_key, undivided_key
from archive.text.content_key import same_time
from archive.text.fingerprint import fingerprint
from archive.text.visits import VisitLine, differs_in_numbers, is_of_visit, visit_lines

AT_ONCE = 3  # articles: a line in which only numbers differ, whatever they are, is the site's where it changes in so many in one run


def provisional(db: Database, site_id: int, since: str) -> list[tuple[int, int]]:
    """(revision, its predecessor) of current revisions first seen at or after ``since``."""
    sql = """
        select new.id, old.id
        from articles
        join revisions as new on new.id = articles.revision_id
        join revisions as old on old.article_id = new.article_id and old.number = new.number - 1
        where articles.site_id = ? and new.seen_at >= ?
        """
    return list(db.execute(sql, [site_id, since]))


def fold(db: Database, site_id: int, since: str) -> int:
    """Fold provisional revisions whose content is that of their predecessor; their captures go to it."""
    folded, others = 0, list[OtherVisit]()
    for new_id, old_id in provisional(db, site_id, since):
        sql = "select content_key, coalesce(published_at, '') from revisions where id = ?"
        new, old = (db.execute(sql, [revision_id]).fetchone() for revision_id in (new_id, old_id))
        if not same_time(new[1], old[1]):
            continue
        if new[0] == old[0] or undivided_key(db, new_id) == undivided_key(db, old_id):
            _put_into(db, new_id, old_id)
            folded += 1
        elif (found := _other_visit(db, new_id, old_id)) is not None:
            others.append(found)
    wordings = SitesLines(db, site_id, others)
    for visit in others:
        if all(wordings.prove(line) or (wordings.suspect(line) and _changed_before(db, visit.old, line)) for line in visit.lines):
            parts = "select part from revision_captures where revision_id = ?"  # as for a text that was seen again: one of each is enough
            db.execute(f"delete from revision_captures where revision_id = ? and part in ({parts})", [visit.new_id, visit.old["id"]])
            _put_into(db, visit.new_id, visit.old["id"])
            folded += 1
    return folded


def _put_into(db: Database, new_id: int, old_id: int) -> None:
    last_seen, article_id = db.execute("select last_seen_at, article_id from revisions where id = ?", [new_id]).fetchone()
    db.execute(
        """
        update articles
        set revision_id = old.id, title = old.title, byline = old.byline, published_at = old.published_at
        from revisions as old
        where articles.id = ? and old.id = ?
        """,
        [article_id, old_id],
    )
    db.execute("update revisions set last_seen_at = ? where id = ?", [last_seen, old_id])
    db.execute("update or ignore revision_captures set revision_id = ? where revision_id = ?", [old_id, new_id])
    db.execute("delete from revision_captures where revision_id = ?", [new_id])
    db.execute("delete from blocks where revision_id = ?", [new_id])
    db.execute("delete from revisions where id = ?", [new_id])


@dataclass(frozen=True, slots=True)
class OtherVisit:
    """A revision that differs from the state ``old`` in nothing but lines that may be written anew at each visit."""

    new_id: int
    old: Mapping[str, Any]
    lines: Sequence[VisitLine]


class SitesLines:
    """What other articles of a site say of a line."""

    def __init__(self, db: Database, site_id: int, visits: Sequence[OtherVisit]) -> None:
        self._db, self._site_id, self._visits = db, site_id, visits
        changed = {(fingerprint(line.pair[1]), visit.old["article_id"]) for visit in visits for line in visit.lines}
        self._changed = Counter(wording for wording, _ in changed)  # wording -> articles in which it has changed in this run

    def prove(self, line: VisitLine) -> bool:
        """A clock or a counter explains it, and it stands in other articles too."""
        return line.explained and not self._recurring.isdisjoint(_wordings(line))

    def suspect(self, line: VisitLine) -> bool:
        """Whether it is enough that it has changed before: else it has to change in many articles at once."""
        return line.explained or self._changed[fingerprint(line.pair[1])] >= AT_ONCE

    @cached_property
    def _recurring(self) -> set[str]:
        """Of the wordings that a clock or a counter explains, those that stand in several articles."""
        asked = {wording for visit in self._visits for line in visit.lines if line.explained for wording in _wordings(line)}
        sql = """
            select blocks.fingerprint
            from articles
            join revisions on revisions.article_id = articles.id
            join blocks on blocks.revision_id = revisions.id
            where articles.site_id = ? and blocks.fingerprint <> '' and blocks.fingerprint in (select value from json_each(?))
            group by blocks.fingerprint
            having count(distinct articles.id) > 1
            """
        return {found for (found,) in self._db.execute(sql, [self._site_id, json.dumps([*asked])])}


def _wordings(line: VisitLine) -> Iterable[str]:
    return map(fingerprint, (*line.pair, *line.paragraphs))


def _other_visit(db: Database, new_id: int, old_id: int) -> OtherVisit | None:
    """None where two states differ in anything else."""
    new, old = _state(db, new_id), _state(db, old_id)
    lines = visit_lines(_body(old), old["seen_at"], _body(new), new["seen_at"])
    if not lines:
        return None
    texts = iter(_body(old))
    as_before = [{**block, "text": next(texts)} if block["kind"] == "body" else block for block in new["blocks"]]
    return OtherVisit(new_id, old, lines) if content_key(new, as_before) == content_key(old, old["blocks"]) else None


def _changed_before(db: Database, state: Mapping[str, Any], line: VisitLine) -> bool:
    """Whether the state before this one had the line too, and it changed in the same way."""
    sql = "select text, seen_at from revisions where article_id = ? and number = ?"
    before = db.execute(sql, [state["article_id"], state["number"] - 1]).fetchone()
    if before is None:
        return False
    visits, now = (moment(before[1]), moment(state["seen_at"])), line.pair[0]
    earlier = ((was, now) for was in before[0].split("\n") if was != now)
    return any(is_of_visit(pair, *visits) if line.explained else differs_in_numbers(pair) for pair in earlier)


def _state(db: Database, revision_id: int) -> dict[str, Any]:
    row = next(db.query("select * from revisions where id = ?", [revision_id]))
    blocks = db.query("select kind, text, html from blocks where revision_id = ? order by position", [revision_id])
    return {**row, "blocks": list(blocks)}


def _body(state: Mapping[str, Any]) -> list[str]:
    return [block["text"] for block in state["blocks"] if block["kind"] == "body"]
