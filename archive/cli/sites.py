"""``python -m archive sites``: takes addresses of front pages, lists of them, and names; keeps which sites are visited, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import click
from sqlite_utils import Database

from archive.cli.depot_sites import add_to_depot, depot_option, list_depot_sites, set_in_depot, visit_in_depot
from archive.cli.options import archive_command, archive_dir_option
from archive.clock import now
from archive.db.connection import archive_dir, open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import site_named
from archive.queries.rows import Row
from archive.queries.site_list import listed_sites
from archive.store.site_settings import SETTINGS, add_site, checked_settings, save_site_settings, set_visited, shown_settings
from archive.store.store import Store
from archive.text.homes import checked_home, family, site_name
from archive.text.plaintext import counted, one_line
from archive.text.urls import origin

LONGEST = 10_000_000  # bytes of a list
UTF_16 = b"\xff\xfe", b"\xfe\xff"  # byte order marks, as Windows programs write them
BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,31};)")  # feed readers write addresses with a query so


HELP = """The sites that scrapy update visits. Without a command: a list of them.

\b
sites set NAME takes these settings; an empty value takes one back:
""" + "\n".join(f"  {name}={setting.values}  {setting.meaning}" for name, setting in SETTINGS.items())


@click.group(
    "sites", invoke_without_command=True, help=HELP, short_help="the sites that update visits: list, add, set, pause, resume, remove"
)
@archive_dir_option
@depot_option
@click.pass_context
def command(context: click.Context, depot: str | None) -> int:
    if context.invoked_subcommand is None:
        return _list(archive_dir(context.obj), depot)
    if depot:
        raise click.UsageError(f"write --depot behind {context.invoked_subcommand}", context)
    return 0


@archive_command("list", "the sites that update visits, as sites without a command prints them")
@depot_option
def listing(folder: Path, depot: str | None) -> int:
    return _list(folder, depot)


def _list(folder: Path, depot: str | None) -> int:
    if depot:
        return list_depot_sites(depot)
    with closing(open_for_reading(folder)) as db:
        print("\n".join(map(site_line, listed_sites(db, now()))) or "no site is known yet; sites add URL makes one known")
    return 0


def site_line(row: Row) -> str:
    """``example  https://example.org/  every 6 h, due; last run 2026-03-01T12:00:00Z: complete; images=budget``."""
    if row["removed_at"]:
        state = f"removed {row['removed_at']}; what is held stays"
    elif row["paused_at"]:
        state = f"paused since {row['paused_at']}"
    else:
        state = f"every {said_hours(row['interval'])}{', due' if row['due'] else ''}"
    last = row["last_run"]
    ran = f"last run {last['started_at']}: {last['outcome'] or 'running, or killed'}" if last else "no run yet"
    return "; ".join(filter(None, [f"{row['name']}  {one_line(row['home'])}  {state}", ran, shown_settings(row["settings"])]))


def said_hours(interval: float) -> str:
    """``15 min``, ``6 h``, ``3 days``."""
    if interval < 1:
        return f"{interval * 60:.0f} min"
    return f"{interval:.0f} h" if interval < 48 else f"{interval / 24:.0f} days"


@archive_command("add", "make sites known; the next update archives them", "URL is a front page. --from reads many out of a list.")
@click.argument("urls", metavar="[URL...]", nargs=-1)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="an OPML file of a feed reader, or a text file with an address a line (# begins a comment)",
)
@depot_option
def add(folder: Path, urls: tuple[str, ...], source: Path | None, depot: str | None) -> int:
    named = [("", url) for url in urls] + (listed_homes(source) if source else [])
    if not named:
        raise ConfigurationError("which sites? write: sites add https://example.org/, or sites add --from FILE")
    good, bad = checked(named)
    if depot:
        return add_to_depot(depot, good, bad)
    with closing(Store(folder)) as store:
        known = {one: row["name"] for row in store.db.query("select * from sites") for one in [origin(row["home"])]}
        added = 0
        with store.transaction():
            for home in good:
                held = next((known[one] for one in family(home) if one in known), None)
                if held:
                    print(f"known already: {held}")
                    continue
                name = add_site(store.db, site_name(home), home, store.now())
                known[origin(home)] = name
                added += 1
                print(f"added: {name}  {home}")
    for line in bad:
        click.echo(line, err=True)
    print(f"{counted(added, 'site')} added; scrapy update archives {'it' if added == 1 else 'them'}" if added else "no site added")
    return ConfigurationError.exit_code if bad else 0


