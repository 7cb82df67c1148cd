"""Sites and what is remembered of their own lists. Functions that write run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database


def ensure_site(db: Database, name: str, home: str, timezone: str | None) -> None:
    """A row for the site, under this name or, where another site has it, a numbered one. A site is known by its home."""
    db.execute(
        """
        insert into sites(name, home, timezone) values (?, ?, ?)
        on conflict(home) do update set timezone = coalesce(excluded.timezone, timezone)
        """,
        [free_name(db, name, home), home, timezone],
    )


def free_name(db: Database, name: str, home: str) -> str:
    taken: dict[str, str] = dict(db.execute("select name, home from sites").fetchall())
    candidates = [name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))]
    return next(c for c in candidates if taken.get(c, home) == home)


def site_ids(db: Database) -> list[int]:
    return [site_id for (site_id,) in db.execute("select id from sites")]


def describe_site(db: Database, site_id: int, columns: Mapping[str, str | None]) -> None:
    """Fill in home, title or timezone; a value of None leaves what is there."""
    for column, value in columns.items():
        db.execute(f"update sites set {column} = coalesce(?, {column}) where id = ?", [value, site_id])


def list_of(db: Database, site_id: int, name: str) -> dict[str, Any] | None:
    """The row of ``lists``; None where the list was never asked."""
    return next(db.query("select * from lists where site_id = ? and name = ?", [site_id, name]), None)


def save_list(db: Database, site_id: int, name: str, columns: Mapping[str, Any]) -> None:
    """Remember something about a list; columns that are not named stay as they are."""
    db.execute("insert or ignore into lists(site_id, name, door, url) values (?, ?, '', '')", [site_id, name])
    if columns:
        assignments = ", ".join(f"{column} = ?" for column in columns)
        db.execute(f"update lists set {assignments} where site_id = ? and name = ?", [*columns.values(), site_id, name])


OTHER_LISTS = ("comments", "users", "categories", "tags", "types")  # of REST, in any language; all others are lists of articles
BASE = "substr(name, 1, instr(name || '@', '@') - 1)"  # the name of a list without its language


def article_lists(db: Database, site_id: int, *, walked: bool = False) -> list[dict[str, Any]]:
    """The rows of the site's open REST lists of articles: posts first, the others in the order in which they were found.

    ``walked``: also those that were read to their end once and are closed now.
    """
    sql = f"""
        select *
        from lists
        where site_id = ? and door = 'rest' and url <> '' and (closed is null {"or walked_at is not null" if walked else ""})
          and {BASE} not in ({", ".join("?" * len(OTHER_LISTS))})
        order by name <> 'posts', rowid
        """
    return list(db.query(sql, [site_id, *OTHER_LISTS]))


def language_lists(db: Database, site_id: int, name: str) -> list[dict[str, Any]]:
    """The rows of an open REST list, such as comments, and of those beside it that give what it hides: one for each language."""
    sql = f"select * from lists where site_id = ? and door = 'rest' and url <> '' and closed is null and {BASE} = ? order by rowid"
    return list(db.query(sql, [site_id, name]))


def put_on_list(db: Database, site_id: int, article_ids: Iterable[int], asked: str) -> None:
    """Note which list named these articles: the one at whose address ``asked`` is.

    A post has one type, but the lists of two languages may both name it: then it stays with the one that was first.
    """
    lists = article_lists(db, site_id)
    named = max((row for row in lists if _is_asked(asked, row["url"])), key=lambda row: len(row["url"]), default={"name": "posts"})
    base = str(named["name"]).partition("@")[0]
    others = [row["name"] for row in lists if row["name"] != named["name"] and row["name"].partition("@")[0] == base]
    db.conn.executemany(
        f"update articles set list = ? where id = ? and (list is null or list not in (?{', ?' * len(others)}))",
        [(named["name"], article_id, named["name"], *others) for article_id in article_ids],
    )


def _is_asked(asked: str, url: str) -> bool:
    return asked.startswith(url) and asked[len(url) :][:1] in ("", "?", "&", "/")


def move_to_list(db: Database, site_id: int, source_ids: Iterable[str], name: str | None) -> None:
    """From now on it is this list that names these articles, by the site's ids; None: no list does."""
    db.conn.executemany(
        "update articles set list = ? where site_id = ? and source_id = ?", [(name, site_id, number) for number in source_ids]
    )


def close_article_list(db: Database, site_id: int, name: str, reason: str) -> None:
    """The site has this list no more: no list names its articles now, until one does again."""
    save_list(db, site_id, name, {"closed": reason, "walked_at": None, "walk_started_at": None, "cursor": None})
    db.execute("update articles set list = null where site_id = ? and list = ?", [site_id, name])
    db.execute("delete from overcounts where site_id = ? and list = ?", [site_id, name])


def save_overcounts(
    db: Database, site_id: int, name: str, spans: Sequence[tuple[str, str, int]], instead: Sequence[tuple[str, str, int]] = ()
) -> None:
    """(earliest, latest, how many too many) of spans in which a list's totals count more than the site gives; earlier ones stay, but
    for those ``instead`` of which they are kept."""
    sql = "delete from overcounts where site_id = ? and list = ? and first_at = ?"
    db.conn.executemany(sql, [(site_id, name, first) for first, _, _ in instead])
    db.conn.executemany(
        "insert or replace into overcounts(site_id, list, first_at, last_at, count) values (?, ?, ?, ?, ?)",
        [(site_id, name, *span) for span in spans],
    )


def forget_unread_site(db: Database, site_id: int) -> None:
    """A site of which nothing was ever read is not remembered, unless a person added it: a mistyped home must not be visited again
    by cron."""
    kept = """
        select 1 from articles where site_id = :id
        union all select 1 from sites where id = :id and added_at is not null
        union all select 1 from site_settings where site_id = :id
        union all select 1 from expunged where site_id = :id
        """
    if db.execute(kept, {"id": site_id}).fetchone():
        return
    db.execute("update captures set crawl_id = null where crawl_id in (select id from crawls where site_id = ?)", [site_id])
    for table in ("lists", "overcounts", "checkpoints", "feed_items", "gaps", "coverage", "quarantine", "crawls"):
        db.execute(f"delete from {table} where site_id = ?", [site_id])
    db.execute("delete from sites where id = ?", [site_id])
