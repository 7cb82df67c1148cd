"""Rows say only what is not usual, and indexes that no question uses are gone. A block without kind, rule or vote is a body block of
the container that trafilatura kept; its fingerprint is a number; a reading leaves out what is empty. The views show what they always
held. The program lends this step ``compact_reading`` and ``copied``. Released: never edited."""

from __future__ import annotations


def _number(column: str) -> str:
    """SQL: 16 hex digits as a number of 8 bytes; anything else as it is."""
    digits = " | ".join(f"(instr('123456789abcdef', substr({column}, {place}, 1)) << {4 * (16 - place)})" for place in range(1, 17))
    return f"iif(length({column}) = 16 and {column} not glob '*[^0-9a-f]*', {digits}, {column})"


VOTE = "iif(new.vote is null, 'unasked', nullif(new.vote, 'text'))"
SAME = "new.revision_id is old.revision_id and new.position is old.position and new.text is old.text and new.html is old.html"
BLOCK = f"""(revision_id, position, kind, rule, fingerprint, vote, start, length, text, html)
  select
    new.revision_id,
    new.position,
    nullif(new.kind, 'body'),
    nullif(new.rule, 'container'),
    {_number("new.fingerprint")},
    {VOTE},
    nullif(start, 0),
    iif(start > 0, length(new.text), null),
    iif(start > 0, null, new.text),
    nullif(new.html, '<p>' || replace(replace(replace(new.text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</p>')
  from (
    select iif(new.text = '', 0, coalesce(instr((select text from revisions where id = new.revision_id), new.text), 0)) as start
  )"""
"""Where a row that is written to ``blocks`` goes."""

SQL = f"""
drop view blocks;
drop trigger blocks_keep_their_text;
drop trigger blocks_find_their_text;
drop index blocks_fingerprint;
drop index block_spans_embeds;
drop index articles_url;
drop index captures_payload;
alter table block_spans rename to former_block_spans;
create table block_spans (  -- Where the text of each block stands in the text of its revision: read the view blocks, which shows the blocks themselves
  revision_id integer not null references revisions(id),  -- the revision
  position integer not null,  -- reading order from 0
  kind text,  -- caption, appeal, bio, tags, share, related, newsletter, chrome; empty: body
  rule text,  -- the rule that decided the kind; empty: container
  fingerprint any not null,  -- equal for equal wording: case, punctuation and link targets aside; its 16 hex digits as a number
  vote text,  -- what trafilatura said of it: chrome (left out), or unasked: it could not be asked, or was not yet; empty: text (kept)
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
  nullif(kind, 'body'),
  nullif(rule, 'container'),
  {_number("fingerprint")},
  iif(vote is null, 'unasked', nullif(vote, 'text')),
  start,
  length,
  text,
  html,
  head,
  tail
from former_block_spans
order by revision_id, position;
drop table former_block_spans;
create index block_spans_embeds on block_spans(revision_id) where rule = 'media' and substr(html, 1, 12) = '<p><a href="';
create view blocks as  -- A revision's paragraphs, labelled: nothing is thrown away
  select
    revision_id as revision_id,  -- the revision
    position as position,  -- reading order from 0
    coalesce(kind, 'body') as kind,  -- body, caption, appeal, bio, tags, share, related, newsletter, chrome
    shown as text,  -- plain text
    case
      when html is null then plain
      when head is null then html
      else substr(plain, 1, head) || html || substr(plain, length(plain) - tail + 1)
    end as html,  -- sanitised markup
    coalesce(rule, 'container') as rule,  -- the rule that decided the kind
    iif(typeof(fingerprint) = 'integer', printf('%016x', fingerprint), fingerprint)
      as fingerprint,  -- equal for equal wording: case, punctuation and link targets aside
    nullif(coalesce(vote, 'text'), 'unasked')
      as vote  -- what trafilatura said of it: text (kept) or chrome (left out); empty: it could not be asked, or was not yet
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
create trigger blocks_relabel instead of update on blocks when {SAME} begin
  update block_spans
  set
    kind = nullif(new.kind, 'body'),
    rule = nullif(new.rule, 'container'),
    fingerprint = {_number("new.fingerprint")},
    vote = {VOTE}
  where revision_id = old.revision_id and position = old.position;
end;
create trigger blocks_update instead of update on blocks when not ({SAME}) begin
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
update readings set fields = compact_reading(fields);
analyze block_spans;
"""  # noqa: E501 - SQLite keeps the line as it stands
