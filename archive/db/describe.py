"""Takes the schema that the migrations make and gives docs/schema.md: one section a table and a view, with what each
column means, its indexes and where it points. ``make docs`` writes the file, a test says when it is out of date.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.db import Table

from archive.db.schema import column_meanings, migrate

HEAD = """\
# The tables of archive.db

`make docs` writes this page out of the schema itself; whoever changes the schema runs it again. The archive carries the same
words: `select sql from sqlite_master`, or any table's page under `/archive`.

Times are UTC, ISO 8601 with `Z`. A time without `Z` is a wall clock whose zone is not known. An id is ours unless the column
is called `source_id`: that one is the site's own. Every table is `strict`: a column holds its type or is empty.
"""

SEARCH = """\
## Full-text search

{tables} are FTS5 tables over the text of the table in their name. Their `rowid` is the `id` of the row there. Triggers keep
them current, so nobody writes to them. They index with `{tokenize}`: words are found in other forms of theirs, and without
their accents.

```sql
select article_id, number from revisions join revisions_fts on revisions_fts.rowid = revisions.id where revisions_fts match 'word'
```

| table | columns |
|---|---|
"""

WORDS = """
Texts in Chinese, Japanese, Korean, Thai, Arabic, Persian, Hebrew, Russian, German and their like stand once more in `revision_words`,
`comment_words` and `document_words`: their words, each in the one form by which it is found. `revision_words_fts`,
`comment_words_fts` and `document_words_fts` index them, with SQLite's own tokenizer. What a search looks up there is told in
[searching.md](searching.md).
"""


def schema_page(db: Database) -> str:
    """The whole page as Markdown; ``db`` is an archive that has been migrated."""
    meanings = column_meanings(db)
    tables = [name for name in meanings if name in db.table_names()]
    views = [name for name in meanings if name not in tables]
    parts = [HEAD]
    for title, names in (("Tables", tables), ("Views", views)):
        parts.append(f"## {title}\n\n" + "\n".join(f"- [{name}](#{name}): {_sentence(meanings[name][''])}" for name in names) + "\n")
    parts += [_table_section(db, name, meanings[name]) for name in tables]
    parts += [_view_section(db, name, meanings[name]) for name in views]
    parts.append(_search_section(db))
    return "\n".join(parts)


def _table_section(db: Database, name: str, meanings: dict[str, str]) -> str:
    table = db.table(name)
    targets = {key.column: f"{key.other_table}.{key.other_column}" for key in table.foreign_keys}
    lines = [f"### {name}", "", _sentence(meanings[""]), "", "| column | type | points to | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        kind = column.type.lower() + (" not null" if column.notnull or column.is_pk else "")
        lines.append(f"| `{column.name}` | {kind} | {targets.get(column.name, '')} | {_cell(meanings[column.name])} |")
    lines += ["", f"Primary key: {_columns(table.pks)}."]
    indexes = list(_indexes(db, table))
    return "\n".join([*lines, *(["", *indexes] if indexes else [])]) + "\n"


def _indexes(db: Database, table: Table) -> Iterator[str]:
    """One list item an index, in the order in which they were made; the primary key's own is left out."""
    for index in reversed(table.indexes):
        if index.origin == "pk":
            continue
        unique = "unique " if index.unique else ""
        if index.origin == "u":
            yield f"- {unique}{_columns(index.columns)}"
            continue
        [sql] = db.execute("select sql from sqlite_master where type = 'index' and name = ?", [index.name]).fetchone()
        condition = re.search(r"\bwhere (.+)$", sql, re.I | re.S)
        yield f"- index `{index.name}`: {unique}{_columns(index.columns)}" + (f", where `{condition[1]}`" if condition else "")


def _view_section(db: Database, name: str, meanings: dict[str, str]) -> str:
    lines = [f"### {name}", "", f"View. {_sentence(meanings[''])}", "", "| column | meaning |", "|---|---|"]
    lines += [f"| `{column}` | {_cell(meanings[column])} |" for column in db.view(name).columns_dict]
    return "\n".join(lines) + "\n"


def _search_section(db: Database) -> str:
    """The FTS5 tables and how they index."""
    made = "select name, sql from sqlite_master where sql like 'create virtual table%fts5%' and name not like '%words_fts' order by rowid"
    found = dict(db.execute(made).fetchall())
    [tokenize] = {re.search(r"tokenize='([^']+)'", sql)[1] for sql in found.values()}  # type: ignore[index]
    rows = [f"| `{name}` | {_columns(db.table(name).columns_dict)} |" for name in found]
    return SEARCH.format(tables=" and ".join(f"`{name}`" for name in found), tokenize=tokenize) + "\n".join(rows) + "\n" + WORDS


def _columns(names: Sequence[str] | dict[str, type]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sentence(meaning: str) -> str:
    return meaning if meaning.endswith(".") else f"{meaning}."


def _cell(meaning: str) -> str:
    return meaning.replace("|", "\\|")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page to the file that is named, else to the terminal."""
    parser = argparse.ArgumentParser(prog="python -m archive.db.describe", description="Write docs/schema.md out of the schema.")
    parser.add_argument("file", nargs="?", type=Path, help="where to write it (default: the terminal)")
    parsed = parser.parse_args(arguments)
    db = Database(memory=True)
    migrate(db)
    page = schema_page(db)
    if parsed.file:
        parsed.file.write_text(page, encoding="utf-8")
    else:
        print(page, end="")


if __name__ == "__main__":
    main()
