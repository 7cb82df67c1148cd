"""What a feed told of an article outlives a kill between the feed and the article's page. Released: never edited."""

from __future__ import annotations

SQL = """
create table feed_items (  -- What the feed told of articles: those it names now, and those that do not hold yet what it told
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address of the article
  published_at text,  -- when it was published, to the second; empty where the feed does not say
  authors text not null,  -- all its authors, one name per line
  digest text not null,  -- of what the feed shows of it: another one means that there is news
  seen_at text not null,  -- when the feed was first seen to show this digest
  primary key (site_id, url)
) strict, without rowid;
"""
