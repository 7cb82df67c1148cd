"""``python -m archive export``: takes what to hand over and where to, writes a file or folder that strangers can read and check."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from archive.cli.options import archive_command, author_urls_option, require_one
from archive.clock import later
from archive.errors import ConfigurationError
from archive.export.layout import write_bag, write_folder
from archive.export.package import FolderPackage, Progress, zip_package
from archive.export.selection import Period, Selection, choose_articles, choose_sites
from archive.export.state import state_of_archive
from archive.export.unfinished import discard, finished, left_behind, place_of, put_beside
from archive.export.wacz import write_wacz
from archive.publish.redaction.open_redacted import redacted
from archive.publish.redaction.withholding import withheld_since
from archive.queries.named import article_named, parse_instant, site_named
from archive.text.plaintext import counted, one_line

HELP = "hand over the archive, a site, an article or a search as WACZ, bag, folder or zip; or publish a copy"
MORE = """TARGET decides the form: FILE.wacz replays in a browser, DIR.bag is a bag of BagIt, FILE.zip and any other DIR are plain files
with a README and a program that checks them. --public makes a database that any Datasette serves, --static the reading site as
files. What is withheld is in none of them. --signature is for the person who asks: all comments with this name as FILE.json or
FILE.csv, also what is not served. The name appears when the export is whole; the same command goes on with one that was killed, and
--discard removes what is left of one that was given up."""
CHOICES = ("--all", "--site", "--article", "--search", "--signature", "--public", "--static", "--discard")
Of = Mapping[str, Any]


@archive_command("export", HELP, MORE)
@click.option("--all", "everything", is_flag=True, help="all sites")
@click.option("--site", metavar="NAME", help="one site")
@click.option("--article", metavar="ID|URL", help="one article: its id, or any of its addresses")
@click.option("--search", metavar="QUERY", help="the articles that a search finds, and those whose comments it finds with in:comments")
@click.option("--signature", metavar="NAME", help="all comments signed with a name, with --site at that site alone")
@click.option("--since", metavar="DAY", help="only what was captured on this day or later")
@click.option("--until", metavar="DAY", help="only what was captured on this day or earlier")
@click.option("--public", is_flag=True, help="a copy of the database for everyone, as one file")
@click.option("--static", is_flag=True, help="the reading site as files, for any web server")
@click.option("--base-url", metavar="URL", help="with --static: where a Datasette serves the public copy, to search there")
@click.option("--discard", is_flag=True, help="remove what an export to TARGET left behind that was killed or interrupted")
@author_urls_option
@click.option("--to", "target", metavar="TARGET", required=True, type=click.Path(path_type=Path), help="what is made; it must not be there")
def command(folder: Path, target: Path, **asked: Any) -> int:
    site = asked["site"] if not asked["signature"] else None
    chosen = (asked["everything"], site, *(asked[name] for name in ("article", "search", "signature", "public", "static", "discard")))
    require_one(dict(zip(CHOICES, chosen, strict=True)))
    target = target.expanduser().absolute()
    if asked["discard"]:
        discard(target)
        print(f"what was left of the export to {target} is removed")
        return 0
    with going_on(target):
        return make(folder, target, asked)


def make(folder: Path, target: Path, asked: dict[str, Any]) -> int:
    """Write what the options name. Returns the exit code."""
    options = {name: value for name, value in asked.items() if name != "discard"} | {"form": form_of(target)}
    if asked["public"] or asked["static"] or asked["signature"]:
        if asked["since"] or asked["until"]:
            raise ConfigurationError("--since and --until go with --all, --site, --article or --search")
        if asked["signature"]:
            return hand_to_person(folder, target, options)
        return publish(folder, target, options)
    span = span_of(asked["since"], asked["until"])
    of = {"options": options, "archive": state_of_archive(folder)}
    with redacted(folder, asked["author_urls"]) as db:
        selection = select(db, folder, span, asked)
        print(hand_over(db, folder, selection, target, of))
    return 0


@contextmanager
def going_on(target: Path) -> Iterator[None]:
    """Say what of other exports is left beside the target, and of this one where it is interrupted."""
    for other in left_behind(target.parent):
        if other != target:
            say(f"an export to {other} was broken off: run its command again, or remove it with export --discard --to {other}")
    try:
        yield
    except KeyboardInterrupt:
        if place_of(target).exists():
            say(f"interrupted; the same command goes on where this one ended, export --discard --to {target} removes what is left")
        raise


def say(line: str) -> None:
    """Tell a person what happens, beside the result."""
    print(f"archive: {line}", file=sys.stderr)


def form_of(target: Path) -> str:
    """The ending that decides the form; '' for a plain folder."""
    return target.suffix if target.suffix in (".wacz", ".zip", ".bag") else ""


def hand_to_person(folder: Path, target: Path, options: Of) -> int:
    """All comments that a name signs, as one file. Raises ConfigurationError where there are none."""
    from archive.db.connection import open_for_reading
    from archive.export.signature import NOTICE, as_csv_file, as_json_file, signed_by

    name, site = options["signature"], options["site"]
    if target.suffix not in (".json", ".csv"):
        raise ConfigurationError("--signature writes --to FILE.json or FILE.csv")
    with closing(open_for_reading(folder)) as db:
        comments = signed_by(db, name, site_named(db, site)["id"] if site else None)
    if not comments:
        raise ConfigurationError(f"no comment is signed {one_line(name)!r}; write the name as it stands under a comment")
    with finished(target, {"options": options, "archive": state_of_archive(folder)}, say, folder=False) as course:
        at = course.at
        content = as_json_file(name, site, comments, at) if target.suffix == ".json" else as_csv_file(name, comments, at)
        course.made.write_text(content, encoding="utf-8", newline="")
    print(f"{target}: {counted(len(comments), 'comment')}. {NOTICE}")
    return 0


def publish(folder: Path, target: Path, options: Of) -> int:
    """A copy for everyone: the database, or the reading site."""
    base_url, author_urls = options["base_url"], options["author_urls"]
    of = {"options": options, "archive": state_of_archive(folder)}
    if options["public"]:
        from archive.publish.redaction.public_copy import public_metadata, write_public_copy

        described = target.with_suffix(".metadata.json")
        with finished(target, of, say, folder=False, beside=described) as course, progress_bar(0, "rows") as progress:
            rows = write_public_copy(folder, course.made, progress, author_urls)
            put_beside(course, described, public_metadata(course.made, target.stem))
        print(f"{target}: {counted(rows, 'row')}; serve it with datasette {target.name} -m {described.name}")
        return 0
    from archive.publish.as_files.write import write_static_site
    from archive.publish.server.service import checked_origin

    if base_url:
        scheme, _, rest = base_url.strip().partition("://")
        checked_origin(f"{scheme}://{rest.partition('/')[0]}")
    with finished(target, of, say, folder=True) as course, progress_bar(0, "pages") as progress:
        pages = write_static_site(folder, course, base_url, progress, author_urls)
    print(f"{target}: {counted(pages, 'page')}; open index.html, or copy the folder to a web server")
    return 0


def span_of(since: str | None, until: str | None) -> Period:
    """The days that were named, both included. Raises ConfigurationError where the last comes before the first."""
    first = parse_instant(since) if since else ""
    last = parse_instant(until) if until else "9999"
    if until and "T" not in until:
        last = later(last, days=1)
    if first >= last:
        raise ConfigurationError(f"--since {since} comes after --until {until}: nothing lies between them")
    return Period(first, last)


def select(db: Database, folder: Path, span: Period, asked: dict[str, Any]) -> Selection:
    """What the options name. Raises ConfigurationError where it is unknown, withheld, or nothing."""
    if asked["everything"]:
        return choose_sites(db, "the whole archive", [i for (i,) in db.execute("select id from sites order by id").fetchall()], span)
    if asked["site"]:
        site = site_named(db, asked["site"])
        return choose_sites(db, one_line(site["title"] or site["name"]), [site["id"]], span)
    if asked["article"]:
        article = one_article(db, folder, asked["article"])
        return choose_articles(db, one_line(article["title"]), [article["id"]], span, article)
    return choose_articles(db, f"articles found by {one_line(asked['search'])}", found_by(db, folder, asked["search"]), span)


def one_article(db: Database, folder: Path, name: str) -> dict[str, Any]:
    """The article with this id or address. Raises ConfigurationError where it is withheld, or none."""
    from archive.db.connection import open_for_reading

    plain = open_for_reading(folder)
    try:
        article = article_named(plain, name)
    finally:
        plain.close()
    if withheld_since(db.conn, article["id"]):
        raise ConfigurationError(f"article {article['id']} is withheld; it is in no export until that is taken back (withhold --undo)")
    return article


def found_by(db: Database, folder: Path, text: str) -> list[int]:
    """Ids of the articles that a search finds. Raises ConfigurationError where it finds none."""
    from archive.publish.mentions.spelling_groups import with_decisions
    from archive.publish.search import spellings
    from archive.publish.search.find_hits import find_articles, find_comments
    from archive.queries.search_query import parse_query
    from archive.queries.spelling_decisions import decided_pairs

    lists = spellings.read_groups(spellings.LIST, folder / spellings.LIST.name)
    query = parse_query(text, with_decisions(lists, decided_pairs(db.conn, folder)))
    for problem in query.problems:
        print(f"archive: {problem.message}" + (f"; did you mean {problem.guess}?" if problem.guess else ""), file=sys.stderr)
    if query.empty:
        raise ConfigurationError(f"the search {text!r} asks for nothing; write words, or filters such as author:NAME")
    if query.place == "comments":
        ids, _, _ = find_comments(db.conn, query, "oldest", -1)
        found = [db.execute("select article_id from comments where id = ?", [i]).fetchone()[0] for i in ids]
    else:
        found = [article_id for article_id, _ in find_articles(db.conn, query, "oldest")]
    if not found:
        raise ConfigurationError(f"the search {text!r} finds nothing: there is nothing to hand over")
    return found


def hand_over(db: Database, folder: Path, selection: Selection, target: Path, of: Of) -> str:
    """Write an export in the form that the target's name asks for. Returns what to say of it."""
    form = form_of(target)
    with (
        finished(target, of, say, folder=form in ("", ".bag")) as course,
        progress_bar(selection.bytes, "records") as progress,
    ):
        if form == ".wacz":
            with zip_package(course, progress) as package:
                write_wacz(package, db, folder, selection, progress)
            left_out, how = "proof/left-out.csv" in package.files, "open it with ReplayWeb.page, check it with wacz validate"
        elif form == ".bag":
            left_out, how = write_bag(course, db, folder, selection, progress), "check it with bagit.py --validate"
        elif form == ".zip":
            with zip_package(course, progress, f"{target.stem}/") as package:
                write_folder(package, db, folder, selection, progress)
            left_out, how = "left-out.csv" in package.files, f"{counted(len(package.files), 'file')}; README.txt says how to check them"
        else:
            plain = FolderPackage(course.made, course, progress)
            write_folder(plain, db, folder, selection, progress)
            left_out, how = "left-out.csv" in plain.files, f"{counted(len(plain.files), 'file')}; README.txt says how to check them"
    said = f"{target}: {counted(selection.articles, 'article')}, {counted(selection.captures, 'record')}; {how}"
    return said + ("; records that hold what is withheld are left out: left-out.csv names them" if left_out else "")


@contextmanager
def progress_bar(total: int, what: str) -> Iterator[Progress]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    counts_bytes: dict[str, Any] = {"unit": "B", "unit_scale": True} if total else {}
    with tqdm(total=total or None, desc=what, dynamic_ncols=True, leave=False, **counts_bytes) as bar:
        update: Callable[[int], object] = bar.update
        yield update
