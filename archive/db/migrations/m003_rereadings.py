"""What ``scrapy reextract`` replaced: a digest that was cited once still tells what it was of. Released: never edited."""

from __future__ import annotations

SQL = """
create table rereadings (  -- Earlier readings of the same record: what scrapy reextract replaced in place, with the digest by which it may have been cited
  id integer primary key,  -- ours
  revision_id integer references revisions(id),  -- the revision of an article; empty when it is one of a comment
  comment_revision_id integer references comment_revisions(id),  -- the revision of a comment; empty when it is one of an article
  crawl_id integer not null references crawls(id),  -- the run that read the record again
  read_at text not null,  -- when it did
  digest text not null,  -- the revision's digest until then
  content_key text not null,  -- its content_key until then
  extractor text  -- which code had read it until then; empty for comments
) strict;
create index rereadings_revision on rereadings(revision_id) where revision_id is not null;
create index rereadings_comment on rereadings(comment_revision_id) where comment_revision_id is not null;
create index rereadings_digest on rereadings(digest);
"""  # noqa: E501 - SQLite keeps the line as it stands
