"""A run that was killed, as the run sees it that goes on with it: takes a database and ids, gives its row and the answers it had got."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.queries.captures import OF_SITE, files_of

Row = dict[str, Any]


def killed_run(db: Database, site_id: int, mode: str, since: str) -> Row | None:
    """The row of the site's last run, where that was of this mode, began at ``since`` or later, and was killed; else None."""
    row = next(db.query("select * from crawls where site_id = ? order by id desc limit 1", [site_id]), None)
    fits = row is not None and row["outcome"] == "killed" and row["mode"] == mode and row["started_at"] >= since
    return row if fits else None


def answers_of_run(db: Database, run: Row, site: str) -> list[Row]:
    """The captures of the site's last run, in the order in which they came: with those that were adopted since it began, for the run
    that was killed made them. ``site``: its name."""
    sql = f"""
        select * from captures where crawl_id = :crawl
        union all
        select * from captures
        where {OF_SITE} and crawl_id is null and imported_from is null and captured_at >= :began
        order by id
        """
    return list(db.query(sql, files_of(site) | {"crawl": run["id"], "began": run["started_at"]}))
