"""``python -m archive withhold``: the served pages no longer show a text; the evidence stays."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import article_named
from archive.store.decisions import UNDONE, decided, listed
from archive.store.store import Store
from archive.text.plaintext import one_line

HELP = "keep an article or a comment from the served pages; the evidence stays"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("what", metavar="URL|comment:ID", nargs="?", help="an article's address or id, or a comment's id in the archive")
    what.add_argument("--list", action="store_true", help="every decision taken")
    parser.add_argument("--reason", help="why; it is kept with the decision, and not shown on the pages")
    parser.add_argument("--undo", action="store_true", help="take the decision back")


def run(folder: Path, arguments: argparse.Namespace) -> int:
    with closing(open_for_reading(folder)) as db:
        if arguments.list:
            print("\n".join(listed(db, "withhold")) or "nothing is withheld")
            return 0
        ref, what = subject(db, arguments.what)
        if arguments.undo:
            refs = [r for r in decided(db, "withhold") if r == ref or r in addresses(db, ref)]
            if not refs:
                raise ConfigurationError(f"{what} is not withheld: there is nothing to take back")
    with closing(Store(folder)) as store:
        for name in refs if arguments.undo else [ref]:
            store.decide("withhold", name, UNDONE if arguments.undo else "withheld", arguments.reason)
    print(f"{'shown again' if arguments.undo else 'withheld'}: {what}")
    return 0


def subject(db: Database, name: str) -> tuple[str, str]:
    """(ref of the decision, what it is about in words). An article's ref is its present address."""
    if not name.startswith("comment:"):
        article = article_named(db, name)
        return article["url"], f"{one_line(article['title'])} ({one_line(article['url'])}), with its thread"
    number = name.removeprefix("comment:")
    row = next(db.query("select * from comments where id = ?", [int(number[:18])]), None) if number.isdecimal() else None
    if row is None:
        raise ConfigurationError(f"there is no {name!r}; write comment: and an id out of the table comments, such as comment:12")
    return name, f"comment {row['id']}, signed {one_line(row['author'])}"


def addresses(db: Database, url: str) -> set[str]:
    """Every address of the article that has this one."""
    sql = "select url from urls where article_id = (select article_id from urls where url = ?)"
    return {address for (address,) in db.execute(sql, [url])}
