"""What an archive that is built anew keeps of the one before, because no record tells it: what people set for its sites, what was
destroyed by order, its own name, and what was merged into it. Rows of seals are made out of their files.
"""

from __future__ import annotations

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
