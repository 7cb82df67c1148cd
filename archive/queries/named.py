"""What a person means on a command line: takes text, gives the article (id or any address), the site (name) or the time. Errors
are ConfigurationError.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from archive.clock import stamp
from archive.errors import ConfigurationError
from archive.queries.addresses import article_at
from archive.text.urls import split_url


def article_named(db: Database, name: str) -> dict[str, Any]:
    """The article with this id, or with this address in any of its spellings. Raises ConfigurationError."""
    if name.isdecimal():
        row = next(db.query("select * from articles where id = ?", [int(name[:18])]), None)
        if row is None:
            raise ConfigurationError(f"no article has the id {name}; give its address, or an id out of the table articles")
        return row
    parts = split_url(name)
    found = article_at(db.conn, *parts) if parts else None
    if found is None:
        raise ConfigurationError(f"no article is held under {name!r}; give an address of the site, or an id out of the table articles")
    return next(db.query("select * from articles where id = ?", [found["id"]]))


def site_named(db: Database, name: str) -> dict[str, Any]:
    """The site with this name. Raises ConfigurationError naming those that are known."""
    rows = {row["name"]: row for row in db.query("select * from sites order by id")}
    if name not in rows:
        raise ConfigurationError(f"no site is called {name!r}; known are: {', '.join(rows) or 'none'}")
    return rows[name]


def parse_instant(text: str) -> str:
    """A day, or a day and a time, in UTC unless it says otherwise -> ``2024-03-07T00:00:00Z``. Raises ConfigurationError."""
    plain = text.strip()
    plain = f"{plain}-01" if re.fullmatch(r"\d{4}-\d\d", plain) else plain
    try:
        found = datetime.fromisoformat(plain)
        return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise ConfigurationError(f"{text!r} is no date; write it as 2026-03-01 or 2026-03-01T06:00:00Z") from None
