"""Writes metadata.yaml (Datasette 0.65) and datasette.yaml (1.0) from the schema, tables.py, questions/ and datasette_settings.py.

    make docs

Two files, because 1.0 ignores ``queries`` in metadata.yaml without a word, and 0.65 ignores datasette.yaml.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from sqlite_utils import Database

from archive.db.schema import column_meanings, migrate
from archive.publish.metadata.datasette_settings import SETTINGS
from archive.publish.metadata.questions import QUESTIONS
from archive.publish.metadata.tables import INSIDE, INTERNAL, SEARCH_TABLES, TABLES, UNDESCRIBED

HERE = Path(__file__).parent
COMMAND = "make docs"
HEAD = f"# Made by `{COMMAND}` from the schema, tables.py, questions/ and datasette_settings.py: edit those, not this file.\n"
TITLE = "Archive of analysis journalism"
DESCRIPTION = (
    "Articles and their comment threads, with every revision and disappearance that was observed, and the WARC records that prove it."
)


def metadata() -> dict[str, Any]:
    """What Datasette 0.65 reads: descriptions, table options and queries."""
    db = Database(memory=True)
    migrate(db)
    tables = {name: table_metadata(name, db) for name in db.table_names() + db.view_names()}
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "databases": {"archive": {"description": DESCRIPTION, "queries": queries(), "tables": dict(sorted(tables.items()))}},
    }


def table_metadata(name: str, db: Database) -> dict[str, Any]:
    """One table's description, its columns' meanings and its options."""
    meanings = column_meanings(db) | UNDESCRIBED
    if name not in meanings:
        return {"description": SEARCH_TABLES, "columns": {column.name: "see the table it indexes" for column in db[name].columns}}
    columns = dict(meanings[name])
    description = columns.pop("")
    inside = f"{INTERNAL}. " if name in INSIDE else ""
    return {"description": inside + description, "columns": columns} | TABLES.get(name, {})


def queries() -> dict[str, dict[str, Any]]:
    """The canned queries by name. Their SQL is hidden until a reader asks for it."""
    return {one.name: {"title": one.title, "description": one.description, "hide_sql": True, "sql": one.sql.strip()} for one in QUESTIONS}


def configuration() -> dict[str, Any]:
    """What Datasette 1.0 reads: settings, queries and table options; the descriptions stay in metadata.yaml."""
    return {"settings": SETTINGS, "databases": {"archive": {"queries": queries(), "tables": TABLES}}}


class Dumper(yaml.SafeDumper):
    """Writes SQL as a block of lines and repeats values instead of naming anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Texts of several lines as a block."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, represent_text)


def as_yaml(value: dict[str, Any]) -> str:
    """A mapping as YAML, with the note that the file is made."""
    text: str = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=130)
    return HEAD + text


FILES = {"metadata.yaml": metadata, "datasette.yaml": configuration}

if __name__ == "__main__":
    for name, make in FILES.items():
        (HERE / name).write_text(as_yaml(make()), encoding="utf-8")
        print(f"wrote {name}")
