"""How complete the archive is: takes a connection, gives what each site says it holds, what is held, and the reason of every gap."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.clock import now
from archive.publish.formats import plural, size
from archive.queries.counts import site_counts
from archive.queries.health import Growth, growth, quarantine_counts
from archive.queries.not_held import not_held
from archive.queries.remembered import remembered
from archive.queries.rows import Row, fetch_row, fetch_rows, fetch_value
from archive.store.coverage import USUAL, Kind, kind_of_list, list_totals, local_months

SHOWN = 200  # rows of a list on the page; the table behind it has the rest
LAST_RUN = "select * from crawls where site_id = ? and mode <> 'reextract' order by started_at desc limit 1"  # that visited the site


def site_states(db: sqlite3.Connection) -> list[Row]:
    """Each site with its numbers, its last run and its coverage."""
    sites = fetch_rows(db, "select * from sites order by id")
    return [site | site_state(db, site["id"]) for site in sites]


def site_state(db: sqlite3.Connection, site_id: int) -> dict[str, Any]:
    """One site with its ``counts`` by name, the days between which its articles were published, its last run, and what it reports."""
    sql = "select min(published_on) as first_on, max(published_on) as last_on from articles where site_id = ?"
    counts = site_counts(db, site_id)
    return {
        **remembered(db, ("published", site_id), lambda: fetch_row(db, sql, [site_id]) or {}, of=("articles",)),
        "counts": counts,
        "last_run": fetch_row(db, LAST_RUN, [site_id]),
        "coverage": [coverage_line(db, site_id, kind, counts[f"{kind}s.there"]) for kind in USUAL],
    }


def coverage_line(db: sqlite3.Connection, site_id: int, kind: Kind, held: int) -> Row:
    """What the site reports of a kind, what is held of it and was there when last asked for, and when the site said so.

    The coverage row for the whole site says what it reports; without one, the total of the site's own lists does.
    """
    sql = "select reported, checked_at from coverage where site_id = ? and kind = ? and month = 'all'"
    measured = fetch_row(db, sql, [site_id, kind])
    if measured and measured["reported"] is not None:
        return measured | {"kind": kind, "held": held}
    asked = fetch_value(db, "select checked_at from lists where site_id = ? and name = ?", [site_id, USUAL[kind]])
    said = list_totals(Database(db, recursive_triggers=False), site_id, kind)
    return {"reported": said.total, "checked_at": asked, "kind": kind, "held": held}


def status_context(db: sqlite3.Connection) -> dict[str, Any]:
    """Everything the status page shows."""
    sites, archive = site_states(db), Database(db, recursive_triggers=False)
    folder, at = folder_of(db), now()
    return {
        "sites": [
            site
            | {"quarantine": quarantine_counts(archive, site["id"]), "growth": growth(archive, folder, site["id"], at)}
            | {"not_held": not_held(archive, site["id"])}
            for site in sites
        ],
        "lists": fetch_rows(db, "select lists.*, sites.name as site from lists join sites on sites.id = site_id order by site, lists.name"),
        "gaps": open_gaps(db),
        "gap_reasons": gap_reasons(db),
        "short_months": short_months(db),
        "untold_months": untold_months(db),
        "missing": missing_articles(db),
        "quarantine": quarantined_pages(db),
        "crawls": fetch_rows(
            db, "select crawls.*, sites.name as site from crawls join sites on sites.id = site_id order by started_at desc limit 20"
        ),
    }


def folder_of(db: sqlite3.Connection) -> Path:
    """Where the archive's database lies, and its WARC files beside it."""
    return Path(next(row[2] for row in db.execute("pragma database_list") if row[1] == "main")).parent


def gap_reasons(db: sqlite3.Connection) -> list[Row]:
    """Gaps counted by site, kind and reason, the unexplained ones first."""
    return fetch_rows(
        db,
        """
        select
          sites.name as site,
          gaps.kind,
          gaps.reason,
          gaps.explained,
          count(*) as gaps,
          min(gaps.since) as since
        from gaps
        join sites on sites.id = gaps.site_id
        group by sites.name, gaps.kind, gaps.reason, gaps.explained
        order by gaps.explained, gaps desc
        """,
    )


def open_gaps(db: sqlite3.Connection) -> list[Row]:
    """Single gaps, unexplained ones first, then the newest; at most ``SHOWN``."""
    sql = """
        select
          gaps.*,
          sites.name as site
        from gaps
        join sites on sites.id = gaps.site_id
        order by gaps.explained, gaps.since desc
        limit ?
    """
    return fetch_rows(db, sql, [SHOWN])


def short_months(db: sqlite3.Connection) -> list[Row]:
    """Months of which less is held than the site reports."""
    sql = """
        select
          coverage.*,
          sites.name as site
        from coverage
        join sites on sites.id = coverage.site_id
        where coverage.month <> 'all' and coverage.reported > coverage.held
        order by coverage.month desc
        limit ?
    """
    return fetch_rows(db, sql, [SHOWN])


def growth_said(came: Growth) -> str:
    """``3 articles, 7 comments, 192 KB of WARC in 30 days; the next 30 bring about 3 articles, 7 comments, 190 KB, 140 KB of database``."""
    amounts = f"{plural(came.articles, 'article')}, {plural(came.comments, 'comment')}, {size(came.warc_bytes)} of WARC in 30 days"
    if came.monthly_bytes is None:
        return f"{amounts}; too early to say what the next 30 bring"
    parts = [plural(came.monthly_articles, "article"), plural(came.monthly_comments, "comment"), f"{size(came.monthly_bytes)} of WARC"]
    parts += [f"{size(came.monthly_database)} of database"] if came.monthly_database is not None else []
    return f"{amounts}; the next 30 bring about {', '.join(parts)}"


def untold_months(db: sqlite3.Connection) -> list[Row]:
    """Spans of several months in which the site reports more than it lists, so that the month of what lacks is not known."""
    sql = """
        select
          overcounts.*,
          sites.name as site,
          sites.timezone
        from overcounts
        join sites on sites.id = overcounts.site_id
        order by overcounts.first_at desc
    """
    found = []
    for row in fetch_rows(db, sql):
        first, last = local_months([row["first_at"], row["last_at"]], row["timezone"])
        if first != last:
            found.append(row | {"kind": kind_of_list(row["list"]), "first_month": first, "last_month": last})
    return found[:SHOWN]


def missing_articles(db: sqlite3.Connection) -> list[Row]:
    """Articles that are gone from their site, the interval in which they went, newest first."""
    sql = """
        select
          title,
          url,
          published_on,
          last_seen_at,
          missing_since,
          gone_at
        from articles
        where missing_since is not null
        order by missing_since desc
        limit ?
    """
    return fetch_rows(db, sql, [SHOWN])


def quarantined_pages(db: sqlite3.Connection) -> list[Row]:
    """Pages in quarantine, newest first; at most ``SHOWN``."""
    sql = """
        select
          quarantine.*,
          sites.name as site
        from quarantine
        join sites on sites.id = quarantine.site_id
        order by quarantine.captured_at desc
        limit ?
    """
    return fetch_rows(db, sql, [SHOWN])
