"""The sources that articles link to: takes a host or a state, gives hosts by year, or links with how their addresses answered."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from archive.publish.formats import readable_day
from archive.queries.outlinks import STATES, addresses_in_state, count_states, links_to, source_years, sources_of_host
from archive.queries.remembered import remembered
from archive.queries.rows import Row

ASKED = ("outlink_checks", "links", "sites")
LISTED = 100  # hosts, or links, on one page
LINK_COLUMNS = (
    *("url", "host", "words", "article", "title", "published_on"),
    *("state", "status", "reason", "location", "checked_at", "failing_since"),
)
YEAR_COLUMNS = ("host", "year", "links", "articles")


def years_of_sources(db: sqlite3.Connection) -> list[Row]:
    """Host, year, links, articles; a row each. ``year`` is None for articles without a date."""
    found: list[Row] = remembered(db, ("sources",), lambda: source_years(db), of=("links", "articles", "sites"))
    return found


def listed_hosts(rows: Sequence[Row]) -> list[Row]:
    """A row for each host: links, articles, first and last year; the one that most articles rely on first."""
    hosts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        hosts[row["host"]].append(row)
    found = []
    for host, of_host in hosts.items():
        years = [row["year"] for row in of_host if row["year"]]
        sums = {name: sum(row[name] for row in of_host) for name in ("links", "articles")}
        found.append({"host": host, **sums, "first": min(years, default=None), "last": max(years, default=None)})
    return sorted(found, key=lambda row: (-row["articles"], -row["links"], row["host"]))


def sources_context(db: sqlite3.Connection, host: str, state: str, number: int) -> dict[str, Any]:
    """Everything that the page shows: one host's links, those in one state, or all hosts."""
    rows = years_of_sources(db)
    first = (number - 1) * LISTED
    links, found = listed_links(db, host, state, LISTED, first)
    hosts = listed_hosts(rows)
    counts: dict[str, int] = remembered(db, ("source states",), lambda: count_states(db), of=ASKED)
    return {
        "host": host,
        "state": state,
        "hosts": [] if host or state else hosts[first : first + LISTED],
        "all_hosts": len(hosts),
        "years": [row for row in rows if row["host"] == host],
        "links": [row | {"told": told_answer(row)} for row in links],
        "found": found,
        "more": first + LISTED < (found if host or state else len(hosts)),
        "page": number,
        "states": [(one, counts[one]) for one in STATES if counts.get(one)],
    }


def listed_links(db: sqlite3.Connection, host: str, state: str, size: int, first: int) -> tuple[list[Row], int]:
    """Links to a host, or to addresses in a state, and how many links, or addresses, there are in all; none where neither is asked for."""
    if host:
        return sources_of_host(db, host, size, first)
    if not state:
        return [], 0
    addresses: list[str] = remembered(db, ("sources in", state), lambda: addresses_in_state(db, state), of=ASKED)
    return links_to(db, addresses[first : first + size]), len(addresses)


def told_answer(row: Row) -> str:
    """How an address answered, in words; '' where it was not asked."""
    checked, answer = readable_day(row["checked_at"]), str(row["status"] or row["reason"] or "")
    said = {
        "answers": f"answered on {checked}",
        "refused": f"there on {checked}, and not for us: {answer}",
        "failing": f"did not answer on {checked}: {answer}",
        "dead": f"dead: it has not answered since {readable_day(row['failing_since'])}, last asked {checked}: {answer}",
        "not asked": f"not asked on {checked}: {answer}",
    }
    return said.get(row["state"] or "", "")
