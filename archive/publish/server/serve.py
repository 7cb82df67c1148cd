"""``python -m archive serve``: Datasette with our pages over the live archive, which a crawl may be writing to."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import resource
import socket
import sqlite3
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import module_from_path, parse_metadata

from archive.db.connection import FILENAME, open_for_reading, open_for_writing
from archive.db.schema import migrate
from archive.errors import ConfigurationError, StorageError
from archive.publish.mentions.spelling_book import SpellingBook
from archive.publish.metadata.datasette_settings import SETTINGS
from archive.publish.notebook.accounts import Notebooks
from archive.publish.redaction.redacted import ShownDatabase
from archive.publish.server.protocol import in_pieces, server_for
from archive.publish.server.responses import DATABASE
from archive.publish.server.service import Service, checked_origin, merged

HERE = Path(__file__).parent.parent
LARGEST_FILE = 1_000_000_000  # bytes; SQLite's temporary files, and a log that stdout is sent to
OPEN_FILES = 4096
M_ARENA_MAX = -8  # of glibc's mallopt
SWITCHED = 0.001  # seconds a thread computes while others wait. SQLite's threads wait so long for each row: 5 ms would be a third slower
ITS_OWN = 2  # databases that are always there: the archive, and what Datasette keeps in memory


class ServedArchive(Datasette):  # type: ignore[misc]  # Datasette has no types
    """Datasette that knows what ``serve`` was told. Its plugins, ours among them, read it while it is made."""

    def __init__(self, service: Service, **options: Any) -> None:
        self.service = service
        self._allows: dict[tuple[str, str], list[Any]] = {}
        super().__init__([], **options)

    async def refresh_schemas(self) -> None:
        """Datasette's own list of tables, made anew when the schema is another one. With further databases it looks at each."""
        database = self.databases.get(DATABASE)
        if not isinstance(database, ShownDatabase) or not await database.is_as_told() or len(self.databases) > ITS_OWN:
            await super().refresh_schemas()

    def _table_permission_allows(self, database: str, table: str) -> list[Any]:
        """Who may see a table. Datasette copies all metadata for each question; they change only where a plugin adds to them."""
        if pm.hook.get_metadata.get_hookimpls():
            return list(super()._table_permission_allows(database, table))
        if (database, table) not in self._allows:
            self._allows[database, table] = super()._table_permission_allows(database, table)
        return self._allows[database, table]


def build_server(folder: Path, base_url: str | None = None, service: Service | None = None) -> Datasette:
    """Datasette over the archive in ``folder``, mutable: with ``-i`` a live WAL file would serve stale data.

    ``base_url`` is the public origin that feeds and citations name, whatever host a request was sent to.
    Raises ConfigurationError when it is none, NoArchive, NewerSchema, StorageError.
    """
    service = service or Service()
    if base_url:
        service = replace(service, base_url=checked_origin(base_url))
    ensure_readable(folder)
    if service.notebook:
        Notebooks(folder).create()
    if service.spellings:
        SpellingBook(folder).create()
    print_no_tracebacks()
    load_plugins(service.plugins_dir)
    metadata = parse_metadata((HERE / "metadata" / "metadata.yaml").read_text(encoding="utf-8"))
    datasette = ServedArchive(
        service,
        metadata=merged(metadata, service.metadata),
        template_dir=str(HERE / "templates"),
        plugins_dir=str(HERE / "plugins"),
        static_mounts=[("static", str(HERE / "static"))],
        settings=SETTINGS | dict(service.settings),
        cors=service.cors,
        secret=service.secret,
    )
    datasette.remove_database("_memory")  # Datasette makes one where it is given no file
    datasette.add_database(ShownDatabase(datasette, folder / FILENAME, service.author_urls), name=DATABASE)
    return datasette


class Unprinted:
    """What Datasette prints of an error by: nothing. ``archive/publish/server/faults.py`` answers all of them, and logs what is a fault."""

    @staticmethod
    def print_exc() -> None:
        """Print nothing."""


def print_no_tracebacks() -> None:
    """Neither of stopped questions nor, where the package rich is installed, with local values, cookies too, of each address that is
    not there."""
    from datasette import handle_exception  # imported before datasette.app it would register without its hook

    handle_exception.rich = None
    handle_exception.traceback = Unprinted


def load_plugins(folder: Path | None) -> None:
    """Load the operator's own plugins, before Datasette asks for routes. Raises ConfigurationError where one cannot be loaded."""
    for path in sorted(folder.glob("*.py")) if folder else ():
        try:
            pm.register(module_from_path(str(path), name=path.name))
        except Exception as error:  # whatever the plugin's own code raises
            if "already registered" not in str(error):
                raise ConfigurationError(f"--plugins-dir: {path} cannot be loaded: {error}") from error


def ensure_readable(folder: Path) -> None:
    """Bring the archive's schema up to this release. Raises NoArchive, NewerSchema, StorageError when Datasette could not open it."""
    db = open_for_reading(folder)
    try:
        migrate(db)  # writes nothing when the schema and the views are this release's
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error):
            raise StorageError(
                f"cannot read {folder / FILENAME}: {error}; the reader must be able to write to its folder, for the -wal and -shm files"
            ) from error
        open_for_writing(folder).conn.close()
    finally:
        db.conn.close()


def serve_archive(folder: Path, host: str, port: int, service: Service) -> int:
    """Serve until Ctrl-C. Raises ConfigurationError when the address cannot be had."""
    datasette = build_server(folder, service=service)
    listener = listen(host, port)
    limit_files()
    limit_memory()
    number = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    sys.setswitchinterval(SWITCHED)
    print(f"Serving the archive in {folder} at http://{shown}:{number}/ until Ctrl-C", flush=True)
    return run_server(server_for(in_pieces(datasette.app())), listener)


def limit_files() -> None:
    """Whoever sorts gigabytes by SQL gets an error instead of the disk: the server itself only reads. As many files may be open as
    connections are allowed.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if hard == resource.RLIM_INFINITY or hard > LARGEST_FILE:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, hard))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard), hard))


def limit_memory() -> None:
    """glibc keeps what each thread has freed for that thread. With two such stores for all threads, large answers of several threads use
    the same memory one after the other. Other libraries than glibc have no such stores."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigurationError when the address is in use or wrong: one line, instead of a server's log."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"cannot serve at {host}:{port}: {error}; choose another --host or --port") from error


def is_no_end(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's log is more than that a request was still waiting when the server was stopped."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def run_server(server: uvicorn.Server, listener: socket.socket) -> int:
    """Run until Ctrl-C. Returns exit code 0."""
    logging.getLogger("uvicorn.error").addFilter(is_no_end)
    with suppress(KeyboardInterrupt):  # uvicorn raises the signal again after it has closed everything
        server.run(sockets=[listener])
    return 0
