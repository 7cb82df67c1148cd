"""``python -m archive serve``: Datasette with our pages over the live archive, which a crawl may be writing to."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from datasette.app import Datasette
from datasette.utils import parse_metadata

from archive.db.connection import FILENAME, open_for_reading, open_for_writing
from archive.db.schema import migrate
from archive.errors import ConfigurationError, StorageError
from archive.publish.metadata.datasette_settings import SETTINGS
from archive.publish.redaction.redacted import ShownDatabase
from archive.publish.server.responses import DATABASE, PLUGIN

HERE = Path(__file__).parent.parent


def build_server(folder: Path, base_url: str | None = None, author_urls: bool = False) -> Datasette:
    """Datasette over the archive in ``folder``, mutable: with ``-i`` a live WAL file would serve stale data.

    ``base_url`` is the public origin that feeds and citations name, whatever host a request was sent to.
    ``author_urls``: the addresses that people gave with their names are shown.
    Raises ConfigurationError when it is none, NoArchive, NewerSchema, StorageError.
    """
    options = {"base_url": checked_origin(base_url)} if base_url else {}
    ensure_readable(folder)
    metadata = parse_metadata((HERE / "metadata" / "metadata.yaml").read_text(encoding="utf-8"))
    datasette = Datasette(
        [],
        metadata=metadata | {"plugins": {PLUGIN: options}},
        template_dir=str(HERE / "templates"),
        plugins_dir=str(HERE / "plugins"),
        static_mounts=[("static", str(HERE / "static"))],
        settings=dict(SETTINGS),
    )
    datasette.remove_database("_memory")  # Datasette makes one where it is given no file
    datasette.add_database(ShownDatabase(datasette, folder / FILENAME, author_urls), name=DATABASE)
    return datasette


def checked_origin(base_url: str) -> str:
    """``https://archive.example.org/`` -> ``https://archive.example.org``. Raises ConfigurationError for anything but an origin."""
    try:
        parts = urlsplit(base_url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        usable = False
    if not usable or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(f"--base-url {base_url!r} is no origin; write it as https://archive.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


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


def serve_archive(folder: Path, host: str, port: int, base_url: str | None = None, author_urls: bool = False) -> int:
    """Serve until Ctrl-C. Raises ConfigurationError when the address cannot be had, or ``base_url`` is no origin."""
    datasette = build_server(folder, base_url, author_urls)
    listener = listen(host, port)
    number = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    print(f"Serving the archive in {folder} at http://{shown}:{number}/ until Ctrl-C", flush=True)
    config = uvicorn.Config(datasette.app(), log_level="warning", lifespan="on", timeout_graceful_shutdown=3)
    return run_server(uvicorn.Server(config), listener)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigurationError when the address is in use or wrong: one line, instead of a server's log."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"cannot serve at {host}:{port}: {error}; choose another --host or --port") from error


def run_server(server: uvicorn.Server, listener: socket.socket) -> int:
    """Run until Ctrl-C. Returns exit code 0."""
    with suppress(KeyboardInterrupt):  # uvicorn raises the signal again after it has closed everything
        server.run(sockets=[listener])
    return 0
