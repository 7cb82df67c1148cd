"""That an address is no article is remembered with its evidence; so is how far a site's lists are believed, and when a page was
refused last. Released: never edited."""

from __future__ import annotations

SQL = """
create table verdicts (  -- Addresses that lists name and that were read as no article: on what evidence, and since when
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address that the list names
  reason text not null,  -- why it is no article
  decided_at text not null,  -- when it was first found so
  checked_at text not null,  -- when it was last read
  readings integer not null,  -- how often in a row it was found so: the next reading is due after 1, 2, 4, ... days
  digest text not null,  -- of what the page showed, without numbers: the same at other addresses is no verdict but a wall
  lastmod text not null,  -- what the list said of its last change; empty where it said nothing
  extractor text not null,  -- code that read it: it is read again by another
  primary key (site_id, url)
) strict, without rowid;

create table claims (  -- How often a list was right that said that a held page had changed
  site_id integer not null references sites(id),  -- the site
  list text not null,  -- sitemap or feed
  asked integer not null,  -- pages read because of it; old ones count less and less
  confirmed integer not null,  -- of these, how many were different
  checked_at text not null,  -- when it was last put to the test
  primary key (site_id, list)
) strict, without rowid;

alter table quarantine add column last_at text  /* when the address was last refused for the same reason; empty: only once */;
"""
