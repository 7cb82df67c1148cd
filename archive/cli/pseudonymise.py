"""``python -m archive pseudonymise``: takes a signature and another name, and has the other one served in its place; the evidence stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from sqlite_utils import Database

from archive.cli.deciding import open_deciding
from archive.cli.options import archive_command, decision_options, require_one
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import site_named
from archive.queries.withheld import EVERY_SITE, pseudonym_ref, same_name
from archive.store.decisions import UNDONE, decided, listed
from archive.text.plaintext import counted, one_line

HELP = "serve another name in the place of a signature under comments; the evidence stays"
MORE = """NAME is a signature, in any case. It is replaced wherever it signs a comment, and where an answer begins with "@" and the name.
The texts of others may still name the person: withhold those comments. Records that hold the name are not served."""
LONGEST = 100  # characters of a pseudonym


@archive_command("pseudonymise", HELP, MORE)
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--as", "shown", metavar="TEXT", help="the name that is served; the same one keeps a thread readable")
@click.option("--site", metavar="SITE", help="only at this site; without it at every one")
@decision_options(listed="every decision taken", reason="why; it is kept with the decision, and not shown on the pages")
def command(folder: Path, name: str | None, shown: str | None, site: str | None, reason: str | None, undo: bool, listing: bool) -> int:
    require_one({"NAME": name, "--list": listing})
    with closing(open_for_reading(folder)) as db:
        if name is None:
            print("\n".join(listed(db, "pseudonymise")) or "no signature is shown as another name")
            return 0
        if (shown is None) != undo:
            raise ConfigurationError("write: pseudonymise NAME --as TEXT, or pseudonymise NAME --undo")
        if site:
            site_named(db, site)
        ref = standing_ref(db, site, name)
        if undo and ref is None:
            raise ConfigurationError(f"{one_line(name)!r} is shown as it is{f' at {site}' if site else ''}: there is nothing to take back")
        comments = signed_comments(db, site, name)
        value = UNDONE if shown is None else checked_pseudonym(db, site, name, shown)
        if not comments and not undo:
            raise ConfigurationError(f"no comment{f' at {site}' if site else ''} is signed {one_line(name)!r}; write the name as it stands")
    with closing(open_deciding(folder)) as store:
        store.decide("pseudonymise", ref or pseudonym_ref(site, " ".join(name.split())), value, reason)
    what = f"{counted(comments, 'comment')} signed {one_line(name)}"
    print(f"{what}: shown as {'they are' if undo else one_line(value)}{f', at {site}' if site else ''}")
    return 0


def standing_ref(db: Database, site: str | None, name: str) -> str | None:
    """The ``ref`` of the decision that stands about a name, however it was spelled."""
    for ref in decided(db, "pseudonymise"):
        place, _, decided_name = ref.partition("/")
        if place == (site or EVERY_SITE) and same_name(decided_name) == same_name(name):
            return ref
    return None


def signed_comments(db: Database, site: str | None, name: str) -> int:
    """How many comments are, or were, signed with a name."""
    return sum(1 for _, signature in _signatures(db, site) if same_name(signature) == same_name(name))


def checked_pseudonym(db: Database, site: str | None, name: str, shown: str) -> str:
    """The name that is served. Raises ConfigurationError where it would tell the real one, or stand for somebody else."""
    plain = " ".join(shown.split())
    if not plain or len(plain) > LONGEST or plain == UNDONE:
        raise ConfigurationError(f"--as takes a name of 1 to {LONGEST} characters")
    if same_name(name) in same_name(plain):
        raise ConfigurationError(f"--as {plain!r} holds the name that it stands for")
    if any(same_name(signature) == same_name(plain) for _, signature in _signatures(db, site)):
        raise ConfigurationError(f"--as {plain!r}: somebody signs so already; choose a name that nobody has")
    mine = standing_ref(db, site, name)
    if any(row["value"] == plain for ref, row in decided(db, "pseudonymise").items() if ref != mine):
        raise ConfigurationError(f"--as {plain!r} stands for another signature already; choose one of its own")
    return plain


def _signatures(db: Database, site: str | None) -> Iterator[tuple[int, str]]:
    """(comment, a name that it is or was signed with), each pair once."""
    sql = """
        select distinct comment_revisions.comment_id, comment_revisions.author
        from comment_revisions
        join comments on comments.id = comment_revisions.comment_id
        join articles on articles.id = comments.article_id
        join sites on sites.id = articles.site_id
        where coalesce(:site, sites.name) = sites.name
        union
        select comments.id, comments.author
        from comments
        join articles on articles.id = comments.article_id
        join sites on sites.id = articles.site_id
        where coalesce(:site, sites.name) = sites.name
    """
    yield from db.execute(sql, {"site": site})
