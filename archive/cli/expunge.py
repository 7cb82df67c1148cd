"""``python -m archive expunge``: takes an article or a comment and destroys it, rows and records. Nothing else in the archive does."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from archive.cli.options import archive_command
from archive.cli.withhold import withheld_subject
from archive.db.connection import open_for_reading
from archive.depot.claim import Claim
from archive.depot.depot import open_depot
from archive.depot.destroy import bring_records, commit_destroyed
from archive.depot.marks import followed_url
from archive.depot.sessions import EVERY
from archive.errors import ArchiveError, ConfigurationError, StorageError
from archive.merge.depot import follow
from archive.merge.depot_rows import BASE
from archive.queries.named import article_named
from archive.queries.withheld_records import WithheldTexts
from archive.store.expunge import Destruction, finish, names_of, remove_rows, write_files
from archive.store.store import Store
from archive.text.plaintext import counted

HELP = "destroy an article or a comment, as a legal order may demand; withhold only hides it, and is nearly always enough"
MORE = """URL|comment:ID is an article's address or id, or a comment's id in the archive. Every record that holds its text is taken out of
the WARC files, whole, also where it holds other texts: those stay in the database, without that evidence. A tombstone keeps digest,
date and reason. The site's lists may name it again; it is not asked for any more. Copies of the archive elsewhere are not touched."""
Row = dict[str, Any]


@archive_command("expunge", HELP, MORE)
@click.argument("name", metavar="URL|comment:ID")
@click.option(
    "--reason", metavar="TEXT", required=True, help="the order; it is kept with the tombstone, in the database and the WARC files"
)
@click.option(
    "--links", is_flag=True, help="take out records too that name no more than its headline or address: sitemaps, pages that link it"
)
@click.option("--yes", is_flag=True, help="do not ask")
def command(folder: Path, name: str, reason: str, links: bool, yes: bool) -> int:
    url = followed_url(folder)
    if url is None:
        print(f"destroyed: {destroy(folder, name, reason, links, yes)}")
    else:
        print(f"destroyed: {destroy_at_site(folder, url, name, reason, links, yes)}")
        print("not touched: folders of workers until they claim the site again, and former versions of objects that the store keeps")
    print("not touched: backups, exports and other copies that were made earlier, and blocks of the disk that the file system set free")
    for path in leftovers(folder):
        print(f"not looked into: {path}; delete it if it may hold the text")
    return 0


def destroy_at_site(folder: Path, url: str, name: str, reason: str, links: bool, yes: bool) -> str:
    """The same where the archive follows a depot: in the site's own archive, which is brought here for it, then in this one."""
    with closing(open_for_reading(folder)) as db:
        withheld_subject(db, name)
        article_id, comment_id, site_id = subject_of(db, name)
        [site] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
        [address] = db.execute("select url from articles where id = ?", [article_id]).fetchone()
    place = folder / ".expunging"
    shutil.rmtree(place, ignore_errors=True)
    claim = open_depot(url).claim(site, even_removed=True)
    try:
        with kept_alive(claim):
            claim.bring(place)
            bring_records(claim, place)
            announced = destroy(place, f"comment:{comment_id % BASE}" if comment_id else address, reason, links, yes)
            commit_destroyed(claim, place)
    finally:
        claim.release()
        shutil.rmtree(place, ignore_errors=True)
    for followed in follow(folder, url):
        if followed.name == site and followed.error is not None:
            raise followed.error
    return announced


