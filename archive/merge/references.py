"""Which column of which table refers to which table: takes a database, reads the foreign keys that its schema declares."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from archive.errors import ConfigurationError
from archive.merge.rules import RULES, How

TABLES = r"""
    select name
    from sqlite_master
    where type = 'table' and name not like 'sqlite\_%' escape '\' and name <> '_sqlite_migrations'
      and name not like '%\_fts' escape '\' and name not like '%\_fts\_%' escape '\'
    order by rowid
    """


class Schema:
    """The tables of an archive, with their columns and references."""

    def __init__(self, db: Database) -> None:
        """Raises ConfigurationError where a table has no rule of merging."""
        self.columns: dict[str, list[str]] = {}
        self.references: dict[str, dict[str, str]] = {}  # table -> column -> the table whose id it holds
        self.numbered: set[str] = set()  # tables whose rows have an id of ours
        for (table,) in db.execute(TABLES).fetchall():
            rows = db.execute(f"pragma table_info({table})").fetchall()
            self.columns[table] = [row[1] for row in rows]
            if [(row[1], row[2].lower()) for row in rows if row[5]] == [("id", "integer")]:
                self.numbered.add(table)
            self.references[table] = {row[3]: row[2] for row in db.execute(f"pragma foreign_key_list({table})")}
        if unknown := sorted(self.columns.keys() - RULES.keys()):
            raise ConfigurationError(f"archive/merge/rules.py does not say how {', '.join(unknown)} is merged")

    def tables_of(self, how: How) -> list[str]:
        """The tables that are merged in this way."""
        return [table for table, rule in RULES.items() if rule.how == how and table in self.columns]

    def to(self, parent: str) -> list[tuple[str, str]]:
        """(table, column) of every reference to this table."""
        return [(table, column) for table, columns in self.references.items() for column, one in columns.items() if one == parent]

    def in_order(self, tables: list[str]) -> list[str]:
        """These tables, those that a natural key of another one refers to before it."""
        done: list[str] = []
        waiting = list(tables)
        while waiting:
            ready = [t for t in waiting if not {self.references[t].get(c) for c in RULES[t].key} & ({*waiting} - {t})]
            done += ready or waiting
            waiting = [t for t in waiting if t not in done]
        return done

    def followed(self, table: str, column: str, row: str = "theirs") -> str:
        """SQL for a column of a row of the other archive, as it is called here: a reference is followed to its new id."""
        parent = self.references[table].get(column)
        if parent not in self.numbered:
            return f"{row}.{column}"
        return f"(select new from temp.map_{parent} where old = {row}.{column})"

    def like(self, table: str, columns: Mapping[str, str] | tuple[str, ...], ours: str = "ours") -> str:
        """SQL that is true where a row of the other archive has the same columns as one that is held here."""
        return " and ".join(f"{ours}.{column} is {self.followed(table, column)}" for column in columns)
