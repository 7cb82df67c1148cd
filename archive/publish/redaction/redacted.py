"""The database as Datasette and our pages read it: takes the archive's file, gives connections in which withheld rows do not exist."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from datasette.database import Database
from datasette.utils.asgi import NotFound

from archive.publish.redaction.weighed import weighed
from archive.publish.redaction.withholding import Reader, follow, reaches_around

ASKED: ContextVar[str | None] = ContextVar("ASKED", default=None)
"""The SQL that Datasette is asked for, which may be a stranger's; None for our own functions."""


class ShownDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """Every query runs on a connection that follows the decisions as they stand when it begins.

    ``tables`` reads the same file without them: for what a table is (a view that stands in for one has no keys), and for
    telling a withheld address from an unknown one.
    """

    def __init__(self, datasette: Any, path: Path, author_urls: bool = False) -> None:
        """``author_urls``: whether the addresses that people gave with their names are shown."""
        self._author_urls = author_urls
        super().__init__(datasette, path=str(path), is_mutable=True)
        self.tables = Database(datasette, path=str(path), is_mutable=True)
        self.tables.name = "tables"

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Reading only: nothing that is served writes."""
        address = f"{Path(self.path).resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, factory=Reader)
        connection.shows_author_urls = self._author_urls
        self._all_file_connections.append(connection)
        return connection

    def close(self) -> None:
        super().close()
        self.tables.close()

    async def execute_fn(self, fn: Callable[[Reader], Any]) -> Any:
        asked = ASKED.get()

        def on_what_is_shown(connection: Reader) -> Any:
            follow(connection)
            if asked is None:
                return fn(connection)
            with weighed(connection, asked):
                return fn(connection)

        return await super().execute_fn(on_what_is_shown)

    async def execute(self, sql: str, *arguments: Any, **options: Any) -> Any:
        if reaches_around(sql):
            raise sqlite3.OperationalError("name the tables without a schema: what is withheld here is not shown")
        told = ASKED.set(sql)
        try:
            return await super().execute(sql, *arguments, **{**options, "log_sql_errors": False})  # a stranger's typing is no news
        except sqlite3.ProgrammingError as error:
            if "did not supply a value" in str(error):  # Datasette's page of a row whose key has more columns than the address
                raise NotFound("no row has this key") from error
            raise
        finally:
            ASKED.reset(told)

    async def attached_databases(self) -> list[Any]:
        """The views and tables that keep what is withheld from sight lie in ``temp``; nobody else's database is attached."""
        return []

    async def table_column_details(self, table: str) -> Any:
        return await self.tables.table_column_details(table)

    async def primary_keys(self, table: str) -> Any:
        return await self.tables.primary_keys(table)

    async def foreign_keys_for_table(self, table: str) -> Any:
        return await self.tables.foreign_keys_for_table(table)

    async def get_all_foreign_keys(self) -> Any:
        """A table that Datasette does not list, such as ``sqlite_master``, has none."""
        return defaultdict(lambda: {"incoming": [], "outgoing": []}, await self.tables.get_all_foreign_keys())
