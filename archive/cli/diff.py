"""``python -m archive diff``: takes an article and the numbers of two revisions, prints what changed between them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.named import article_named
from archive.queries.revision_pair import chosen_pair, described_revision, differences, rendered_differences, revisions_of
from archive.text.plaintext import one_line

HELP = "what changed between two revisions of an article"


ARGUMENTS = "ARTICLE is its id, or any of its addresses. N and M are the numbers of two revisions (default: the last two)."


@archive_command("diff", HELP, ARGUMENTS)
@click.argument("name", metavar="ARTICLE")
@click.argument("numbers", metavar="[N M]", nargs=-1, type=int)
def command(folder: Path, name: str, numbers: tuple[int, ...]) -> int:
    if len(numbers) not in (0, 2):
        raise ConfigurationError("give two revisions to compare, such as 1 3, or none for the last two")
    with closing(open_for_reading(folder)) as db:
        article = article_named(db, name)
        revisions = revisions_of(db, article["id"])
    old, new = chosen_pair(revisions, numbers)
    print(f"{one_line(article['title'])}\n{one_line(article['url'])}")
    if len(revisions) == 1:
        print(f"one revision only, seen {new['seen_at']} to {new['last_seen_at']}: nothing to compare")
        return 0
    print(f"--- {described_revision(old)}\n+++ {described_revision(new)}")
    print("\n".join(rendered_differences(differences(old, new), indent=0)))
    return 0
