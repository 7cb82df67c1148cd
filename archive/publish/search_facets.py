"""What a search's hits have in common: years, authors, topics, kinds, and hits per month."""

from __future__ import annotations

import sqlite3

from archive.publish.rows import Row, as_json, fetch_rows


def article_facets(db: sqlite3.Connection, ids: list[int]) -> tuple[dict[str, list[Row]], list[Row]]:
    """Facet -> value and number of hits; and the number of hits per month."""
    found = "(select value from json_each(:ids))"
    of_articles = f"from articles where id in {found} and"
    queries = {
        "year": f"select year as value, count(*) as hits {of_articles} year is not null group by year order by year desc",
        "author": f"""
            select authors.name as value, count(*) as hits from article_authors
            join authors on authors.id = article_authors.author_id
            where article_id in {found} group by authors.name order by hits desc, value limit 12""",
        "tag": f"""
            select tags.name as value, count(distinct article_id) as hits from article_tags
            join tags on tags.id = article_tags.tag_id
            where article_id in {found} group by tags.name order by hits desc, value limit 12""",
        "kind": f"select kind as value, count(*) as hits {of_articles} 1 group by kind order by hits desc",
    }
    asked = {"ids": as_json(ids)}
    months = fetch_rows(db, f"select month, count(*) as articles {of_articles} month is not null group by month order by month", asked)
    return {name: fetch_rows(db, sql, asked) for name, sql in queries.items()}, months


def comment_facets(db: sqlite3.Connection, ids: list[int]) -> tuple[dict[str, list[Row]], list[Row]]:
    found = "from comments where id in (select value from json_each(:ids))"
    queries = {
        "year": f"select substr(posted_at, 1, 4) as value, count(*) as hits {found} and posted_at is not null group by 1 order by 1 desc",
        "author": f"select author as value, count(*) as hits {found} group by author order by hits desc, author limit 12",
        "kind": f"select kind as value, count(*) as hits {found} group by kind order by hits desc",
    }
    asked = {"ids": as_json(ids)}
    months_sql = f"select substr(posted_at, 1, 7) as month, count(*) as articles {found} and posted_at is not null group by 1 order by 1"
    return {name: fetch_rows(db, sql, asked) for name, sql in queries.items()}, fetch_rows(db, months_sql, asked)
