"""An archive has a name among archives, and remembers what it has taken over from others. Released: never edited."""

from __future__ import annotations

SQL = """
create table identity (  -- The archive's own name among archives: one row
  id text primary key  -- the record id of its first capture or, where it had none when it was named, a random one
) strict, without rowid;
insert into identity(id)
select coalesce((select trim(record_id, '<>') from captures order by id limit 1), 'urn:random:' || lower(hex(randomblob(16))));

create table merged_archives (  -- Archives that were merged into this one
  id text primary key,  -- that archive's own name
  folder text not null,  -- where it lay when it was merged last
  merged_at text not null  -- when something was taken over from it last
) strict, without rowid;

create table merged_parts (  -- What was taken over from other archives: the next merge passes over what is still the same
  archive_id text not null references merged_archives(id),  -- the other archive
  kind text not null,  -- article: one article with its thread; site: the lists and gaps of one site
  part_id integer not null,  -- the id of the article or site there
  digest any not null,  -- 16 bytes over all of its rows, as they were then
  primary key (archive_id, kind, part_id)
) strict, without rowid;
"""
