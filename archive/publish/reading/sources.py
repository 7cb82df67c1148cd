"""The sources of an article: takes its id, gives what its text links to and the archive does not hold, and whether that still answers."""

from __future__ import annotations

import sqlite3

from archive.publish.mentions.sources import told_answer
from archive.queries.outlinks import outlink_states, own_hosts, with_state
from archive.queries.rows import Row, fetch_rows


def article_sources(db: sqlite3.Connection, article_id: int) -> list[Row]:
    """url, host, words, own (of one of the archive's sites), and how the address answered; each address once, in reading order."""
    sql = """
        select url, host, text as words
        from links
        where article_id = ? and target_article_id is null
        order by position
    """
    rows = {row["url"]: row for row in reversed(fetch_rows(db, sql, [article_id]))}
    states, own = outlink_states(db, [*rows]), set(own_hosts(db))
    found = [with_state(row, states) | {"own": row["host"] in own} for row in reversed(rows.values())]
    return [row | {"told": told_answer(row)} for row in found]
