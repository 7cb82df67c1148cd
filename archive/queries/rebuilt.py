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


def untied_pages(db: Database, crawl_id: int) -> list[Row]:
    """The pages that a run captured and that are no article's, in their order."""
    sql = "select * from captures where crawl_id = ? and door = 'page' and article_id is null and status in (200, 203) order by id"
    return list(db.query(sql, [crawl_id]))


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


def runs_with_sites(db: Database) -> list[Row]:
    """The rows of ``crawls`` that visited a site, with its name as ``site``, in the order of time."""
    sql = """
        select crawls.*, sites.name as site
        from crawls
        join sites on sites.id = site_id
        where mode <> 'reextract'
        order by started_at, crawls.id
        """
    return list(db.query(sql))


def is_captured(db: Database, record_id: str, url: str, captured_at: str, payload_digest: str) -> bool:
    """Whether a record is held, by its id, or by address, time and body."""
    sql = """
        select 1 from captures where record_id = ?
        union all
        select 1 from captures where url = ? and captured_at = ? and payload_digest = ?
        """
    return db.execute(sql, [record_id, url, captured_at, payload_digest]).fetchone() is not None


def has_another_body(db: Database, record_id: str, payload_digest: str) -> bool:
    """Whether a record with this id is held, and its body is another one."""
    sql = "select 1 from captures where record_id = ? and payload_digest <> ?"
    return db.execute(sql, [record_id, payload_digest]).fetchone() is not None


def held_items(db: Database) -> set[tuple[str, str, str]]:
    """(site, address, the site's id of a comment or '') of all articles and comments: what no import may lose."""
    sql = """
        select sites.name, urls.url, ''
        from urls
        join articles on articles.id = urls.article_id
        join sites on sites.id = site_id
        union
        select sites.name, articles.url, comments.source_id
        from comments
        join articles on articles.id = comments.article_id
        join sites on sites.id = site_id
        """
    return set(db.execute(sql))


def counted(db: Database) -> dict[str, dict[str, int]]:
    """Site -> how many articles, states of articles, comments it has."""
    sql = """
        select sites.name as site, count(distinct articles.id) as articles, count(distinct revisions.id) as revisions,
          (select count(*) from comments join articles as a on a.id = comments.article_id where a.site_id = sites.id) as comments
        from sites
        left join articles on articles.site_id = sites.id
        left join revisions on revisions.article_id = articles.id
        group by sites.id
        """
    return {row.pop("site"): row for row in db.query(sql)}
