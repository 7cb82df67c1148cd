"""Which row of another archive is which row here: fills the tables ``temp.map_TABLE`` (old id, new id, whether it is new here).

Takes a connection to which the other archive is attached as ``source``. Sites are joined by their home, runs by all that is told of
them, captures by their record id, articles by the site's own id or any of their addresses, everything else by its natural key.
"""

from __future__ import annotations

from sqlite_utils import Database

from archive.merge.references import Schema
from archive.merge.rules import RULES
from archive.merge.source import UNFINISHED


def make_maps(db: Database, schema: Schema) -> None:
    """Empty maps, where others were before."""
    for table in schema.numbered:
        db.execute(f"drop table if exists temp.map_{table}")
        db.execute(f"create temp table map_{table} (old integer primary key, new integer not null, fresh integer not null)")
    db.execute("drop table if exists temp.touched")
    db.execute("create temp table touched (old integer primary key, new integer not null, fresh integer not null)")


def map_rest(db: Database, table: str, source: str = "", where: str = "1") -> None:
    """Give a new id to every row that has none. ``source``: where its rows ``theirs`` are read."""
    [last] = db.execute(f"select coalesce(max(id), 0) from main.{table}").fetchone()
    db.execute(
        f"""
        insert or ignore into temp.map_{table}(old, new, fresh)
        select theirs.id, ? + row_number() over (order by theirs.id), 1
        from {source or f"source.{table} as theirs"}
        where ({where}) and theirs.id not in (select old from temp.map_{table})
        """,
        [last],
    )


def map_by_key(db: Database, schema: Schema, table: str, source: str = "") -> None:
    """By the natural key, then as new."""
    db.execute(
        f"""
        insert or ignore into temp.map_{table}(old, new, fresh)
        select theirs.id, ours.id, 0
        from {source or f"source.{table} as theirs"}
        join main.{table} as ours on {schema.like(table, RULES[table].key)}
        """
    )
    map_rest(db, table, source)


def map_crawls(db: Database, schema: Schema) -> None:
    """The same run: equal in all that is told of it, or begun at the same time and not finished when it was brought."""
    told = tuple(column for column in schema.columns["crawls"] if column != "id")
    db.execute(
        f"""
        insert or ignore into temp.map_crawls(old, new, fresh)
        select theirs.id, ours.id, 0
        from source.crawls as theirs
        join main.crawls as ours on {schema.like("crawls", RULES["crawls"].key)}
        where {schema.like("crawls", told)} or ours.outcome = '{UNFINISHED}' or theirs.outcome = '{UNFINISHED}'
        """
    )
    map_rest(db, "crawls")


def map_articles(db: Database) -> None:
    """By the site's own id, else by an address that an article of the same site has had; no two become one."""
    db.execute(
        """
        insert or ignore into temp.map_articles(old, new, fresh)
        select theirs.id, ours.id, 0
        from source.articles as theirs
        join temp.map_sites on map_sites.old = theirs.site_id
        join main.articles as ours on ours.site_id = map_sites.new and ours.source_id = theirs.source_id
        """
    )
    found = db.execute(
        """
        select theirs.id, ours.id
        from source.articles as theirs
        join temp.map_sites on map_sites.old = theirs.site_id and not map_sites.fresh
        join source.urls as named on named.article_id = theirs.id
        join main.urls as held on held.url = named.url
        join main.articles as ours on ours.id = held.article_id and ours.site_id = map_sites.new
        where theirs.id not in (select old from temp.map_articles) and (theirs.source_id is null or ours.source_id is null)
        order by named.url <> theirs.url, theirs.id, ours.id
        """
    ).fetchall()
    taken = {new for (new,) in db.execute("select new from temp.map_articles")}
    by_address: dict[int, int] = {}
    for old, new in found:
        if old not in by_address and new not in taken:
            by_address[old] = new
            taken.add(new)
    db.conn.executemany("insert into temp.map_articles(old, new, fresh) values (?, ?, 0)", by_address.items())
    map_rest(db, "articles")


TOUCHED_REVISIONS = "temp.touched cross join source.revisions as theirs on theirs.article_id = touched.old"
TOUCHED_COMMENTS = "temp.touched cross join source.comments as theirs on theirs.article_id = touched.old"
TOUCHED_STATES = f"{TOUCHED_COMMENTS.replace('theirs', 'owner')} cross join source.comment_states as theirs on theirs.comment_id = owner.id"
ONE_STATE = "(select count(*) from {}.{} where {} = {}) = 1"


def map_histories(db: Database, schema: Schema) -> None:
    """Revisions, comments and their states, of the articles that are brought. One state here and the same one there is one state."""
    key = schema.like("revisions", RULES["revisions"].key)
    alone = f"""ours.content_key = theirs.content_key and ours.digest = theirs.digest
        and {ONE_STATE.format("main", "revisions", "article_id", "ours.article_id")}
        and {ONE_STATE.format("source", "revisions", "article_id", "theirs.article_id")}"""
    db.execute(
        f"""
        insert or ignore into temp.map_revisions(old, new, fresh)
        select theirs.id, ours.id, 0
        from {TOUCHED_REVISIONS}
        join main.revisions as ours on ours.article_id = touched.new
        where not touched.fresh and ({key} or ({alone}))
        """
    )
    map_rest(db, "revisions", TOUCHED_REVISIONS)
    db.execute(
        f"""
        insert or ignore into temp.map_comments(old, new, fresh)
        select theirs.id, ours.id, 0
        from {TOUCHED_COMMENTS}
        join main.comments as ours on ours.article_id = touched.new and ours.source_id = theirs.source_id
        where not touched.fresh
        """
    )
    map_rest(db, "comments", TOUCHED_COMMENTS)
    alone = f"""ours.digest = theirs.digest and ours.content_key = theirs.content_key
        and {ONE_STATE.format("main", "comment_states", "comment_id", "ours.comment_id")}
        and {ONE_STATE.format("source", "comment_states", "comment_id", "theirs.comment_id")}"""
    db.execute(
        f"""
        insert or ignore into temp.map_comment_states(old, new, fresh)
        select theirs.id, ours.id, 0
        from {TOUCHED_STATES}
        join temp.map_comments on map_comments.old = owner.id and not map_comments.fresh
        join main.comment_states as ours on ours.comment_id = map_comments.new
        where (ours.seen_at = theirs.seen_at and ours.content_key = theirs.content_key) or ({alone})
        """
    )
    map_rest(db, "comment_states", TOUCHED_STATES)
