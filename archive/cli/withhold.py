"""``python -m archive withhold``: takes an article or a comment and keeps it from the served pages; the evidence stays."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
from sqlite_utils import Database

from archive.cli.deciding import open_deciding
from archive.cli.options import archive_command, decision_options, require_one
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.ledger import withheld_value
from archive.queries.named import article_named
from archive.store.decisions import UNDONE, decided, listed
from archive.store.site_settings import HIDE_COMMENTS, HIDE_GONE, site_settings
from archive.text.plaintext import one_line

HELP = "keep an article or a comment from the served pages; the evidence stays"


ARGUMENT = "URL|comment:ID is an article's address or id, or a comment's id in the archive."


@archive_command("withhold", HELP, ARGUMENT)
@click.argument("name", metavar="[URL|comment:ID]", required=False)
@click.option("--public-reason", metavar="TEXT", help="why, for everyone: the page /ledger shows it, without the address")
@decision_options(listed="every decision taken", reason="why; it is kept with the decision, and not shown on the pages")
def command(folder: Path, name: str | None, reason: str | None, public_reason: str | None, undo: bool, listing: bool) -> int:
    require_one({"URL|comment:ID": name, "--list": listing})
    if public_reason and (undo or listing):
        raise click.UsageError("--public-reason belongs to a decision to withhold", click.get_current_context())
    with closing(open_for_reading(folder)) as db:
        if name is None:
            print("\n".join([*listed(db, "withhold"), *age_rules(db)]) or "nothing is withheld")
            return 0
        ref, what = withheld_subject(db, name)
        if undo:
            refs = [r for r in decided(db, "withhold") if r == ref or r in every_address(db, ref)]
            if not refs:
                raise ConfigurationError(f"{what} is not withheld: there is nothing to take back")
    with closing(open_deciding(folder)) as store:
        for standing in refs if undo else [ref]:
            store.decide("withhold", standing, UNDONE if undo else withheld_value(public_reason), reason)
    print(f"{'shown again' if undo else 'withheld'}: {what}")
    return 0


def age_rules(db: Database) -> list[str]:
    """``example: hide-comments-after=2y``: the rules of each site by which what is old is not served."""
    sites = db.query("select id, name from sites order by id")
    rules = ((site["name"], name, value) for site in sites for name, value in site_settings(db, site["id"]).items())
    return [f"{site}: {name}={value}" for site, name, value in rules if name in (HIDE_COMMENTS, HIDE_GONE)]


def withheld_subject(db: Database, name: str) -> tuple[str, str]:
    """(ref of the decision, what it is about in words). An article's ref is its present address."""
    if not name.startswith("comment:"):
        article = article_named(db, name)
        return article["url"], f"{one_line(article['title'])} ({one_line(article['url'])}), with its thread"
    number = name.removeprefix("comment:")
    row = next(db.query("select * from comments where id = ?", [int(number[:18])]), None) if number.isdecimal() else None
    if row is None:
        raise ConfigurationError(f"there is no {name!r}; write comment: and an id out of the table comments, such as comment:12")
    return name, f"comment {row['id']}, signed {one_line(row['author'])}"


def every_address(db: Database, url: str) -> set[str]:
    """All addresses of the article that has this one."""
    sql = "select url from urls where article_id = (select article_id from urls where url = ?)"
    return {address for (address,) in db.execute(sql, [url])}
