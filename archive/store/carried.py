"""What an archive that is built anew keeps of the one before, because no record tells it: what people set for its sites, what was
destroyed by order, its own name, what was merged into it, and how its records were read before. Rows of seals are made out of their
files.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.store.sites import ensure_site

OF_ARCHIVE = ("identity", "merged_archives", "merged_parts")
OF_SITE = ("site_settings", "expunged")
SET = ("added_at", "paused_at", "removed_at")  # columns of ``sites`` that people set


def carry_over(old: Database, new: Database) -> None:
    """Copy it from the old database to the new one, which holds no run yet. Runs inside the caller's transaction."""
    for table in OF_ARCHIVE:
        _copy(old, new, table, {})
    for site in list(old.query("select * from sites order by id")):
        rows = {table: list(old.query(f"select * from {table} where site_id = ?", [site["id"]])) for table in OF_SITE}
        if not (any(rows.values()) or any(site[column] for column in SET)):
            continue
        ensure_site(new, site["name"], site["home"], site["timezone"])
        [site_id] = new.execute("select id from sites where home = ?", [site["home"]]).fetchone()
        assignments = ", ".join(f"{column} = ?" for column in SET)
        new.execute(f"update sites set {assignments} where id = ?", [*(site[column] for column in SET), site_id])
        for table in OF_SITE:
            _copy(old, new, table, {site["id"]: site_id})


def _copy(old: Database, new: Database, table: str, sites: dict[int, int]) -> None:
    """All rows, or those of these sites: id there -> id here."""
    columns = [column.name for column in new[table].columns if column.name != "id" or table not in OF_SITE]
    place = columns.index("site_id") if sites else None
    where, values = (f"where site_id in ({', '.join('?' * len(sites))})", list(sites)) if sites else ("", [])
    rows = [list(row) for row in old.execute(f"select {', '.join(columns)} from {table} {where}", values)]
    for row in rows:
        if place is not None:
            row[place] = sites[row[place]]
    new.conn.executemany(f"insert into {table}({', '.join(columns)}) values ({', '.join('?' * len(columns))})", rows)


RUN = """
    select crawls.*, sites.home as home
    from crawls
    join sites on sites.id = site_id
    where mode = 'reextract' or crawls.id in (select crawl_id from rereadings)
    order by crawls.id
    """
READ_AGAIN = """
    select rereadings.*, articles.url, coalesce(revisions.seen_at, states.seen_at) as seen_at,
      coalesce(revisions.content_key, states.content_key) as now_key, comments.source_id
    from rereadings
    left join revisions on revisions.id = rereadings.revision_id
    left join comment_revisions as states on states.id = rereadings.comment_revision_id
    left join comments on comments.id = states.comment_id
    join articles on articles.id = coalesce(revisions.article_id, comments.article_id)
    order by rereadings.id
    """
STATE_OF_ARTICLE = """
    select revisions.id
    from urls
    join revisions on revisions.article_id = urls.article_id
    where urls.url = :url and (seen_at = :seen_at or content_key = :now_key)
    order by seen_at = :seen_at desc, number
    """
STATE_OF_COMMENT = """
    select states.id
    from urls
    join comments on comments.article_id = urls.article_id and source_id = :source_id
    join comment_revisions as states on states.comment_id = comments.id
    where urls.url = :url and (seen_at = :seen_at or states.content_key = :now_key)
    order by seen_at = :seen_at desc, number
    """


def carry_rereadings(old: Database, new: Database) -> None:
    """Copy the earlier readings of revisions that the new database holds too, and the runs that read them again: the digests may have
    been cited. Needs all else to be there. Runs inside the caller's transaction."""
    runs = {row["id"]: _run(new, row) for row in list(old.query(RUN))}
    for row in list(old.query(READ_AGAIN)):
        column, sql = ("revision_id", STATE_OF_ARTICLE) if row["revision_id"] else ("comment_revision_id", STATE_OF_COMMENT)
        found = new.execute(sql, {name: row[name] for name in ("url", "seen_at", "now_key", "source_id")}).fetchone()
        told = {name: row[name] for name in ("read_at", "digest", "content_key", "extractor")}
        known = f"select 1 from rereadings where {column} = ? and read_at = ? and digest = ?"
        if found and not new.execute(known, [found[0], row["read_at"], row["digest"]]).fetchone():
            told |= {column: found[0], "crawl_id": runs[row["crawl_id"]]}
            new.execute(f"insert into rereadings({', '.join(told)}) values ({', '.join('?' * len(told))})", [*told.values()])


def _run(db: Database, row: dict[str, Any]) -> int:
    """The id of the same run here; its row is made where it is not there."""
    site = db.execute("select id from sites where home = ?", [row["home"]]).fetchone()
    if site is None:
        return 0  # nothing of it is held
    site_id = int(site[0])
    same = "select id from crawls where site_id = ? and started_at = ? and mode = ?"
    if held := db.execute(same, [site_id, row["started_at"], row["mode"]]).fetchone():
        return int(held[0])
    told = {name: value for name, value in row.items() if name not in ("id", "home")} | {"site_id": site_id}
    cursor = db.execute(f"insert into crawls({', '.join(told)}) values ({', '.join('?' * len(told))})", [*told.values()])
    return int(cursor.lastrowid or 0)
