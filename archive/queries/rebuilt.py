"""What an archive that is being built again from its WARC files has so far. A database and names go in, plain values come out."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.queries.captures import OF_SITE, files_of

Row = dict[str, Any]


def has_runs(db: Database) -> bool:
    """Whether any run is there."""
    return db.execute("select 1 from crawls limit 1").fetchone() is not None


def has_run(db: Database, site: str, started_at: str) -> bool:
    """Whether the run of the site of this name that began then is there."""
    sql = "select 1 from crawls join sites on sites.id = site_id where sites.name = ? and started_at = ?"
    return db.execute(sql, [site, started_at]).fetchone() is not None


def crawl_row(db: Database, crawl_id: int) -> Row | None:
    """A run's row; None of a run at a site that was forgotten."""
    return next(db.query("select * from crawls where id = ?", [crawl_id]), None)


def captured_origins(db: Database, site: str) -> list[str]:
    """An address of each host that the captures below warc/SITE/ are of."""
    sql = f"""
        select min(url)
        from captures_ahead
        where {OF_SITE} and url like '%//%'
        group by substr(url, 1, instr(substr(url, instr(url, '//') + 2) || '/', '/') + instr(url, '//') + 1)
        """
    return [url for (url,) in db.execute(sql, files_of(site))]


def held_of_site(db: Database, site_id: int) -> dict[str, int]:
    """What is held of a site: articles, comments, captures."""
    counts = {
        "articles": "select count(*) from articles where site_id = ?",
        "comments": "select count(*) from comments join articles on articles.id = article_id where site_id = ?",
        "captures": "select count(*) from captures join crawls on crawls.id = crawl_id where site_id = ?",
    }
    return {name: db.execute(sql, [site_id]).fetchone()[0] for name, sql in counts.items()}
