"""``python -m archive merge``: takes the folders of other archives, prints a line for each archive and site that says what was new."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import click
from tqdm import tqdm

from archive.cli.options import archive_command
from archive.merge.brought import MergedSite
from archive.merge.depot import follow
from archive.merge.merge import Merged, Progress, merge
from archive.merge.warc_files import How
from archive.text.plaintext import counted

HELP = "bring other archives into this one, which is made where there is none; again: what is new of them since"
MORE = """DIR holds archive.db and warc/. It is only read, also while a crawl writes to it. What both hold of a site becomes one history.
Exit code 3 where an archive is damaged: nothing of it is merged then."""
DEPOT = "bring what changed at the sites of a depot (s3://BUCKET/PREFIX or a folder); WARC files stay there unless --warc copy"
WARC = "how WARC files come that nobody appends to any more: as hard links (copies on another file system), copies, or symbolic links"


@archive_command("merge", HELP, MORE)
@click.argument("sources", metavar="[DIR ...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--warc", "how", type=click.Choice(["link", "copy", "reference"]), default="link", help=WARC)
@click.option("--depot", metavar="URL", help=DEPOT)
def command(folder: Path, sources: tuple[Path, ...], how: str, depot: str | None) -> int:
    if bool(sources) == bool(depot):
        raise click.UsageError("give archives to merge, or --depot URL", click.get_current_context())
    with tqdm(dynamic_ncols=True, leave=False, disable=not sys.stderr.isatty(), bar_format="{desc}{bar} {n_fmt}/{total_fmt}") as bar:

        def progress(what: str, done: int, of: int) -> None:
            bar.total = of or None
            bar.set_description_str(f"{what} ", refresh=False)
            bar.n = done
            bar.refresh()

        if depot:
            return _follow(folder, depot, how == "copy", progress)
        for merged in merge(folder, [source.expanduser() for source in sources], cast("How", how), progress):
            for line in summary(merged):
                tqdm.write(line)
            for note in merged.notes:
                tqdm.write(f"{merged.folder}: {note}", file=sys.stderr)
    return 0


def _follow(folder: Path, url: str, copy: bool, progress: Progress) -> int:
    """A line for each site that changed. Returns the worst exit code."""
    worst, count = 0, 0
    for site in follow(folder, url, copy=copy, progress=progress):
        count += 1
        if site.error is not None:
            tqdm.write(f"archive: {site.error}", file=sys.stderr)
            worst = max(worst, site.error.exit_code)
            continue
        held = f"{counted(site.articles, 'article')}, {counted(site.comments, 'comment')}, {counted(site.captures, 'capture')}"
        tqdm.write(f"{site.name}: {counted(site.rows, 'row')} written; it holds {held}")
        for note in site.notes:
            tqdm.write(f"{site.name}: {note}", file=sys.stderr)
    if not count:
        tqdm.write("nothing new")
    return worst


def summary(merged: Merged) -> list[str]:
    """A line for each site of an archive."""
    if not merged.sites:
        return [f"{merged.folder}: it knows no site"]
    return [f"{site.name} from {merged.folder}: {brought(site)}" for site in merged.sites]


def brought(site: MergedSite) -> str:
    """What of a site was new, in words."""
    if not (site.articles or site.captures):
        return "nothing new"
    return (
        f"{counted(site.articles, 'article')} merged, {site.new:,} of them new, "
        f"{counted(site.comments, 'new comment')}, {counted(site.captures, 'new capture')}"
    )
