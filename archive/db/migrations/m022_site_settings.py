"""Sites can be made known before they are crawled, left out for a while, and removed; what cron would repeat is remembered for each."""

from __future__ import annotations

SQL = """
alter table sites add column added_at text  /* when it was made known without a run; empty: its first crawl made it known */;
alter table sites add column paused_at text  /* since when update leaves it out; empty: it is visited */;
alter table sites add column removed_at text  /* since when it is visited no more, though what is held stays; empty: it is visited */;
create table site_settings (  -- What is remembered of each site for its next runs, as people set it
  site_id integer not null references sites(id),  -- the site
  name text not null,  -- pages, images, ..., delay, every: archive/store/site_settings.py says what each means
  value text not null,  -- as a person wrote it
  primary key (site_id, name)
) strict, without rowid;
"""
