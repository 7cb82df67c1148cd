"""Examples for the page that explains the search: takes a connection, gives searches that find something in this archive."""

from __future__ import annotations

import re
import sqlite3

from archive.publish.formats import field_query
from archive.publish.search.find_hits import find_articles
from archive.queries.rows import fetch_column, fetch_row, fetch_value
from archive.queries.search_query import parse_query

LATEST = 40  # articles whose headlines are looked at
TRIED = 12  # words of them that are tried beside another
WORD = re.compile(r"[^\W\d_]{4,}")
SMALL = "about after again against also before between could every from have into more most over than that their them then there these"
SMALL_WORDS = frozenset(f"{SMALL} they this those under were what when where which while will with would your".split())
AUTHOR = "select name from authors join article_authors on author_id = authors.id limit 1"
TAG = "select name from tags join article_tags on tag_id = tags.id limit 1"
SPAN = """
    select
      min(year) as first,
      max(year) as last,
      max(month) as month,
      max(substr(first_seen_at, 1, 7)) as seen,
      coalesce(max(comment_count), 0) as comments,
      coalesce(max(word_count), 0) as words
    from articles
"""
LANGUAGE = "select language from articles where language is not null group by language order by count(*) desc"


def example_searches(db: sqlite3.Connection) -> dict[str, str]:
    """Operator or field -> a search that uses it. What the archive has no example of is left out."""
    titles = fetch_column(db, "select title from articles where revision_id is not null order by published_at desc limit ?", [LATEST])
    found = [(title, [word for word in WORD.findall(title) if word.lower() not in SMALL_WORDS]) for title in titles]
    title, words = max(found, key=lambda pair: len(pair[1]), default=("", []))
    return (of_words(db, title, words, [word for _, others in found for word in others]) if len(words) > 1 else {}) | of_fields(db)


def of_words(db: sqlite3.Connection, title: str, words: list[str], others: list[str]) -> dict[str, str]:
    """Searches for the words of one headline."""
    one, other = words[:2]
    phrase = re.search(rf"{re.escape(one)}\s+[\w'’-]+", title)
    apart = (f"{one} NOT {word}" for word in others[:TRIED] if word not in words)
    found = {
        "words": f"{one} {other}",
        "phrase": f'"{phrase[0]}"' if phrase else "",
        "or": f"{one} OR {other}",
        "not": next((query for query in apart if find_articles(db, parse_query(query), "newest")), ""),
        "brackets": f"({one} OR {other}) in:articles",
        "prefix": f"{one[: max(3, len(one) - 2)]}*",
        "near": f"NEAR({one} {other}, 8)",
        "title": f"title:{one}",
    }
    return {name: query for name, query in found.items() if query}


def of_fields(db: sqlite3.Connection) -> dict[str, str]:
    """Searches for what the archive has most of."""
    author, tag = fetch_value(db, AUTHOR), fetch_value(db, TAG)
    site, host = fetch_value(db, "select name from sites order by id limit 1"), fetch_value(db, "select host from links limit 1")
    signed = next(iter(WORD.findall(fetch_value(db, "select author from comments where length(author) > 3 limit 1") or "")), "")
    span = fetch_row(db, SPAN) or {}
    found = {
        "author": field_query("author", author) if author else "",
        "tag": field_query("tag", tag) if tag else "",
        "signed": f"in:comments signed:{signed}" if signed else "",
        "site": field_query("site", site) if site else "",
        "cites": f"cites:{host}" if host else "",
        "comments": f"comments:>{span['comments'] - 1}" if span.get("comments") else "",
        "words_field": f"words:>{span['words'] // 2}" if span.get("words") else "",
        "published": f"published:{span['first']}..{span['last']}" if span.get("first") else "",
        "month": f"month:{span['month']}" if span.get("month") else "",
        "seen": f"seen:{span['seen']}.." if span.get("seen") else "",
        **{f"is:{state}": f"is:{state}" for state, sql in STATES.items() if fetch_value(db, sql)},
        **{f"lang:{code}": f"lang:{code}" for code in fetch_column(db, LANGUAGE)},
    }
    return {name: query for name, query in found.items() if query}


STATES = {
    "edited": "select exists(select 1 from revisions where number > 1)",
    "silent": "select exists(select 1 from revisions where number > 1 and declared = 0)",
    "declared": "select exists(select 1 from revisions where number > 1 and declared = 1)",
    "missing": "select exists(select 1 from articles where missing_since is not null)",
    "gone": "select exists(select 1 from articles where missing_since is not null and gone_at is not null)",
    "link": "select exists(select 1 from articles where kind = 'link')",
    "picture": "select exists(select 1 from articles where kind = 'picture')",
}
