"""Addresses that an earlier release kept in another spelling: takes the spelling of today, moves what stands under the old ones.

No time changes, so that this is no news of any article. All functions run inside the caller's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlite_utils import Database

Spelling = Callable[[str], str]
PLAIN = re.compile(
    r"https?://(?:[a-z0-9][a-z0-9.-]*[a-z]|(?:(?:0|[1-9]\d{0,2})(?:\.(?!/|:)|(?=[/:]))){4})(?::(?!80/|443/)[1-9]\d{0,4})?/(?:[\w~+,@-][\w~+,@.-]*/)*(?:[\w~+,@-][\w~+,@.-]*)?",
    re.ASCII,
)
"""Addresses in the one spelling, whatever parameters a site adds: they have none. Most are such, and all are looked at in each run."""


def respell(db: Database, site_id: int, spelling: Spelling) -> int:
    """Keep every address of the site's articles, gaps and feed items as ``spelling`` writes it; how many articles moved.

    The old address of an article stays as an alias. An address that another article has already stays as it is: these were two
    copies of one page.
    """
    respelled = 0
    sql = "select urls.url, article_id, urls.kind, urls.first_seen_at from urls join articles on articles.id = article_id where site_id = ?"
    others = [(row, new) for row in db.execute(sql, [site_id]) if (new := _other(row[0], spelling))]  # of a large site all are looked at
    for (url, article_id, kind, at), new in others:
        known = db.execute("select article_id from urls where url = ?", [new]).fetchone()
        if kind == "current" and (known is None or known[0] == article_id):
            _rename(db, article_id, url, new, at)
            respelled += 1
        elif known is None:
            db.execute("insert into urls(url, article_id, kind, first_seen_at) values (?, ?, 'alias', ?)", [new, article_id, at])
    _respell_column(db, site_id, "gaps", "ref", spelling)
    _respell_column(db, site_id, "feed_items", "url", spelling)
    return respelled


def _rename(db: Database, article_id: int, url: str, new: str, at: str) -> None:
    db.execute("update urls set kind = 'alias' where url = ?", [url])
    db.execute(
        """
        insert into urls(url, article_id, kind, first_seen_at) values (?, ?, 'current', ?)
        on conflict(url) do update set kind = 'current', first_seen_at = min(first_seen_at, excluded.first_seen_at)
        """,
        [new, article_id, at],
    )
    db.execute("update articles set url = ? where id = ?", [new, article_id])


def _respell_column(db: Database, site_id: int, table: str, column: str, spelling: Spelling) -> None:
    """A fragment, which names the thread of an article, stays."""
    sql = f"select distinct {column} from {table} where site_id = ? and {column} like 'http%'"
    others = [(url, new) for (url,) in db.execute(sql, [site_id]) if (new := _other(url.partition("#")[0], spelling))]
    for url, new in others:
        _, mark, fragment = url.partition("#")
        update = f"update or ignore {table} set {column} = ? where site_id = ? and {column} = ?"
        db.execute(update, [new + mark + fragment, site_id, url])
        db.execute(f"delete from {table} where site_id = ? and {column} = ?", [site_id, url])  # the new spelling had a row of its own


def _other(url: str, spelling: Spelling) -> str:
    """The spelling of an address that is kept in another one; '' for one that stays."""
    new = url if PLAIN.fullmatch(url) else spelling(url)
    return "" if new == url else new
