"""What the crawler has to come back to stands in rows of its own, not as JSON among the site's lists. Released: never edited."""

from __future__ import annotations

SQL = """
create table checkpoints (  -- What the crawler has to come back to: its memory between runs, beside the site's own lists
  site_id integer not null references sites(id),  -- the site
  kind text not null,  -- what is remembered: archive/store/checkpoints.py names the kinds
  ref text not null,  -- what it is about: our id, the site's own id, or an address; empty where it is about the whole site
  position integer not null,  -- order within the kind from 0
  at text,  -- when: first observed, or last done
  count integer,  -- in how many runs it was observed
  value text,  -- what else the kind remembers
  primary key (site_id, kind, ref)
) strict, without rowid;
"""
