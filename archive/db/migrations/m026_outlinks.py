"""Sources that articles link to are asked now and then whether they still answer. Pingbacks have an index, so that comments can be
counted without them.
"""

from __future__ import annotations

SQL = """
create table outlink_checks (  -- How addresses outside of the sites answered when scrapy outlinks asked them: a row while nothing changes
  id integer primary key,  -- ours
  url text not null,  -- address, without what follows a #
  first_at text not null,  -- when it first answered so
  last_at text not null,  -- when it last did
  checks integer not null,  -- how often in a row it was asked
  outcome text not null,  -- answers; refused: something is there, and not for us; failing; not asked: by robots.txt, or not public
  status integer,  -- HTTP status of the answer; empty where none came
  reason text,  -- why it is not asked, or why no answer came; empty where there is a status
  location text,  -- where it led to, when it answered from another address
  unique (url, first_at)
) strict;
create index comments_pings on comments(posted_at) where kind <> 'comment';
"""
