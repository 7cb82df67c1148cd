"""What the hits of a search have in common: takes ids, gives years, authors, topics and kinds with their numbers, and hits per month."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter

from archive.queries.rows import Row, as_json, fetch_rows, fetch_value

FOUND = "(select value from json_each(:ids))"
SORTED = "(select value from json_each(:ids) order by value)"  # read from first to last, which is faster than to look each id up
MOST = 12  # values of a facet that are shown


def article_facets(db: sqlite3.Connection, ids: list[int]) -> tuple[dict[str, list[Row]], list[Row]]:
    """Facet -> value and number of hits; and the number of hits per month."""
    asked = {"ids": as_json(ids)}
    counted = fetch_rows(db, MONTHS, asked)
    facets = {
        "year": summed(counted, "year", by_value=True),
        "author": fetch_rows(db, AUTHORS, asked),
        "tag": tag_facet(db, asked["ids"]),
        "kind": summed(counted, "kind"),
    }
    months = [{"month": row["value"], "articles": row["hits"]} for row in reversed(summed(counted, "month", by_value=True))]
    return facets, months


def summed(counted: list[Row], name: str, by_value: bool = False) -> list[Row]:
    """Hits per value of one column, the latest value first or the most frequent."""
    hits: Counter[str | int] = Counter()
    for row in counted:
        if row[name] is not None:
            hits[row[name]] += row["articles"]
    pairs = sorted(hits.items(), reverse=True) if by_value else hits.most_common()
    return [{"value": value, "hits": count} for value, count in pairs]


MONTHS = f"""
    select month, year, kind, count(*) as articles
    from {SORTED} as found
    cross join articles on articles.id = found.value
    group by month, year, kind
"""
# Counted by id first: the names are looked up for a few hundred ids, not for every hit.
AUTHORS = f"""
    with counted as (
      select author_id, count(*) as hits
      from {SORTED} as found
      cross join article_authors on article_id = found.value
      group by author_id
    )
    select authors.name as value, sum(counted.hits) as hits
    from counted
    join authors on authors.id = counted.author_id
    group by authors.name
    order by hits desc, value
    limit {MOST}
"""
TAGS = f"""
    select group_concat(tag_id)
    from {SORTED} as found
    cross join article_tags on article_id = found.value
"""
TAG_NAMES = f"""
    with counted as (select cast(key as integer) as tag_id, value as hits from json_each(:counted))
    select
      tags.name as value,
      case
        when count(*) = 1 then sum(counted.hits)
        else (  -- a tag and a category of one name: an article that carries both counts once
          select count(distinct article_id)
          from article_tags
          where article_id in {FOUND}
            and tag_id in (select id from tags as same where same.name = tags.name)
        )
      end as hits
    from counted
    join tags on tags.id = counted.tag_id
    group by tags.name
    order by hits desc, value
    limit {MOST}
"""


def tag_facet(db: sqlite3.Connection, ids: str) -> list[Row]:
    """Topics with their numbers of hits. SQLite would sort 60,000 topics of 11,000 articles to count them: that takes as long again."""
    listed = fetch_value(db, TAGS, {"ids": ids})
    counted = Counter(listed.split(",")) if listed else Counter[str]()
    return fetch_rows(db, TAG_NAMES, {"ids": ids, "counted": json.dumps(counted)})


def comment_facets(db: sqlite3.Connection, ids: list[int]) -> tuple[dict[str, list[Row]], list[Row]]:
    """Facet -> value and number of comments; and the number per month. Counted in one pass: a query per facet would read the
    same rows four times.
    """
    rows = db.execute(f"select coalesce(posted_at, ''), author, kind from comments where id in {FOUND}", {"ids": as_json(ids)}).fetchall()
    months = Counter(posted_at[:7] for posted_at, _, _ in rows if posted_at)
    years: Counter[str] = Counter()
    for month, hits in months.items():
        years[month[:4]] += hits
    facets = {
        "year": [{"value": year, "hits": hits} for year, hits in sorted(years.items(), reverse=True)],
        "author": most_common(Counter(author for _, author, _ in rows)),
        "kind": most_common(Counter(kind for _, _, kind in rows)),
    }
    return facets, [{"month": month, "articles": hits} for month, hits in sorted(months.items())]


def most_common(counted: Counter[str]) -> list[Row]:
    """The most frequent values with their numbers."""
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"value": value, "hits": hits} for value, hits in ordered[:MOST]]
