"""Texts in languages whose words FTS5 does not find as people write them have their words a second time, each in one form, under an
index of their own; an article says its language. What waits to be read for them is noted here, and read when the archive is opened."""

from __future__ import annotations

LETTERS = "\u0400-\u1fff\u3040-\U0003ffff"
GERMAN = ("% und %", "% nicht %", "% der %")


def _may_need(text: str) -> str:
    """SQL: whether a text may be one of these. Whoever fills the tables looks closely. Most texts are ASCII, which is told soonest."""
    told = " or ".join(f"{text} like '{words}'" for words in GERMAN)
    return f"(length(cast({text} as blob)) > length({text}) and {text} glob '*[äöüßÄÖÜ{LETTERS}]*' or {told})"


def _beside(words: str, of: str, columns: str, shown: str, when: str) -> str:
    """The index of one table of words, and the triggers that keep it."""
    old = ", ".join(f"old.{name}" for name in columns.split(", "))
    new = ", ".join(f"new.{name}" for name in columns.split(", "))
    return f"""
create virtual table "{words}_fts" using FTS5 (
    {", ".join(f'"{name}"' for name in columns.split(", "))},
    tokenize='porter unicode61 remove_diacritics 2 categories ''L* N* Co M*''',
    content="{words}"
);
create trigger {words}_fts_insert after insert on {words} begin
  insert into {words}_fts(rowid, {columns}) values (new.id, {new});
end;
create trigger {words}_fts_delete after delete on {words} begin
  insert into {words}_fts({words}_fts, rowid, {columns}) values ('delete', old.id, {old});
end;
create trigger {words}_due_insert after insert on {of}{when and f" when {when}"} begin
  insert or ignore into words_due(words, id) values ('{words}', new.id);
end;
create trigger {words}_due_update after update of {shown} on {of}
when {" or ".join(f"old.{name} is not new.{name}" for name in shown.split(", "))} begin
  delete from {words} where id = old.id;
  insert or ignore into words_due(words, id) select '{words}', new.id{when and f" where {when}"};
end;
create trigger {words}_due_delete after delete on {of} begin
  delete from {words} where id = old.id;
  delete from words_due where words = '{words}' and id = old.id;
end;
insert into words_due(words, id) select '{words}', id from {of}{when and f" where {_may_need('text')}"};
"""


SQL = f"""
alter table articles add column language text  /* of the text of its current revision, as ISO 639-1 has it; empty where it is not sure */;
create index articles_language on articles(language);
create table words_due (  -- Texts whose words wait to be read for the tables of words: empty between two transactions
  words text not null,  -- revision_words, comment_words or document_words
  id integer not null,  -- the row there
  primary key (words, id)
) strict, without rowid;
create table revision_words (  -- Words of revisions in languages that need it, each in the one form by which it is found
  id integer primary key,  -- the revision
  title text not null,  -- of the headline
  byline text not null,  -- of who signs it
  text text not null,  -- of the text; what its compounds are made of comes last
  way text not null,  -- plain or german: how words were brought into one form
  rules integer not null  -- by which rules
) strict;
{_beside("revision_words", "revisions", "title, byline, text, way", "title, byline, text", "")}
create table comment_words (  -- Words of comments in languages that need it, each in the one form by which it is found
  id integer primary key,  -- the comment
  author text not null,  -- of the signature
  text text not null,  -- of the text; what its compounds are made of comes last
  way text not null,  -- plain or german: how words were brought into one form
  rules integer not null  -- by which rules
) strict;
{_beside("comment_words", "comments", "author, text, way", "author, text", _may_need("new.text"))}
create table document_words (  -- Words of linked documents in languages that need it, each in the one form by which it is found
  id integer primary key,  -- the state of the document
  title text not null,  -- of its title
  text text not null,  -- of the text; what its compounds are made of comes last
  way text not null,  -- plain or german: how words were brought into one form
  rules integer not null  -- by which rules
) strict;
{_beside("document_words", "document_states", "title, text, way", "title, text", _may_need("new.text"))}
"""
