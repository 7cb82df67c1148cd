"""The sources that articles link to: which are due to be asked whether they still answer, how they answered, and which hosts they are
of, year by year.

A source is an address outside of the sites of this archive; what is archived here is none.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlite_utils import Database

from archive.clock import later
from archive.queries.rows import Row, as_json, fetch_column, fetch_rows, fetch_value

AGAIN = 20  # hours after a failure until it is asked again: the second one, at another day, confirms it
STATES = ("answers", "refused", "failing", "dead", "not asked")
BARE = "substr(links.url, 1, instr(links.url || '#', '#') - 1)"
OUTSIDE = """links.target_article_id is null and links.host <> ''
    and links.host not in (select own.value from json_each(:own) as own) and (links.url like 'http://%' or links.url like 'https://%')"""
OWN_HOSTS = "select home from sites"


def own_hosts(db: sqlite3.Connection) -> list[str]:
    """The hosts of the sites, as ``links`` names them: without www. and without a port."""
    homes = fetch_column(db, OWN_HOSTS)
    return [home.partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("www.") for home in homes]


def due_outlinks(db: Database, now: str, limit: int, days: float) -> tuple[list[str], int]:
    """The addresses to ask now, at most ``limit``, and how many are due in all: first what failed the last time, then what was never
    asked, the newest articles' first, then what was asked ``days`` ago or longer, the longest first. Raises nothing.
    """
    sql = f"""
        with named as (
          select {BARE} as url, max(links.article_id) as article_id
          from links
          where {OUTSIDE}
          group by 1
        ),
        last as (
          select url, max(last_at) as last_at from outlink_checks group by url
        ),
        due as (
          select
            named.url,
            named.article_id,
            last.last_at,
            case when checks.outcome = 'failing' then 0 when last.last_at is null then 1 else 2 end as turn
          from named
          left join last on last.url = named.url
          left join outlink_checks as checks on checks.url = last.url and checks.last_at = last.last_at
          where last.last_at is null or last.last_at <= :long_ago or (checks.outcome = 'failing' and last.last_at <= :yesterday)
        )
        select url from due order by turn, last_at, article_id desc, url
    """
    asked = {"own": as_json(own_hosts(db.conn)), "long_ago": later(now, days=-days), "yesterday": later(now, hours=-AGAIN)}
    urls = [row[0] for row in db.execute(sql, asked)]
    return urls[:limit], len(urls)


def outlink_states(db: sqlite3.Connection, urls: list[str]) -> dict[str, Row]:
    """Address -> how it answered when it was asked last, as the view ``outlinks`` has it; those that were asked."""
    bare = {url.partition("#")[0] for url in urls}
    sql = "select * from outlinks where url in (select value from json_each(?))"
    return {row["url"]: row for row in fetch_rows(db, sql, [as_json(sorted(bare))])}


def count_states(db: sqlite3.Connection) -> dict[str, int]:
    """How many sources are in each state."""
    return dict(db.execute("select state, count(*) from outlinks group by state").fetchall())


def dead_outlinks(db: Database) -> int:
    """How many sources are dead: they failed, and did again at another day."""
    return count_states(db.conn).get("dead", 0)


def source_years(db: sqlite3.Connection) -> list[Row]:
    """Host, year of the article, links to it and articles that link to it; a row each."""
    sql = f"""
        select links.host as host, articles.year as year, count(*) as links, count(distinct links.article_id) as articles
        from links
        join articles on articles.id = links.article_id
        where {OUTSIDE}
        group by links.host, articles.year
        order by links.host, articles.year
    """
    return fetch_rows(db, sql, {"own": as_json(own_hosts(db))})


def sources_of_host(db: sqlite3.Connection, host: str, limit: int, offset: int) -> tuple[list[Row], int]:
    """The links to one host, the newest article's first, with how each address answered; and how many there are in all."""
    condition = f"links.host = :host and {OUTSIDE}"
    asked: dict[str, Any] = {"own": as_json(own_hosts(db)), "host": host, "limit": limit, "offset": offset}
    return _links(db, condition, asked), int(fetch_value(db, f"select count(*) from links where {condition}", asked))


def addresses_in_state(db: sqlite3.Connection, state: str) -> list[str]:
    """The addresses in a state, what was asked last first."""
    return fetch_column(db, "select url from outlinks where state = ? order by checked_at desc, url", [state])


def links_to(db: sqlite3.Connection, urls: list[str]) -> list[Row]:
    """The links to some addresses, with or without a part behind a #, in the order of the addresses, the newest article's first."""
    condition = f"""{OUTSIDE} and (links.article_id, links.position) in (
      select found.article_id, found.position
      from json_each(:urls) as named
      join links as found on found.url = named.value or (found.url > named.value || '#' and found.url < named.value || '$')
    )"""
    asked: dict[str, Any] = {"own": as_json(own_hosts(db)), "urls": as_json(urls), "limit": -1, "offset": 0}
    places = {url: place for place, url in enumerate(urls)}
    return sorted(_links(db, condition, asked), key=lambda row: places[row["url"].partition("#")[0]])


def _links(db: sqlite3.Connection, condition: str, asked: dict[str, Any]) -> list[Row]:
    sql = f"""
        select links.url, links.host, links.text as words, articles.url as article_url, articles.title, articles.published_on
        from links
        join articles on articles.id = links.article_id
        where {condition}
        order by articles.published_at desc, links.article_id, links.position
        limit :limit offset :offset
    """
    rows = fetch_rows(db, sql, asked)
    states = outlink_states(db, [row["url"] for row in rows])
    return [with_state(row, states) for row in rows]


def with_state(row: Row, states: dict[str, Row]) -> Row:
    """A row with ``url``, and how that address answered: state, status, reason, location, checked_at, failing_since; None all, where it
    was not asked."""
    found = states.get(row["url"].partition("#")[0], {})
    return row | {name: found.get(name) for name in ("state", "status", "reason", "location", "checked_at", "failing_since")}
