"""What was seen for the first time: takes a question, gives articles and comments, those of a site's first archiving apart.

What the first archiving brought had been on the site before; only what came later is news.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from archive.publish.changes.asked import Asked
from archive.publish.changes.stories import ARTICLE, COMMENT, articles_about, runs_of
from archive.publish.changes.story import Story
from archive.publish.search.conditions import FEW
from archive.queries.remembered import remembered
from archive.queries.rows import Row, as_json, fetch_row, fetch_rows, fetch_value

SELECTS = {
    "article": f"""
        select articles.first_seen_at, :event, null, null, articles.id, null, null, null, null, null, null, null, null, {ARTICLE}
        from articles
    """,
    "comment": f"""
        select comments.first_seen_at, :event, null, null, articles.id, comments.id, null, null, null, null, null, null, null, {COMMENT}
        from comments
        cross join articles on articles.id = comments.article_id
    """,
}
KEYS = {
    "article": "select articles.first_seen_at, 'article', articles.id from articles",
    "comment": """
        select comments.first_seen_at, 'comment', comments.id
        from comments
        cross join articles on articles.id = comments.article_id
    """,
    "comment alone": "select first_seen_at, 'comment', id from comments",
}
COUNTS = {
    "article": "select count(*) from articles",
    "comment": "select count(*) from comments cross join articles on articles.id = comments.article_id",
    "comment alone": "select count(*) from comments",
}


def first_ends(db: sqlite3.Connection) -> dict[int, str]:
    """Site -> when its first complete run ended; ``9999`` while none was complete."""
    sql = """
        select sites.id, coalesce(min(finished_at) filter (where exit_code = 0 and mode <> 'reextract'), '9999')
        from sites
        left join crawls on crawls.site_id = sites.id
        group by sites.id
    """
    return dict(db.execute(sql).fetchall())


def find_fresh(db: sqlite3.Connection, asked: Asked, limit: int, offset: int = 0) -> list[Story]:
    """What was seen for the first time and is asked for, the latest first. SQLite goes through the indexes of both tables at once, and
    only what is shown is read."""
    parts, values = [], dict[str, Any]()
    for of in kinds_asked(asked):
        where, named = fresh_conditions(db, asked, of)
        parts.append(f"{KEYS[source_of(of, where)]} where {where}")
        values |= named
    if not parts:
        return []
    sql = f"{' union all '.join(parts)} order by 1 desc, 3 desc, 2 limit :limit offset :offset"
    keys = [(of, id) for _, of, id in db.execute(sql, values | {"limit": limit, "offset": offset})]
    runs, found = runs_of(db), dict[tuple[str, int], Story]()
    for of in {of for of, _ in keys}:
        sql = f"{SELECTS[of]} where {of}s.id in (select value from json_each(:shown))"
        shown = as_json(id for each, id in keys if each == of)
        for story in (Story(*row) for row in db.execute(sql, {"event": asked.fresh, "shown": shown})):
            found[of, story.comment_id or story.article_id] = story._replace(run_id=runs.run_of(story.site_id, story.at))
    return [found[key] for key in keys]


def count_fresh(db: sqlite3.Connection, asked: Asked) -> dict[str, int]:
    """How many articles, and how many comments, were seen for the first time, of those that are asked for."""
    counted = {}
    for of in kinds_asked(asked):
        where, values = fresh_conditions(db, asked, of)
        counted[of] = _count(db, f"{COUNTS[source_of(of, where)]} where {where}", values)
    return counted


def source_of(of: str, where: str) -> str:
    """Comments are read alone where nothing is asked of their articles, from their index of times: 400 -> 30 ms a million."""
    return "comment alone" if of == "comment" and "articles." not in where else of


def _count(db: sqlite3.Connection, sql: str, values: dict[str, Any]) -> int:
    return remembered(db, (sql, *values.items()), lambda: int(fetch_value(db, sql, values)), of=("articles", "comments"))


def kinds_asked(asked: Asked) -> Sequence[str]:
    """Articles, comments or both. A question about articles leaves new comments out: a search in comments finds them."""
    if asked.states or asked["edit"] or asked["said"] or asked["phrase"]:
        return ()
    about_articles = not asked.subject.unconditional or asked["author"] or asked["topic"]
    return (asked["of"],) if asked["of"] else ("article",) if about_articles else ("article", "comment")


def fresh_conditions(db: sqlite3.Connection, asked: Asked, of: str) -> tuple[str, dict[str, Any]]:
    """The condition on ``articles``, and on ``comments``, with its values."""
    table, values = f"{of}s", dict[str, Any]()
    sign = "<=" if asked.fresh == "first" else ">"
    ends = first_ends(db)
    sites = [
        f"(articles.site_id = {int(site)} and {table}.first_seen_at {sign} '{end}')"
        if len(ends) > 1
        else f"{table}.first_seen_at {sign} '{end}'"
        for site, end in ends.items()
    ]
    conditions = [f"({' or '.join(sites) or '0'})"]
    if asked.fresh == "new" and ends:  # one range, so that the index leads to the few that are new
        conditions.append(f"{table}.first_seen_at > '{min(ends.values())}'")
    published = "coalesce(articles.published_on, articles.published_at)" if of == "article" else "comments.posted_at"
    if of == "comment" and asked.fresh == "new" and ends and asked.published_spans and came_few(db, min(ends.values())):
        published = f"+{published}"  # the index of dates would lead to all of those years
    spans = [(f"{table}.first_seen_at", span) for span in asked.seen_spans] + [(published, span) for span in asked.published_spans]
    for number, (column, span) in enumerate(spans):
        values |= {f"first{number}": span.low, f"ends{number}": span.high or "~"}  # ~ stands behind every date
        conditions.append(f"{column} >= :first{number} and {column} < :ends{number}")
    if (ids := articles_about(db, asked)) is not None:
        values["ids"] = as_json(ids)
        conditions.append("articles.id in (select value from json_each(:ids))")
    if asked["run"]:
        first, last = run_span(db, int(asked["run"]))
        values |= {"run_began": first, "run_ended": last}
        conditions.append(
            f"{table}.first_seen_at >= :run_began and {table}.first_seen_at < :run_ended"
            " and articles.site_id = (select site_id from crawls where id = :run)"
        )
        values["run"] = int(asked["run"])
    return " and ".join(conditions), values


def came_few(db: sqlite3.Connection, since: str) -> bool:
    """Whether few comments were first seen after that."""
    sql = f"select count(*) <= {FEW} from (select 1 from comments where first_seen_at > ? limit {FEW + 1})"
    return bool(fetch_value(db, sql, [since]))


def run_span(db: sqlite3.Connection, run_id: int) -> tuple[str, str]:
    """(when a run began, when the next one of its site did): what was seen in between belongs to it."""
    sql = """
        select started_at as began,
          (
            select min(later.started_at)
            from crawls as later
            where later.site_id = crawls.site_id and later.mode <> 'reextract'
              and (later.started_at, later.id) > (crawls.started_at, crawls.id)
          ) as ended
        from crawls
        where id = ?
    """
    row = fetch_row(db, sql, [run_id]) or {"began": "9999", "ended": None}
    return row["began"], row["ended"] or "9999"


def first_archivings(db: sqlite3.Connection) -> list[Row]:
    """One row a site: when its first archiving began and ended, and what it brought. Sites that were never read whole are left out."""
    sql = """
        select sites.name, sites.title, min(started_at) as began, min(finished_at) filter (where exit_code = 0) as ended
        from sites
        join crawls on crawls.site_id = sites.id
        where mode <> 'reextract'
        group by sites.id
        having ended is not null
        order by ended desc
    """
    return fetch_rows(db, sql)
