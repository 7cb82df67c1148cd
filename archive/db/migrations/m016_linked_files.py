"""Files that pages use and articles link: style sheets, fonts and scripts, each once; documents with their states and their text.
Released: never edited."""

from __future__ import annotations

SQL = """
create table assets (  -- Files that captured pages show themselves with: style sheets, fonts, scripts, pictures
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address
  kind text not null,  -- style, font, script or picture
  depth integer not null,  -- how many style sheets lie between it and the page; 0: the page names it
  page_capture_id integer references captures(id),  -- the captured page on which it, or the style sheet that names it, was first seen
  first_seen_at text not null,  -- when it was first named
  digest text,  -- sha256:HEX of the file, where it was captured
  capture_id integer references captures(id),  -- the exchange that brought it
  unique (site_id, url)
) strict;
create index assets_page on assets(page_capture_id);
create index assets_capture on assets(capture_id) where capture_id is not null;

create table documents (  -- PDF and other files that articles link, each address once, held or not
  id integer primary key,  -- ours
  site_id integer not null references sites(id),  -- the site
  url text not null,  -- address, without what follows a #
  name text not null,  -- name of the file, as its address says it
  state_id integer references document_states(id),  -- the current state; empty while none is held
  first_seen_at text not null,  -- when an article was first seen to link it
  last_seen_at text,  -- our last observation of it being there
  checked_at text,  -- when it was last asked for, there or not
  missing_since text,  -- its address answers 404 or 410 since; empty while it is there, and while it was never held
  gone_at text,  -- that was confirmed by a later run, a day or more after; empty otherwise
  unique (site_id, url)
) strict;
create index documents_state on documents(state_id) where state_id is not null;

create table document_states (  -- Distinct states of documents: other bytes at the same address are a further state
  id integer primary key,  -- ours
  document_id integer not null references documents(id),  -- the document
  number integer not null,  -- 1 is the first state seen
  seen_at text not null,  -- when this state was first seen
  last_seen_at text not null,  -- when this state was last seen
  capture_id integer not null references captures(id),  -- the exchange that brought it first
  digest text not null,  -- sha256:HEX of the file
  mime text,  -- media type as declared by the server
  bytes integer not null,  -- size of the file
  title text not null default '',  -- what the file calls itself
  text text not null default '',  -- the text in it, as far as it could be read
  note text,  -- why there is no text, or not all of it; empty where all was read
  extractor text not null,  -- which code read it
  extracted_at text not null,  -- when that code read it
  unique (document_id, number)
) strict;
create index document_states_capture on document_states(capture_id);

create table article_documents (  -- Which articles link which documents, or did
  article_id integer not null references articles(id),  -- the article
  document_id integer not null references documents(id),  -- the document
  first_seen_at text not null,  -- when the link was first seen
  primary key (article_id, document_id)
) strict, without rowid;
create index article_documents_document on article_documents(document_id);

create virtual table "documents_fts" using FTS5 (
    "title", "text",
    tokenize='porter unicode61 remove_diacritics 2',
    content="document_states"
);
create trigger documents_fts_insert after insert on document_states begin
  insert into documents_fts(rowid, title, text) values (new.id, new.title, new.text);
end;
create trigger documents_fts_delete after delete on document_states begin
  insert into documents_fts(documents_fts, rowid, title, text) values ('delete', old.id, old.title, old.text);
end;
create trigger documents_fts_update after update of title, text on document_states
when old.title is not new.title or old.text is not new.text begin
  insert into documents_fts(documents_fts, rowid, title, text) values ('delete', old.id, old.title, old.text);
  insert into documents_fts(rowid, title, text) values (new.id, new.title, new.text);
end;

create index block_spans_embeds on block_spans(revision_id) where rule = 'media' and substr(html, 1, 12) = '<p><a href="';
"""
