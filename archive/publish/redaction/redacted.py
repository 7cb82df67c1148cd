"""The database as Datasette and our pages read it: takes the archive's file, gives connections in which withheld rows do not exist."""

from __future__ import annotations

import functools
import re
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from datasette.database import Database
from datasette.utils.asgi import NotFound

from archive.publish.redaction.weighed import weighed
from archive.publish.redaction.withholding import Reader, follow, reaches_around
from archive.queries.remembered import remembered
from archive.queries.shared_answers import SharedAnswers

ASKED: ContextVar[tuple[str, Hashable] | None] = ContextVar("ASKED", default=None)
"""The SQL that Datasette is asked for, which may be a stranger's, with its values; None for our own functions."""
OF_SCHEMA = re.compile(r"\s*select (?:1|name|sql) from sqlite_master\s+where [\w\s=?:',()]*$")
"""What Datasette asks about a table or view before it shows it."""
WHERE = r"(?:[^()]|\(select rowid from [\w\[\]]+ where [\w\[\]]+ match (?::search|escape_fts\(:search\))\))*"
"""A condition in which no function is called, but for a search of the table."""
COUNTED = re.compile(  # what it counts beside the rows of a table: all of them, and those of each value
    rf"select count\(\*\) from [\w\[\]]+ (?:where {WHERE})?$"
    rf"|\s*select \S+ as value, count\(\*\) as count from \(\s*select {WHERE}\)\s*where \S+ is not null\s+"
    r"group by \S+ order by count desc, value limit \d+\s*$"
)
MOST_TOLD = 2_000  # answers about the schema
STEPS = 50_000  # of SQLite between two looks at the clock, where it counts: some milliseconds


def counted(connection: Reader, asked: tuple[str, Hashable], fn: Callable[[Reader], Any]) -> Any:
    """What ``fn`` counts, as long as nobody commits."""
    connection.least_steps = STEPS
    try:
        return remembered(connection, asked, lambda: fn(connection), weight=len)
    finally:
        connection.least_steps = 1


def told_once(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A method that is asked about the schema: it is answered once, until the schema is another."""

    @functools.wraps(method)
    async def told(self: ShownDatabase, *about: Any) -> Any:
        return await self.told((method.__name__, *about), lambda: method(self, *about))

    return told


class ShownDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """Every query runs on a connection that follows the decisions as they stand when it begins.

    ``tables`` reads the same file without them: for what a table is (a view that stands in for one has no keys), and for
    telling a withheld address from an unknown one.
    """

    def __init__(self, datasette: Any, path: Path, author_urls: bool = False) -> None:
        """``author_urls``: whether the addresses that people gave with their names are shown."""
        self._author_urls = author_urls
        self._answers = SharedAnswers()
        self._schema: int | None = None  # its version, as far as it is known
        self._told: dict[Hashable, Any] = {}  # what was said of that schema
        super().__init__(datasette, path=str(path), is_mutable=True)
        self.tables = Database(datasette, path=str(path), is_mutable=True)
        self.tables.name = "tables"

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Reading only: nothing that is served writes."""
        address = f"{Path(self.path).resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, factory=Reader)
        connection.shows_author_urls = self._author_urls
        connection.answers = self._answers
        self._all_file_connections.append(connection)
        return connection

    def close(self) -> None:
        super().close()
        self.tables.close()

    async def is_as_told(self) -> bool:
        """Whether the schema is the one of which this has told; from here on it tells of the one that there is."""
        version = await self.execute_fn(lambda connection: connection.execute("pragma schema_version").fetchone()[0])
        known, self._schema = self._schema, version
        if known != version:
            self._told.clear()
        return bool(known == version)

    async def told(self, key: Hashable, ask: Callable[[], Awaitable[Any]]) -> Any:
        """What ``ask`` says about the schema, asked once. Each question would wait for a thread."""
        if self._schema is None:
            return await ask()
        if key not in self._told:
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            self._told[key] = await ask()
        return self._told[key]

    async def execute_fn(self, fn: Callable[[Reader], Any]) -> Any:
        asked = ASKED.get()

        def on_what_is_shown(connection: Reader) -> Any:
            follow(connection)
            if asked is None:
                return fn(connection)
            with weighed(connection, asked[0]):
                return counted(connection, asked, fn) if COUNTED.match(asked[0]) else fn(connection)

        return await super().execute_fn(on_what_is_shown)

    async def execute(self, sql: str, params: Any = None, *arguments: Any, **options: Any) -> Any:
        values = tuple(sorted(params.items())) if isinstance(params, dict) else tuple(params or ())
        if OF_SCHEMA.match(sql):
            return await self.told((sql, values), lambda: self._execute(sql, values, params, *arguments, **options))
        return await self._execute(sql, values, params, *arguments, **options)

    async def _execute(self, sql: str, values: Hashable, *arguments: Any, **options: Any) -> Any:
        if reaches_around(sql):
            raise sqlite3.OperationalError("name the tables without a schema: what is withheld here is not shown")
        told = ASKED.set((sql, values))
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

    @told_once
    async def table_columns(self, table: str) -> Any:
        return await super().table_columns(table)

    @told_once
    async def fts_table(self, table: str) -> Any:
        return await super().fts_table(table)

    @told_once
    async def table_column_details(self, table: str) -> Any:
        return await self.tables.table_column_details(table)

    @told_once
    async def primary_keys(self, table: str) -> Any:
        return await self.tables.primary_keys(table)

    @told_once
    async def foreign_keys_for_table(self, table: str) -> Any:
        return await self.tables.foreign_keys_for_table(table)

    @told_once
    async def get_all_foreign_keys(self) -> Any:
        """A table that Datasette does not list, such as ``sqlite_master``, has none."""
        return defaultdict(lambda: {"incoming": [], "outgoing": []}, await self.tables.get_all_foreign_keys())
