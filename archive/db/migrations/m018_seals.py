"""What proves when a record was there already: the seals over the digests of the records, and in which seal each record is. Both can
be made anew from the files under warc/seals. Released: never edited."""

from __future__ import annotations

SQL = """
create table seals (  -- Seals over the digests of records, in chains: each names the one before it
  id integer primary key,  -- ours
  chain text not null,  -- id of the archive where it was made: its folder under warc/seals
  number integer not null,  -- place in the chain, from 1 on
  filename text not null unique,  -- its file, relative to the archive's folder
  digest text not null,  -- sha256:HEX of that file: the next seal names it, a stamp is over it
  root text not null,  -- root of the tree over the digests of its records, in hex
  records integer not null,  -- how many records it has, requests included
  sealed_at text not null,  -- when it was made, by the clock of that archive: no proof for others
  last_capture integer,  -- highest id in captures when it was made; empty where another seal of the same run follows
  stamped_at text,  -- when an authority stamped it, by the authority's clock: its records existed then at the latest
  authority text,  -- who stamped it, as the certificate says
  stamp_digest text,  -- sha256:HEX of the stamp's file
  asked_at text,  -- when a stamp was first asked for in vain; empty when none was, or when it has one
  refusal text,  -- why the last asking was in vain
  unique (chain, number)
) strict;
create table sealed_records (  -- In which seal a record is
  prefix text not null,  -- first 16 hex digits of the SHA-256 of the compressed record; the seal's leaves have all of it
  seal_id integer not null references seals(id),  -- the seal
  position integer not null,  -- its place among the seal's leaves, from 0 on
  primary key (prefix, seal_id, position)
) strict, without rowid;
"""
