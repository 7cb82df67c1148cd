"""What a merge brought: takes a connection with its maps, gives a count for each site."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

ARTICLES = """
    select count(*), coalesce(sum(touched.fresh), 0)
    from temp.touched
    join source.articles as theirs on theirs.id = touched.old
    where site_id = ?
"""
COMMENTS = """
    select count(*)
    from temp.map_comments as map
    join source.comments as theirs on theirs.id = map.old
    join source.articles on articles.id = theirs.article_id
    where map.fresh and site_id = ?
"""
CAPTURES = """
    select count(*)
    from temp.map_captures as map
    join source.captures as theirs on theirs.id = map.old
    join source.crawls on crawls.id = theirs.crawl_id
    where map.fresh and site_id = ?
"""


@dataclass(frozen=True, slots=True)
class MergedSite:
    """What one site of another archive brought."""

    name: str
    articles: int  # articles with anything new, and how many of them are new themselves
    new: int
    comments: int  # new ones
    captures: int


def merged_site(db: Database, old: int, new: int) -> MergedSite:
    """What the site with the id ``old`` there brought to the site ``new`` here."""
    [name] = db.execute("select name from main.sites where id = ?", [new]).fetchone()
    articles, fresh = db.execute(ARTICLES, [old]).fetchone()
    [comments] = db.execute(COMMENTS, [old]).fetchone()
    [captures] = db.execute(CAPTURES, [old]).fetchone()
    return MergedSite(name, articles, fresh, comments, captures)