def checked(named: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """(homes, each once; a line for each that is none). ``named``: (where it stands, what stands there)."""
    good, bad = dict[str, None](), []
    for place, url in named:
        try:
            good[checked_home(url)] = None
        except (ConfigurationError, ValueError):
            bad.append(f"archive: {place}{one_line(url, 200)!r} is no web address, and was left out")
    return list(good), bad


def listed_homes(source: Path) -> list[tuple[str, str]]:
    """(place, address) of each site in a list. Raises ConfigurationError when it cannot be read."""
    try:
        if source.stat().st_size > LONGEST:
            raise ConfigurationError(f"{source} is larger than {LONGEST // 1_000_000} MB: no list of sites is")
        content = source.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{source} cannot be read: {error.strerror or error}") from error
    text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig", "replace")
    if text.lstrip().startswith("<"):
        return list(_outlines(source, content if content.startswith(UTF_16) else BARE_AMPERSAND.sub(b"&amp;", content.lstrip())))
    lines = text.splitlines()
    return [
        (f"line {number}: ", text) for number, line in enumerate(lines, 1) if (text := line.partition(" #")[0].strip()) and text[0] != "#"
    ]


def _outlines(source: Path, content: bytes) -> Iterator[tuple[str, str]]:
    """The outlines of an OPML file that name a site: its page, else the host of its feed. http://opml.org/spec2.opml"""
    if b"<!ENTITY" in content.replace(b"\0", b""):
        raise ConfigurationError(f"{source} declares entities, which no OPML file needs")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ConfigurationError(f"{source} is no OPML file: {error}") from error
    if root.tag.lower() != "opml":
        raise ConfigurationError(f"{source} is no OPML file: it begins with <{root.tag}>")
    for outline in root.iter("outline"):
        names = {name.lower(): value.strip() for name, value in outline.attrib.items()}
        page, feed = names.get("htmlurl"), names.get("xmlurl")
        if page or feed:
            yield f"outline {names.get('text') or names.get('title') or ''}: ", page or _host_of(feed or "")


def _host_of(feed: str) -> str:
    try:
        parts = urlsplit(feed)
    except ValueError:
        return feed
    return f"{parts.scheme}://{parts.netloc}/"


@archive_command(
    "set", "remember settings of a site", "NAME is a site; each setting is written as images=budget. An empty value takes it back."
)
@click.argument("name")
@click.argument("settings", metavar="SETTING=VALUE...", nargs=-1, required=True)
@depot_option
def change(folder: Path, name: str, settings: tuple[str, ...], depot: str | None) -> int:
    for setting in settings:
        if "=" not in setting:
            raise ConfigurationError(f"{setting.partition(':')[0]!r} is no setting; write images=budget, for example")
    values = checked_settings(dict(setting.split("=", 1) for setting in settings))
    if depot:
        return set_in_depot(depot, name, values)
    with closing(Store(folder)) as store:
        row = site_named(store.db, name)
        with store.transaction():
            save_site_settings(store.db, row["id"], values)
        print(site_line(next(one for one in listed_sites(store.db, store.now()) if one["id"] == row["id"])))
    return 0


def visited(verb: str, described: str, column: str | None) -> click.Command:
    """A command that changes whether sites are visited. ``column``: which time is noted; None: they are visited again."""

    @archive_command(verb, described, "NAME is a site of the list that sites prints.")
    @click.argument("names", metavar="NAME...", nargs=-1, required=True)
    @depot_option
    def work(folder: Path, names: tuple[str, ...], depot: str | None) -> int:
        if depot:
            return visit_in_depot(depot, names, verb)
        with closing(Store(folder)) as store:
            rows = [site_named(store.db, name) for name in names]  # a wrong name changes nothing
            with store.transaction():
                for row in rows:
                    set_visited(store.db, row["id"], **({column: store.now()} if column else {}))
            _print_sites(store.db, {row["id"] for row in rows}, store.now())
        return 0

    return work


def _print_sites(db: Database, ids: set[int], at: str) -> None:
    print("\n".join(site_line(row) for row in listed_sites(db, at) if row["id"] in ids))


command.add_command(listing)
command.add_command(add)
command.add_command(change)
command.add_command(visited("pause", "leave sites out of update for a while", "paused_at"))
command.add_command(visited("resume", "visit sites again that were paused or removed", None))
command.add_command(visited("remove", "visit sites no more; what is held of them stays", "removed_at"))
