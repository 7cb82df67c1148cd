"""What was destroyed by a legal order leaves a tombstone. Released: never edited."""

from __future__ import annotations

SQL = """
create table expunged (  -- What was destroyed by a legal order: a row for each record, and for each name by which it could come back
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  what text not null,  -- the article or comment, by our id: article 12, comment 34
  record_id text,  -- WARC-Record-ID of a destroyed record; empty where the row is about a name
  record_digest text,  -- sha256:HEX that the compressed record had
  filename text,  -- WARC file in which it lay, relative to the archive's folder
  revisions text,  -- JSON: ids of other revisions that rested on it; their texts are held, that evidence is not
  refused text,  -- what is never archived again: sha256:HEX of an address, or the site's own id, as article 12
  passages any,  -- by what its text is known again: 8 bytes of the SHA-256 of each run of 5 to 16 words that stands nowhere else
  looked integer,  -- the last capture that was searched for these passages
  expunged_at text not null,  -- when
  reason text not null,  -- why: the order
  unfinished integer not null  -- 1 until the files are in place and the database's free pages are overwritten
) strict;
create index expunged_record on expunged(record_id) where record_id is not null;
create index expunged_refused on expunged(site_id, refused) where refused is not null;
create index expunged_unfinished on expunged(unfinished) where unfinished = 1;
"""
