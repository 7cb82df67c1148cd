"""Articles that both archives hold become one: their revisions, threads, absences, addresses, and what they show now.

Takes the maps and what ``archive/merge/rows.py`` has brought; everything here is written in place, and only where it differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from archive.errors import StorageError
from archive.merge.absences import COLUMNS as ABSENCE
from archive.merge.absences import joined, save_absences
from archive.merge.histories import Observation, Revisions
from archive.merge.maps import TOUCHED_COMMENTS
from archive.merge.proofs import MOVED_ON, TOGETHER, WITHOUT_EVIDENCE
from archive.merge.references import Schema
from archive.merge.rows import insert, read_from
from archive.merge.threads import join_threads
from archive.store.comments import order_thread
from archive.verify.rows import articles, comments, revisions

Row = Mapping[str, Any]
SHOWN = ("title", "byline", "published_at", "published_on", "published_precision", "year", "month", "word_count", "kind")
"""Columns of an article that say what its current revision says."""
BOTH = "select old, new from temp.touched where not fresh order by new"
IMAGES_HELD = """
    update main.images
    set digest = theirs.digest, capture_id = (select new from temp.map_captures where old = theirs.capture_id)
    from temp.touched
    join source.images as theirs on theirs.article_id = touched.old and theirs.capture_id is not null
    where touched.new = images.article_id and not touched.fresh and images.url = theirs.url and images.capture_id is null
    """
SAME_STATE = """
    select map.new as id, theirs.id as old, theirs.seen_at, theirs.last_seen_at
    from source.revisions as theirs
    join temp.map_revisions as map on map.old = theirs.id
    where theirs.article_id = ?
    """


class Joining:
    """All articles that both archives hold and that the other one has changed since it was merged last."""

    def __init__(self, db: Database, schema: Schema) -> None:
        self.db, self.schema = db, schema
        self.revisions = Revisions(db, schema)
        self.pairs: list[tuple[int, int]] = []  # revisions that became neighbours
        self.articles = list(db.execute(BOTH))

    def join(self) -> None:
        """Needs the rows that are brought to stand here, apart."""
        threads = self._absences()
        threads |= join_threads(self.db, self.schema)
        sql = f"""
            select distinct touched.new
            from {TOUCHED_COMMENTS}
            join temp.map_comments on map_comments.old = theirs.id and map_comments.fresh
            where not touched.fresh
            """
        threads |= {article_id for (article_id,) in self.db.execute(sql)}
        for old, new in self.articles:
            self._join(old, new)
        self.db.execute(IMAGES_HELD)
        for article_id in sorted(threads):
            order_thread(self.db, article_id)

    def put_in_order_again(self) -> None:
        """After labels have changed, what was two states may be one."""
        for _, new in self.articles:
            self.revisions.put_in_order(new)
            self._say_what_is_shown(new)

    def pairs_of(self, site_id: int) -> list[tuple[int, int]]:
        """Revisions of a site that became neighbours: (revision, its predecessor)."""
        sql = "select 1 from revisions join articles on articles.id = article_id where revisions.id = ? and site_id = ?"
        return [pair for pair in self.pairs if self.db.execute(sql, [pair[0], site_id]).fetchone()]

    def prove(self) -> None:
        """Every digest of the joined articles follows from what is stored. Raises StorageError where one does not."""
        ids = [new for _, new in self.articles]
        for start in range(0, len(ids), TOGETHER):
            of_site = f"select id from articles where id in ({', '.join(map(str, ids[start : start + TOGETHER]))})"
            for check in (revisions, comments, articles):
                for finding in check(self.db, of_site):
                    if WITHOUT_EVIDENCE not in finding and MOVED_ON not in finding:
                        raise StorageError(f"what both archives hold could not be joined ({finding}); nothing was merged")

    # absences

    def _absences(self) -> set[int]:
        """Of articles and comments of which either archive observed one. Returns articles whose comments have to be counted again."""
        for old, new in self.articles:
            if self._absent("article_id = ? and comment_id is null", old, new):
                self._join_absences(new, None, old, new)
        sql = f"""
            select theirs.id, map_comments.new, touched.new
            from {TOUCHED_COMMENTS}
            join temp.map_comments on map_comments.old = theirs.id and not map_comments.fresh
            where theirs.id in (select comment_id from source.absences) or map_comments.new in (select comment_id from main.absences)
            """
        found = self.db.execute(sql).fetchall()
        for old, new, article_id in found:
            self._join_absences(article_id, new, old, new)
        return {article_id for _, _, article_id in found}

    def _absent(self, where: str, old: int, new: int) -> bool:
        sql = f"select exists (select 1 from source.absences where {where}) or exists (select 1 from main.absences where {where})"
        return bool(self.db.execute(sql, [old, new]).fetchone()[0])

    def _join_absences(self, article_id: int, comment_id: int | None, old: int, new: int) -> None:
        table, states, key = ("articles", "revisions", "article_id") if comment_id is None else ("comments", "comment_states", "comment_id")
        sightings: set[str] = set()
        for schema, row_id in (("source", old), ("main", new)):
            last = ", last_seen_at" if table == "articles" else ""
            sightings |= set(self.db.execute(f"select first_seen_at, last_seen_at from {schema}.{table} where id = ?", [row_id]).fetchone())
            for row in self.db.execute(f"select seen_at{last} from {schema}.{states} where {key} = ?", [row_id]):
                sightings |= set(row)
        which = "comment_id = ?" if comment_id else "article_id = ? and comment_id is null"
        ours = list(self.db.query(f"select * from main.absences where {which}", [new]))
        followed = self.schema.followed("absences", "capture_id")
        plain = ", ".join(f"theirs.{name}" for name in ABSENCE if name != "capture_id")
        theirs = list(self.db.query(f"select {plain}, {followed} as capture_id from source.absences as theirs where {which}", [old]))
        save_absences(self.db, article_id, comment_id, joined(sightings, [*ours, *theirs]))

    # the article

    def _join(self, old: int, new: int) -> None:
        theirs = next(self.db.query("select * from source.articles where id = ?", [old]))
        ours = next(self.db.query("select * from main.articles where id = ?", [new]))
        observed = set[Observation]()
        for row in self.db.query(SAME_STATE, [old]):
            observed |= {(row["seen_at"], row["id"]), (row["last_seen_at"], row["id"])}
            self._tie(row["id"], row["old"])
        fresh = {
            i
            for (i,) in self.db.execute(
                f"select id from ({SAME_STATE}) where id in (select new from temp.map_revisions where fresh)", [old]
            )
        }
        self.pairs += self.revisions.put_in_order(new, observed)
        [current] = self.db.execute("select revision_id from articles where id = ?", [new]).fetchone()
        if current in fresh:
            self._show_theirs(old, new, theirs)
        self._say_what_is_shown(new)
        self._observe(ours, theirs)

    def _tie(self, revision_id: int, old: int) -> None:
        """The captures that show a revision there, tied to the same revision here."""
        sql = """
            select part, captures.captured_at, map.new
            from source.revision_captures as theirs
            join temp.map_captures as map on map.old = theirs.capture_id
            join source.captures on captures.id = theirs.capture_id
            where theirs.revision_id = ?
            """
        held = """
            select captured_at, capture_id
            from main.revision_captures
            join main.captures on captures.id = capture_id
            where revision_id = ? and part = ?
            """
        for part, at, capture_id in self.db.execute(sql, [old]).fetchall():
            ours = self.db.execute(held, [revision_id, part]).fetchone()
            if ours is None or at < ours[0]:
                self.db.execute("delete from main.revision_captures where revision_id = ? and part = ?", [revision_id, part])
                values = [revision_id, capture_id, part]
                self.db.execute("insert or ignore into main.revision_captures(revision_id, capture_id, part) values (?, ?, ?)", values)

    def _show_theirs(self, old: int, new: int, theirs: Row) -> None:
        """The current state is theirs: so are the article's columns and lists."""
        columns = {name: theirs[name] for name in SHOWN}
        self.db.execute(f"update articles set {', '.join(f'{n} = ?' for n in columns)} where id = ?", [*columns.values(), new])
        for table in self.schema.tables_of("list"):
            self.db.execute("create temp table if not exists held_images as select * from main.images where 0")
            if table == "images":
                self.db.execute("delete from temp.held_images")
                self.db.execute(
                    "insert into temp.held_images select * from main.images where article_id = ? and capture_id is not null", [new]
                )
            self.db.execute(f"delete from main.{table} where article_id = ?", [new])
            insert(self.db, self.schema, table, read_from(self.schema, table), f"touched.old = {old}")
        self.db.execute(
            "update main.images set digest = held.digest, capture_id = held.capture_id from temp.held_images as held "
            "where images.article_id = ? and images.url = held.url and images.capture_id is null",
            [new],
        )

    def _say_what_is_shown(self, article_id: int) -> None:
        """The article says what its current revision says."""
        sql = """
            select revisions.title, revisions.byline, revisions.published_at, revisions.text, revisions.tags,
              articles.title as was_title, articles.byline as was_byline, articles.published_at as was_published_at, word_count
            from articles
            join revisions on revisions.id = articles.revision_id
            where articles.id = ?
            """
        row = next(self.db.query(sql, [article_id]))
        words = len(row["text"].split())
        if words != row["word_count"] or any(row[name] != row[f"was_{name}"] for name in ("title", "byline", "published_at")):
            values = [row["title"], row["byline"], row["published_at"], words, article_id]
            self.db.execute("update articles set title = ?, byline = ?, published_at = ?, word_count = ? where id = ?", values)
        sql = "select kind || ': ' || name from article_tags join tags on tags.id = tag_id where article_id = ?"
        if sorted(name for (name,) in self.db.execute(sql, [article_id])) != row["tags"].splitlines():
            self.db.execute("delete from article_tags where article_id = ?", [article_id])
            self.db.conn.executemany(
                """
                insert or ignore into article_tags(article_id, tag_id)
                select articles.id, tags.id from articles join tags on tags.site_id = articles.site_id
                where articles.id = ? and tags.kind || ': ' || tags.name = ?
                """,
                [(article_id, name) for name in row["tags"].splitlines()],
            )

    def _observe(self, ours: Row, theirs: Row) -> None:
        """When it was seen and asked for, under which address, and what whoever looked last was told."""
        later, earlier = (theirs, ours) if theirs["last_seen_at"] > ours["last_seen_at"] else (ours, theirs)
        columns: dict[str, Any] = {name: later[name] for name in ("modified_at", "url")}
        columns |= {n: later[n] if later[n] is not None else earlier[n] for n in ("source_id", "reported_comment_count", "list")}
        columns["first_seen_at"] = min(ours["first_seen_at"], theirs["first_seen_at"])
        columns |= {
            name: max(ours[name] or "", theirs[name] or "") or None for name in ("last_seen_at", "checked_at", "comments_checked_at")
        }
        if differ := {name: value for name, value in columns.items() if value != ours[name]}:
            self.db.execute(f"update articles set {', '.join(f'{n} = ?' for n in differ)} where id = ?", [*differ.values(), ours["id"]])
        if "url" in differ:
            self.db.execute("update urls set kind = 'alias' where article_id = ? and kind = 'current'", [ours["id"]])
            self.db.execute("update urls set kind = 'current' where article_id = ? and url = ?", [ours["id"], later["url"]])
        self.db.execute(
            """
            update main.urls
            set first_seen_at = theirs.first_seen_at
            from source.urls as theirs
            where theirs.url = urls.url and theirs.article_id = ? and urls.article_id = ? and theirs.first_seen_at < urls.first_seen_at
            """,
            [theirs["id"], ours["id"]],
        )
