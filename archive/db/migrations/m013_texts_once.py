"""Every text is stored once, in rows that fit SQLite's pages. A block is a span of its revision's text, a state of a comment says
only what the comment does not, and ``blocks`` and ``comment_revisions`` are views that show what they always held; what is written
to them is stored in the same way. The program lends this step ``packed``, ``beside_plain`` and ``copied``. Released: never edited."""

from __future__ import annotations

BLOCK = """(revision_id, position, kind, rule, fingerprint, vote, start, length, text, html)
  select
    new.revision_id,
    new.position,
    new.kind,
    new.rule,
    new.fingerprint,
    new.vote,
    nullif(start, 0),
    iif(start > 0, length(new.text), null),
    iif(start > 0, null, new.text),
    nullif(new.html, '<p>' || replace(replace(replace(new.text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</p>')
  from (
    select iif(new.text = '', 0, coalesce(instr((select text from revisions where id = new.revision_id), new.text), 0)) as start
  )"""
"""Where a row that is written to ``blocks`` goes."""

SQL = """
create table block_spans (  -- Where the text of each block stands in the text of its revision: read the view blocks, which shows the blocks themselves
  revision_id integer not null references revisions(id),  -- the revision
  position integer not null,  -- reading order from 0
  kind text not null,  -- body, caption, appeal, bio, tags, share, related, newsletter, chrome
  rule text not null,  -- the rule that decided the kind
  fingerprint text not null,  -- equal for equal wording: case, punctuation and link targets aside
  vote text,  -- what trafilatura said of it: text (kept) or chrome (left out); empty: it could not be asked, or was not yet
  start integer,  -- at which character of the revision's text it begins, counted from 1; empty where it is no part of that text
  length integer,  -- how many characters long it is there
  text text,  -- plain text, where it is no part of the revision's text
  html text,  -- sanitised markup: all of it, or what stands between head and tail; empty where it is the text as one plain paragraph
  head integer,  -- how many characters of the markup of a plain paragraph come first; empty where html is all of it
  tail integer,  -- how many characters of the markup of a plain paragraph come last; empty where html is all of it
  primary key (revision_id, position),
  check (start is not null or text is not null)
) strict;
insert into block_spans(revision_id, position, kind, rule, fingerprint, vote, start, length, text, html, head, tail)
select
  copied(revision_id),
  position,
  kind,
  rule,
  fingerprint,
  vote,
  nullif(start, 0),
  iif(start > 0, length(text), null),
  iif(start > 0, null, text),
  iif(html = plain, null, beside_plain(plain, html, 0)),
  iif(html = plain, null, beside_plain(plain, html, 1)),
  iif(html = plain, null, beside_plain(plain, html, 2))
from (
  select
    blocks.*,
    iif(blocks.text = '', 0, instr(revisions.text, blocks.text)) as start,
    '<p>' || replace(replace(replace(blocks.text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</p>' as plain
  from blocks
  join revisions on revisions.id = blocks.revision_id
)
order by revision_id, position;
drop table blocks;
create index blocks_fingerprint on block_spans(fingerprint);

create view blocks as  -- A revision's paragraphs, labelled: nothing is thrown away
  select
    revision_id as revision_id,  -- the revision
    position as position,  -- reading order from 0
    kind as kind,  -- body, caption, appeal, bio, tags, share, related, newsletter, chrome
    shown as text,  -- plain text
    case
      when html is null then plain
      when head is null then html
      else substr(plain, 1, head) || html || substr(plain, length(plain) - tail + 1)
    end as html,  -- sanitised markup
    rule as rule,  -- the rule that decided the kind
    fingerprint as fingerprint,  -- equal for equal wording: case, punctuation and link targets aside
    vote as vote  -- what trafilatura said of it: text (kept) or chrome (left out); empty: it could not be asked, or was not yet
  from (
    select *, '<p>' || replace(replace(replace(shown, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</p>' as plain
    from (
      select
        *,
        coalesce(text, (select substr(revisions.text, start, block_spans.length) from revisions where revisions.id = revision_id)) as shown
      from block_spans
    )
  );
create trigger blocks_insert instead of insert on blocks begin
  insert into block_spans{BLOCK};
end;
create trigger blocks_update instead of update on blocks begin
  delete from block_spans where revision_id = old.revision_id and position = old.position;
  insert into block_spans{BLOCK};
end;
create trigger blocks_delete instead of delete on blocks begin
  delete from block_spans where revision_id = old.revision_id and position = old.position;
end;
create trigger blocks_keep_their_text before update of text on revisions when old.text is not new.text begin
  update block_spans
  set text = substr(old.text, start, length), start = null, length = null
  where revision_id = old.id and start is not null;
end;
create trigger blocks_find_their_text after update of text on revisions when old.text is not new.text begin
  update block_spans
  set start = instr(new.text, text), length = length(text), text = null
  where revision_id = new.id and text <> '' and instr(new.text, text) > 0;
end;

create table comment_states (  -- What each state of a comment adds to the comment: read the view comment_revisions, which shows the states themselves
  id integer primary key,  -- ours
  comment_id integer not null references comments(id),  -- the comment
  number integer not null,  -- 1 is the first state seen
  seen_at text not null,  -- when this state was first seen
  digest any not null,  -- the 32 bytes of the sha256 over everything stored of this state
  content_key any not null,  -- the 32 bytes of the sha256 over the normalised content
  author text,  -- the name it was signed with; empty where it is the comment's
  text text,  -- paragraphs apart by a blank line; empty where it is the comment's
  parent_id integer references comments(id),  -- the comment it answered
  capture_id integer references captures(id),  -- the exchange that showed it
  unique (comment_id, number)
) strict;
insert into comment_states(id, comment_id, number, seen_at, digest, content_key, author, text, parent_id, capture_id)
select
  copied(states.id),
  states.comment_id,
  states.number,
  states.seen_at,
  packed(states.digest),
  packed(states.content_key),
  nullif(states.author, comments.author),
  nullif(states.text, comments.text),
  states.parent_id,
  states.capture_id
from comment_revisions as states
join comments on comments.id = states.comment_id
order by states.id;
alter table rereadings rename to former_rereadings;
create table rereadings (  -- Earlier readings of the same record: what scrapy reextract replaced in place, with the digest by which it may have been cited
  id integer primary key,  -- ours
  revision_id integer references revisions(id),  -- the revision of an article; empty when it is one of a comment
  comment_revision_id integer references comment_states(id),  -- the revision of a comment; empty when it is one of an article
  crawl_id integer not null references crawls(id),  -- the run that read the record again
  read_at text not null,  -- when it did
  digest text not null,  -- the revision's digest until then
  content_key text not null,  -- its content_key until then
  extractor text  -- which code had read it until then; empty for comments
) strict;
insert into rereadings(id, revision_id, comment_revision_id, crawl_id, read_at, digest, content_key, extractor)
select id, revision_id, comment_revision_id, crawl_id, read_at, digest, content_key, extractor
from former_rereadings;
drop table former_rereadings;
create index rereadings_revision on rereadings(revision_id) where revision_id is not null;
create index rereadings_comment on rereadings(comment_revision_id) where comment_revision_id is not null;
create index rereadings_digest on rereadings(digest);
drop table comment_revisions;
create index comment_revisions_later on comment_states(seen_at) where number > 1;

create view comment_revisions as  -- Distinct states of a comment
  select
    comment_states.id as id,  -- ours
    comment_states.comment_id as comment_id,  -- the comment
    comment_states.number as number,  -- 1 is the first state seen
    comment_states.seen_at as seen_at,  -- when this state was first seen
    iif(typeof(comment_states.digest) = 'blob', 'sha256:' || lower(hex(comment_states.digest)), comment_states.digest)
      as digest,  -- sha256:HEX over everything stored of this state
    iif(typeof(comment_states.content_key) = 'blob', 'sha256:' || lower(hex(comment_states.content_key)), comment_states.content_key)
      as content_key,  -- sha256:HEX over the normalised content: equal keys are one state
    coalesce(comment_states.author, (select comments.author from comments where comments.id = comment_states.comment_id))
      as author,  -- the name it was signed with
    coalesce(comment_states.text, (select comments.text from comments where comments.id = comment_states.comment_id))
      as text,  -- paragraphs apart by a blank line
    comment_states.parent_id as parent_id,  -- the comment it answered
    comment_states.capture_id as capture_id  -- the exchange that showed it
  from comment_states;
create trigger comment_revisions_insert instead of insert on comment_revisions begin
  insert into comment_states(id, comment_id, number, seen_at, digest, content_key, author, text, parent_id, capture_id)
  values (
    new.id,
    new.comment_id,
    new.number,
    new.seen_at,
    new.digest,
    new.content_key,
    nullif(new.author, (select author from comments where id = new.comment_id)),
    nullif(new.text, (select text from comments where id = new.comment_id)),
    new.parent_id,
    new.capture_id
  );
end;
create trigger comment_revisions_update instead of update on comment_revisions begin
  update comment_states
  set
    id = new.id,
    comment_id = new.comment_id,
    number = new.number,
    seen_at = new.seen_at,
    digest = iif(new.digest = old.digest, digest, new.digest),
    content_key = iif(new.content_key = old.content_key, content_key, new.content_key),
    author = nullif(new.author, (select author from comments where id = new.comment_id)),
    text = nullif(new.text, (select text from comments where id = new.comment_id)),
    parent_id = new.parent_id,
    capture_id = new.capture_id
  where id = old.id;
end;
create trigger comment_revisions_delete instead of delete on comment_revisions begin
  delete from comment_states where id = old.id;
end;
create trigger states_keep_their_text before update of author, text on comments
when old.author is not new.author or old.text is not new.text begin
  update comment_states
  set author = coalesce(author, old.author), text = coalesce(text, old.text)
  where comment_id = old.id;
end;
create trigger states_find_their_text after update of author, text on comments
when old.author is not new.author or old.text is not new.text begin
  update comment_states
  set author = nullif(author, new.author), text = nullif(text, new.text)
  where comment_id = new.id;
end;

alter table readings rename to former_readings;
create table readings (  -- What each door last showed of an article: a value is compared only with the last value from the same door
  article_id integer not null references articles(id),  -- the article
  door text not null,  -- rest or page
  fields text not null,  -- JSON: title, byline, authors, dates, terms, keys of text and captions, as this door showed them
  read_at text not null,  -- when
  capture_id integer references captures(id),  -- from which exchange
  extractor text not null,  -- which code read it
  primary key (article_id, door)
) strict;
insert into readings(article_id, door, fields, read_at, capture_id, extractor)
select article_id, door, json_patch('{}', fields), read_at, capture_id, extractor
from former_readings
order by article_id, door;
drop table former_readings;

drop trigger revisions_fts_update;
create trigger revisions_fts_update after update of title, byline, text on revisions
when old.title is not new.title or old.byline is not new.byline or old.text is not new.text begin
  insert into revisions_fts(revisions_fts, rowid, title, byline, text) values ('delete', old.id, old.title, old.byline, old.text);
  insert into revisions_fts(rowid, title, byline, text) values (new.id, new.title, new.byline, new.text);
end;
drop trigger comments_fts_update;
create trigger comments_fts_update after update of author, text on comments
when old.author is not new.author or old.text is not new.text begin
  insert into comments_fts(comments_fts, rowid, author, text) values ('delete', old.id, old.author, old.text);
  insert into comments_fts(rowid, author, text) values (new.id, new.author, new.text);
end;
insert into revisions_fts(revisions_fts) values ('optimize');
insert into comments_fts(comments_fts) values ('optimize');

analyze block_spans;
analyze comment_states;
analyze rereadings;
analyze readings;
""".replace("{BLOCK}", BLOCK)  # noqa: E501 - SQLite keeps the line as it stands