@contextmanager
def kept_alive(claim: Claim) -> Iterator[None]:
    """Renew a claim from a thread meanwhile."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(EVERY):
            with suppress(ArchiveError):
                claim.renew()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def destroy(folder: Path, name: str, reason: str, links: bool, yes: bool) -> str:
    """Destroy it in the archive in this folder; what it was, in words. Raises ConfigurationError where nobody says yes, StorageError."""
    with closing(Store(folder)) as store:
        _, described = withheld_subject(store.db, name)
        article_id, comment_id, site_id = subject_of(store.db, name)
        what = f"comment {comment_id}" if comment_id else f"article {article_id}"
        ids = ([], [comment_id]) if comment_id else ([article_id], [])
        records, naming = holding(store.db, folder, site_id, ids)
        records += naming if links else []
        plan = Destruction(site_id, what, None if comment_id else article_id, comment_id, records, reason, store.now())
        plan.traces = WithheldTexts.about(store.db.conn, *ids, links=False).traces()
        announced = describe(store.db, plan, described, 0 if links else len(naming))
        confirm(announced, yes)
        plan.names = names_of(store.db, plan)
        places = write_files(folder, plan)
        with store.transaction():
            remove_rows(store.db, plan, places)
        if not finish(store.db, folder):
            raise StorageError(f"{what} is destroyed in all rows and records, but another program reads the database, whose log keeps old "
                               "pages until it ends; end it, and run python -m archive expunge or a crawl once more")  # fmt: skip
    return announced


def subject_of(db: Database, name: str) -> tuple[int, int | None, int]:
    """(article, comment or None, site) by our ids."""
    if name.startswith("comment:"):
        comment_id = int(name.removeprefix("comment:"))
        sql = "select article_id, site_id from comments join articles on articles.id = article_id where comments.id = ?"
        article_id, site_id = db.execute(sql, [comment_id]).fetchone()
        return article_id, comment_id, site_id
    article = article_named(db, name)
    return article["id"], None, article["site_id"]


def holding(db: Database, folder: Path, site_id: int, ids: tuple[list[int], list[int]]) -> tuple[list[Row], list[Row]]:
    """(captures whose records hold the text, those whose records name no more than its headline or address) of these articles and
    comments. All records of the site are read, with a bar on a terminal."""
    [site] = db.execute("select name from sites where id = ?", [site_id]).fetchone()
    text = WithheldTexts.about(db.conn, *ids, links=False)
    all_of_it = WithheldTexts.about(db.conn, *ids, links=True)
    records, naming = [], []
    sql = "select * from captures where filename >= ? and filename < ? order by filename, offset"
    for row in shown_bar(list(db.query(sql, bounds(site)))):
        if text.in_record(folder, row) is not None:
            records.append(row)
        elif all_of_it.in_record(folder, row) is not None:
            naming.append(row)
    return records, naming


def bounds(site: str) -> list[str]:
    """Between which names the files of a site lie: 0 follows / in ASCII."""
    return [f"warc/{site}/", f"warc/{site}0"]


def shown_bar(rows: list[Row]) -> Iterable[Row]:
    """The rows, with a bar on a terminal."""
    if not sys.stderr.isatty():
        return rows
    from tqdm import tqdm

    bar: Iterable[Row] = tqdm(rows, desc="records", unit="", dynamic_ncols=True, leave=False)
    return bar


def describe(db: Database, plan: Destruction, described: str, naming: int) -> str:
    """What is destroyed, in words."""
    files = {row["filename"] for row in plan.records}
    said = f"{described}: {counted(len(plan.records), 'record')} in {counted(len(files), 'WARC file')}"
    shared = sum(holds_others(db, plan, row) for row in plan.records)
    if shared:
        said += f"; {shared} of them hold{'s' if shared == 1 else ''} other texts too, which stay in the database without that evidence"
    if naming:
        said += (
            f"; {counted(naming, 'record')} more that name{'s' if naming == 1 else ''} no more than its headline or address stay (--links)"
        )
    return said


def holds_others(db: Database, plan: Destruction, row: Mapping[str, Any]) -> bool:
    """Whether other articles or comments rest on a record."""
    sql = """
        select 1 from revision_captures join revisions on revisions.id = revision_id
        where capture_id = :capture and article_id is not :article
        union
        select 1 from comment_states join comments on comments.id = comment_id
        where capture_id = :capture and article_id is not :article and comment_id is not :comment
        limit 1
    """
    return db.execute(sql, {"capture": row["id"], "article": plan.article_id, "comment": plan.comment_id}).fetchone() is not None


def confirm(announced: str, yes: bool) -> None:
    """Ask. Raises ConfigurationError unless the answer is yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(f"this destroys {announced}. Nothing was destroyed; a script says --yes")
    print(f"This destroys {announced}.")
    if not click.confirm("It cannot be undone. Destroy it?", default=False):
        raise ConfigurationError("not confirmed: nothing was destroyed")


def leftovers(folder: Path) -> list[str]:
    """Torn records that were moved aside after a kill: no reader can tell what they hold."""
    return sorted(path.relative_to(folder).as_posix() for path in (folder / "warc").glob("*/*.torn-*"))
