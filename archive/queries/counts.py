"""How much there is of what, counted in one place: takes a connection, gives numbers by the names of ``numbers.NUMBERS``.

What is held is counted in the tables themselves, what is shown without what is withheld at this moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from archive.queries.remembered import remembered
from archive.queries.rows import Row, as_json, fetch_rows, fetch_value
from archive.queries.withheld import Hidden, hidden_now

Counts = dict[str, int]

ARTICLES = """
    select
      count(*) as held,
      count(missing_since) as missing,
      count(missing_since) - count(gone_at) filter (where missing_since is not null) as unconfirmed,
      count(gone_at) filter (where missing_since is not null) as gone,
      coalesce(sum(comment_count), 0) as on_site,
      coalesce(sum(comment_count) filter (where missing_since is null), 0) as readable
    from main.articles
    where {articles}
"""
# ``cross join`` starts from the small indexes of missing comments and of pings, not from each article's thread.
MISSING_COMMENTS = """
    select count(*) as missing, count(*) - count(comments.gone_at) as unconfirmed, count(comments.gone_at) as gone
    from main.comments
    cross join main.articles on articles.id = comments.article_id
    where comments.missing_since is not null and {articles}
"""
PINGS = """
    select count(*)
    from main.comments
    cross join main.articles on articles.id = comments.article_id
    where comments.kind <> 'comment' and comments.missing_since is null and articles.missing_since is null and {articles}
"""


class HeldCounts(NamedTuple):
    """The numbers of some articles, with the comments under them, as the tables have them."""

    articles: Counts
    comments: Counts


def site_counts(db: sqlite3.Connection, site_id: int) -> Counts:
    """Every number of one site: what is held, shown and withheld, there and missing."""
    return remembered(db, ("site counts", site_id), lambda: _site_counts(db, site_id), of=("articles", "comments", "gaps"))


def _site_counts(db: sqlite3.Connection, site_id: int) -> Counts:
    held = held_of(db, "articles.site_id = ?", [site_id])
    hidden = hidden_of(db)
    articles, comments = withheld_of(db, hidden, site_id)
    lost = "site_id = ? and missing_since is not null and id in (select value from json_each(?))"
    lost_hidden = fetch_value(db, f"select count(*) from main.articles where {lost}", [site_id, as_json(hidden.articles)])
    return {
        **{f"articles.{name}": count for name, count in held.articles.items()},
        "articles.shown": held.articles["held"] - articles,
        "articles.withheld": articles,
        "articles.missing_shown": held.articles["missing"] - int(lost_hidden),
        **{f"comments.{name}": count for name, count in held.comments.items()},
        "comments.shown": held.comments["held"] - comments,
        "comments.withheld": comments,
        "gaps.unexplained": int(fetch_value(db, "select count(*) from main.gaps where site_id = ? and not explained", [site_id])),
        "gaps.explained": int(fetch_value(db, "select count(*) from main.gaps where site_id = ? and explained", [site_id])),
    }


def archive_counts(db: sqlite3.Connection) -> Counts:
    """The numbers of all sites together, and those of states and records, which are counted as they are shown."""
    sites = [site_counts(db, site_id) for (site_id,) in db.execute("select id from sites").fetchall()]
    summed = {name: sum(counts[name] for counts in sites) for name in (sites[0] if sites else dict.fromkeys(EMPTY, 0))}
    tables = {f"{table}.held": int(fetch_value(db, f"select count(*) from {table}")) for table in ("revisions", "captures")}
    return summed | tables


# The comments of one article that are shown, for a list of ``articles``.
COMMENTS_SHOWN = "(select count(*) from comments where comments.article_id = articles.id)"
EMPTY = ("articles.shown", "comments.shown")  # what an archive without a site is asked for


def held_of(db: sqlite3.Connection, articles: str, values: Sequence[object]) -> HeldCounts:
    """What is held of the articles that fulfil a condition on ``articles``."""
    [row] = fetch_rows(db, ARTICLES.format(articles=articles), values)
    [missing] = fetch_rows(db, MISSING_COMMENTS.format(articles=articles), values)
    pings = int(fetch_value(db, PINGS.format(articles=articles), values))
    on_site, readable = row.pop("on_site"), row.pop("readable")
    return HeldCounts(
        {**row, "there": row["held"] - row["missing"]},
        {
            "held": on_site + missing["missing"],
            "there": readable - pings,
            "pings": pings,
            "away": on_site - readable + missing["missing"],
            "unconfirmed": missing["unconfirmed"],
            "gone": missing["gone"],
        },
    )


def hidden_of(db: sqlite3.Connection) -> Hidden:
    """What is not shown: what the connection itself hides, else what stands decided."""
    views: Hidden | None = getattr(db, "views_of", None)
    return views if views is not None else hidden_now(db)


def withheld_of(db: sqlite3.Connection, hidden: Hidden, site_id: int) -> tuple[int, int]:
    """How many articles of a site, and how many comments, are held and not shown."""
    if not (hidden.articles or hidden.comments or hidden.ages):
        return 0, 0
    sql = "select count(*) from main.articles where site_id = ? and id in (select value from json_each(?))"
    articles = int(fetch_value(db, sql, [site_id, as_json(hidden.articles)]))
    older = next((age.before for age in hidden.ages if age.site_id == site_id), "")
    listed = "comments.article_id in (select value from json_each(:articles)) or comments.id in (select value from json_each(:comments))"
    sql = f"""
        select count(*)
        from main.comments
        cross join main.articles on articles.id = comments.article_id
        where articles.site_id = :site and ({listed} or coalesce(posted_at, comments.first_seen_at) < :older)
    """ if older else f"""
        select count(*)
        from main.comments
        where ({listed}) and article_id in (select id from main.articles where site_id = :site)
    """  # fmt: skip
    asked = {"site": site_id, "articles": as_json(hidden.articles), "comments": as_json(hidden.comments), "older": older}
    return articles, int(fetch_value(db, sql, asked))


def published_months(db: sqlite3.Connection) -> list[Row]:
    """Local months of publication with their ``articles`` and the ``comments`` under them, as they are shown."""
    sql = "select month, count(*) as articles, sum(comment_count) as comments from articles where month is not null group by month"
    months = {row["month"]: row for row in fetch_rows(db, f"{sql} order by month")}
    missing = (
        "select month, count(*) from comments cross join articles on articles.id = article_id where comments.missing_since is not null"
    )
    for month, number in db.execute(f"{missing} group by month"):
        if month in months:
            months[month]["comments"] += number
    hidden = hidden_of(db)
    if hidden.comments or hidden.ages:
        older = " or ".join(
            f"(site_id = {int(age.site_id)} and coalesce(posted_at, hidden.first_seen_at) < '{age.before}')" for age in hidden.ages
        )
        sql = f"""
            select month, count(*)
            from main.comments as hidden
            cross join articles on articles.id = hidden.article_id
            where hidden.missing_since is null and (hidden.id in (select value from json_each(?)) or {older or "0"})
            group by month
        """
        for month, number in db.execute(sql, [as_json(hidden.comments)]):
            if month in months:
                months[month]["comments"] -= number
    return [*months.values()]
