"""Searches read less and remember longer. The indexes of words have the text as their first column, for FTS5 writes two bytes more for
each word of a text in any other one: they are a third smaller. A table counts how often the rows were changed that are searched and
counted, so that what was found before holds until then. The program lends this step ``copied``. Released: never edited."""

from __future__ import annotations

USUAL = "porter unicode61 remove_diacritics 2"
WORDS = f"{USUAL} categories ''L* N* Co M*''"


def _named(prefix: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{prefix}{column}" for column in columns)


def _text_first(index: str, of: str, columns: tuple[str, ...], tokenizer: str, updated: bool) -> str:
    """The index made anew, with its triggers. ``columns``: as the index has them; ``updated``: whether its rows are edited in place."""
    names, new, old = _named("", columns), _named("new.", columns), _named("old.", columns)
    added = f"insert into {index}(rowid, {names}) values (new.id, {new});"
    removed = f"insert into {index}({index}, rowid, {names}) values ('delete', old.id, {old});"
    differ = " or ".join(f"old.{column} is not new.{column}" for column in columns)
    script = f"""
drop trigger {index}_insert;
drop trigger {index}_delete;
{"drop trigger " + index + "_update;" if updated else ""}
drop table {index};
create virtual table "{index}" using FTS5 (
    {", ".join(f'"{column}"' for column in columns)},
    tokenize='{tokenizer}',
    content="{of}"
);
insert into {index}(rowid, {names}) select copied(id), {names} from {of} order by id;
insert into {index}({index}) values ('optimize');
create trigger {index}_insert after insert on {of} begin
  {added}
end;
create trigger {index}_delete after delete on {of} begin
  {removed}
end;
"""
    if not updated:
        return script
    return f"""{script}create trigger {index}_update after update of {names} on {of}
when {differ} begin
  {removed}
  {added}
end;
"""


COUNTED = {  # table -> its columns but those that say when a row was seen last: they change while nothing does
    "articles": "id, site_id, source_id, url, kind, title, byline, published_at, published_on, published_precision, modified_at,"
    " year, month, word_count, comment_count, reported_comment_count, revision_id, first_seen_at, missing_since, gone_at, list, language",
    "revisions": "id, article_id, number, seen_at, change, declared, door, title, byline, published_at, modified_at, tags, text, digest,"
    " content_key, extractor, extracted_at",
    "comments": "id, article_id, source_id, parent_id, source_parent_id, position, depth, kind, author, author_url, posted_at,"
    " posted_precision, text, door, first_seen_at, missing_since, gone_at",
    "comment_states": "id, comment_id, number, seen_at, digest, content_key, author, text, parent_id, capture_id",
    "authors": "id, site_id, name, url, source_id",
    "article_authors": "article_id, author_id, position",
    "tags": "id, site_id, kind, name, slug, source_id",
    "article_tags": "article_id, tag_id",
    "links": "article_id, position, url, host, text, target_article_id",
    "outlink_checks": "id, url, first_at, last_at, checks, outcome, status, reason, location",
    "sites": "id, name, home, title, timezone, added_at, paused_at, removed_at",
    "gaps": "id, site_id, kind, ref, month, reason, explained, since",
    "revision_words": "id, title, byline, text, way, rules",
    "comment_words": "id, author, text, way, rules",
}


def _counted(table: str, columns: str) -> str:
    """The triggers that count the changes of one table."""
    counted = f"begin\n  update table_changes set changes = changes + 1 where name = '{table}';\nend;"
    differ = " or ".join(f"old.{column} is not new.{column}" for column in columns.split(", "))
    return f"""
insert into table_changes(name, changes) values ('{table}', 0);
create trigger {table}_counted_insert after insert on {table} {counted}
create trigger {table}_counted_delete after delete on {table} {counted}
create trigger {table}_counted_update after update of {columns} on {table}
when {differ} {counted}
"""


TEXT_FIRST = (
    _text_first("revisions_fts", "revisions", ("text", "title", "byline"), USUAL, True),
    _text_first("comments_fts", "comments", ("text", "author"), USUAL, True),
    _text_first("documents_fts", "document_states", ("text", "title"), USUAL, True),
    _text_first("revision_words_fts", "revision_words", ("text", "title", "byline", "way"), WORDS, False),
    _text_first("comment_words_fts", "comment_words", ("text", "author", "way"), WORDS, False),
    _text_first("document_words_fts", "document_words", ("text", "title", "way"), WORDS, False),
)
SQL = f"""{"".join(TEXT_FIRST)}
create table table_changes (  -- How often rows of a table came, went, or changed in what is searched and counted
  name text primary key,  -- the table
  changes integer not null  -- how often so far: while it is the same, what was found before holds
) strict, without rowid;
{"".join(_counted(table, columns) for table, columns in COUNTED.items())}"""
