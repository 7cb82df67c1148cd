"""``python -m archive serve``: takes an archive's folder, serves it as a web site until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.options import archive_command, author_urls_option
from archive.errors import ConfigurationError

if TYPE_CHECKING:
    from archive.publish.server.service import Service

HELP = "serve the archive as a web site until Ctrl-C"
MORE = """For the public: --base-url, --contact, --policy and --limit, and --proxy behind a proxy. --metadata, --setting, --plugins-dir,
--cors and --secret are Datasette's own."""


@archive_command("serve", HELP, MORE)
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", type=int, default=8001, show_default=True, help="port to listen on; 0 = any free one")
@click.option(
    "--base-url",
    envvar="ARCHIVE_BASE_URL",
    metavar="URL",
    help="public origin for feeds and citations, such as https://archive.example.org",
)
@click.option(
    "--contact",
    envvar="ARCHIVE_CONTACT",
    metavar="MAIL|URL",
    help="how those who run the archive are reached; /contact and /takedown show it",
)
@click.option(
    "--policy",
    envvar="ARCHIVE_POLICY",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="plain text or Markdown (.md) that /policy shows",
)
@click.option(
    "--limit",
    envvar="ARCHIVE_LIMIT",
    metavar="N/minute",
    help="requests that one client may make; also /second and /hour; static files are free",
)
@click.option(
    "--proxy",
    envvar="ARCHIVE_PROXY",
    type=click.IntRange(0, 9),
    default=0,
    metavar="N",
    help="so many proxies in front say whom they ask for",
)
@click.option("--metadata", metavar="FILE", type=click.Path(path_type=Path), help="Datasette's metadata, JSON or YAML, over ours")
@click.option("--setting", nargs=2, multiple=True, metavar="NAME VALUE", help="a setting of Datasette, such as sql_time_limit_ms 1000")
@click.option("--plugins-dir", metavar="DIR", type=click.Path(path_type=Path), help="folder of Datasette plugins, each a .py file")
@click.option("--cors", is_flag=True, help="let pages of other servers read JSON and files here")
@click.option("--secret", metavar="TEXT", envvar="DATASETTE_SECRET", help="signs Datasette's cookies; else every start makes one")
@click.option(
    "--notebook",
    envvar="ARCHIVE_NOTEBOOK",
    is_flag=True,
    help="who is logged in, by a plugin of Datasette, may keep a notebook here: notebook.db beside the archive",
)
@click.option(
    "--spellings",
    envvar="ARCHIVE_SPELLINGS",
    is_flag=True,
    help="who is logged in, by a plugin of Datasette, may say which spellings are one name: spellings.db beside the archive",
)
@author_urls_option
def command(folder: Path, host: str, port: int, **told: Any) -> int:
    from archive.publish.server.serve import serve_archive  # Datasette takes a second to import, which no other command should wait for

    return serve_archive(folder, host, port, service_told(**told))


def service_told(
    base_url: str | None,
    contact: str | None,
    policy: Path | None,
    limit: str | None,
    proxy: int,
    metadata: Path | None,
    setting: tuple[tuple[str, str], ...],
    plugins_dir: Path | None,
    cors: bool,
    secret: str | None,
    notebook: bool,
    spellings: bool,
    author_urls: bool,
) -> Service:
    """The options, checked. Raises ConfigurationError for the first that is wrong."""
    from archive.publish.server.service import Service, checked_contact, checked_origin, checked_rate, read_metadata, read_policy
    from archive.publish.server.settings_told import checked_settings

    if plugins_dir and not plugins_dir.is_dir():
        raise ConfigurationError(f"--plugins-dir {plugins_dir}: it is no folder")
    return Service(
        base_url=checked_origin(base_url) if base_url else None,
        contact=checked_contact(contact) if contact else None,
        policy=read_policy(policy) if policy else None,
        limit=checked_rate(limit) if limit else None,
        proxies=proxy,
        metadata=read_metadata(metadata) if metadata else {},
        settings=checked_settings(setting),
        plugins_dir=plugins_dir,
        cors=cors,
        secret=secret,
        notebook=notebook,
        spellings=spellings,
        author_urls=author_urls,
    )
