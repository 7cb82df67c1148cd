"""``python -m archive serve``: takes an archive's folder, serves it as a web site until Ctrl-C."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.options import archive_command, author_urls_option

HELP = "serve the archive as a web site until Ctrl-C"


@archive_command("serve", HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", type=int, default=8001, show_default=True, help="port to listen on; 0 = any free one")
@click.option("--base-url", metavar="URL", help="public origin for feeds and citations, such as https://archive.example.org")
@author_urls_option
def command(folder: Path, host: str, port: int, base_url: str | None, author_urls: bool) -> int:
    from archive.publish.server.serve import serve_archive  # Datasette takes a second to import, which no other command should wait for

    return serve_archive(folder, host, port, base_url, author_urls)
